"""The open rows of a layer as arrays, and what else a comparison needs of the database: areas, numbers of rows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.db.models import Max
from psycopg import sql

from layers.catalog.columns import DOCUMENT, spread
from layers.catalog.laying import value_columns
from layers.catalog.models import LayerVersion
from layers.catalog.selectors import own_rows, table_of
from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject_all
from layers.imports.plan_types import AreaIndex, Stored
from layers.imports.topology import Ground
from layers.spec import LayerSpec
from layers.territory.features import DORMANT


def last_version(layer: str) -> int:
    """The newest version of a layer, in force or planned; 0 before the first."""
    return LayerVersion.objects.filter(layer=layer).aggregate(last=Max("version"))["last"] or 0


def stored_rows(spec: LayerSpec) -> Stored:
    """The open rows of a layer, ordered by id; attributes by database column, of a staff layer by name."""
    columns = value_columns(spec)
    where, values = own_rows(spec)
    query = sql.SQL(
        "SELECT row_id, feature_id, feature_version, digest, ST_AsBinary(geom){columns} FROM {table}"
        " WHERE version_to IS NULL AND {own} ORDER BY feature_id"
    ).format(
        columns=sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(column)) for column in columns),
        table=sql.Identifier(table_of(spec)),
        own=where,
    )
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), values)
        rows = cursor.fetchall()
    if not rows:
        return Stored.nothing()
    parts = list(zip(*rows, strict=True))
    degrees = shapely.from_wkb(_objects([None if wkb is None else bytes(wkb) for wkb in parts[4]]))
    held = {column: _objects(part) for column, part in zip(columns, parts[5:], strict=True)}
    if DOCUMENT in held:
        held[DOCUMENT] = _objects([json.loads(text) for text in held[DOCUMENT]])
    return Stored(
        ids=_objects(parts[1]),
        row_ids=np.array(parts[0], dtype=np.int64),
        feature_versions=np.array(parts[2], dtype=np.int64),
        degrees=degrees,
        metric=reproject_all(degrees, STORAGE_SRID, METRIC_SRID),
        values=_spread(spec, held, len(rows)) if spec.staff else held,
        digests=[bytes(digest) for digest in parts[3]],
    )


def next_numbers(spec: LayerSpec) -> dict[str, int]:
    """Feature id -> the number its next row gets, for every feature the layer ever had."""
    where, values = own_rows(spec)
    query = sql.SQL(
        "SELECT feature_id, max(feature_version) + 1 FROM {} WHERE version_from <> %s AND {} GROUP BY feature_id"
    ).format(sql.Identifier(table_of(spec)), where)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [DORMANT, *values])
        return dict(cursor.fetchall())


def grids() -> AreaIndex | None:
    """The service grids as they will be when all that is planned holds; None before there are any."""
    return _areas("grid", "code")


#: Layer -> what it tiles and what tiles it, each by the level of the table of areas.
_TREE = {
    "district": ("", "subdistrict"), "subdistricts": ("district", "community"), "communities": ("subdistrict", "grid"),
    "grids": ("community", "unit"), "unit_grids": ("grid", ""),
}  # fmt: skip


def ground_of(spec: LayerSpec) -> Ground:
    """What areas of a layer must fit: those above them, and those that stand below. Empty for other layers."""
    above, below = _TREE.get(spec.id, ("", ""))
    return Ground(_areas(above, "code"), _areas(below, "parent"))


def _areas(level: str, name: str) -> AreaIndex | None:
    """The open areas of a level under their own code or that of the area above; None when there are none."""
    if not level:
        return None
    table, code, where = (
        ("territory_unitgrid", "grid", "true") if level == "unit" else ("territory_area", name, "level = %s")
    )
    query = sql.SQL("SELECT {code}, ST_AsBinary(geom) FROM {table} WHERE version_to IS NULL AND {where} ORDER BY 1")
    with connection.cursor() as cursor:
        cursor.execute(
            query.format(code=sql.Identifier(code), table=sql.Identifier(table), where=sql.SQL(where)).as_string(None),
            [] if level == "unit" else [level],
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    degrees = shapely.from_wkb(_objects([bytes(wkb) for _, wkb in rows]))
    return AreaIndex.of([key for key, _ in rows], reproject_all(degrees, STORAGE_SRID, METRIC_SRID))


def _spread(spec: LayerSpec, held: dict[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
    names = list(held)
    rows = [spread(spec, dict(zip(names, row, strict=True))) for row in zip(*held.values(), strict=True)]
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in rows[0]} if count else {}
    return {name: _objects(values) for name, values in columns.items()}


def _objects(values: Any) -> np.ndarray:
    """An array of objects, whatever they are."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
