"""Rows as text, line by line: CSV and GeoJSON. Pure, so that a web process may send them as they come."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import shapely

from layers.catalog.cells import safe_cell
from layers.exports.formats import DEGREES
from layers.exports.notes import unholdable
from layers.exports.tables import Table
from layers.spec import LayerSpec

#: Parts of names by which a reader takes a column for a coordinate.
_PLACE_WORDS = frozenset({
    "lon", "lng", "long", "longitude", "lat", "latitude", "x", "y", "easting", "northing", "east", "north", "经度", "纬度",
    "东经", "北纬", "x坐标", "y坐标", "东坐标", "北坐标", "横坐标", "纵坐标",
})  # fmt: skip
#: Spreadsheets on Chinese Windows take a text without this mark for GBK.
BOM = "\ufeff"


def stated(value: Any) -> Any:
    """A value as JSON has it: times in UTC with Z, days as they are."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def place_columns(spec: LayerSpec, crs: int) -> tuple[str, ...]:
    """The names of the columns that hold the place: two of numbers for points, else one of well-known text.

    The number of the system ends their names, so that a reader knows it; `lon` and `lat` alone are WGS 84. A layer with
    attributes of such names has its points as text too, for nobody could tell them apart.
    """
    if _by_numbers(spec):
        x, y = ("lon", "lat") if crs in DEGREES else ("x", "y")
        ending = "" if crs == 4326 else f"_{crs}"
        return f"{x}{ending}", f"{y}{ending}"
    return (f"wkt_{crs}",)


def _by_numbers(spec: LayerSpec) -> bool:
    words = {word for field in spec.fields for word in re.split(r"[\s_\-()（）.°]+", field.name.lower())}
    return set(spec.geometry_types) == {"Point"} and not words & _PLACE_WORDS


def place_values(table: Table) -> list[tuple[Any, ...]]:
    """What stands in the columns of `place_columns`, row by row, to the last digit; None where a row has no shape."""
    if _by_numbers(table.spec):
        missing = shapely.is_missing(table.shapes)
        xy = np.column_stack([shapely.get_x(table.shapes), shapely.get_y(table.shapes)]).tolist()
        return [(None, None) if gone else (x, y) for (x, y), gone in zip(xy, missing, strict=True)]
    return [(text,) for text in shapely.to_wkt(table.shapes, rounding_precision=-1).tolist()]


def csv_lines(tables: Iterable[Table], spec: LayerSpec, fields: Iterable[Any], crs: int) -> Iterator[str]:
    """A table as CSV (RFC 4180, with a byte order mark): a line of names, then one a row.

    Texts stand in quotes and cannot become formulas; numbers, days and truths stand bare; what is not there is empty.
    """
    names = [field.name for field in fields]
    places = place_columns(spec, crs)
    if set(names) & set(places):
        raise unholdable(places[0], (), "与坐标列同名", "a field has the name of the column of the place")
    yield BOM + ",".join(_cell(name) for name in (*names, *places)) + "\r\n"
    for table in tables:
        columns = [table.values[name].tolist() for name in names]
        for row, place in zip(_rows(columns, len(table)), place_values(table), strict=True):
            yield ",".join(map(_cell, (*row, *place))) + "\r\n"


def _rows(columns: list[list[Any]], count: int) -> Iterable[tuple[Any, ...]]:
    return zip(*columns, strict=True) if columns else iter([()] * count)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + safe_cell(value).replace('"', '""') + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(stated(value)) if isinstance(value, date) else repr(value)


def geojson_lines(tables: Iterable[Table], spec: LayerSpec, crs: int, notice: str) -> Iterator[str]:
    """A table as GeoJSON, one feature a line, outer rings counter-clockwise.

    RFC 7946 in EPSG:4326; in another system with the `crs` member of the older format, so that no reader takes
    CGCS2000 for WGS 84.
    """
    head: dict[str, Any] = {"type": "FeatureCollection", "name": spec.id}
    if crs != 4326:
        head["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}
    if notice:
        head["description"] = notice
    yield _json(head)[:-1] + ',"features":['
    before = "\n"
    for table in tables:
        for line in _features(table):
            yield before + line
            before = ",\n"
    yield "\n]}\n"


def _features(table: Table) -> Iterator[str]:
    shapes = shapely.to_geojson(shapely.orient_polygons(table.shapes)).tolist()
    names = [field.name for field in table.fields]
    columns = [table.values[name].tolist() for name in names]
    for row, shape in zip(_rows(columns, len(table)), shapes, strict=True):
        properties = dict(zip(names, map(stated, row), strict=True))
        yield (
            f'{{"type":"Feature","id":{_json(properties.get("id"))},"geometry":{shape or "null"},'
            f'"properties":{_json(properties)}}}'
        )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
