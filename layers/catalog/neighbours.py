"""What lies around a shape that somebody draws: outlines of the same and of a few other layers, capped."""

from __future__ import annotations

import json
import math
from typing import Any

from django.db import connection
from psycopg import sql

from layers.catalog.columns import expression
from layers.catalog.reading import scope_condition
from layers.catalog.registry import spec_of
from layers.catalog.selectors import table_of
from layers.errors import InvalidInput
from layers.people.rights import Actor, visible
from layers.spec import LayerSpec

#: Layers drawn as ground, lowest first, each with the widest box (degrees) in which it is still worth its bytes.
GROUND = (
    ("waters", 1.0),
    ("greens", 1.0),
    ("buildings", 0.012),
    ("roads", 0.06),
    ("communities", 1.0),
    ("grids", 0.06),
)
CAP = 700
MAX_SPAN_DEG = 0.5

Box = tuple[float, float, float, float]


def parse_bbox(text: str) -> Box:
    """(west, south, east, north) from "w,s,e,n" in degrees. Raises InvalidInput for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInput("bbox 应为四个数", "bbox must be four numbers", field="bbox", found=text[:60]) from None
    sound = all(math.isfinite(value) for value in (west, south, east, north))
    if not sound or not -180 <= west < east <= 180 or not -90 <= south < north <= 90:
        raise InvalidInput("bbox 不是经纬度范围", "bbox is no box in degrees", field="bbox", found=text[:60])
    if east - west > MAX_SPAN_DEG or north - south > MAX_SPAN_DEG:
        raise InvalidInput(f"bbox 超过 {MAX_SPAN_DEG}°", f"bbox exceeds {MAX_SPAN_DEG} degrees", field="bbox")
    return west, south, east, north


def neighbours(specs: tuple[LayerSpec, ...], actor: Actor, box: Box, *, without: str = "") -> dict[str, Any]:
    """{"ground": {layer: [feature…]}, "same": [feature…]}: rows in force that the actor may see, best ranks first."""
    span = box[2] - box[0]
    own = {spec.id for spec in specs}
    ground = {
        layer: _rows(spec_of(layer), actor, box, without)
        for layer, widest in GROUND
        if layer not in own and span <= widest
    }
    same = [row for spec in specs for row in _rows(spec, actor, box, without)]
    return {"ground": ground, "same": same}


def _rows(spec: LayerSpec, actor: Actor, box: Box, without: str) -> list[dict[str, Any]]:
    condition, values = scope_condition(spec, visible(actor, spec))
    where = sql.SQL("").join(sql.SQL(" AND {} = %s").format(sql.Identifier(column)) for column in spec.where)
    kind = next((f for f in spec.fields if f.name in ("class", "kind", "use")), spec.field("code"))
    query = sql.SQL(
        "SELECT feature_id, coalesce(nullif(name, ''), code), {kind}, ST_AsGeoJSON(geom, 6) FROM {table}"
        " WHERE version_to IS NULL AND geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326) AND feature_id <> %s"
        " AND {scope}{where} ORDER BY rank, feature_id LIMIT %s"
    ).format(kind=sql.SQL(expression(kind)), table=sql.Identifier(table_of(spec)), scope=condition, where=where)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [*box, without, *values, *spec.where.values(), CAP])
        return [
            {
                "type": "Feature",
                "id": row[0],
                "properties": {"layer": spec.id, "name": row[1], "kind": row[2]},
                "geometry": json.loads(row[3]),
            }
            for row in cursor.fetchall()
        ]
