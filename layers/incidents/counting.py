"""What the log says about how many cases came and were closed: pure sums of acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

#: Days and hours of the count are those that people live by.
ZONE = ZoneInfo("Asia/Shanghai")
REPORTED = frozenset({"incident.reported"})
#: A closing counts each time: a case closed, reopened and closed again was closed twice.
CLOSED = frozenset({"incident.closed"})
WEEKS = 4


@dataclass(frozen=True, order=True)
class Cell:
    """One cell of the count. `grid` is the finest area that a case shows: its grid, of guarded items the community."""

    day: date
    hour: int
    grid: str
    category: str
    severity: int


@dataclass(frozen=True)
class Sum:
    """How many cases came and were closed."""

    reported: int = 0
    closed: int = 0


@dataclass(frozen=True)
class Happened:
    """One counted act: its kind, its moment, and the codes of the case as it stood then."""

    kind: str
    at: datetime
    properties: Mapping[str, Any]


def counted(kind: str) -> bool:
    """True for the kinds of events that change a count."""
    return kind in REPORTED or kind in CLOSED


def cell_of(act: Happened) -> Cell:
    """Where an act is counted."""
    local = act.at.astimezone(ZONE)
    facts = act.properties
    item = str(facts.get("item") or "")
    return Cell(
        local.date(), local.hour, str(facts.get("grid") or facts.get("community") or ""), str(facts.get("category") or item[:1]),
        int(facts.get("severity") or 0),
    )  # fmt: skip


def tally(acts: Iterable[Happened]) -> dict[Cell, Sum]:
    """The sums of some acts, by cell."""
    sums: dict[Cell, Sum] = {}
    for act in acts:
        if not counted(act.kind):
            continue
        cell = cell_of(act)
        had = sums.get(cell, Sum())
        came = act.kind in REPORTED
        sums[cell] = Sum(had.reported + came, had.closed + (not came))
    return sums


def usual_days(day: date, first: date | None, weeks: int = WEEKS) -> list[date]:
    """The same weekday in the weeks before, as far as anything was counted at all (`first`), oldest first."""
    if first is None:
        return []
    days = [day - timedelta(weeks=back) for back in range(weeks, 0, -1)]
    return [one for one in days if one >= first]


def by_hour(rows: Sequence[tuple[int, int, int]]) -> list[Sum]:
    """24 sums from rows of (hour, reported, closed)."""
    sums = [Sum()] * 24
    for hour, reported, closed in rows:
        sums[hour] = Sum(sums[hour].reported + reported, sums[hour].closed + closed)
    return sums
