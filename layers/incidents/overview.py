"""Numbers of the day for charts, each of exactly the cases that the asker may see and can list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from layers.incidents.listing import OPEN
from layers.incidents.sight import Condition, seen_condition
from layers.live.feed import instant
from layers.people.rights import Actor

Json = dict[str, Any]
WEEKS = 4
_HOURS = 24
WINDOWS: dict[str, timedelta] = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}

_OPEN = """
SELECT i.community, i.category, i.severity, count(*), min(i.reported_at)
FROM incidents_incident i WHERE {open} AND {seen} GROUP BY 1, 2, 3
"""
#: Hours of Asia/Shanghai: the difference of an instant to the midnight its day began with.
_BY_HOUR = """
SELECT days.n, floor(extract(epoch FROM i.{column} - days.begins) / 3600)::int, i.community, i.category, count(*)
FROM unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) WITH ORDINALITY AS days (begins, ends, n)
JOIN incidents_incident i ON i.{column} >= days.begins AND i.{column} < days.ends
WHERE {kind} AND {seen} GROUP BY 1, 2, 3, 4
"""
#: What is counted by each instant: refused, void and merged cases have ended, but nobody closed them.
_KINDS = {"reported_at": "true", "closed_at": "i.state = 'closed'"}
_SINCE = "SELECT count(*) FROM incidents_incident i WHERE i.reported_at > %(since)s AND {seen}"
_FIRST = "SELECT min(reported_at) FROM incidents_incident"
#: A guarded case, or one outside every unit grid, weighs on the point that is shown of it.
_HEAT = """
WITH cases AS (
    SELECT CASE WHEN i.item_id = ANY(%(guarded)s) THEN '' ELSE i.unit_grid END COLLATE "C" AS unit, i.shown
    FROM incidents_incident i WHERE i.reported_at > %(since)s AND {seen}
), sums AS (
    SELECT unit, CASE WHEN unit = '' THEN shown END AS spot, count(*) AS weight,
           ST_SetSRID(ST_MakePoint(avg(ST_X(shown)), avg(ST_Y(shown))), 4326) AS middle
    FROM cases GROUP BY 1, 2
)
SELECT round(ST_X(p)::numeric, 6)::float8, round(ST_Y(p)::numeric, 6)::float8, sum(weight)::int FROM (
    SELECT coalesce(s.spot, ST_PointOnSurface(u.geom), s.middle) AS p, s.weight FROM sums s
    LEFT JOIN territory_unitgrid u
           ON u.code = s.unit AND u.valid_from <= %(day)s AND (u.valid_to IS NULL OR u.valid_to > %(day)s)
) AS weighed GROUP BY p ORDER BY 3 DESC, 1, 2
"""


@dataclass
class _Cell:
    """What is counted of one community."""

    open: int = 0
    oldest: datetime | None = None
    hours: list[int] = field(default_factory=lambda: [0] * _HOURS)


def counts(actor: Actor, *, area: str = "", now: datetime | None = None) -> Json:
    """Open, reported, closed; today by hour beside the usual day; by category, severity and community.

    The usual day is the mean of the same weekday of the last four weeks, of as many (`n`) as lie after the first case.
    A number that nobody may see the cases of is not in it.
    """
    now = now or timezone.now()
    seen = seen_condition(actor, area=area)
    today = timezone.localdate(now)
    days = [today, *_usual_days(today)]
    opened = _ask(_OPEN.format(open=OPEN, seen=seen.sql), seen.values)
    reported = _by_hour("reported_at", days, seen)
    closed = _by_hour("closed_at", [today], seen)
    since = now - timedelta(hours=1)
    last_hour = _ask(_SINCE.format(seen=seen.sql), {**seen.values, "since": since})[0][0]
    n = len(days) - 1
    return {
        "at": instant(now), "day": today.isoformat(), "midnight": instant(_midnight(today)),
        "open": sum(row[3] for row in opened),
        "oldest_open_at": _oldest([row[4] for row in opened]),
        "reported_today": sum(row[4] for row in reported if row[0] == 1),
        "closed_today": sum(row[4] for row in closed),
        "reported_last_hour": last_hour,
        "hours": {
            "today": _hours([row for row in reported if row[0] == 1]),
            "closed": _hours(closed),
            "usual": [round(total / n, 2) for total in _hours([row for row in reported if row[0] > 1])] if n else [],
            "n": n, "days": [day.isoformat() for day in days[1:]],
        },
        "severities": _totals([(str(row[2]), row[3]) for row in opened]),
        "categories": _categories(opened, reported, n),
        "communities": _communities(opened, reported),
    }  # fmt: skip


def heat(actor: Actor, *, window: str, area: str = "", now: datetime | None = None) -> list[list[float]]:
    """[lon, lat, cases] by unit grid of what was reported within a window, heaviest first."""
    now = now or timezone.now()
    seen = seen_condition(actor, area=area)
    values = {**seen.values, "since": now - WINDOWS[window], "day": timezone.localdate(now)}
    return [list(row) for row in _ask(_HEAT.format(seen=seen.sql), values)]


def _usual_days(today: date) -> list[date]:
    """The same weekday of the last weeks, those that began after the first case of all."""
    first = _ask(_FIRST, {})[0][0]
    if first is None:
        return []
    began = timezone.localdate(first)
    return [day for week in range(1, WEEKS + 1) if (day := today - timedelta(weeks=week)) > began]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def _by_hour(column: str, days: Sequence[date], seen: Condition) -> list[tuple[Any, ...]]:
    """(number of the day from 1, hour, community, category, cases) of several days."""
    bounds = {
        "begins": [_midnight(day) for day in days], "ends": [_midnight(day + timedelta(days=1)) for day in days],
    }  # fmt: skip
    return _ask(_BY_HOUR.format(column=column, kind=_KINDS[column], seen=seen.sql), {**seen.values, **bounds})


def _hours(rows: Sequence[tuple[Any, ...]]) -> list[int]:
    sums = [0] * _HOURS
    for _, hour, _, _, total in rows:
        sums[hour] += total
    return sums


def _totals(pairs: Sequence[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for key, total in pairs:
        sums[key] += total
    return dict(sorted(sums.items()))


def _categories(opened: Sequence[tuple[Any, ...]], reported: Sequence[tuple[Any, ...]], n: int) -> list[Json]:
    still = _totals([(row[1], row[3]) for row in opened])
    new = _totals([(row[3], row[4]) for row in reported if row[0] == 1])
    usual = _totals([(row[3], row[4]) for row in reported if row[0] > 1])
    return [
        {
            "category": code, "open": still.get(code, 0), "today": new.get(code, 0),
            "usual": round(usual.get(code, 0) / n, 2) if n else None,
        }
        for code in sorted({*still, *new, *usual})
    ]  # fmt: skip


def _communities(opened: Sequence[tuple[Any, ...]], reported: Sequence[tuple[Any, ...]]) -> dict[str, Json]:
    """Community -> open cases, the oldest of them, today's by hour; communities without any are left out."""
    cells: dict[str, _Cell] = defaultdict(_Cell)
    for community, _, _, total, oldest in opened:
        cell = cells[community]
        cell.open += total
        cell.oldest = min(filter(None, (cell.oldest, oldest)))
    for day, hour, community, _, total in reported:
        if day == 1:
            cells[community].hours[hour] += total
    return {
        code: {"open": cell.open, "oldest_open_at": _oldest([cell.oldest]), "today": sum(cell.hours), "hours": cell.hours}
        for code, cell in sorted(cells.items())
    }  # fmt: skip


def _oldest(moments: Sequence[datetime | None]) -> str | None:
    known = [moment for moment in moments if moment is not None]
    return instant(min(known)) if known else None


def _ask(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
