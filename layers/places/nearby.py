"""Which place of a kind is nearest."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from layers.people.rights import RowScope

Json = dict[str, Any]
_NEAREST = """
WITH here AS (
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS p
)
SELECT c.feature_id, c.name, c.name_en, c.hours, ST_X(middle), ST_Y(middle),
       ST_Distance(ST_Transform(c.geom, 4547), ST_Transform(here.p, 4547))
FROM here, places_place c, ST_PointOnSurface(c.geom) AS middle
WHERE c.kind = %(kind)s AND c.valid_from <= %(day)s AND (c.valid_to IS NULL OR c.valid_to > %(day)s)
  AND (%(everything)s OR coalesce(nullif(c.grid, ''), c.community) LIKE ANY(%(prefixes)s))
ORDER BY 7, 1 LIMIT 1
"""


def nearest_place(lon: float, lat: float, *, kind: str, scope: RowScope) -> Json | None:
    """The nearest place of a kind, by straight distance in metres (EPSG:4547); None where there is none."""
    if scope.nothing:
        return None
    values: Json = {
        "lon": lon, "lat": lat, "kind": kind, "day": timezone.localdate(), "everything": scope.everything,
        "prefixes": [f"{prefix}%" for prefix in scope.prefixes],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, values)
        row = cursor.fetchone()
    if row is None:
        return None
    key, name, name_en, hours, place_lon, place_lat, distance_m = row
    return {
        "id": key, "name": name, "name_en": name_en, "hours": hours, "lon": place_lon, "lat": place_lat,
        "distance_m": round(distance_m, 1),
    }  # fmt: skip
