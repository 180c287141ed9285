"""Shapes as arrays of coordinates, and texts as blocks: there and back without a difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.imports.blocks import Column, days_block
from layers.imports.delivery import LayerRead
from layers.imports.outlines import Outlines, fitting
from layers.imports.spikes import blunted

KINDS = {
    "points": ["POINT(1 2)", None, "POINT(3 4)"],
    "lines": ["LINESTRING(0 0,1 1,2 0)", "LINESTRING(5 5,6 6)", None],
    "polygons": ["POLYGON((0 0,0 9,9 9,0 0),(1 2,1 3,2 3,1 2))", None, "POLYGON((5 5,5 6,6 6,5 5))"],
    "mixed": ["POLYGON((0 0,0 9,9 9,0 0))", "MULTIPOLYGON(((5 5,5 6,6 6,5 5)))", "POINT(1 1)", "GEOMETRYCOLLECTION(POINT(1 1))"],
    "nothing": [None, None],
}  # fmt: skip


def shapes_of(texts: list[str | None]) -> np.ndarray:
    return shapely.from_wkt(np.array(texts, dtype=object))


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_come_back_from_their_coordinates(kind):
    shapes = shapes_of(KINDS[kind])
    outlines = Outlines.of(shapes)
    assert fitting(outlines)
    assert shapely.to_wkb(outlines.shapes()).tolist() == shapely.to_wkb(shapes).tolist()
    assert np.array_equal(outlines.bounds, shapely.total_bounds(shapes), equal_nan=True)
    assert outlines.there.tolist() == (~shapely.is_missing(shapes)).tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_moving_coordinates_moves_the_shapes(kind):
    shapes = shapes_of(KINDS[kind])
    moved = Outlines.of(shapes).moved(lambda xy: xy * 2 + 1)
    expected = np.array([shape and shapely.transform(shape, lambda xy: xy * 2 + 1) for shape in shapes], dtype=object)
    assert shapely.to_wkb(moved.shapes()).tolist() == shapely.to_wkb(expected).tolist()


@pytest.mark.parametrize("kind", ["points", "lines", "polygons", "mixed"])
def test_a_shape_that_ends_up_nowhere_becomes_nothing(kind):
    moved = Outlines.of(shapes_of(KINDS[kind])).moved(lambda xy: np.where(xy[:, :1] < 3, np.inf, xy))
    assert moved.shapes()[0] is None and len(moved.shapes()) == len(KINDS[kind])


def test_a_layer_holds_shapes_one_way_at_a_time_and_the_same_shapes_once():
    outlines = Outlines.of(shapes_of(KINDS["points"]))
    layer = LayerRead("a", outlines, np.arange(3), metric=outlines)
    assert layer.same("shapes", "metric") and layer.shapes is layer.metric
    assert layer.outlines("metric") is layer.outlines("shapes") and layer.degrees is None


@pytest.mark.parametrize(
    "broken",
    [
        {"count": 1}, {"xy": np.zeros((3, 3))}, {"xy": np.zeros((6, 2))}, {"rows": np.array([0, 0])}, {"rows": np.array([0, -1])},
        {"offsets": ()}, {"offsets": (np.array([0, 4, 12]), np.array([0, 1, 99]))}, {"code": 7},
        {"offsets": (np.array([0, 8, 4, 12]), np.array([0, 2, 3]))}, {"odd_rows": np.array([1])},
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_together_are_not_asked_for_shapes(broken):
    good = Outlines.of(shapes_of(KINDS["polygons"]))
    assert fitting(good) and not fitting(replace(good, **broken))


@given(
    st.lists(
        st.sampled_from(["POINT(1 1)", "POINT(2 1)", "MULTIPOINT((1 1))", "LINESTRING(0 0,1 1)", None]), max_size=9
    )
)
def test_equal_shapes_share_a_mark(texts):
    marks = Outlines.of(shapes_of(texts)).marks()
    assert all((marks[i] == 0) == (text is None) for i, text in enumerate(texts))
    assert all(marks[i] == marks[texts.index(text)] for i, text in enumerate(texts))


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=5) | st.none(), max_size=8
    )
)
def test_texts_come_back_from_their_block(texts):
    values = np.array(texts, dtype=object)
    column = Column("a", "text", values, np.array([not text for text in texts], dtype=bool))
    again = Column.of_block("a", "text", column.block)
    assert again.values.tolist() == [text or None for text in texts] and again.null.tolist() == column.null.tolist()


def test_rows_added_at_the_end_are_nothing():
    texts = Column("a", "text", np.array(["x"], dtype=object), np.array([False])).padded(3)
    numbers = Column("a", "integer", np.array([7]), np.array([False])).padded(2)
    assert texts.values.tolist() == ["x", None, None] and texts.null.tolist() == [False, True, True]
    assert numbers.values.tolist() == [7, 0] and numbers.null.tolist() == [False, True]


def test_days_are_written_as_people_write_them():
    block = days_block(
        np.array([2024, 1, 9999]), np.array([2, 1, 12]), np.array([29, 1, 31]), np.array([False, True, False])
    )
    assert block == b"2024-02-29\x00\x009999-12-31\x00"


SQUARE = "0 0,0 10,{}10 10,10 0,0 0"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("POLYGON((0 0,0 10,5 10,5.0001 11,5.0002 10,10 10,10 0,0 0))", "POLYGON((0 0,0 10,5 10,5.0002 10,10 10,10 0,0 0))"),
        ("POLYGON((5 11,5.0001 10,10 10,10 0,0 0,0 10,4.9999 10,5 11))", "POLYGON((5.0001 10,10 10,10 0,0 0,0 10,4.9999 10,5.0001 10))"),
        ("MULTIPOLYGON(((0 0,0 10,5 10,5 11,5.0001 10,10 10,10 0,0 0)),((20 0,20 1,21 1,20 0)))", "MULTIPOLYGON(((0 0,0 10,5 10,5.0001 10,10 10,10 0,0 0)),((20 0,20 1,21 1,20 0)))"),
        ("POLYGON((0 0,1000 1,1000 0,0 0))", None),
        ("POLYGON((0 0,0 10,10 10,10 0,0 0),(2 2,8 2.001,8 2,2 2))", None),
    ],
)  # fmt: skip
def test_a_spike_is_cut_off_and_a_wedge_is_not(text, meant):
    shapes = shapes_of([text, "POLYGON((0 0,0 1,1 1,0 0))"])
    cut = blunted(shapes)[0]
    assert (None if cut is None else shapely.to_wkt(cut)) == (meant and shapely.to_wkt(shapely.from_wkt(meant)))


@given(st.integers(0, 7), st.floats(1e-6, 1e-3), st.floats(0.5, 3.0))
def test_wherever_the_ring_begins_a_spike_is_found(turn, width, length):
    ring = [(0, 0), (0, 10), (5, 10), (5 + width / 2, 10 + length), (5 + width, 10), (10, 10), (10, 0)]
    ring = ring[turn % len(ring) :] + ring[: turn % len(ring)]
    shapes = np.array([shapely.Polygon(ring)], dtype=object)
    assert Outlines.of(shapes).sharp_rows(0.2).tolist() == [0]
    assert shapely.area(blunted(shapes))[0] == pytest.approx(100.0, abs=1e-9)
