"""Layers of staff as JSON and back: the same description as a built-in layer, read strictly. Pure.

    {"id", "title_zh", "title_en", "area", "seen_by": "public" | "map" | [role, …], "geometry_types": […],
     "min_zoom", "max_zoom", "label_zoom": number | null, "label": field | "",
     "style": {"geometry": "point|line|fill|mixed", "colour", "size", "width", "opacity"},
     "fields": [{"name", "title_zh", "title_en", "type", "unit", "values": {code: {"zh", "en"}}, "required",
                 "max_length", "tile_zoom": number | null}]}

What every layer has (id, version, code, name, name_en, validity, community) is not listed among the fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from layers.catalog.description_parts import Part, wrong
from layers.geo.codes import level_of
from layers.people.rights import Actor, Post, visible
from layers.roles import Capability, Role
from layers.spec import (
    COMMON_FIELDS,
    CodeValue,
    Detail,
    FieldSpec,
    FieldType,
    GeometryType,
    Group,
    LayerSpec,
    Style,
    StyleGeometry,
)  # fmt: skip

Json = dict[str, Any]

MODEL = "catalog.DatasetFeature"
COMMUNITY = FieldSpec("community", "text", "社区", "Community", max_length=12)
LAYER_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: Ids that the public face gives to layers to come or that mean something else in an address.
RESERVED_LAYERS = frozenset({"tracks", "coverage", "all", "new", "layers", "none"})
#: Columns of the table, and what tiles and answers add of their own.
RESERVED_FIELDS = frozenset(
    {*(f.name for f in COMMON_FIELDS), "community", "row_id", "feature_id", "feature_version", "client_id",
     "version_from", "version_to", "import_id", "rank", "digest", "layer", "attributes", "geom", "geom_3857", "shape",
     "spot", "chain", "near", "stale"}
)  # fmt: skip
#: Colours a layer of staff may have: none that says urgent, waiting, alive or not known any more.
COLOURS: Mapping[str, CodeValue] = {
    "link": CodeValue("蓝", "Blue"),
    "ink": CodeValue("墨", "Ink"),
    "ink-2": CodeValue("淡墨", "Pale ink"),
    "m-water-ink": CodeValue("水蓝", "Water blue"),
    "m-green-ink": CodeValue("叶绿", "Leaf green"),
    "cat-service": CodeValue("湖蓝", "Lake blue"),
    "cat-dispute": CodeValue("紫", "Purple"),
    "cat-city": CodeValue("青", "Teal"),
    "cat-hazard": CodeValue("赭", "Ochre"),
}
GEOMETRY_TYPES: tuple[GeometryType, ...] = ("Point", "MultiPoint", "MultiLineString", "MultiPolygon")
MOST_FIELDS = 255
MOST_VALUES = 300
LONGEST_TEXT = 4000
LOWEST_ZOOM, HIGHEST_ZOOM = 6, 16
PUBLIC, MAP = "public", "map"
_KEYS = (
    "id", "title_zh", "title_en", "area", "seen_by", "geometry_types", "min_zoom", "max_zoom", "label_zoom", "label",
    "style", "fields",
)  # fmt: skip


def read(data: object, *, stamp: int = 0) -> LayerSpec:
    """The layer that a description describes. Raises InvalidInput naming the part at fault, such as `fields.2.name`."""
    part = Part.of(data, _KEYS)
    low = part.whole("min_zoom", LOWEST_ZOOM, HIGHEST_ZOOM)
    high = part.whole("max_zoom", low, HIGHEST_ZOOM)
    label_zoom = part.whole_or_none("label_zoom", LOWEST_ZOOM, HIGHEST_ZOOM)
    fields = (*COMMON_FIELDS, *_fields(part), COMMUNITY)
    label = part.choice("label", ["", *_nameable(fields)])
    kinds = tuple(kind for kind in GEOMETRY_TYPES if kind in part.words("geometry_types", GEOMETRY_TYPES, least=1))
    rights, seen_by = _sight(part)
    zh, en = part.titles()
    return LayerSpec(
        id=_id(part), zh=zh, en=en, model=MODEL, geometry_types=kinds, group=Group.OWN,
        fields=_travelling(fields, label, low), area_columns=("community",), where={"layer": part.text("id", 40)},
        rights=rights, min_zoom=low, max_zoom=high, details=_details(kinds), label_zoom=label_zoom, label=label,
        owner=_area(part), seen_by=seen_by, style=_style(part.part("style")), stamp=stamp,
    )  # fmt: skip


def write(spec: LayerSpec) -> Json:
    """The description of a layer of staff; reading it gives the same layer."""
    assert spec.style is not None
    return {
        "id": spec.id,
        "title_zh": spec.zh,
        "title_en": spec.en,
        "area": spec.owner,
        "seen_by": PUBLIC if spec.public else MAP if spec.seen_by is None else sorted(spec.seen_by),
        "geometry_types": list(spec.geometry_types),
        "min_zoom": spec.min_zoom,
        "max_zoom": spec.max_zoom,
        "label_zoom": spec.label_zoom,
        "label": spec.label,
        "style": write_style(spec.style),
        "fields": [_write_field(field) for field in spec.fields if field.json],
    }


def write_style(style: Style) -> Json:
    """A style as JSON."""
    return {
        "geometry": style.geometry, "colour": style.colour, "size": style.size, "width": style.width,
        "opacity": style.opacity,
    }  # fmt: skip


def merged(description: Json, changes: Mapping[str, Any]) -> Json:
    """A description with some parts changed; of `style` only the named figures change."""
    whole = description | dict(changes)
    if isinstance(changes.get("style"), Mapping):
        whole["style"] = description["style"] | dict(changes["style"])
    return whole


def check_change(before: LayerSpec, after: LayerSpec) -> None:
    """Raises InvalidInput for a change that rows in the layer cannot follow: another id, geometry or type of a field."""
    if after.id != before.id:
        raise wrong("id", "图层编号不能改", "of a layer cannot be changed", after.id)
    gone = [kind for kind in before.geometry_types if kind not in after.geometry_types]
    if gone:
        raise wrong("geometry_types", f"不能去掉 {gone[0]}", f"cannot lose {gone[0]}", list(after.geometry_types))
    were = {field.name: field for field in before.fields if field.json}
    for number, field in enumerate(field for field in after.fields if field.json):
        was = were.get(field.name)
        if was is None or was.type == field.type or field.type == "text":
            continue
        if (was.type, field.type) != ("integer", "number"):
            raise wrong(
                f"fields.{number}.type", f"不能由 {was.type} 改为 {field.type}",
                f"cannot turn from {was.type} into {field.type}", field.type,
            )  # fmt: skip


def redraws_tiles(before: LayerSpec, after: LayerSpec) -> bool:
    """True when tiles of the one are not those of the other: words and colours are the reader's, all else is in the tile."""
    return _in_tiles(before) != _in_tiles(after)


