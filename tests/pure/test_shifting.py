"""Parameters and control points as people give them: what they mean, what they move, what is refused and why."""

from __future__ import annotations

import numpy as np
import pytest

from layers.geo.helmert import Helmert, Similarity
from layers.imports.findings import Notebook, Refused
from layers.imports.parameters import Unparsable, parsed
from layers.imports.projections import ELLIPSOIDS, System, degrees, inverse, system_of
from layers.imports.shifting import shift_of, tell

XIAN_114, XIAN_38, XIAN, BEIJING_6, HOUSE = 2383, 2362, 4610, 21459, 4547
SEVEN = (-12.5, 103.2, 44.9, 1.1, -0.7, 2.3, -3.4)


def system(epsg: int) -> System:
    found = system_of(epsg)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("15.8,-154.4,-82.3", (15.8, -154.4, -82.3)), ("15.8 -154.4  -82.3", (15.8, -154.4, -82.3)), ("1，2，3", (1, 2, 3)),
        ("1,2,3,4", (1, 2, 3, 4)), ("1,2,3,4,5,6,7", (1, 2, 3, 4, 5, 6, 7)), ("cf:1,2,3,4,5,6,7", (1, 2, 3, 4, 5, 6, 7)),
        ("pv:1,2,3,4,5,6,7", (1, 2, 3, -4, -5, -6, 7)), ("pv:1,2,3", (1, 2, 3)),
        ("1,2,3,4;5,6,7,8;9,10,11,12", (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
        ("点,x,y,X,Y\nG1,1,2,3,4\nG2 5 6 7 8\nG3\t9\t10\t11\t12\n", (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
    ],
)  # fmt: skip
def test_a_line_of_numbers_means_what_it_says(text, meant):
    assert parsed(text) == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "3, 4 or 7"), ("1,2", "3, 4 or 7"), ("1,2,x", "not a number"), ("1,2,3,4,5", "3, 4 or 7"), ("1,2,1e999", "too large"),
        ("nan,1,2", "not a number"), ("1,2,3,4;5,6,7,8", "3 to 100"), ("1,2,3;4,5,6;7,8,9", "fewer than four"),
        ("9000,0,0", "metres"), ("1,2,3,500,0,0,0", "arc-seconds"), ("0,0,0,0,0,0,1000001", "ppm"), ("; ".join(["1,2,3,4"] * 101), "3 to 100"),
    ],
)  # fmt: skip
def test_a_line_that_means_nothing_says_why(text, why):
    with pytest.raises(Unparsable, match=why):
        parsed(text)


@pytest.mark.parametrize("epsg", [XIAN_114, XIAN_38, XIAN, BEIJING_6])
@pytest.mark.parametrize("values", [(15.8, -154.4, -82.3), SEVEN])
def test_three_and_seven_parameters_move_an_old_datum_in_space(epsg, values):
    there = system(epsg)
    lonlat = np.array([[114.02, 33.57], [113.9, 33.6]])
    xy = inverse(lonlat, there) if there.projected else lonlat
    shift = shift_of(values, there)
    assert shift and shift.count == len(values)
    expected = Helmert(*values).degrees(lonlat, ELLIPSOIDS[there.datum or ""], ELLIPSOIDS["cgcs2000"])
    assert np.abs(shift.degrees(xy) - expected).max() < 1e-10


@pytest.mark.parametrize("epsg", [XIAN_114, XIAN_38, XIAN, HOUSE])
def test_four_parameters_move_the_plane_whatever_zone_number_stands_before_it(epsg):
    values = (112.3, -58.7, 3.2, 4.5)
    there, flat = system(epsg), np.array([[501234.5, 3715432.1], [498000.0, 3714000.0]])
    plane = system(XIAN_114)
    xy = degrees(flat, plane) if not there.projected else flat + np.array([1e6 * (there.zone_prefix or 0), 0.0])
    shift = shift_of(values, there)
    assert shift and shift.count == 4
    expected = degrees(Similarity(*values).moved(flat), system(HOUSE))
    assert np.abs(shift.degrees(xy) - expected).max() < 1e-11


