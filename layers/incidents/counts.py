"""The counts of cases, kept by a consumer of the log and made anew from it at will."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from layers.incidents.counting import CLOSED, REPORTED, Cell, Happened, Sum, counted, tally
from layers.incidents.counts_models import IncidentCount
from layers.live.consumers import Consumer, claimed_seq, enter, replay
from layers.live.models import Event, Link

LAYER = "incidents"

_ADD = """
INSERT INTO incidents_count AS c (day, hour, grid, category, severity, reported, closed)
SELECT * FROM unnest(%s::date[], %s::smallint[], %s::text[], %s::text[], %s::smallint[], %s::int[], %s::int[])
ON CONFLICT (day, hour, grid, category, severity) DO UPDATE
SET reported = c.reported + EXCLUDED.reported, closed = c.closed + EXCLUDED.closed
"""
#: A closed case has left the live set, so its last event holds no feature: its codes are those of the event before.
_BEFORE = """
SELECT asked.event, last.properties FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS asked (event, id, version)
CROSS JOIN LATERAL (
    SELECT e.payload -> 'feature' -> 'properties' AS properties FROM live_event e
    WHERE e.object_type = %s AND e.object_id = asked.id AND e.object_version <= asked.version
      AND jsonb_typeof(e.payload -> 'feature') = 'object'
    ORDER BY e.object_version DESC, e.id DESC LIMIT 1
) AS last
"""


def count(links: Sequence[Link]) -> None:
    """Adds what these events say to the counts; the handler of the consumer `counters`."""
    events = [link.event for link in links if _counts(link.event)]
    if not events:
        return
    codes = _codes(events)
    _add(tally(Happened(event.kind, _moment(event, codes[event.pk]), codes[event.pk]) for event in events))


COUNTERS = Consumer("counters", count)


@transaction.atomic
def rebuild_counts() -> int:
    """Counts the whole log anew; returns the number of events read. The consumer waits meanwhile; readers do not."""
    enter(COUNTERS.name)
    claimed_seq(COUNTERS.name, patient=True)
    IncidentCount.objects.all().delete()
    return replay(COUNTERS)


def _counts(event: Event) -> bool:
    """True for closings, and for the first event of a case: a case sent back to its first state has not come again."""
    return event.object_type == LAYER and counted(event.kind) and (event.kind in CLOSED or event.object_version == 1)


def _moment(event: Event, codes: Mapping[str, Any]) -> datetime:
    """A case comes when it is reported, though what it tells of happened before."""
    reported_at = codes.get("reported_at") if event.kind in REPORTED else None
    return datetime.fromisoformat(reported_at) if reported_at else event.happened_at


def _codes(events: Sequence[Event]) -> dict[int, Mapping[str, Any]]:
    """The codes of each event's case: from its own feature, else from the last one that had one; facts come first."""
    bare = [event for event in events if not event.payload.get("feature")]
    found: dict[int, Mapping[str, Any]] = {}
    if bare:
        with connection.cursor() as cursor:
            cursor.execute(
                _BEFORE,
                [[e.pk for e in bare], [e.object_id for e in bare], [e.object_version for e in bare], LAYER],
            )
            found = {pk: json.loads(row) if isinstance(row, str) else row for pk, row in cursor.fetchall()}
    for event in events:
        own = (event.payload.get("feature") or {}).get("properties", {})
        found[event.pk] = {**found.get(event.pk, {}), **own, **_known(event.payload.get("facts") or {})}
    return found


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("grid", "community", "category", "severity", "item") if facts.get(name)}


def _add(sums: Mapping[Cell, Sum]) -> None:
    cells = sorted(sums)  # always the same order: two writers of a cell wait for each other, never for good
    columns: list[Any] = [
        [cell.day for cell in cells], [cell.hour for cell in cells], [cell.grid for cell in cells],
        [cell.category for cell in cells], [cell.severity for cell in cells],
        [sums[cell].reported for cell in cells], [sums[cell].closed for cell in cells],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ADD, columns)
