"""Camera sectors, and the known point both ways: swapped axes are the usual bug."""

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject
from layers.geo.sectors import sector


@given(st.floats(0, 359.9), st.floats(1, 360), st.floats(1, 500))
def test_a_sector_is_valid_within_its_range_and_holds_its_middle(bearing, fov, reach):
    shape = sector(0, 0, bearing, fov, reach)
    assert shape.is_valid
    assert max(math.hypot(x, y) for x, y in shape.exterior.coords) <= reach * (1 + 1e-9)
    middle = shapely.Point(0.5 * reach * math.sin(math.radians(bearing)), 0.5 * reach * math.cos(math.radians(bearing)))
    assert shape.buffer(1e-6 * reach).covers(middle)


@pytest.mark.parametrize(("fov", "reach"), [(0, 10), (361, 10), (90, 0), (90, -1), (float("nan"), 10)])
def test_a_sector_without_sense_is_refused(fov, reach):
    with pytest.raises(ValueError, match="must be"):
        sector(0, 0, 0, fov, reach)


def test_north_is_up_and_bearings_turn_clockwise():
    east = sector(0, 0, 90, 10, 100)
    assert east.bounds[0] >= -1e-9
    assert east.bounds[2] > 99


def test_the_central_meridian_lies_at_500_km():
    here = reproject(shapely.Point(114.0, 33.57), STORAGE_SRID, METRIC_SRID)
    assert here.x == pytest.approx(500_000, abs=1e-3)
    assert 3_700_000 < here.y < 3_730_000  # northing, not easting


@given(st.floats(113.9, 114.1), st.floats(33.5, 33.7))
def test_there_and_back_is_the_same_place(lon, lat):
    there = reproject(shapely.Point(lon, lat), STORAGE_SRID, METRIC_SRID)
    back = reproject(there, METRIC_SRID, STORAGE_SRID)
    assert back.x == pytest.approx(lon, abs=1e-9)
    assert back.y == pytest.approx(lat, abs=1e-9)
