"""The track table in bulk: one statement a batch, whatever its size. Called by services, inside their transaction.

A batch of new fixes goes in by COPY, which is several times as fast; one that holds a key already stored (a batch sent
again after its answer was lost) by INSERT … ON CONFLICT, which tells old from new.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import IntegrityError, connection, transaction

from layers.patrols.fix_bytes import COLUMNS, copy_bytes
from layers.patrols.positions import GivenFix, Mark

Key = tuple[str, datetime, uuid.UUID]

#: Below this many rows a savepoint costs more than COPY saves.
COPY_FROM = 20

_COPY = f"COPY patrols_fix ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT binary)"
#: The order keeps two batches that share keys from waiting for each other in a circle.
_INSERT = """
INSERT INTO patrols_fix (unit, at, client_id, received_at, accuracy_m, speed_mps, bearing_deg, marks, digest, geom)
SELECT unit, at, client_id, %s, accuracy_m, speed_mps, bearing_deg, marks, digest,
       ST_SetSRID(ST_MakePoint(lon, lat), 4326)
FROM unnest(%s::text[], %s::timestamptz[], %s::uuid[], %s::real[], %s::real[], %s::real[], %s::smallint[], %s::bytea[],
            %s::float8[], %s::float8[])
  AS given(unit, at, client_id, accuracy_m, speed_mps, bearing_deg, marks, digest, lon, lat)
ORDER BY unit, at, client_id
ON CONFLICT (unit, at, client_id) DO NOTHING
RETURNING unit, at, client_id
"""
_DIGESTS = """
SELECT unit, at, client_id, digest FROM patrols_fix
JOIN unnest(%s::text[], %s::timestamptz[], %s::uuid[]) AS asked(unit, at, client_id) USING (unit, at, client_id)
WHERE at BETWEEN %s AND %s
"""  # the days between are all that is planned for
_MOVE = """
UPDATE patrols_unit_state AS state
SET at = newest.at, received_at = %s, geom = ST_SetSRID(ST_MakePoint(newest.lon, newest.lat), 4326),
    accuracy_m = newest.accuracy_m, speed_mps = newest.speed_mps, bearing_deg = newest.bearing_deg
FROM unnest(%s::text[], %s::timestamptz[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[])
  AS newest(unit, at, lon, lat, accuracy_m, speed_mps, bearing_deg)
WHERE state.unit = newest.unit AND (state.at IS NULL OR newest.at > state.at)
RETURNING state.unit
"""


@dataclass(frozen=True)
class JudgedFix:
    """A fix that may be stored, with what is doubtful about it."""

    fix: GivenFix
    marks: Mark


def insert_fixes(rows: Sequence[JudgedFix], received_at: datetime) -> set[Key]:
    """Keys of the rows that were new; a key that is stored already is left as it is. `rows` hold no key twice."""
    if len(rows) >= COPY_FROM and not stored_digests([rows[0].fix.key]) and _copied(rows, received_at):
        return {row.fix.key for row in rows}
    return _inserted(rows, received_at) if rows else set()


def _copied(rows: Sequence[JudgedFix], received_at: datetime) -> bool:
    """True when all rows were new and are stored; else nothing is."""
    data = copy_bytes(((row.fix, row.marks) for row in rows), received_at)
    try:
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.copy(_COPY) as copy,
        ):
            copy.write(data)
    except IntegrityError as error:
        if not isinstance(error.__cause__, psycopg.errors.UniqueViolation):
            raise
        return False
    return True


def _inserted(rows: Sequence[JudgedFix], received_at: datetime) -> set[Key]:
    fixes = [row.fix for row in rows]
    values: list[Any] = [
        received_at,
        [f.unit for f in fixes], [f.at for f in fixes], [f.client_id for f in fixes], [f.accuracy_m for f in fixes],
        [f.speed_mps for f in fixes], [f.bearing_deg for f in fixes], [int(row.marks) for row in rows],
        [f.digest for f in fixes], [f.lon for f in fixes], [f.lat for f in fixes],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return {(unit, at, client_id) for unit, at, client_id in cursor.fetchall()}


def stored_digests(keys: Sequence[Key]) -> dict[Key, bytes]:
    """Key -> digest of the body it was stored with, for those of `keys` that are stored."""
    if not keys:
        return {}
    units, times, client_ids = (list(column) for column in zip(*keys, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, [units, times, client_ids, min(times), max(times)])
        return {(unit, at, client_id): bytes(digest) for unit, at, client_id, digest in cursor.fetchall()}


def move_units(newest: Sequence[GivenFix], received_at: datetime) -> set[str]:
    """Units whose last position became this one: at most one fix a unit, and only if it is newer than the last.

    The caller holds the rows of `patrols_unit_state`, so that the order of the update locks nothing.
    """
    if not newest:
        return set()
    values: list[Any] = [
        received_at,
        [f.unit for f in newest], [f.at for f in newest], [f.lon for f in newest], [f.lat for f in newest],
        [f.accuracy_m for f in newest], [f.speed_mps for f in newest], [f.bearing_deg for f in newest],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, values)
        return {unit for (unit,) in cursor.fetchall()}
