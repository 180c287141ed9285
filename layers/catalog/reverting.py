"""Taking versions of a layer back: a new version in which features stand as they stood, number, days and all.

What happened stays: rows of the versions that are taken back remain, closed, under their versions. Their days become
empty, because in the world they never held; the row that comes back is a copy of the one that stood before, whose days
go over to the copy.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.db import connection, transaction
from psycopg import sql

from layers.catalog.columns import DOCUMENT, spread
from layers.catalog.features import FeatureRow
from layers.catalog.laying import value_columns
from layers.catalog.models import LayerVersion
from layers.catalog.searching import rebuild_search
from layers.catalog.selectors import next_version, own_rows, table_of
from layers.catalog.services import Source, lock_layer, open_bounds, tell_version
from layers.spec import LayerSpec

_KEPT = ("feature_id", "feature_version", "client_id", "valid_from", "import_id", "rank", "digest", "geom")


@dataclass(frozen=True)
class _Fate:
    """What becomes of one feature: the open row it has, and the row that stood before; either may be missing."""

    feature_id: str
    open_row: int | None
    former_row: int | None


@transaction.atomic
def publish_reverted(
    *, spec: LayerSpec, since: Mapping[str, int], effective: date, actor: str, source: Source
) -> LayerVersion | None:  # fmt: skip
    """The version in which every feature stands as it did before the version that `since` names for it; None for no one.

    The caller has asked for the right and knows that nothing else stands on what goes.
    """
    if not since:
        return None
    lock_layer(spec.id)
    version = next_version(spec.id)
    fates = _fates(spec, since)
    back = [fate.former_row for fate in fates if fate.former_row is not None]
    _withdraw(spec, since, back, version)
    _copy_back(spec, back, version)
    last = LayerVersion.objects.filter(layer=spec.id, version=version - 1).first()
    added = sum(fate.open_row is None and fate.former_row is not None for fate in fates)
    removed = sum(fate.open_row is not None and fate.former_row is None for fate in fates)
    west, south, east, north = open_bounds(spec)
    row = LayerVersion.objects.create(
        layer=spec.id, version=version, effective=effective, actor=actor, source=source.name,
        source_sha256=source.sha256, import_id=source.import_id or uuid.uuid4(), added=added,
        changed=sum(fate.open_row is not None and fate.former_row is not None for fate in fates), removed=removed,
        total=(last.total if last else 0) + added - removed, west=west, south=south, east=east, north=north,
    )  # fmt: skip
    rebuild_search(spec, _rows_of(spec, version), [fate.feature_id for fate in fates])
    tell_version(row)
    return row


def _fates(spec: LayerSpec, since: Mapping[str, int]) -> list[_Fate]:
    where, values = own_rows(spec)
    query = sql.SQL(
        "SELECT w.feature_id, max(t.row_id) FILTER (WHERE t.version_to IS NULL), max(t.row_id) FILTER (WHERE"
        " t.version_from < w.version AND (t.version_to IS NULL OR t.version_to >= w.version))"
        " FROM unnest(%s::text[], %s::int4[]) AS w (feature_id, version)"
        " LEFT JOIN (SELECT * FROM {table} WHERE {own}) AS t ON t.feature_id = w.feature_id"
        " GROUP BY w.feature_id ORDER BY w.feature_id"
    ).format(table=sql.Identifier(table_of(spec)), own=where)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [list(since), list(since.values()), *values])
        return [_Fate(*row) for row in cursor.fetchall()]


def _withdraw(spec: LayerSpec, since: Mapping[str, int], back: list[int], version: int) -> None:
    """Closes the open rows, and gives no day to what came since nor to the rows whose copies take their days over."""
    table = sql.Identifier(table_of(spec))
    own = sql.SQL("").join(sql.SQL(" AND t.{} = %s").format(sql.Identifier(column)) for column in spec.where)
    came = sql.SQL(
        "UPDATE {table} AS t SET valid_to = t.valid_from, version_to = coalesce(t.version_to, %s)"
        " FROM unnest(%s::text[], %s::int4[]) AS w (feature_id, version) WHERE t.feature_id = w.feature_id"
        " AND t.version_from >= w.version AND t.version_from < %s{own}"
    ).format(table=table, own=own)
    stood = sql.SQL("UPDATE {} SET valid_to = valid_from WHERE row_id = ANY(%s)").format(table)
    with connection.cursor() as cursor:
        parameters: list[Any] = [version, list(since), list(since.values()), version, *spec.where.values()]
        cursor.execute(came.as_string(None), parameters)
        cursor.execute(stood.as_string(None), [back])


def _copy_back(spec: LayerSpec, rows: list[int], version: int) -> None:
    columns = [*_KEPT, *spec.where, *value_columns(spec)]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL(
        "INSERT INTO {table} (version_from, {names}) SELECT %s, {names} FROM {table} WHERE row_id = ANY(%s) ORDER BY row_id"
    ).format(table=sql.Identifier(table_of(spec)), names=names)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), [version, rows])


def _rows_of(spec: LayerSpec, version: int) -> list[FeatureRow]:
    """The rows that a version brought, as the search index wants them."""
    if not spec.searchable:
        return []
    columns = value_columns(spec)
    where, values = own_rows(spec)
    query = sql.SQL(
        "SELECT feature_id, rank, ST_AsBinary(geom), {columns} FROM {table} WHERE version_from = %s AND {own}"
    ).format(columns=sql.SQL(", ").join(map(sql.Identifier, columns)), table=sql.Identifier(table_of(spec)), own=where)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [version, *values])
        return [
            FeatureRow(
                key, None if wkb is None else shapely.from_wkb(bytes(wkb)),
                spread(spec, _decoded(dict(zip(columns, held, strict=True)))), rank,
            )
            for key, rank, wkb, *held in cursor.fetchall()
        ]  # fmt: skip


def _decoded(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns with their document, which a bare cursor gives as text, as a mapping."""
    return columns | {DOCUMENT: json.loads(columns[DOCUMENT])} if DOCUMENT in columns else columns
