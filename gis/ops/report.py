"""The state of the system, read and judged at most every two seconds a process, however many screens ask."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from gis.ops.judgement import EXPECTED, Finding, judge, judge_session, warnings
from gis.ops.readings import Readings
from gis.ops.selectors import read

FRESH_S = 2.0
#: Beyond this nobody answers with an old one.
STALE_S = 6.0
#: Transactions that a page lists; every one of them is judged.
MOST_SESSIONS = 20
#: Screens that a page lists; every one of them is judged.
MOST_SCREENS = 20


@dataclass(frozen=True)
class Report:
    """Readings with what they mean."""

    readings: Readings
    findings: list[Finding]

    @property
    def at(self) -> datetime:
        """When it was read."""
        return self.readings.at

    @property
    def warnings(self) -> list[Finding]:
        """What somebody should look at, the worst first."""
        return warnings(self.findings)


_lock = threading.Lock()
_last: tuple[float, Report] | None = None


def report() -> Report:
    """The newest report, two seconds old and rarely more. Raises DatabaseError when the database does not answer."""
    if connection.in_atomic_block:  # what a transaction sees is nobody else's
        return _make()
    held = _last
    if held is not None and _age_s(held) <= FRESH_S:
        return held[1]
    # While one thread reads, the others answer with what is there: a slow database must not hold every thread.
    if held is not None and _age_s(held) <= STALE_S:
        if not _lock.acquire(blocking=False):
            return held[1]
    else:
        _lock.acquire()
    try:
        return _renewed()
    finally:
        _lock.release()


def _renewed() -> Report:
    """The report that another thread made meanwhile, or a new one. The lock is held."""
    global _last
    if _last is None or _age_s(_last) > FRESH_S:
        _last = (time.monotonic(), _make())
    return _last[1]


def _age_s(held: tuple[float, Report]) -> float:
    return time.monotonic() - held[0]


def _make() -> Report:
    readings = read()
    return Report(readings, judge(readings))


def health(made: Report) -> dict[str, Any]:
    """What every screen may know: the warnings."""
    return {
        "at": made.at.isoformat(timespec="milliseconds"),
        "warnings": [finding.as_dict() for finding in made.warnings],
    }


def state(made: Report) -> dict[str, Any]:
    """Everything that the page of the operators shows; ages in seconds at `at`."""
    r = made.readings
    levels = {finding.code: str(finding.level) for finding in reversed(made.findings)}
    sentences = {finding.code: finding.as_dict() for finding in reversed(made.findings)}
    names = list(dict.fromkeys([*EXPECTED, *(process.name for process in r.processes)]))
    return {
        **health(made),
        "processes": [
            {
                "name": name, "zh": EXPECTED.get(name, (name, name))[0], "en": EXPECTED.get(name, (name, name))[1],
                "level": levels[f"process.{name}"],
                "instances": [asdict(process) for process in r.processes if process.name == name],
            }
            for name in names
        ],
        "log": asdict(r.log) | {"level": levels["relay.lag"]},
        "consumers": [asdict(one) | {"level": levels[f"consumer.{one.name}"]} for one in r.consumers],
        "streams": stream_clients(r),
        "sessions": [
            asdict(one) | {"holds": one.holds, "level": str(judge_session(one, made.at).level)}
            for one in r.sessions[:MOST_SESSIONS]
        ],
        "horizons": [asdict(one) | {"level": levels[f"partitions.{one.table}"]} for one in r.horizons],
        "screens": [
            asdict(one) | {"level": levels[f"screen.{one.wall}.{one.screen}"]} for one in r.screens[:MOST_SCREENS]
        ],
        "jobs": asdict(r.jobs) | {"level": levels["jobs.waiting"]},
        "machine": asdict(r.machine) | {"disk_level": levels["disk"], "connections_level": levels["connections"]},
        "findings": list(sentences.values()),
    }  # fmt: skip


def stream_clients(readings: Readings) -> int:
    """Clients connected to the streams, as the stream processes said last."""
    facts = [process.facts.get("streams", 0) for process in readings.processes]
    return sum(count for count in facts if isinstance(count, int))
