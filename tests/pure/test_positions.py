"""One position at the door: what is taken, what is refused, what is marked. No database."""

from __future__ import annotations

import math
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.patrols.positions import (
    GivenFix,
    Mark,
    Place,
    Refusal,
    marks_of,
    metres_between,
    read_fix,
    read_instant,
)

NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
FRAME = (113.975, 33.54, 114.065, 33.605)
GOOD = {
    "client_id": "00000000-0000-4000-8000-000000000001", "unit": "u1", "at": "2026-05-06T15:08:00+08:00",
    "lon": 114.02, "lat": 33.57, "accuracy_m": 5, "speed_mps": 1.2, "bearing_deg": 90,
}  # fmt: skip


def fix(**changes) -> GivenFix:
    read = read_fix(0, GOOD | changes, NOW)
    assert isinstance(read, GivenFix), read
    return read


def test_a_good_fix_is_read_in_utc_and_degrees():
    assert fix() == GivenFix(
        uuid.UUID(GOOD["client_id"]), "u1", datetime(2026, 5, 6, 7, 8, tzinfo=UTC), 114.02, 33.57, 5.0, 1.2, 90.0
    )


@pytest.mark.parametrize("name", ["accuracy_m", "speed_mps", "bearing_deg"])
def test_what_a_device_does_not_know_may_be_null_or_left_out(name):
    without = {key: value for key, value in GOOD.items() if key != name}
    assert getattr(read_fix(0, without, NOW), name) is None
    assert getattr(fix(**{name: None}), name) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("client_id", None), ("client_id", 1), ("client_id", "x"), ("client_id", "{" + GOOD["client_id"][:34] + "}"),
        ("client_id", "g" * 36), ("client_id", []), ("unit", None), ("unit", ""), ("unit", "x" * 41), ("unit", 7),
        ("unit", "a\x00b"), ("unit", "a\nb"), ("unit", {}), ("at", None), ("at", 1_700_000_000), ("at", "yesterday"),
        ("at", "2026-05-06T07:08:00"), ("at", "2026-05-06"), ("at", "2026-13-06T07:08:00Z"), ("at", "\x00"),
        ("at", "2026-05-06T07:08:00Z" + " " * 40), ("at", "0001-01-01T00:00:00+14:00"), ("lon", None), ("lon", "114"),
        ("lon", True), ("lon", math.nan), ("lon", math.inf), ("lon", -math.inf), ("lon", 180.001), ("lon", [114]),
        ("lon", 10**400), ("lat", 114.02), ("lat", -90.5), ("lat", math.nan), ("lat", False), ("accuracy_m", -1),
        ("accuracy_m", "5"), ("accuracy_m", math.nan), ("accuracy_m", 1e12), ("speed_mps", -0.1),
        ("speed_mps", math.inf), ("speed_mps", True), ("bearing_deg", 360.5), ("bearing_deg", -1), ("bearing_deg", {}),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_refused_by_name(field, value):
    refusal = read_fix(3, GOOD | {field: value}, NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.index, refusal.code) == (3, "invalid")
    assert field in refusal.zh
    assert field in refusal.en
    assert "\x00" not in refusal.zh + refusal.en


@pytest.mark.parametrize("value", [None, 1, "x", [], True])
def test_an_entry_that_is_no_object_is_refused(value):
    assert read_fix(0, value, NOW).code == "invalid"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW + timedelta(minutes=5), None),
        (NOW + timedelta(minutes=5, seconds=1), "future"),
        (NOW - timedelta(days=7), None),
        (NOW - timedelta(days=7, seconds=1), "too_old"),
        (datetime(9999, 12, 31, tzinfo=UTC), "future"),
        (datetime(1, 1, 1, tzinfo=UTC), "too_old"),
    ],
)
def test_times_outside_the_window_are_refused(at, code):
    read = read_fix(0, GOOD | {"at": at.isoformat()}, NOW)
    assert (read.code if isinstance(read, Refusal) else None) == code


