"""Which cameras are near a place, and which of them look at it."""

from __future__ import annotations

from typing import Any

import shapely
from django.db import connection
from django.utils import timezone

from layers.geo.sectors import sector
from layers.people.rights import RowScope

Json = dict[str, Any]
#: So many are measured for each that is wanted: the one that looks at a place is not always the nearest.
_CANDIDATES = 4

_NEAREST = """
WITH here AS (
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS p
), near AS (
    SELECT c.feature_id, c.name, c.name_en, c.bearing_deg, c.fov_deg, c.range_m, c.geom,
           coalesce(s.status, c.status) AS status
    FROM cameras_camera c LEFT JOIN cameras_state s ON s.camera = c.feature_id
    WHERE c.valid_from <= %(day)s AND (c.valid_to IS NULL OR c.valid_to > %(day)s)
      AND (%(everything)s OR coalesce(nullif(c.grid, ''), c.community) LIKE ANY(%(prefixes)s))
    ORDER BY c.geom_3857 <-> (SELECT ST_Transform(p, 3857) FROM here) LIMIT %(limit)s
)
SELECT feature_id, name, name_en, status, ST_X(near.geom), ST_Y(near.geom), bearing_deg, fov_deg, range_m,
       ST_X(m), ST_Y(m), ST_X(t), ST_Y(t), ST_Distance(m, t)
FROM near, here, ST_Transform(near.geom, 4547) AS m, ST_Transform(here.p, 4547) AS t
"""


def cameras_near(lon: float, lat: float, *, scope: RowScope, limit: int) -> list[Json]:
    """Cameras round a position (degrees): those whose sector holds it first, then by straight distance in metres.

    `sees` is judged by the sector alone (EPSG:4547): buildings in between are not looked at.
    """
    if scope.nothing:
        return []
    values: Json = {
        "lon": lon, "lat": lat, "day": timezone.localdate(), "everything": scope.everything,
        "prefixes": [f"{prefix}%" for prefix in scope.prefixes], "limit": limit * _CANDIDATES,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, values)
        found = [_described(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: (not one["sees"], one["distance_m"], one["id"]))[:limit]


def _described(
    key: str, name: str, name_en: str, status: str, lon: float, lat: float, bearing_deg: float, fov_deg: float,
    range_m: float, x_m: float, y_m: float, to_x_m: float, to_y_m: float, distance_m: float,
) -> Json:  # fmt: skip
    looks = distance_m <= range_m and bool(
        sector(x_m, y_m, bearing_deg, fov_deg, range_m).covers(shapely.Point(to_x_m, to_y_m))
    )
    return {
        "id": key, "name": name, "name_en": name_en, "status": status, "lon": lon, "lat": lat,
        "distance_m": round(distance_m, 1), "sees": looks,
    }  # fmt: skip
