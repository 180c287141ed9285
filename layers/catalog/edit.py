"""Editing one feature by hand: add, change, close. Nothing is overwritten; each edit is a version of its layer.

Order: permission, rule, write, event; one transaction each. An unknown id and one outside the actor's area get the
same NotFound.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely
from django.db import transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from layers.catalog import edit_rules as rules
from layers.catalog.columns import DOCUMENT, spread
from layers.catalog.features import FeatureRow, stable_id
from layers.catalog.models import LayerVersion
from layers.catalog.registry import spec_of
from layers.catalog.rows import DEFAULTS, camera_view_rows, derive, feature_id, rank_of
from layers.catalog.selectors import model_of, next_feature_version
from layers.catalog.services import Source, lock_layer, publish_version
from layers.errors import Conflict, Forbidden, InvalidGeometry, InvalidInput, NotFound, StaleVersion
from layers.geo.codes import level_of
from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject
from layers.live.models import Event
from layers.live.services import Act, publish
from layers.people.rights import Actor
from layers.spec import LayerSpec
from layers.territory.features import ever_seen
from layers.territory.selectors import chain_at
from layers.territory.services import prove_tiling

_FIXED = frozenset(
    {"row_id", "feature_id", "feature_version", "client_id", "valid_from", "valid_to", "version_from", "version_to",
     "import_id", "rank", "digest", "geom", "geom_3857", "snap_clearance"}
)  # fmt: skip
_LEVELS = ("grid", "community", "subdistrict")


@dataclass(frozen=True)
class Edited:
    """What an edit left behind: the feature's version, the layer's, and whether anything was written at all."""

    feature_id: str
    version: int
    layer_version: int | None
    written: bool = True


@dataclass(frozen=True)
class _State:
    """The open row of a feature."""

    version: int
    values: dict[str, Any]
    shape: BaseGeometry | None
    area: str


@dataclass(frozen=True)
class _Deed:
    """What is told to the log about an edit; its versions, of the layer and of what follows from it, carry one `act`."""

    kind: str
    actor: Actor
    spec: LayerSpec
    day: date
    reason: str
    client_id: uuid.UUID | None
    before: str = ""
    after: str = ""
    columns: tuple[str, ...] = field(default=())
    reshaped: bool = False
    act: uuid.UUID = field(default_factory=uuid.uuid4)


@transaction.atomic
def edit_feature(
    *, spec: LayerSpec, actor: Actor, feature_id: str, version: int, changes: Mapping[str, Any], reason: str,
    geometry: BaseGeometry | None = None, effective: date | None = None, client_id: uuid.UUID | None = None,
) -> Edited:  # fmt: skip
    """The feature's next state, published. `changes` are by attribute name; no `geometry` leaves the shape alone.

    Raises NotFound, StaleVersion, InvalidInput, InvalidGeometry, TilingBroken, or Forbidden when the new shape lies
    where the actor may not edit.
    """
    lock_layer(spec.id)
    state = _permitted(spec, actor, feature_id)
    values = state.values | rules.clean_values(spec, changes, making=False)
    shape = state.shape if geometry is None else rules.checked_shape(spec, geometry)
    reshaped = geometry is not None and not _same(shape, state.shape)
    row = _row(spec, feature_id, values, shape if reshaped else state.shape, moved=reshaped)
    if (repeat := _repeated(spec, feature_id, state.version, client_id, row.digest)) is not None:
        return repeat
    _demand_version(version, state)
    columns = tuple(sorted(c for c, value in row.values.items() if value != state.values.get(c)))
    if not columns and not reshaped:
        return Edited(feature_id, state.version, None, written=False)
    deed = _Deed(
        "feature.edited", actor, spec, rules.effective_day(spec, effective), reason, client_id, state.area,
        _permitted_after(spec, actor, row), columns, reshaped,
    )  # fmt: skip
    return _write(deed, row, next_feature_version(spec, feature_id))


@transaction.atomic
def add_feature(
    *, spec: LayerSpec, actor: Actor, values: Mapping[str, Any], geometry: BaseGeometry, reason: str,
    effective: date | None = None, client_id: uuid.UUID | None = None,
) -> Edited:  # fmt: skip
    """The new feature, published. Its id follows from its code, or is the client's UUID when it has none.

    Raises InvalidInput, InvalidGeometry, Conflict (the code is taken), TilingBroken, or Forbidden when it would lie
    where the actor may not edit.
    """
    lock_layer(spec.id)
    clean = _blank(spec) | rules.clean_values(spec, values, making=True)
    shape = rules.checked_shape(spec, geometry)
    key = _new_id(spec, str(clean["code"]), client_id)
    row = _row(spec, key, clean, shape, moved=True)
    area = _permitted_after(spec, actor, row)
    last = _last_row(spec, key)
    if last is not None and last.version_to is None:
        if (repeat := _repeated(spec, key, last.feature_version, client_id, row.digest)) is not None:
            return repeat
        raise Conflict(f"代码 {clean['code']} 已有", f"the code {clean['code']} is taken", field="code")
    missing = [f for f in rules.editable_fields(spec) if f.required and clean.get(f.db_column) in (None, "")]
    if missing:
        raise InvalidInput(f"{missing[0].zh}：必填", f"{missing[0].en}: a value is required", field=missing[0].name)
    day = rules.effective_day(spec, effective)
    deed = _Deed("feature.added", actor, spec, day, reason, client_id, "", area, reshaped=True)
    return _write(deed, row, next_feature_version(spec, key))


@transaction.atomic
def close_feature(
    *, spec: LayerSpec, actor: Actor, feature_id: str, version: int, reason: str, effective: date | None = None,
    client_id: uuid.UUID | None = None,
) -> Edited:  # fmt: skip
    """The feature's end: its row keeps standing in the history. Raises NotFound, StaleVersion, TilingBroken."""
    lock_layer(spec.id)
    state = _permitted(spec, actor, feature_id)
    _demand_version(version, state)
    day = rules.effective_day(spec, effective)
    deed = _Deed("feature.closed", actor, spec, day, reason, client_id, state.area)
    return _write(deed, None, state.version, gone=(feature_id,), code=str(state.values["code"]))


