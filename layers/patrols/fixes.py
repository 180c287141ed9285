"""The track table in bulk: one statement a batch, whatever its size. Called by services, inside their transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from layers.patrols.positions import GivenFix, Mark

Key = tuple[str, datetime, uuid.UUID]

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
"""
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
    if not rows:
        return set()
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
        cursor.execute(_DIGESTS, [units, times, client_ids])
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