def points(
    epsg: int, true: Similarity, noise: float = 0.0, *, north_first: bool = False, in_degrees: bool = False
) -> list[float]:
    """Control points of a system as they would be delivered."""
    flat = np.array([[501000.0, 3715000.0], [503500.0, 3716500.0], [499000.0, 3718000.0], [502000.0, 3711000.0]])
    goal = true.moved(flat) + noise * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    source = flat + np.array([1e6 * (system(epsg).zone_prefix or 0), 0.0])
    if in_degrees:
        goal = degrees(goal, system(HOUSE))
    if north_first:
        source, goal = source[:, ::-1], goal if in_degrees else goal[:, ::-1]
    return np.column_stack((source, goal)).ravel().tolist()


@pytest.mark.parametrize("epsg", [XIAN_114, XIAN_38, HOUSE])
@pytest.mark.parametrize("north_first", [False, True])
@pytest.mark.parametrize("in_degrees", [False, True])
def test_control_points_give_the_parameters_that_moved_them_in_either_order_of_axes(epsg, north_first, in_degrees):
    true = Similarity(112.3, -58.7, 3.2, 4.5)
    shift = shift_of(points(epsg, true, north_first=north_first, in_degrees=in_degrees), system(epsg))
    assert shift and shift.count == 4 and shift.residuals and shift.residuals.metres.max() < 1e-4
    flat = np.array([[501500.0, 3714000.0]])
    moved = shift.degrees(flat + np.array([1e6 * (system(epsg).zone_prefix or 0), 0.0]))
    assert np.abs(inverse(moved, system(HOUSE)) - true.moved(flat)).max() < 1e-3


def test_a_local_grid_is_brought_home_by_control_points():
    """Numbers of a town's own grid mean nothing without; the plane they are said to be in is that of the targets."""
    true = Similarity(480000.0, 3690000.0, 4200.0, -30.0)
    local = np.array([[20000.0, 25000.0], [23000.0, 26000.0], [21000.0, 28000.0]])
    values = np.column_stack((local, true.moved(local))).ravel().tolist()
    shift = shift_of(values, system(HOUSE))
    assert shift and np.abs(inverse(shift.degrees(local), system(HOUSE)) - true.moved(local)).max() < 1e-4


def test_points_all_over_a_province_give_seven_parameters():
    there = system(XIAN)
    lonlat = np.array([[110.5, 31.5], [116.5, 36.2], [111.0, 36.0], [116.0, 31.8], [113.5, 34.0], [114.5, 33.0]])
    goal = Helmert(*SEVEN).degrees(lonlat, ELLIPSOIDS["xian80"], ELLIPSOIDS["cgcs2000"])
    shift = shift_of(np.column_stack((lonlat, goal)).ravel().tolist(), there)
    assert shift and shift.count == 7
    place = np.array([[114.0, 33.5]])
    expected = Helmert(*SEVEN).degrees(place, ELLIPSOIDS["xian80"], ELLIPSOIDS["cgcs2000"])
    assert np.abs(shift.degrees(place) - expected).max() < 1e-7


@pytest.mark.parametrize(
    ("values", "epsg", "why"),
    [
        ((1, 2, 3), HOUSE, "Xian 1980"), (SEVEN, 3857, "Xian 1980"), ((1, 2, 3, 4), 3857, "Gauss-Kruger"), ((1, 2), XIAN, "3, 4 or 7"),
        (points(XIAN_114, Similarity(1, 2), noise=200.0), XIAN_114, "contradict each other: point"),
        ([1.0, 2.0, 3.0, 4.0] * 3, XIAN_114, "determine nothing"),
    ],
)  # fmt: skip
def test_parameters_that_cannot_be_meant_are_refused_with_the_reason(values, epsg, why):
    with pytest.raises(Refused) as refused:
        shift_of(values, system(epsg))
    assert refused.value.finding.code == "datum_params_unusable" and why in refused.value.finding.message_en


def test_the_finding_states_how_far_positions_were_moved_and_how_exactly():
    there, middle, notes = system(XIAN_114), np.array([[501000.0, 3715000.0]]), Notebook("a")
    given, fitted = (
        shift_of((112.3, -58.7, 0, 0), there),
        shift_of(points(XIAN_114, Similarity(112.3, -58.7), noise=0.1), there),
    )
    assert given and fitted
    tell(given, there, middle, notes)
    tell(fitted, there, middle, notes)
    first, second = notes.findings
    assert (first.code, second.code) == ("datum_shifted", "datum_fitted")
    assert "125.9" in first.message_en and "125.9" in second.message_en and "4 control points" in second.message_en
    assert "error of a position 0.1" in second.message_en and "largest residual 0.1" in second.message_en