def test_a_refusal_speaks_one_language_at_a_time():
    refusal = read_fix(2, GOOD | {"lon": "x"}, NOW)
    assert refusal.as_dict("zh-hans") == {"index": 2, "code": "invalid", "message": refusal.zh}
    assert refusal.as_dict("en")["message"] == refusal.en


BEFORE = Place(datetime(2026, 5, 6, 7, 7, 50, tzinfo=UTC), 114.02, 33.57)  # ten seconds before the good fix


@pytest.mark.parametrize(
    ("changes", "before", "marks"),
    [
        ({}, None, Mark(0)),
        ({}, BEFORE, Mark(0)),
        ({"lon": 114.025}, BEFORE, Mark(0)),  # 463 m in 10 s: fast, but a car can
        ({"lon": 114.0255}, BEFORE, Mark.TOO_FAST | Mark.JUMP),
        ({"lon": 114.0255}, replace(BEFORE, at=NOW - timedelta(minutes=9)), Mark.JUMP),
        ({"lon": 114.0201}, replace(BEFORE, at=datetime(2026, 5, 6, 7, 8, tzinfo=UTC)), Mark.TOO_FAST),
        ({"accuracy_m": 100}, None, Mark(0)),
        ({"accuracy_m": 100.1}, None, Mark.INACCURATE),
        ({"lon": 113.874}, None, Mark.OUTSIDE),
        ({"lon": 113.876}, None, Mark(0)),
        ({"lat": 33.706}, None, Mark.OUTSIDE),
        ({"at": "2026-05-06T07:08:14Z"}, None, Mark(0)),
        ({"at": "2026-05-06T07:08:15Z"}, None, Mark.CLOCK_AHEAD),
        ({"at": "2026-05-06T07:06:09Z"}, None, Mark(0)),
        ({"at": "2026-05-06T07:06:08Z"}, None, Mark.LATE),
    ],
)
def test_what_is_doubtful_is_marked(changes, before, marks):
    assert marks_of(fix(**changes), before, now=NOW, frame_4326=FRAME) == marks


def test_without_a_district_nothing_lies_outside():
    assert marks_of(fix(lon=0, lat=0), None, now=NOW, frame_4326=None) == Mark(0)


def test_a_degree_of_latitude_is_111_km():
    assert metres_between(114, 33, 114, 34) == pytest.approx(111_195, rel=1e-4)
    assert metres_between(0, 0, 180, 0) == pytest.approx(math.pi * 6_371_008.8)


def test_the_digest_knows_values_not_spellings():
    assert fix(lon=114).digest == fix(lon=114.0).digest
    assert fix(lat=0.0).digest == fix(lat=-0.0).digest
    assert fix(speed_mps=None).digest != fix(speed_mps=0).digest
    assert fix(lon=114.02).digest != fix(lon=114.0200001).digest


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({}, optional={name: JSON | st.just(GOOD[name]) for name in GOOD}) | JSON)
def test_whatever_comes_is_a_fix_or_a_refusal(value):
    read = read_fix(0, value, NOW)
    if isinstance(read, GivenFix):
        assert math.isfinite(read.lon)
        assert abs(read.lat) <= 90
        assert read.at.tzinfo is UTC
        assert NOW - timedelta(days=7) <= read.at <= NOW + timedelta(minutes=5)
        marks_of(read, BEFORE, now=NOW, frame_4326=FRAME)


@given(
    st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90)
)  # fmt: skip
def test_distance_is_symmetric_and_never_more_than_half_the_globe(lon, lat, other_lon, other_lat):
    there = metres_between(lon, lat, other_lon, other_lat)
    assert there == pytest.approx(metres_between(other_lon, other_lat, lon, lat), abs=1e-3)
    assert 0 <= there <= math.pi * 6_371_008.8 + 1


@given(st.datetimes(timezones=st.timezones()))
def test_every_instant_with_an_offset_is_read_back(at):
    try:
        expected = at.astimezone(UTC)
    except OverflowError:
        expected = None
    if at.utcoffset() is not None and len(at.isoformat()) <= 40:
        assert read_instant(at.isoformat()) == expected
