"""What became of acknowledged writes: each one there exactly once, the log without a gap and sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.load.writers import POSITIONS, REPORT, Write

_CASES = """
WITH events AS (
  SELECT e.client_id, count(*) AS events, count(l.event_id) AS links
  FROM live_event e LEFT JOIN live_link l ON l.event_id = e.id
  WHERE e.kind = 'incident.reported' AND e.client_id IS NOT NULL GROUP BY 1
), cases AS (
  SELECT client_id, count(*) AS rows, min(id::text) AS id, min(number) AS number FROM incidents_incident GROUP BY 1
)
SELECT w.client_id::text, coalesce(c.rows, 0), c.id, c.number, r.result ->> 'id', coalesce(e.events, 0), coalesce(e.links, 0)
FROM unnest(%s::uuid[]) w (client_id)
LEFT JOIN cases c USING (client_id) LEFT JOIN events e USING (client_id) LEFT JOIN live_receipt r USING (client_id)
"""
_FIXES = """
WITH fixes AS (SELECT client_id, count(*) AS rows FROM patrols_fix GROUP BY 1)
SELECT w.client_id::text, coalesce(f.rows, 0) FROM unnest(%s::uuid[]) w (client_id) LEFT JOIN fixes f USING (client_id)
"""
_LOG = "SELECT count(*), coalesce(min(seq), 1), coalesce(max(seq), 0) FROM live_link"
_COUNTED_UP_TO = "SELECT coalesce((SELECT seq FROM live_cursor WHERE consumer = 'counters'), 0)"
_COUNTED = "SELECT (SELECT coalesce(sum(reported), 0) FROM incidents_count), (SELECT count(*) FROM incidents_incident)"
_PENDING = "SELECT count(*) FROM live_event e WHERE NOT EXISTS (SELECT FROM live_link l WHERE l.event_id = e.id)"


def lost_writes(cursor: Any, writes: Sequence[Write]) -> list[str]:
    """Acknowledged writes of which nothing, or not everything, is there."""
    return [fault for fault in faults_of(cursor, writes) if " lost" in fault]


def faults_of(cursor: Any, writes: Sequence[Write]) -> list[str]:
    """One sentence for every acknowledged write that is lost, doubled, or not as it was answered."""
    done = [write for write in writes if write.answers]
    faults = []
    cases = {write.ids[0]: write for write in done if write.kind == REPORT}
    for key, rows, id_, number, receipt, events, links in _all(cursor, _CASES, list(cases)):
        faults += _judge_case(cases[key], rows, id_, number, receipt, events, links)
    for write in done:
        if write.kind == POSITIONS:
            faults += [f"answer {answer}" for _, answer in write.answers if answer["refused"]]
    for key, rows in _all(cursor, _FIXES, [key for write in done if write.kind == POSITIONS for key in write.ids]):
        if rows != 1:
            faults.append(f"position {key} {'is lost' if rows == 0 else f'is there {rows} times'}")
    return faults


def _judge_case(write: Write, rows: int, id_: str, number: str, receipt: str, events: int, links: int) -> list[str]:
    key = write.ids[0]
    if rows == 0 or receipt is None or events == 0:
        return [f"case {key} is lost: {rows} rows, {events} events, receipt {receipt}"]
    faults = []
    if (rows, events, links) != (1, 1, 1):
        faults.append(f"case {key}: {rows} rows, {events} events, {links} places in the log")
    if receipt != id_ or any((answer["id"], answer["number"]) != (id_, number) for _, answer in write.answers):
        faults.append(f"case {key} was answered as {write.answers} and stored as {id_} {number}")
    if [status for status, _ in write.answers].count(201) > 1:
        faults.append(f"case {key} was made more than once: {write.answers}")
    return faults


def faults_of_log(cursor: Any) -> list[str]:
    """Why the order of the log is not 1, 2, 3 … without a gap; empty when it is."""
    ((count, first, last),) = _all(cursor, _LOG)
    return [] if (first, last) == (1, count) else [f"{count} links stand from {first} to {last}"]


def counted_up_to(cursor: Any) -> int:
    """The seq up to which the worker's counters have come."""
    ((seq,),) = _all(cursor, _COUNTED_UP_TO)
    return int(seq)


def newest(cursor: Any) -> int:
    """The newest seq."""
    ((_, _, last),) = _all(cursor, _LOG)
    return int(last)


def faults_of_counts(cursor: Any) -> list[str]:
    """Why the counters, kept by the worker event by event, do not agree with the cases; empty when they do."""
    ((counted, cases),) = _all(cursor, _COUNTED)
    return [] if counted == cases else [f"{counted} cases are counted, {cases} are there"]


def pending(cursor: Any) -> int:
    """How many events have no place yet."""
    ((count,),) = _all(cursor, _PENDING)
    return int(count)


def _all(cursor: Any, statement: str, values: list[str] | None = None) -> list[Any]:
    cursor.execute(statement, None if values is None else [values])
    return list(cursor.fetchall())
