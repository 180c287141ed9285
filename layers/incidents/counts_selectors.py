"""Reading the counts of cases: a day by hour beside the usual day, by category, by area. `scope` limits the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min, Q, QuerySet, Value
from django.db.models import Sum as SumOf
from django.db.models.functions import Substr

from layers.incidents.counting import WEEKS, ZONE, Sum, by_hour, usual_days
from layers.incidents.counts_models import IncidentCount
from layers.people.rights import EVERYTHING, RowScope

_LENGTH = {"district": 6, "subdistrict": 9, "community": 12, "grid": 15}


@dataclass(frozen=True)
class UsualHour:
    """The mean of one hour over the days of a usual day."""

    reported: float
    closed: float


@dataclass(frozen=True)
class UsualDay:
    """24 means over `n` days of the same weekday; without such days (`n` is 0) there are none."""

    n: int
    days: tuple[date, ...]
    hours: tuple[UsualHour, ...]


def today(now: datetime) -> date:
    """The day of the district at a moment."""
    return now.astimezone(ZONE).date()


def hours_of(day: date, scope: RowScope = EVERYTHING) -> list[Sum]:
    """24 sums, hour by hour of that day."""
    rows = _rows(scope).filter(day=day).values_list("hour").annotate(SumOf("reported"), SumOf("closed"))
    return by_hour(list(rows))


def usual_day(day: date, scope: RowScope = EVERYTHING, weeks: int = WEEKS) -> UsualDay:
    """The mean of the same weekday over the last four weeks, with how many such days there were.

    A day without any case counts with zeros once counting had begun.
    """
    first = IncidentCount.objects.aggregate(first=Min("day"))["first"]
    days = usual_days(day, first, weeks)
    if not days:
        return UsualDay(0, (), ())
    rows = _rows(scope).filter(day__in=days).values_list("hour").annotate(SumOf("reported"), SumOf("closed"))
    means = tuple(UsualHour(one.reported / len(days), one.closed / len(days)) for one in by_hour(list(rows)))
    return UsualDay(len(days), tuple(days), means)


def categories_of(day: date, scope: RowScope = EVERYTHING) -> dict[str, Sum]:
    """Sums of that day by category code."""
    rows = _rows(scope).filter(day=day).values_list("category").annotate(SumOf("reported"), SumOf("closed"))
    return {code: Sum(reported, closed) for code, reported, closed in rows.order_by("category")}


def areas_of_day(day: date, level: str, scope: RowScope = EVERYTHING) -> dict[str, Sum]:
    """Sums of that day by area code of a level (subdistrict, community, grid).

    By grid, cases of guarded items stand under their community.
    """
    rows = _rows(scope).filter(day=day).annotate(area=Substr("grid", Value(1), Value(_LENGTH[level])))
    sums = rows.values_list("area").annotate(SumOf("reported"), SumOf("closed")).order_by("area")
    return {code: Sum(reported, closed) for code, reported, closed in sums}


def _rows(scope: RowScope) -> QuerySet[IncidentCount]:
    if scope.everything:
        return IncidentCount.objects.all()
    wanted = Q(pk__in=[])
    for prefix in scope.prefixes:
        wanted |= Q(grid__startswith=prefix)
    return IncidentCount.objects.filter(wanted)