def _write(deed: _Deed, row: FeatureRow | None, version: int, *, gone: tuple[str, ...] = (), code: str = "") -> Edited:
    """Publishes the layer version and what follows from it, proves the tiling, tells the log."""
    spec, key = deed.spec, row.feature_id if row else gone[0]
    with rules.constraints_speak():
        published = _publish(deed, spec, [row] if row else [], gone, key)
        if spec.id == "cameras":
            views = camera_view_rows([row]) if row else []
            _publish(deed, spec_of("camera_views"), views, (stable_id("camera_views", code),) if gone else (), key)
    if rules.tiles(spec) and (deed.reshaped or gone):
        prove_tiling(deed.day)
    publish(
        Act(
            kind=deed.kind, object_type=spec.id, object_id=key, object_version=version, actor=deed.actor.id,
            happened_at=timezone.now(), areas_before=(deed.before,) if deed.before else (),
            areas_after=(deed.after,) if deed.after else (), visibility=spec.rights.value if spec.rights else "",
            role_used=rules.role_used(deed.actor, spec, deed.after or deed.before), client_id=deed.client_id,
            reason=deed.reason, payload={
                "layer": spec.id, "id": key, "version": version, "layer_version": published.version if published else 0,
                "effective": deed.day.isoformat(), "columns": list(deed.columns), "reshaped": deed.reshaped,
                "digest": row.digest.hex() if row else "",
            },
        )
    )  # fmt: skip
    return Edited(key, version, published.version if published else None)


def _publish(
    deed: _Deed, spec: LayerSpec, rows: list[FeatureRow], gone: tuple[str, ...], key: str
) -> LayerVersion | None:
    return publish_version(
        spec=spec, rows=rows, gone=gone, effective=deed.day, actor=deed.actor.id, source=Source(f"edit/{key}", import_id=deed.act),
        whole=False,
    )  # fmt: skip


def _last_row(spec: LayerSpec, key: str) -> Any:
    rows = ever_seen(model_of(spec)._default_manager.filter(feature_id=key, **spec.where)).defer("geom_3857")
    return rows.order_by("-version_from", "-row_id").first()


def _columns(spec: LayerSpec) -> list[Any]:
    fields = model_of(spec)._meta.concrete_fields
    return [f for f in fields if f.column not in _FIXED and f.column not in spec.where]