def _in_tiles(spec: LayerSpec) -> tuple[object, ...]:
    travelling = [(f.name, f.type, f.tile_zoom, f.required) for f in spec.fields if f.tile_zoom is not None]
    return travelling, spec.geometry_types, spec.min_zoom, spec.max_zoom, spec.label, spec.label_zoom


def _id(part: Part) -> str:
    text = part.text("id", 40)
    if not LAYER_ID.fullmatch(text):
        raise part.wrong("id", "应为小写字母开头的小写字母、数字和下划线，2 到 40 个", (
            "must be 2 to 40 small letters, digits and underscores, a letter first"
        ), text)  # fmt: skip
    if text in RESERVED_LAYERS or text.endswith("_label"):
        raise part.wrong("id", "是保留字", "is a reserved word", text)
    return text


def _area(part: Part) -> str:
    code = part.text("area", 15)
    if level_of(code) is None:
        raise part.wrong("area", "应为辖区代码", "must be the code of an area", code)
    return code


def _sight(part: Part) -> tuple[Capability | None, frozenset[Role] | None]:
    """Who sees the layer: nobody is asked, whoever sees the map there, or of those only some roles."""
    given = part.data["seen_by"]
    if given == PUBLIC:
        return None, None
    if given == MAP:
        return Capability.SEE_MAP, None
    return Capability.SEE_MAP, frozenset(Role(word) for word in part.words("seen_by", readers(), least=1))


