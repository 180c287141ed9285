"""One feature as a caller may see it: the row, its attributes, its area chain, what is near."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import shapely
from django.db import connection
from psycopg import sql

from layers.catalog.columns import area_condition, expression
from layers.catalog.selectors import own_rows, table_of, version_of
from layers.errors import NotFound
from layers.people.rights import Actor, RowScope, visible, visible_fields
from layers.spec import LayerSpec
from layers.territory.selectors import chain_at, chain_of

Json = dict[str, Any]


def scope_condition(spec: LayerSpec, scope: RowScope) -> tuple[sql.Composable, list[Any]]:
    """SQL condition (and its values) that keeps the rows a scope allows; columns come from the description."""
    if scope.everything:
        return sql.SQL("true"), []
    if scope.nothing or not spec.area_columns:
        return sql.SQL("false"), []
    condition = area_condition(spec, "%s")
    return sql.SQL(condition), [[f"{prefix}%" for prefix in scope.prefixes]]


def feature(spec: LayerSpec, feature_id: str, actor: Actor) -> Json:
    """The GeoJSON feature of one row in force, with its chain. Unknown and forbidden ids get the same NotFound."""
    if not spec.versioned:  # a live layer's rows are not layer rows; its own address reads them
        raise NotFound(f"{spec.zh}不按图层读取", f"{spec.en} are not read as rows of a layer", field="layer")
    fields = visible_fields(actor, spec)
    condition, values = scope_condition(spec, visible(actor, spec))
    own, constants = own_rows(spec)
    query = sql.SQL(
        "SELECT {columns}, ST_AsBinary(geom), ST_AsBinary(ST_PointOnSurface(geom)) FROM {table}"
        " WHERE feature_id = %s AND version_from <= %s AND (version_to IS NULL OR version_to > %s) AND {scope} AND {own}"
    ).format(
        columns=sql.SQL(", ").join(sql.SQL(expression(f)) for f in fields),
        table=sql.Identifier(table_of(spec)),
        scope=condition,
        own=own,
    )
    version = version_of(spec.id)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [feature_id, version, version, *values, *constants])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(f"{spec.zh}里没有 {feature_id[:40]}", f"{spec.en} has no {feature_id[:40]}", field="id")
    properties = {f.name: _plain(value) for f, value in zip(fields, row, strict=False)}
    shape = None if row[-2] is None else shapely.from_wkb(bytes(row[-2]))
    return {
        "type": "Feature",
        "id": feature_id,
        "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
        "bbox": None if shape is None else list(shape.bounds),
        "properties": properties,
        "chain": _chain(spec, properties, row[-1]),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _chain(spec: LayerSpec, properties: Json, point: Any) -> list[Json]:
    """The area chain a feature says it lies in, else the one at its middle."""
    for column in spec.area_columns:
        if properties.get(column):
            return [area.as_dict() for area in chain_of(str(properties[column]))]
    if point is None:
        return []
    middle = shapely.from_wkb(bytes(point))
    return [area.as_dict() for area in chain_at(middle.x, middle.y).areas]
