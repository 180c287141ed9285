"""What the town reports: by hour, kind of day, place and weather."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from gis.simulator.city import (
    DAY_BEGINS_H,
    DAY_ENDS_H,
    GRAVE_AN_HOUR,
    City,
    Moment,
    ShiftClock,
    Storm,
    group_weight,
    reports_an_hour,
)
from gis.simulator.habits import HABITS, SOURCES
from gis.simulator.phrases import sentence
from layers.incidents.bodies import SOURCES as KNOWN_SOURCES
from tests.town import city, grid_of, items

WORKDAY = Moment(10.0, 2, False)


def at(hour, **other):
    return Moment(hour, **{"weekday": 2, "market": False, **other})


def drawn(moment, storm=0.0, count=1500, seed=3, **how):
    rng = Random(seed)
    return [city().draw(rng, moment, storm, **how) for _ in range(count)]


def test_rush_noon_and_evening_are_busier_than_the_hours_between_and_the_night():
    rate = {hour: reports_an_hour(at(hour), 0.0) for hour in (3.0, 8.0, 10.5, 12.0, 14.0, 18.0, 23.0)}
    assert min(rate[8.0], rate[12.0], rate[18.0]) > rate[14.0] > rate[23.0] > rate[3.0]
    assert rate[8.0] > rate[10.5]


def test_the_rate_has_no_jumps_from_hour_to_hour():
    for minute in range(24 * 60 - 1):
        here, there = (reports_an_hour(at(m / 60), 0.0) for m in (minute, minute + 1))
        assert abs(there - here) < 2.0


def test_market_mornings_are_busier_and_about_street_trade():
    market, plain = at(9.0, market=True), at(9.0)
    assert reports_an_hour(market, 0.0) > reports_an_hour(plain, 0.0)
    assert group_weight("C09", market, 0.0) == 3 * group_weight("C09", plain, 0.0)
    assert group_weight("C09", at(15.0, market=True), 0.0) == group_weight("C09", at(15.0), 0.0)


def test_offices_are_quiet_at_the_weekend():
    assert group_weight("A03", at(10.0, weekday=5), 0.0) < 0.5 * group_weight("A03", WORKDAY, 0.0)


def test_a_storm_brings_a_burst_of_water_and_fallen_trees():
    assert reports_an_hour(WORKDAY, 1.0) > 2 * reports_an_hour(WORKDAY, 0.0)
    wet = {"D05", "C10", "C01", "D11", "D02", "D04"}
    share = {s: sum(d.item.group in wet for d in drawn(WORKDAY, s)) / 1500 for s in (0.0, 1.0)}
    assert share[1.0] > 0.5 > 3 * share[0.0] / 2


def test_a_storm_rises_at_once_and_ends():
    storm = Storm(100.0, 400.0)
    assert [round(storm.strength(t), 2) for t in (99, 100, 199, 350, 499, 500)] == [0, 1, 1, 0.5, 0.0, 0]


@pytest.mark.parametrize("hour", [8.0, 13.5, 18.0])
def test_severity_one_is_rare_outside_a_storm(hour):
    share = sum(d.item.severity == 1 for d in drawn(at(hour), count=6000)) / 6000
    assert share * reports_an_hour(at(hour), 0.0) == pytest.approx(GRAVE_AN_HOUR, rel=0.35)
    assert not any(d.item.severity == 1 for d in drawn(at(hour), calm=True))


def test_every_report_has_a_grid_a_source_and_words():
    for draw in drawn(WORKDAY):
        assert draw.grid == grid_of(draw.place) != ""
        assert draw.source in KNOWN_SOURCES
        assert draw.item.name in draw.description and draw.description.endswith("。")
        assert len(draw.description) < 120


def test_places_are_hot_spots_and_no_uniform_scatter():
    blocks = Counter((int(d.place[0] // 100), int(d.place[1] // 100)) for d in drawn(WORKDAY))
    busiest = sum(count for _, count in blocks.most_common(26))  # a tenth of the town
    assert busiest > 0.3 * 1500


def test_every_group_of_the_catalogue_has_its_habit_words_and_sources():
    groups = {item.group for item in items()}
    assert groups == set(HABITS)
    assert {item.category for item in items()} == set(SOURCES)
    for group in groups:
        assert "{" not in sentence(Random(1), group, "事项", "地点")


def test_a_family_s_quarrel_is_never_placed_at_a_home():
    assert HABITS["B03"].spots == ("service_center",)


def test_the_clock_of_the_shift_skips_the_nights():
    clock = ShiftClock.starting(date(2026, 11, 24), 3.0)
    day_s = (DAY_ENDS_H - DAY_BEGINS_H) * 3600
    assert clock.moment(0.0).hour == 7.5
    assert clock.moment(day_s) == Moment(7.5, 2, True)  # the next day, a 25th
    assert all(DAY_BEGINS_H <= clock.moment(600.0 * n).hour < DAY_ENDS_H for n in range(300))


def test_by_day_the_clock_of_the_shift_is_the_wall_s():
    assert ShiftClock.starting(date(2026, 11, 24), 15.25).moment(timedelta(minutes=15).total_seconds()).hour == 15.5


def test_a_town_without_grids_is_told_of():
    lost = City(items(), {"street": city().spots["street"]}, lambda place: "")
    with pytest.raises(ValueError, match="grid"):
        lost.draw(Random(1), WORKDAY, 0.0)
