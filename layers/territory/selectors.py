"""Asking the territory: in which areas does a point lie, what is an area called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from layers.geo.codes import LEVELS, ancestors, level_of
from layers.geo.geometry import position
from layers.territory.features import in_force
from layers.territory.models import Area


@dataclass(frozen=True)
class AreaName:
    """One link of an area chain."""

    level: str
    code: str
    name: str
    name_en: str
    kind: str
    kind_zh: str
    kind_en: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Chain:
    """District > subdistrict > community > grid at a point on a day, and the unit grid there."""

    areas: tuple[AreaName, ...]
    unit_grid: str

    @property
    def codes(self) -> tuple[str, ...]:
        """The area codes, outermost first."""
        return tuple(area.code for area in self.areas)

    def code(self, level: str) -> str:
        """The code at one level, or empty text."""
        return next((area.code for area in self.areas if area.level == level), "")


_VALID = "valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)"
_DEEPEST = f"""
SELECT code FROM territory_area
WHERE {_VALID} AND ST_Covers(geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326))
ORDER BY length(code) DESC, code LIMIT 1
"""
_UNIT = f"""
SELECT code FROM territory_unitgrid
WHERE {_VALID} AND ST_Covers(geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326))
ORDER BY (grid = %(grid)s) DESC, code LIMIT 1
"""
_AROUND = f"""
SELECT code FROM territory_area
WHERE {_VALID} AND (level = 'district' OR ST_Covers(geom, ST_GeomFromWKB(%(shape)s, 4326)))
ORDER BY length(code) DESC, code LIMIT 1
"""
_NAMES = """
SELECT a.level, a.code, a.name, a.name_en, a.kind, coalesce(k.zh, a.kind), coalesce(k.en, a.kind)
FROM territory_area a
LEFT JOIN territory_areakind k
       ON k.code = a.kind AND k.valid_from <= %(day)s AND (k.valid_to IS NULL OR k.valid_to > %(day)s)
WHERE a.code = ANY(%(codes)s) AND a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)
ORDER BY length(a.code), a.code
"""


def chain_at(lon: float, lat: float, *, on: date | None = None) -> Chain:
    """The area chain at a position (degrees, longitude first) on a day (today in Asia/Shanghai by default).

    A point on a shared border belongs to the area with the smallest code, and its whole chain follows from that, so
    that every point has exactly one. Outside the district the chain is empty. Raises InvalidGeometry for a position
    that is not finite or not on the globe.
    """
    lon, lat = position(lon, lat)
    day = on or timezone.localdate()
    values: dict[str, Any] = {"lon": lon, "lat": lat, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(_DEEPEST, values)
        found = cursor.fetchone()
        if found is None:
            return Chain((), "")
        cursor.execute(_UNIT, {**values, "grid": found[0]})
        unit = cursor.fetchone()
    return Chain(chain_of(found[0], on=day), unit[0] if unit else "")


def smallest_area_around(wkb: bytes, *, on: date | None = None) -> str:
    """Code of the smallest area that holds a whole shape (WKB, EPSG:4326) on a day; the district's when none does."""
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, {"shape": wkb, "day": on or timezone.localdate()})
        found = cursor.fetchone()
    return str(found[0]) if found else ""


def top_codes(*, on: date | None = None) -> tuple[str, ...]:
    """Codes of the districts on a day; empty before one is loaded."""
    rows = in_force(Area.objects.filter(level="district"), on=on)
    return tuple(rows.order_by("code").values_list("code", flat=True))


def chain_of(code: str, *, on: date | None = None) -> tuple[AreaName, ...]:
    """The areas from the district down to `code`, those that exist on that day; empty for a text that is no code."""
    if level_of(code) is None:
        return ()
    return tuple(area_names([*ancestors(code), code], on=on).values())


def area_names(codes: Sequence[str], *, on: date | None = None) -> dict[str, AreaName]:
    """Code -> name and kind on a day, outermost areas first."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"codes": list(codes), "day": on or timezone.localdate()})
        return {row[1]: AreaName(*row) for row in cursor.fetchall()}


def kind_counts(*, on: date | None = None) -> dict[str, int]:
    """Area kind -> how many areas are of it on a day (three subdistricts and a township once, four today)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT kind, count(*) FROM territory_area WHERE {_VALID} GROUP BY kind ORDER BY kind",
            {"day": on or timezone.localdate()},
        )
        return dict(cursor.fetchall())


def level_count(level: str, *, on: date | None = None) -> int:
    """How many areas of a level there are on a day. Raises ValueError for an unknown level."""
    if level not in LEVELS:
        raise ValueError(f"unknown level {level!r}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM territory_area WHERE level = %(level)s AND {_VALID}",
            {"level": level, "day": on or timezone.localdate()},
        )
        return int(cursor.fetchone()[0])


def point_of(code: str, *, on: date | None = None) -> tuple[float, float] | None:
    """(lon, lat) of a point inside an area that stands for the whole of it on a day; None for no such area."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geom) FROM territory_area"
            f" WHERE code = %(code)s AND {_VALID}) AS found (p)",
            {"code": code, "day": on or timezone.localdate()},
        )
        found = cursor.fetchone()
    return (found[0], found[1]) if found else None


@dataclass(frozen=True)
class AreaBounds:
    """An area with the box round it in degrees (west, south, east, north) and its size."""

    level: str
    code: str
    name: str
    name_en: str
    bbox: tuple[float, float, float, float]
    area_km2: float


_BOUNDS = f"""
SELECT level, code, name, name_en, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom), area_m2
FROM territory_area WHERE {_VALID} ORDER BY length(code), code
"""


def areas_with_bounds(*, on: date | None = None) -> list[AreaBounds]:
    """Every area there is on a day, outermost first, with its bounds."""
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS, {"day": on or timezone.localdate()})
        return [
            AreaBounds(level, code, name, name_en, (west, south, east, north), round(area_m2 / 1e6, 4))
            for level, code, name, name_en, west, south, east, north, area_m2 in cursor.fetchall()
        ]
