"""Shapes made fit: flat, finite, valid; and the structure of .shp files."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.samples.raw import shp_and_shx
from data.samples.shapefiles import SQUARES
from layers.imports import shp
from layers.imports.delivery import Column, LayerRead
from layers.imports.findings import Notebook
from layers.imports.shapes import made_fit, repeated_rows

COORDINATE = st.floats(-1e5, 1e5, allow_nan=False)


def fit(*texts: str) -> tuple[np.ndarray, dict[str, tuple[int, ...]]]:
    """(shapes made fit, rows by finding) of well-known texts."""
    shapes, notes = shapely.from_wkt(np.array(texts, dtype=object)), Notebook()
    return made_fit(shapes, np.arange(1, len(shapes) + 1), notes).shapes(), {
        item.code: item.rows for item in notes.findings
    }


SQUARE = "POLYGON((0 0,0 10,10 10,10 0,0 0))"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("POLYGON((0 0,10 10,10 0,0 10,0 0))", "shapes_repaired"), ("POLYGON((0 0,5 0,10 0,0 0))", "shapes_collapsed"),
        ("POINT Z (1 2 3)", "z_dropped"), ("POINT M (1 2 3)", "m_dropped"), ("POINT EMPTY", "shapes_null"),
        ("POINT(1e300 1)", "shapes_not_finite"), ("LINESTRING(0 0,1e12 5)", "shapes_not_finite"),
        ("POLYGON((0 0,0 10,5 10,5.001 400,5.002 10,10 10,10 0,0 0))", "shapes_spiked"),
        ("POLYGON((0 0,0 10,10 10,10 0,0 0),(20 20,20 21,21 21,20 20))", "shapes_repaired"),
        ("LINESTRING(1 1,1 1)", "shapes_collapsed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_row(text, code):
    shapes, findings = fit(SQUARE, text)
    assert findings[code] == (2,)
    assert shapely.is_valid(shapes[~shapely.is_missing(shapes)]).all() and not shapely.has_z(shapes).any()


def test_a_sound_shape_stays_as_it_is():
    shapes, findings = fit(SQUARE, "MULTIPOLYGON(((20 0,20 1,21 1,20 0)))")
    assert findings == {} and shapely.to_wkt(shapes[0]) == shapely.to_wkt(shapely.from_wkt(SQUARE))


def test_points_that_are_no_number_lose_their_place_and_no_other():
    shapes = shapely.points(np.array([[np.nan, 1.0], [np.inf, 1.0], [1.0, 1.0]]))
    notes = Notebook()
    fit_ = made_fit(shapes, np.array([1, 2, 3]), notes).shapes()
    assert shapely.is_missing(fit_).tolist() == [True, True, False]


@given(st.lists(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=8), min_size=1, max_size=5))
def test_whatever_the_rings_the_result_is_valid_flat_and_as_long(rings):
    shapes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    result = made_fit(shapes, np.arange(1, len(shapes) + 1), Notebook()).shapes()
    there = result[~shapely.is_missing(result)]
    assert len(result) == len(shapes) and shapely.is_valid(there).all()
    assert np.isin(shapely.get_type_id(there), (3, 6)).all()


def test_rows_repeat_only_when_shape_and_attributes_do():
    shapes = shapely.points([[1, 1], [1, 1], [1, 1], [2, 2]])
    names = Column("name", "text", np.array(["a", "a", "b", "a"], dtype=object), np.zeros(4, bool))
    repeated, coinciding = repeated_rows(LayerRead("x", shapes, np.arange(4), [names]))
    assert repeated.tolist() == [False, True, False, False] and coinciding.tolist() == [False, False, True, False]


MAIN, INDEX = shp_and_shx(5, SQUARES)


def test_a_sound_file_is_scanned_whole_and_its_index_made_again():
    found = shp.scan(MAIN)
    assert found.damage is None and found.kind == "Polygon" and len(found.offsets) == 3
    assert shp.index_of(MAIN[:100], found.offsets, found.lengths) == INDEX


@pytest.mark.parametrize("size", range(100, len(MAIN), 7))
def test_a_file_cut_anywhere_is_truncated(size):
    damage = shp.scan(MAIN[:size]).damage
    assert damage and damage.truncated


@given(st.integers(100, len(MAIN) - 4), st.binary(min_size=4, max_size=4))
def test_bytes_overwritten_anywhere_are_found_or_harmless(place, noise):
    data = bytearray(MAIN)
    data[place : place + 4] = noise
    found = shp.scan(bytes(data))
    assert found.damage or len(found.offsets) >= 1
    assert (found.offsets + 8 + found.lengths <= len(data)).all()


@pytest.mark.parametrize(
    ("index", "trouble"),
    [
        (None, "missing"),
        (b"", "garbage"),
        (INDEX[:-8], "truncated"),
        (INDEX[:-3], "truncated"),
        (b"x" * 124, "garbage"),
    ],
)
def test_an_index_that_cannot_be_trusted_is_told_from_one_that_can(index, trouble):
    found = shp.scan(MAIN)
    offsets, lengths, said = shp.chosen(found, index)
    assert said == trouble and (offsets == found.offsets).all() and (lengths == found.lengths).all()


def test_a_sound_index_may_leave_records_out():
    short = INDEX[:24] + struct.pack(">i", 54) + INDEX[28:108]
    offsets, _, said = shp.chosen(shp.scan(MAIN), short)
    assert said == "" and offsets.tolist() == [100]
