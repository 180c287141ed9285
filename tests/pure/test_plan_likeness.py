"""The same ground, however a format writes it down."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.geo.crs import reproject_all
from layers.imports.likeness import same_within
from tests.pure.test_plan_assembling import EAST, NORTH

HOLED = shapely.Polygon(
    [(EAST, NORTH), (EAST + 30, NORTH), (EAST + 30, NORTH + 25), (EAST + 9, NORTH + 30), (EAST, NORTH + 20)],
    [[(EAST + 5, NORTH + 5), (EAST + 9, NORTH + 5), (EAST + 7, NORTH + 9)], [(EAST + 15, NORTH + 5), (EAST + 19, NORTH + 5), (EAST + 17, NORTH + 9)]],
)  # fmt: skip
TWO = shapely.MultiPolygon([HOLED, shapely.box(EAST + 40, NORTH, EAST + 50, NORTH + 9)])


def rewritten(shape, turn, back, order):
    """The same ground written down otherwise: rings turned, reversed, parts and holes in another order."""

    def ring(xy):
        open_ = np.roll(np.asarray(xy)[:-1], turn, axis=0)
        open_ = open_[::-1] if back else open_
        return np.concatenate([open_, open_[:1]])

    parts = []
    for part in shape.geoms:
        holes = [ring(hole.coords) for hole in part.interiors]
        parts.append(shapely.Polygon(ring(part.exterior.coords), holes[::-1] if order else holes))
    return shapely.MultiPolygon(parts[::-1] if order else parts)


@settings(deadline=None)
@given(st.integers(0, 4), st.booleans(), st.booleans(), st.sampled_from([3857, 4490, 4326]))
def test_how_a_shape_is_written_down_is_no_change(turn, back, order, system):
    written = np.array([rewritten(TWO, turn, back, order)])
    carried = reproject_all(reproject_all(written, 4547, system), system, 4547)
    assert same_within(carried, np.array([TWO])).tolist() == [True]


@given(st.integers(0, 6), st.floats(0.002, 5), st.integers(0, 4), st.booleans())
def test_one_vertex_elsewhere_is_another_shape_however_it_is_written_down(vertex, away, turn, back):
    xy = shapely.get_coordinates(TWO.geoms[0].exterior).copy()
    xy[vertex % 5, 1] += away
    xy[-1] = xy[0]
    bent = shapely.MultiPolygon([shapely.Polygon(xy, TWO.geoms[0].interiors), TWO.geoms[1]])
    assert same_within(np.array([rewritten(bent, turn, back, False)]), np.array([TWO])).tolist() == [False]


@given(st.booleans())
def test_a_line_is_the_same_both_ways_and_not_turned(back):
    xy = [(EAST, NORTH), (EAST + 5, NORTH), (EAST + 5, NORTH + 9)]
    line, turned = shapely.LineString(xy), shapely.LineString(xy[1:] + xy[:1])
    other = shapely.reverse(line) if back else line
    assert same_within(np.array([line, line]), np.array([other, turned])).tolist() == [True, False]


def test_a_ring_that_touches_itself_is_compared_all_the_same():
    xy = [(0, 0), (4, 0), (2, 2), (4, 4), (0, 4), (2, 2), (0, 0)]
    eight = shapely.Polygon([(x + EAST, y + NORTH) for x, y in xy])
    turned = shapely.Polygon(np.roll(np.asarray(eight.exterior.coords)[:-1], 3, axis=0)[::-1])
    assert same_within(np.array([eight]), np.array([turned])).tolist() == [True]
