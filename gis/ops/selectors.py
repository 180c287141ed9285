"""Reading the system's own state: a handful of small queries, each bounded whatever the tables hold."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from gis.ops.readings import (
    ConsumerRead,
    Horizon,
    JobsRead,
    LogRead,
    MachineRead,
    ProcessRead,
    Readings,
    ScreenRead,
    Session,
)
from layers.live.heads import head_of_log, still_there

#: An instance that is silent for so long is gone for good, as long as another of its name lives.
_GONE_S = 600

_PROCESSES = """
SELECT name, instance, pid, extract(epoch FROM now() - beat_at), extract(epoch FROM now() - started_at), starts, facts::text
FROM live_process p
WHERE beat_at > now() - make_interval(secs => %s)
   OR beat_at = (SELECT max(beat_at) FROM live_process q WHERE q.name = p.name)
ORDER BY name, instance
"""
_ACTIVITY = """
SELECT pid, role, application, state, age_s, verb, writes, in_log, blocks, hidden FROM live_activity()
"""
#: Every id up to the relay's horizon has its place, or will never be an event.
_UNLINKED = """
SELECT count(*), extract(epoch FROM now() - min(e.recorded_at)) FROM live_event e
WHERE e.id > coalesce((SELECT c.seq FROM live_cursor c WHERE c.consumer = 'relay'), 0)
  AND NOT EXISTS (SELECT FROM live_link l WHERE l.event_id = e.id)
"""
_CONSUMERS = """
WITH head AS (SELECT coalesce(max(seq), 0) AS seq FROM live_link)
SELECT c.consumer, c.seq, greatest(0, head.seq - c.seq), coalesce(extract(epoch FROM now() - e.recorded_at), 0)
FROM live_cursor c CROSS JOIN head
LEFT JOIN live_link l ON l.seq = (SELECT min(n.seq) FROM live_link n WHERE n.seq > c.seq)
LEFT JOIN live_event e ON e.id = l.event_id
WHERE c.consumer <> 'relay' -- its cursor counts ids of events
ORDER BY c.consumer
"""
_PARTITIONS = """
SELECT p.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_partitioned_table t
JOIN pg_class p ON p.oid = t.partrelid JOIN pg_inherits i ON i.inhparent = p.oid JOIN pg_class c ON c.oid = i.inhrelid
WHERE t.partstrat = 'r'
"""
_BOUND = re.compile(r"TO \('(\d{4})-(\d{2})-(\d{2})")
_JOBS = """
SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
       (SELECT extract(epoch FROM now() - min(e.at)) FROM procrastinate_events e JOIN procrastinate_jobs j ON j.id = e.job_id
        WHERE j.status = 'todo' AND e.type = 'deferred' AND coalesce(j.scheduled_at, now()) <= now())
FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
"""
_FAILED = """
SELECT j.task_name, count(*) OVER () FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
WHERE j.status = 'failed' AND e.type = 'failed' AND e.at > now() - interval '24 hours' ORDER BY e.at DESC LIMIT 1
"""
_DATABASE = """
SELECT pg_database_size(current_database()), (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
       OR (backend_type IS NULL AND pid <> 0)), current_setting('max_connections')::int
"""

#: Screens of the last day; a display is an account that holds that role now.
_SCREENS = """
SELECT p.wall, left(p.screen::text, 8), p.width, p.height, extract(epoch FROM now() - p.seen_at), p.phase, p.hash_ok,
       EXISTS (SELECT FROM people_assignment a WHERE a.person_id = p.account AND a.role = 'display'
               AND a.valid_from <= now() AND (a.valid_to IS NULL OR a.valid_to > now())),
       p.hash_mismatches, p.context_losses, p.reloads, p.slow_spells, p.reported_kind,
       extract(epoch FROM now() - p.reported_at)
FROM walls_presence p WHERE p.seen_at > now() - interval '24 hours' ORDER BY p.wall, p.seen_at DESC LIMIT 200
"""
_TROUBLES = ("hash_mismatch", "context_lost", "reloaded", "slow")


def read() -> Readings:
    """The state of everything at this moment. Raises DatabaseError when the database does not answer."""
    sessions, hidden = _sessions()
    return Readings(
        datetime.now(UTC), tuple(_processes()), sessions, tuple(_consumers()), tuple(_horizons()), _log(), _jobs(),
        _machine(hidden), tuple(_screens()),
    )  # fmt: skip


def _ask(query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _processes() -> Iterator[ProcessRead]:
    for name, instance, pid, age, up, starts, facts in _ask(_PROCESSES, [_GONE_S]):
        yield ProcessRead(name, instance, pid, float(age), float(up), starts - 1, json.loads(facts))


def _sessions() -> tuple[tuple[Session, ...], int]:
    """Open transactions, the oldest first, and the number of sessions whose state is hidden."""
    rows = _ask(_ACTIVITY)
    found = [
        Session(pid, role or "", application or "", state or "", float(age), verb or "", writes, in_log, blocks)
        for pid, role, application, state, age, verb, writes, in_log, blocks, hidden in rows
        if age is not None and not hidden
    ]
    return tuple(sorted(found, key=lambda one: -one.age_s)), sum(1 for row in rows if row[-1])


def _log() -> LogRead:
    ((unlinked, age),) = _ask(_UNLINKED)
    head = head_of_log()
    return LogRead(
        head.seq if head else 0, head.hash if head else "", unlinked, max(0.0, float(age or 0)),
        still_there(settings.HEADS_FILE),
    )  # fmt: skip


def _consumers() -> Iterator[ConsumerRead]:
    for name, seq, behind, age in _ask(_CONSUMERS):
        yield ConsumerRead(name, seq, behind, max(0.0, float(age)) if behind else 0.0)


def _screens() -> Iterator[ScreenRead]:
    for wall, screen, width, height, age, phase, hash_ok, display, *counts, reported, reported_age in _ask(_SCREENS):
        yield ScreenRead(
            wall, screen, width, height, max(0.0, float(age)), phase, hash_ok, display,
            dict(zip(_TROUBLES, counts, strict=True)), reported, None if reported_age is None else float(reported_age),
        )  # fmt: skip


def _horizons() -> Iterator[Horizon]:
    """Days from today until the last part of each table kept in parts by day ends."""
    ends: dict[str, date] = {}
    for table, bound in _ask(_PARTITIONS):
        if match := _BOUND.search(bound or ""):
            end = date(*map(int, match.groups()))
            ends[table] = max(end, ends.get(table, end))
    today = datetime.now(UTC).date()
    for table in sorted(ends):
        yield Horizon(table, (ends[table] - today).days)


def _jobs() -> JobsRead:
    ((waiting, running, oldest),) = _ask(_JOBS)
    failed = _ask(_FAILED)
    task, count = failed[0] if failed else ("", 0)
    return JobsRead(waiting, running, max(0.0, float(oldest or 0)), count, task)


def _machine(hidden: int) -> MachineRead:
    ((size, used, most),) = _ask(_DATABASE)
    disk = shutil.disk_usage(settings.VAR_DIR)
    return MachineRead(disk.free, disk.total, size, used, most, hidden)
