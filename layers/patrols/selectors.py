"""Reading units: which there are today, what they do, where they are; the days of the track table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from layers.patrols.models import OFF_DUTY, Unit, UnitState
from layers.territory.features import in_force

#: Transactions commit in another order than their times: whoever polls gets what was received shortly before, too.
POLL_OVERLAP = timedelta(seconds=5)


class Position(NamedTuple):
    """Where a unit on duty was last; degrees in EPSG:4326, `at` in UTC as the device told it."""

    unit: str
    lon: float
    lat: float
    at: datetime
    speed_mps: float | None
    bearing_deg: float | None


def units_in_force(ids: Iterable[str] | None = None) -> QuerySet[Unit]:
    """The units there are today, one row each; those of `ids` alone when given."""
    rows = in_force(Unit.objects.all())
    return rows if ids is None else rows.filter(feature_id__in=list(ids))


def states_of(ids: Iterable[str] | None = None) -> dict[str, UnitState]:
    """Unit -> what it does now; a unit without an entry is off duty."""
    rows = UnitState.objects.all() if ids is None else UnitState.objects.filter(unit__in=list(ids))
    return {row.unit: row for row in rows}


_POSITIONS = """
SELECT state.unit, ST_X(state.geom), ST_Y(state.geom), state.at, state.speed_mps, state.bearing_deg
FROM patrols_unit_state AS state
WHERE state.status <> %(off_duty)s AND state.geom IS NOT NULL
  AND (%(since)s::timestamptz IS NULL OR state.received_at > %(since)s)
  AND EXISTS (
      SELECT FROM patrols_unit AS unit
      WHERE unit.feature_id = state.unit
        AND unit.valid_from <= %(day)s AND (unit.valid_to IS NULL OR unit.valid_to > %(day)s)
  )
ORDER BY state.unit
"""


def read_positions() -> list[Position]:
    """Where every unit on duty was last, those with a position."""
    return _positions(None)


def positions_since(received_after: datetime) -> list[Position]:
    """Units on duty whose position was received after an instant, or up to 5 s before it.

    A transaction that began earlier may commit later; the overlap makes a poller see a position twice rather than
    never, so it compares `at` with what it has.
    """
    return _positions(received_after - POLL_OVERLAP)


def _positions(since: datetime | None) -> list[Position]:
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS, {"off_duty": OFF_DUTY, "since": since, "day": timezone.localdate()})
        return [Position(*row) for row in cursor.fetchall()]


_FRAME = """
SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM (
    SELECT ST_Extent(geom) AS box FROM territory_area
    WHERE level = 'district' AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
) AS district
"""


def district_frame() -> tuple[float, float, float, float] | None:
    """(west, south, east, north) of the district in degrees today; None before one is loaded."""
    with connection.cursor() as cursor:
        cursor.execute(_FRAME, {"day": timezone.localdate()})
        west, south, east, north = cursor.fetchone()
    return None if west is None else (west, south, east, north)


_DAYS = """
SELECT right(part.relname, 8) FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
WHERE inhparent = 'patrols_fix'::regclass AND part.relname ~ '^patrols_fix_[0-9]{8}$'
"""


def days_ahead(*, now: datetime | None = None) -> int:
    """How many UTC days after today have a partition of the track table, without a gap; -1 when today has none.

    Below `partitions.WARN_BELOW_DAYS` somebody has to be told: what has no day of its own goes to the default one.
    """
    today = (now or timezone.now()).astimezone(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute(_DAYS)
        days = {row[0] for row in cursor.fetchall()}
    ahead = -1
    while f"{today + timedelta(days=ahead + 1):%Y%m%d}" in days:
        ahead += 1
    return ahead
