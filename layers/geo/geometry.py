"""Geometry at the door: finite, typed, sized, valid. GeoJSON is parsed here with shapely, never by GDAL.

RFC 7946: positions are longitude, latitude; no `crs` member.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import InvalidGeometry

MAX_BYTES = 1_000_000
MAX_VERTICES = 50_000
WORLD_4326 = (-180.0, -90.0, 180.0, 90.0)

_TYPES = {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}


def _no_constant(text: str) -> float:
    raise InvalidGeometry(
        f"坐标里有 {text}，不是有限的数", f"a coordinate is {text}, not a finite number", field="geometry"
    )


def parse_geojson(text: str | bytes, *, bounds_4326: tuple[float, float, float, float] = WORLD_4326) -> BaseGeometry:
    """The shapely geometry (EPSG:4326) that a GeoJSON geometry text stands for.

    Raises InvalidGeometry naming what was found: not JSON, wrong type, NaN or overflow, too many vertices, outside
    `bounds_4326` (west, south, east, north), empty, or not simple and valid.
    """
    if len(text) > MAX_BYTES:
        raise InvalidGeometry(f"几何超过 {MAX_BYTES} 字节", f"the geometry exceeds {MAX_BYTES} bytes", field="geometry")
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidGeometry("不是 JSON 文本", "not a JSON text", field="geometry", found=str(error)) from error
    return from_mapping(value, bounds_4326=bounds_4326)


def from_mapping(value: Any, *, bounds_4326: tuple[float, float, float, float] = WORLD_4326) -> BaseGeometry:
    """As `parse_geojson`, from an already decoded mapping."""
    if not isinstance(value, dict) or value.get("type") not in _TYPES:
        kind = value.get("type") if isinstance(value, dict) else type(value).__name__
        raise InvalidGeometry("不支持的几何类型", "unsupported geometry type", field="geometry.type", found=kind)
    for count, position in enumerate(_positions(value.get("coordinates"), depth=0), start=1):
        if count > MAX_VERTICES:
            raise InvalidGeometry(f"顶点超过 {MAX_VERTICES} 个", f"more than {MAX_VERTICES} vertices", field="geometry")
        if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in position):
            raise InvalidGeometry("坐标不是数字", "a coordinate is not a number", field="geometry", found=position)
        try:
            finite = all(math.isfinite(number) for number in position)
        except OverflowError:
            finite = False
        if not finite:
            raise InvalidGeometry("坐标不是有限的数", "a coordinate is not finite", field="geometry", found=position)
    try:
        shape = shapely.from_geojson(json.dumps({"type": value["type"], "coordinates": value.get("coordinates")}))
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        raise InvalidGeometry("几何无法解析", "the geometry cannot be read", field="geometry", found=error) from error
    return checked(shapely.force_2d(shape), bounds_4326=bounds_4326)


def _positions(value: Any, depth: int) -> Iterator[list[Any]]:
    if depth > 4 or not isinstance(value, list):
        raise InvalidGeometry("坐标嵌套有误", "the coordinates are nested wrongly", field="geometry.coordinates")
    if value and not isinstance(value[0], list):
        if len(value) < 2:
            raise InvalidGeometry("坐标缺一半", "a position needs two numbers", field="geometry", found=value)
        yield value[:3]
        return
    for part in value:
        yield from _positions(part, depth + 1)


def checked(shape: BaseGeometry, *, bounds_4326: tuple[float, float, float, float] = WORLD_4326) -> BaseGeometry:
    """`shape` unchanged when it is non-empty, finite, inside the bounds and valid; else InvalidGeometry."""
    if shape is None or shape.is_empty:
        raise InvalidGeometry("几何是空的", "the geometry is empty", field="geometry")
    if not all(math.isfinite(value) for value in shapely.get_coordinates(shape).ravel()):
        raise InvalidGeometry("坐标不是有限的数", "a coordinate is not finite", field="geometry")
    west, south, east, north = shape.bounds
    limit = bounds_4326
    if west < limit[0] or south < limit[1] or east > limit[2] or north > limit[3]:
        raise InvalidGeometry(
            "位置超出范围", "the position lies outside the allowed range", field="geometry", found=shape.bounds
        )
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise InvalidGeometry("图形自相交或不闭合", f"the shape is not valid: {reason}", field="geometry", found=reason)
    return shape


def position(lon: float, lat: float) -> tuple[float, float]:
    """(lon, lat) in degrees when both are finite and on the globe; else InvalidGeometry naming the field."""
    for name, value, limit in (("lon", lon, 180.0), ("lat", lat, 90.0)):
        if not math.isfinite(value) or abs(value) > limit:
            raise InvalidGeometry(
                f"{name} 应在 ±{limit:g} 之间", f"{name} must lie within ±{limit:g}", field=name, found=value
            )
    return lon, lat
