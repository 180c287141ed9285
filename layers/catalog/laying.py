"""Rows laid down in their table before anybody sees them, so that the transaction that shows them has little to do.

A dormant row has all its attributes and index entries, a version that no layer ever reaches and a period of no day. Making
it count touches no index (see `territory.features.feature_indexes`), so that it is changed in its own page. What is laid
down comes from a relation of the caller's with the columns `row_id, feature_id, feature_version, rank, digest, values,
geom`: `values` is JSON by database column.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from psycopg import sql

from layers.catalog.selectors import model_of, table_of
from layers.spec import LayerSpec
from layers.territory.features import DORMANT

_OWN = frozenset(
    {"row_id", "feature_id", "feature_version", "client_id", "valid_from", "valid_to", "version_from", "version_to",
     "import_id", "rank", "digest", "geom"}
)  # fmt: skip
_HEAD = ("row_id", "feature_id", "feature_version", "valid_from", "valid_to", "version_from", "version_to", "import_id", "rank", "digest", "geom")  # fmt: skip


def value_columns(spec: LayerSpec) -> list[str]:
    """The columns of a layer's table that hold attributes."""
    fields = model_of(spec)._meta.concrete_fields
    names = {f.column or "" for f in fields if not f.generated}
    return sorted(names - _OWN - set(spec.where))


def new_row_ids(spec: LayerSpec, count: int) -> list[int]:
    """Row ids that nobody else gets, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'row_id')) FROM generate_series(1, %s)", [table_of(spec), count]
        )
        return sorted(row[0] for row in cursor.fetchall())


def lay_down(
    *, spec: LayerSpec, rows: sql.Composable, parameters: Sequence[Any], day: date, import_id: uuid.UUID
) -> int:  # fmt: skip
    """The number of rows laid down; those that lie there already (by row id) are passed over."""
    columns = value_columns(spec)
    statement = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT s.row_id, s.feature_id, s.feature_version, %s, %s, {dormant}, {never}, %s,"
        " s.rank, s.digest, s.geom{constants}{values} FROM ({rows}) AS s,"
        " LATERAL jsonb_populate_record(NULL::{table}, s.values) AS r ORDER BY s.row_id ON CONFLICT (row_id) DO NOTHING"
    ).format(
        table=sql.Identifier(table_of(spec)),
        names=sql.SQL(", ").join(map(sql.Identifier, [*_HEAD, *spec.where, *columns])),
        dormant=sql.Literal(DORMANT),
        never=sql.Literal(DORMANT + 1),
        constants=sql.SQL("").join(sql.SQL(", {}").format(sql.Literal(value)) for value in spec.where.values()),
        values=sql.SQL("").join(sql.SQL(", r.{}").format(sql.Identifier(column)) for column in columns),
        rows=rows,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), [day, day, import_id, *parameters])
        return int(cursor.rowcount)


def forget(spec: LayerSpec, import_id: uuid.UUID) -> int:
    """Removes what an import laid down and nobody ever saw; the number of rows."""
    statement = sql.SQL("DELETE FROM {} WHERE version_from = %s AND import_id = %s").format(
        sql.Identifier(table_of(spec))
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), [DORMANT, import_id])
        return int(cursor.rowcount)


def rouse(spec: LayerSpec, row_ids: Sequence[int], version: int, effective: date) -> int:
    """Makes rows that were laid down count from a version and a day on; the number of rows."""
    statement = sql.SQL(
        "UPDATE {} SET version_from = %s, version_to = NULL, valid_from = %s, valid_to = NULL"
        " WHERE row_id = ANY(%s) AND version_from = %s"
    ).format(sql.Identifier(table_of(spec)))
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), [version, effective, list(row_ids), DORMANT])
        return int(cursor.rowcount)
