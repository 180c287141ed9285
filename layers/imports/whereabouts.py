"""Where changes lie: the box of each row of a page, and which rows of the file a change stands for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection

from layers.imports.models import Change

#: Rows of a file that are looked up at once.
MOST_ROWS = 200

_BOXES = """
SELECT ordinal, ST_XMin(both_states), ST_YMin(both_states), ST_XMax(both_states), ST_YMax(both_states), CASE
    WHEN kind = 'moved' THEN degrees(ST_Azimuth(
        ST_Transform(ST_Centroid(geom_before), 4547), ST_Transform(ST_Centroid(geom_after), 4547)))
    END
FROM imports_change, LATERAL (SELECT ST_Collect(geom_before, geom_after) AS both_states) AS together
WHERE import_id = %(import)s AND ordinal = ANY(%(ordinals)s)
"""


def places_of(import_id: uuid.UUID, ordinals: Iterable[int]) -> dict[int, tuple[list[float] | None, float | None]]:
    """Ordinal of a change -> (west, south, east, north of both its states; bearing in degrees from the one to the other)."""
    with connection.cursor() as cursor:
        cursor.execute(_BOXES, {"import": import_id, "ordinals": list(ordinals)})
        return {
            ordinal: (None if west is None else [west, south, east, north], bearing)
            for ordinal, west, south, east, north, bearing in cursor.fetchall()
        }


def changes_of_rows(import_id: uuid.UUID, rows: Iterable[int]) -> list[Change]:
    """The changes that rows of the file stand for, in order of delivery; rows that change nothing have none."""
    wanted = list(rows)[:MOST_ROWS]
    return list(Change.objects.filter(owner_id=import_id, row__in=wanted).defer("geom_before", "geom_after"))
