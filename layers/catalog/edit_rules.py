"""What a single edit must satisfy: who may edit where, which attributes, which shape, from which day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
import shapely
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from layers.catalog.models import LayerVersion
from layers.catalog.rows import as_layer_type
from layers.catalog.selectors import current_versions, district_bounds, model_of
from layers.catalog.values import Unusable, coerce
from layers.errors import Conflict, InvalidGeometry, InvalidInput, TilingBroken, WanggeError
from layers.geo.geometry import MAX_VERTICES, checked
from layers.people.rights import Actor, may, visible
from layers.roles import Capability
from layers.spec import FieldSpec, LayerSpec
from layers.territory.selectors import smallest_area_around

#: How far outside what is mapped already a shape may still lie, in degrees (about a kilometre).
MARGIN_DEG = 0.01
#: Attributes that follow from others: never written by hand.
DERIVED = frozenset(
    {"id", "version", "valid_from", "valid_to", "grid", "community", "subdistrict", "parent", "area_m2",
     "service_code20", "camera"}
)  # fmt: skip
#: The same of a layer of staff, whose other attributes mean whatever its makers said.
DERIVED_OF_STAFF = frozenset({"id", "version", "valid_from", "valid_to", "community"})
_TILED = frozenset({"territory.Area", "territory.UnitGrid"})
_UNREADABLE = {"not in the code list": "不在代码表中", "a value is required": "必填"}


def capability_for(spec: LayerSpec) -> Capability:
    """What a person needs to edit a layer: boundaries are a right of their own."""
    return Capability.EDIT_BOUNDARIES if spec.model in _TILED else Capability.EDIT_LAYERS


def tiles(spec: LayerSpec) -> bool:
    """True for the layers whose rows must cover the ground without gap or overlap."""
    return spec.model in _TILED


def editable_fields(spec: LayerSpec) -> tuple[FieldSpec, ...]:
    """The attributes a person may set; `code` only when the feature is made."""
    derived = DERIVED_OF_STAFF if spec.staff else DERIVED
    return tuple(f for f in spec.fields if f.name not in derived)


def area_of(spec: LayerSpec, values: Mapping[str, Any], shape: BaseGeometry | None) -> str:
    """The area code against which rights are asked: the row's own, else the smallest area around its shape.

    A layer of staff is kept as a whole: it is its owner's.
    """
    if spec.staff:
        return spec.owner
    for column in spec.area_columns:
        if values.get(column):
            return str(values[column])
    return smallest_area_around(shapely.to_wkb(shape)) if shape is not None else ""


def may_edit(actor: Actor, spec: LayerSpec, area: str) -> bool:
    """True when the layer is edited by hand at all and the actor may see and edit it over `area`."""
    if not spec.editable or not area or not visible(actor, spec).allows(area):
        return False
    return may(actor, capability_for(spec), area=area)


def role_used(actor: Actor, spec: LayerSpec, area: str) -> str:
    """The role by which the actor may edit there."""
    for post in actor.posts:
        if may(Actor(actor.id, (post,)), capability_for(spec), area=area):
            return post.role.value
    return ""


def clean_values(spec: LayerSpec, given: Mapping[str, Any], *, making: bool) -> dict[str, Any]:
    """`given` (by attribute name) as values by column. Raises InvalidInput naming the attribute at fault."""
    allowed = {f.name: f for f in editable_fields(spec) if making or f.name != "code"}
    nullable = {f.column: f.null for f in model_of(spec)._meta.concrete_fields}
    nullable |= {f.db_column: True for f in spec.fields if f.json}
    values: dict[str, Any] = {}
    for name, raw in given.items():
        field = allowed.get(name)
        if field is None:
            raise InvalidInput(f"{name} 不能修改", f"{name} cannot be set", field=name)
        try:
            value = coerce(field, raw)
            if value is None and field.type == "text":
                value = ""
            if value in (None, "") and (field.required or (value is None and not nullable[field.db_column])):
                raise Unusable("a value is required")
        except Unusable as error:
            zh = _UNREADABLE.get(str(error), "不合要求")
            raise InvalidInput(f"{field.zh}：{zh}", f"{field.en}: {error}", field=name, found=raw) from error
        values[field.db_column] = value
    return values


def checked_shape(spec: LayerSpec, shape: BaseGeometry) -> BaseGeometry:
    """`shape` as the layer holds it, in two dimensions. Raises InvalidGeometry saying what is wrong with it."""
    if shapely.get_num_coordinates(shape) > MAX_VERTICES:
        raise InvalidGeometry(f"顶点超过 {MAX_VERTICES} 个", f"more than {MAX_VERTICES} vertices", field="geometry")
    sound = checked(shapely.force_2d(shape), bounds_4326=district_frame())
    try:
        return as_layer_type(spec, sound)
    except ValueError as error:
        raise InvalidGeometry("图层不收这种几何", str(error), field="geometry.type", found=shape.geom_type) from error


def district_frame() -> tuple[float, float, float, float]:
    """(west, south, east, north) in degrees within which anything drawn must lie: round all that the layers hold."""
    boxes = [tuple(district_bounds()), *(current.bbox for current in current_versions().values() if current.bbox)]
    west, south, east, north = zip(*boxes, strict=True)
    return min(west) - MARGIN_DEG, min(south) - MARGIN_DEG, max(east) + MARGIN_DEG, max(north) + MARGIN_DEG


def effective_day(spec: LayerSpec, wanted: date | None) -> date:
    """The day from which an edit holds: at most today, at least the day of the layer's last publication."""
    today = timezone.localdate()
    last = LayerVersion.objects.filter(layer=spec.id).order_by("-version").values_list("effective", flat=True).first()
    if last is not None and last > today:
        raise Conflict(
            f"该图层已排定 {last} 起的新版本，之前不能逐个修改",
            f"a version of this layer is planned from {last}: single edits must wait until then", field="effective",
        )  # fmt: skip
    day = wanted or today
    if day > today or (last is not None and day < last):
        raise InvalidInput(
            f"生效日期应在 {last or '—'} 至 {today} 之间",
            f"the day must lie between {last or 'the beginning'} and {today}", field="effective", found=day,
        )  # fmt: skip
    return day


@contextmanager
def constraints_speak() -> Iterator[None]:
    """A savepoint in which broken constraints, deferred ones included, become errors that name what is wrong."""
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except (DatabaseError, psycopg.Error) as error:
        ours = _as_sentence(error)
        if ours is None:
            raise
        raise ours from error


def _as_sentence(error: Exception) -> WanggeError | None:
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    if not isinstance(cause, psycopg.errors.IntegrityError | psycopg.errors.DataError):
        return None
    name = cause.diag.constraint_name or ""
    message = cause.diag.message_primary or ""
    if name.endswith("_no_overlap"):
        pair = re.search(r"area (\d+) overlaps (\d+) by ([\d.]+) m2", message)
        one, other, size = pair.groups() if pair else ("?", "?", "?")
        return TilingBroken(
            f"{one} 与 {other} 重叠 {size} m²", f"{one} overlaps {other} by {size} m²", field="geometry"
        )
    if name.endswith("_geom_fits"):
        return InvalidGeometry(field="geometry")
    return InvalidInput(
        "有的值超出允许的范围", f"a value lies outside what the layer allows ({name or message})", found=name or message
    )
