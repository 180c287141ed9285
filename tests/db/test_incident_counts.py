"""Counts of cases: kept from the log as it goes, the same as counted anew."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from layers.incidents.counting import Sum
from layers.incidents.counts import COUNTERS, rebuild_counts
from layers.incidents.counts_models import IncidentCount
from layers.incidents.counts_selectors import areas_of_day, categories_of, hours_of, today, usual_day
from layers.live.consumers import advance, head_seq
from layers.people.rights import RowScope
from layers.people.selectors import actor_of
from tests.cases import GUARDED, act, report
from tests.live_log import GRID, NOON, closed, link_all, moved, reported

OTHER = "411102002001001"
DAY = date(2026, 3, 4)


def counted() -> set[tuple]:
    return set(IncidentCount.objects.values_list("day", "hour", "grid", "category", "severity", "reported", "closed"))


def follow(batch: int = 200) -> None:
    link_all()
    while advance(COUNTERS, batch):
        pass


def test_a_case_counts_where_and_when_it_came_and_where_and_when_it_was_closed(db):
    reported(1)
    reported(2, category="A", severity=1)
    closed(1, NOON + timedelta(hours=13))
    follow()
    assert counted() == {
        (DAY, 12, GRID, "C", 3, 1, 0),
        (DAY, 12, GRID, "A", 1, 1, 0),
        (DAY + timedelta(days=1), 1, GRID, "C", 3, 0, 1),
    }


def test_a_closed_case_counts_with_the_codes_it_had_last(db):
    reported(1)
    moved(1, 2, grid=OTHER, severity=2)
    closed(1, version=3, grid=OTHER, severity=2)
    follow(1)
    assert (DAY, 12, OTHER, "C", 2, 0, 1) in counted()


def test_counted_anew_is_the_same_as_counted_as_it_went(db):
    for number in range(12):
        reported(number, NOON + timedelta(minutes=17 * number), grid=(GRID, OTHER)[number % 2], severity=1 + number % 4)
    follow(5)
    for number in range(0, 12, 3):
        moved(number, 2, severity=4, grid=OTHER)
        closed(number, NOON + timedelta(days=1), version=3)
    follow(4)
    as_it_went = counted()
    assert sum(row[-1] for row in as_it_went) == 4
    IncidentCount.objects.update(reported=77)
    assert rebuild_counts() == head_seq()
    assert counted() == as_it_went
    call_command("rebuild_counters")
    assert counted() == as_it_went
    assert advance(COUNTERS) == 0


@pytest.fixture
def five_weeks(db):
    """The same weekday: 4 cases today, 2 a week ago, none two weeks ago, 1 three weeks ago."""
    for number, (weeks, grid) in enumerate([(0, GRID)] * 3 + [(0, OTHER)] + [(1, GRID)] * 2 + [(3, OTHER)]):
        reported(number, NOON - timedelta(weeks=weeks), grid=grid, category="AC"[number % 2])
    follow()


def test_a_day_is_read_by_hour_category_and_area(five_weeks):
    assert hours_of(DAY)[12] == Sum(4, 0)
    assert sum(one.reported for one in hours_of(DAY)) == 4
    assert categories_of(DAY) == {"A": Sum(2, 0), "C": Sum(2, 0)}
    assert areas_of_day(DAY, "subdistrict") == {GRID[:9]: Sum(3, 0), OTHER[:9]: Sum(1, 0)}
    assert areas_of_day(DAY, "grid") == {GRID: Sum(3, 0), OTHER: Sum(1, 0)}


def test_the_usual_day_tells_from_how_many_days_it_comes(five_weeks):
    usual = usual_day(DAY)
    assert usual.n == 3, "counting began three weeks ago; the day without cases counts"
    assert usual.hours[12].reported == 1.0
    assert usual_day(date(2026, 3, 5)).n == 3
    assert usual_day(DAY - timedelta(weeks=3)).n == 0


def test_only_the_callers_areas_are_read(five_weeks):
    scope = RowScope(prefixes=(OTHER[:9],))
    assert hours_of(DAY, scope)[12] == Sum(1, 0)
    assert categories_of(DAY, RowScope()) == {}


def test_a_case_of_the_product_is_counted_when_it_was_reported_and_when_it_was_closed(cast):
    grid = cast.district.last("grid")
    handler, checker = (actor_of(cast.person("community_head", grid[:12])) for _ in range(2))
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    incident = report(cast, grid=grid, occurred_at=yesterday)
    for action in ("accept", "register", "dispatch", "handle", "reply"):
        act(incident, handler, action)
    act(incident, checker, "check")
    act(incident, checker, "close")
    guarded = report(cast, grid=grid, item=GUARDED)
    follow(3)
    day = today(timezone.now())
    assert areas_of_day(day, "grid") == {grid: Sum(1, 1), grid[:12]: Sum(1, 0)}, "of a guarded item no grid is shown"
    assert sum(one.reported for one in hours_of(day)) == 2
    assert guarded.grid == grid
    as_it_went = counted()
    rebuild_counts()
    assert counted() == as_it_went


def test_today_is_the_districts_day():
    assert today(NOON.replace(hour=16)) == DAY + timedelta(days=1)