def _blank(spec: LayerSpec) -> dict[str, Any]:
    """A value for every column of a feature about to be made."""
    known = DEFAULTS.get(spec.id, {})
    types = {f.db_column: f.type for f in spec.fields}
    columns = [f.column for f in _columns(spec) if f.column != DOCUMENT]
    blank = {column: known.get(column, "" if types.get(column, "text") == "text" else None) for column in columns}
    return spread(spec, blank)


def _permitted(spec: LayerSpec, actor: Actor, key: str) -> _State:
    """The open state of a feature that the actor may edit; else NotFound."""
    row = _last_row(spec, key)
    if row is not None and row.version_to is None:
        shape = None if row.geom is None else shapely.from_wkb(bytes(row.geom.wkb))
        values = spread(spec, {f.column: getattr(row, f.attname) for f in _columns(spec)})
        area = rules.area_of(spec, values, shape)
        if rules.may_edit(actor, spec, area):
            return _State(row.feature_version, values, shape, area)
    raise NotFound(f"{spec.zh}里没有可修改的 {key[:40]}", f"{spec.en} has no {key[:40]} that you may edit", field="id")


def _permitted_after(spec: LayerSpec, actor: Actor, row: FeatureRow) -> str:
    area = rules.area_of(spec, row.values, row.geometry)
    if not rules.may_edit(actor, spec, area):
        raise Forbidden(
            f"新位置在 {area or '辖区外'}，不在您可修改的范围内",
            f"the new place lies in {area or 'no area'}, where you may not edit", field="geometry", found=area,
        )  # fmt: skip
    return area


def _demand_version(version: int, state: _State) -> None:
    if version != state.version:
        raise StaleVersion(
            f"您看的是第 {version} 版，现在是第 {state.version} 版",
            f"you looked at version {version}; it is at version {state.version} now",
            field="version", found=version, current=state.version, sent=version,
        )  # fmt: skip


def _repeated(spec: LayerSpec, key: str, version: int, client_id: uuid.UUID | None, digest: bytes) -> Edited | None:
    """The first result when this very edit was made already. Raises Conflict for the same key with another body."""
    if client_id is None:
        return None
    event = Event.objects.filter(
        object_type=spec.id, object_id=key, object_version=version, client_id=client_id
    ).first()
    if event is None:
        return None
    if event.payload.get("digest") != digest.hex():
        raise Conflict("同一 client_id 已用于另一内容", "this client_id was used with another body", field="client_id")
    return Edited(key, version, event.payload["layer_version"], written=False)


def _new_id(spec: LayerSpec, code: str, client_id: uuid.UUID | None) -> str:
    if rules.tiles(spec):
        wanted = spec.where.get("level", "grid")
        if level_of(code) != wanted and not (spec.id == "unit_grids" and len(code) in (14, 15) and code.isdigit()):
            raise InvalidInput("代码与层级不符", f"the code is not that of a {wanted}", field="code", found=code)
    return feature_id(spec, code) if code else str(client_id or uuid.uuid4())


def _same(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    """True when two shapes agree to a tenth of a millimetre: what a browser gives back unedited."""
    if one is None or other is None:
        return one is other
    return bool(shapely.equals_exact(one, other, tolerance=1e-9))


def _row(spec: LayerSpec, key: str, values: dict[str, Any], shape: BaseGeometry | None, *, moved: bool) -> FeatureRow:
    """The row to publish, with what follows from its shape and code filled in."""
    metric = None if shape is None else reproject(shape, STORAGE_SRID, METRIC_SRID)
    if moved:
        if shape is not None and spec.area_columns and spec.model != "territory.Area":
            _place(spec, values, shape)
        derive(spec, values, metric)
    return FeatureRow(key, shape, values, rank_of(spec, values, metric))


def _place(spec: LayerSpec, values: dict[str, Any], shape: BaseGeometry) -> None:
    """Fills the area codes of a feature from where it lies. Raises InvalidGeometry outside the district.

    What staff collect may lie beyond it; then it is of no area.
    """
    point = shape.representative_point()
    chain = chain_at(point.x, point.y)
    if spec.staff:
        values["community"] = chain.code("community") or ""
        return
    if not chain.codes:
        raise InvalidGeometry("位置不在辖区内", "the shape lies outside the district", field="geometry")
    for level in _LEVELS:
        if level in values:
            values[level] = chain.code(level)