def readers() -> list[str]:
    """Roles that a layer can be kept for: those that see some of the map."""
    probe = LayerSpec("x", "", "", MODEL, (), Group.OWN, (), (), rights=Capability.SEE_MAP)
    return [role.value for role in Role if not visible(Actor("x", (Post(role, "000000"),)), probe).nothing]


def _style(part: Part) -> Style:
    part.only(("geometry", "colour", "size", "width", "opacity"))
    geometry: StyleGeometry = part.choice("geometry", get_args(StyleGeometry))  # type: ignore[assignment]
    return Style(
        geometry, part.choice("colour", list(COLOURS)), part.number("size", 1, 12), part.number("width", 0.25, 8),
        part.number("opacity", 0.05, 1),
    )  # fmt: skip


def _fields(part: Part) -> tuple[FieldSpec, ...]:
    parts = part.parts("fields", MOST_FIELDS)
    fields = tuple(_field(one) for one in parts)
    names = [field.name for field in fields]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise parts[number].wrong("name", "重复", "stands twice", name)
    return fields


def _field(part: Part) -> FieldSpec:
    part.only(("name", "title_zh", "title_en", "type", "unit", "values", "required", "max_length", "tile_zoom"))
    name = part.text("name", 40)
    if not FIELD_NAME.fullmatch(name) or name in RESERVED_FIELDS:
        raise part.wrong("name", "应为小写字母开头的小写字母、数字和下划线，且非保留字", (
            "must be small letters, digits and underscores, a letter first, and no reserved word"
        ), name)  # fmt: skip
    kind: FieldType = part.choice("type", get_args(FieldType))  # type: ignore[assignment]
    zh, en = part.titles()
    values = _values(part)
    if values and kind != "text":
        raise part.wrong("values", "只有文字字段有代码表", "belong to fields of type text alone", None)
    return FieldSpec(
        name, kind, zh, en, unit=part.text("unit", 16, empty=True), values=values, json=True,
        required=part.flag("required"), max_length=part.whole("max_length", 1, LONGEST_TEXT),
        tile_zoom=part.whole_or_none("tile_zoom", 0, HIGHEST_ZOOM),
    )  # fmt: skip


def _values(part: Part) -> dict[str, CodeValue]:
    held = part.part("values")
    if len(held.data) > MOST_VALUES:
        raise part.wrong("values", f"最多 {MOST_VALUES} 个", f"are at most {MOST_VALUES}", len(held.data))
    words: dict[str, CodeValue] = {}
    for code in held.data:
        if not code or len(code) > 40 or not code.isprintable():
            raise part.wrong(
                "values", "代码应为 1 到 40 个可见字符", "have codes of 1 to 40 printable characters", code
            )
        one = held.part(code)
        one.only(("zh", "en"))
        words[code] = CodeValue(one.text("zh", 80), one.text("en", 80))
    return words


def _write_field(field: FieldSpec) -> Json:
    return {
        "name": field.name,
        "title_zh": field.zh,
        "title_en": field.en,
        "type": field.type,
        "unit": field.unit,
        "values": {code: {"zh": words.zh, "en": words.en} for code, words in field.values.items()},
        "required": field.required,
        "max_length": field.max_length,
        "tile_zoom": field.tile_zoom,
    }


def _nameable(fields: Sequence[FieldSpec]) -> list[str]:
    """Fields that can stand as a name on the map."""
    return [f.name for f in fields if f.name not in ("id", "version", "valid_from", "valid_to", "community")]


def _travelling(fields: Sequence[FieldSpec], label: str, zoom: int) -> tuple[FieldSpec, ...]:
    """The fields, of which the one that names features travels in every tile."""
    return tuple(
        replace(f, tile_zoom=min(zoom, zoom if f.tile_zoom is None else f.tile_zoom))
        if f.json and f.name == label
        else f
        for f in fields
    )


def _details(kinds: Sequence[str]) -> tuple[Detail, ...]:
    """How finely shapes are drawn: points whole, many a tile; the others as borders of areas are."""
    if all(kind in ("Point", "MultiPoint") for kind in kinds):
        return (Detail(0, cap=3000),)
    return (
        Detail(0, tolerance_m=20), Detail(12, tolerance_m=5), Detail(14, tolerance_m=1, cap=4000), Detail(16, cap=4000),
    )  # fmt: skip
