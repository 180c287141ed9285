"""Where changes lie: the box of each row of a page, which rows of the file a change stands for, and what a new layer holds."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection

from layers.imports.models import Change, Import
from layers.imports.selectors import Box, collection, sides

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


#: Rows that an import wrote for a layer that it is to make: nobody else sees them until it is committed.
_NEW = "FROM catalog_feature WHERE layer = %(layer)s AND import_id = %(import)s"
_NEW_PAGE = f"""
SELECT row_number() OVER (ORDER BY row_id) - 1, feature_id, name, attributes, code, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)
{_NEW} AND (%(text)s = '' OR name ILIKE %(part)s) ORDER BY row_id LIMIT %(size)s OFFSET %(offset)s
"""
_NEW_SHAPES = f"""
SELECT row_number() OVER (ORDER BY row_id) - 1, 'added', feature_id, name, 'after', ST_AsGeoJSON(geom, 8) {_NEW}
AND (%(west)s::float8 IS NULL OR geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326))
ORDER BY row_id LIMIT %(limit)s
"""


def rows_of_new_layer(row: Import, *, text: str, page: int, size: int) -> dict[str, Any]:
    """One page of the rows of a layer that an import makes, in order of delivery, as changes of kind `added`."""
    plain = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    values: dict[str, Any] = {"layer": row.layer, "import": row.pk, "text": text, "part": f"%{plain}%", "size": size}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_NEW} AND (%(text)s = '' OR name ILIKE %(part)s)", values)
        total = cursor.fetchone()[0]
        pages = max(1, -(-total // size))
        page = min(page, pages)
        cursor.execute(_NEW_PAGE, values | {"offset": (page - 1) * size})
        found = cursor.fetchall()
    changes = [
        {
            "ordinal": ordinal, "kind": "added", "feature": key, "name": name or code, "row": None, "columns": [],
            "before": None, "after": {"name": name, **_document(attributes)}, "distance_m": 0.0, "area_change_m2": 0.0,
            "bearing_deg": None, "bbox": [round(side, 7) for side in box],
        }
        for ordinal, key, name, attributes, code, *box in found
    ]  # fmt: skip
    return {"changes": changes, "total": total, "page": page, "pages": pages}


def _document(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


def shapes_of_new_layer(row: Import, *, bbox: Box | None, cap: int) -> dict[str, Any]:
    """The same as shapes for the map; `capped` when there are more."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW_SHAPES, {"layer": row.layer, "import": row.pk, "limit": cap + 1, **sides(bbox)})
        found = cursor.fetchall()
    bounds = row.diff.get("bounds") if row.diff else None
    return collection(found, cap) | {"bounds": bounds}
