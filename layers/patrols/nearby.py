"""Which units are near a place, how far, how fresh their position is, and why each stands where it does in the list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from layers.live.feed import instant
from layers.patrols.models import OFF_DUTY
from layers.people.rights import RowScope

Json = dict[str, Any]
#: Why a unit is listed: the team of the grid itself, by distance, or last because nothing is heard of it.
OWN_GRID, NEAREST, STALE = "own_grid", "nearest", "stale_not_recommended"
_RANK = {OWN_GRID: 0, NEAREST: 1, STALE: 2}

_NEAR = """
WITH here AS (
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS p
)
SELECT u.feature_id, u.name, u.name_en, u.kind, u.grid, s.status, s.stale, s.at, ST_X(s.geom), ST_Y(s.geom),
       s.accuracy_m, ST_Distance(ST_Transform(s.geom, 4547), ST_Transform(here.p, 4547))
FROM here, patrols_unit_state s
JOIN patrols_unit u ON u.feature_id = s.unit
 AND u.valid_from <= %(day)s AND (u.valid_to IS NULL OR u.valid_to > %(day)s)
WHERE s.status <> %(off_duty)s AND s.geom IS NOT NULL
  AND (%(everything)s OR coalesce(nullif(u.grid, ''), u.community) LIKE ANY(%(prefixes)s))
"""


def units_near(
    lon: float, lat: float, *, grid: str, scope: RowScope, limit: int, now: datetime | None = None
) -> list[Json]:
    """Units on duty with a position: the team of `grid` first, then by straight distance in metres, stale ones last."""
    if scope.nothing:
        return []
    now = now or timezone.now()
    values: Json = {
        "lon": lon, "lat": lat, "off_duty": OFF_DUTY, "day": timezone.localdate(now), "everything": scope.everything,
        "prefixes": [f"{prefix}%" for prefix in scope.prefixes],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, values)
        found = [_described(row, grid, now) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: (_RANK[one["reason"]], one["distance_m"], one["id"]))[:limit]


def _described(row: tuple[Any, ...], grid: str, now: datetime) -> Json:
    key, name, name_en, kind, own, status, stale, at, lon, lat, accuracy_m, distance_m = row
    return {
        "id": key, "name": name, "name_en": name_en, "kind": kind, "grid": own, "status": status, "lon": lon, "lat": lat,
        "distance_m": round(distance_m, 1), "accuracy_m": accuracy_m, "at": instant(at),
        "age_s": max(0, round((now - at).total_seconds())), "stale": stale,
        "reason": STALE if stale else OWN_GRID if own and own == grid else NEAREST,
    }  # fmt: skip
