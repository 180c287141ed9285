"""GCJ-02 and BD-09: the published numbers, there and back, and the signature of a shift."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.geo.datums import (
    bd09_from_gcj02,
    bd09_from_wgs84,
    gcj02_from_wgs84,
    suspect,
    suspect_pairs,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "gcj02" / "vectors.json").read_text(encoding="utf-8"))
INSIDE = st.tuples(st.floats(73.0, 137.0), st.floats(3.0, 55.0))


def position(lat_lng: list[float]) -> np.ndarray:
    """One position, longitude first."""
    return np.array([lat_lng[::-1]])


def metres(one: np.ndarray, other: np.ndarray) -> float:
    """Distance on the ground, near enough."""
    gap = (one - other)[0] * 111_320 * np.array([np.cos(np.radians(one[0, 1])), 1.0])
    return float(np.hypot(*gap))


@pytest.mark.parametrize("case", VECTORS["wgs84_to_gcj02"], ids=lambda case: case["place"][:9])
def test_gcj02_is_the_published_one_and_its_inverse_exact(case):
    there = gcj02_from_wgs84(position(case["wgs"]))
    assert np.abs(there - position(case["gcj"])).max() < VECTORS["tolerances"]["forward_deg"]
    assert (
        metres(wgs84_from_gcj02(position(case["gcj"])), position(case["wgs"]))
        < VECTORS["tolerances"]["inverse_exact_m"]
    )


@pytest.mark.parametrize("case", VECTORS["bd09_to_wgs84"])
def test_bd09_lies_where_the_vectors_say_within_the_known_fault_of_their_source(case):
    """Their source takes pi for its constant, not 3000/180 pi as BD-09 does: its issue 43 gives 0.00033 degrees."""
    assert metres(wgs84_from_bd09(position(case["bd"])), position(case["wgs"])) < 60


def test_bd09_of_a_position_is_the_one_that_every_other_conversion_gives():
    assert bd09_from_gcj02(np.array([[116.404, 39.915]]))[0] == pytest.approx(
        (116.41036949371029, 39.92133699351022), abs=1e-9
    )


@given(INSIDE)
def test_there_and_back_is_the_same_place(place):
    here = np.array([place])
    assert np.abs(wgs84_from_gcj02(gcj02_from_wgs84(here)) - here).max() < 1e-9
    assert np.abs(wgs84_from_bd09(bd09_from_wgs84(here)) - here).max() < 1e-9


@given(st.tuples(st.floats(-180, 70), st.floats(-90, 90)))
def test_outside_the_box_nothing_moves(place):
    here = np.array([place])
    assert (gcj02_from_wgs84(here) == here).all() and (wgs84_from_bd09(here) == here).all()


def district_points(count: int = 400) -> np.ndarray:
    """Positions strewn over the district."""
    chance = np.random.default_rng(411102)
    return np.column_stack((chance.uniform(113.99, 114.05, count), chance.uniform(33.55, 33.59, count)))


@pytest.mark.parametrize(("datum", "shift"), [("gcj02", gcj02_from_wgs84), ("bd09", bd09_from_wgs84)])
def test_a_shift_is_known_by_its_offset_against_what_is_stored(datum, shift):
    stored = district_points()
    by_place, by_code = suspect(shift(stored[::3]), stored), suspect_pairs(shift(stored), stored)
    assert by_place and by_place.datum == datum and by_place.matched_undone > 0.99
    assert by_code and by_code.datum == datum and 300 < by_code.offset_m < 1500


@pytest.mark.parametrize("offset_deg", [(0.0, 0.0), (0.004, -0.003), (0.00003, 0.00001)])
def test_data_in_place_or_moved_otherwise_is_no_shift(offset_deg):
    stored = district_points()
    moved = stored + np.array(offset_deg)
    assert suspect(moved, stored) is None and suspect_pairs(moved, stored) is None
