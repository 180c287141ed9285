"""Rings of shapefiles by where they lie, open rings closed, measures found: every shape named, every area right."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.samples.raw import shp_and_shx
from layers.imports import shp
from layers.imports.binary import Binaries
from layers.imports.findings import Notebook
from layers.imports.rings import turned

OUTER = [(0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0), (0.0, 0.0)]
HOLE = [(2.0, 2.0), (2.0, 4.0), (4.0, 4.0), (4.0, 2.0), (2.0, 2.0)]
ISLAND = [(2.5, 2.5), (2.5, 3.5), (3.5, 3.5), (3.5, 2.5), (2.5, 2.5)]
BESIDE = [(20.0, 0.0), (20.0, 10.0), (30.0, 10.0), (30.0, 0.0), (20.0, 0.0)]


def as_gdal_reads(*rings: list[tuple[float, float]], folder) -> np.ndarray:
    from layers.imports import drivers

    main, index = shp_and_shx(5, [list(rings)])
    (folder / "a.shp").write_bytes(main)
    (folder / "a.shx").write_bytes(index)
    _, wkb, _ = drivers.read(folder / "a.shp", "a.shp", fields=[])
    return Binaries().shapes(wkb)


def back(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return ring[::-1]


@pytest.mark.parametrize(
    ("rings", "wrong", "area", "parts"),
    [
        ((OUTER, back(HOLE)), False, 96, 1), ((back(HOLE), OUTER), False, 96, 1), ((OUTER, BESIDE), False, 200, 2),
        ((back(OUTER),), True, 100, 1), ((OUTER, HOLE), True, 96, 1), ((back(OUTER), HOLE), True, 96, 1),
        ((back(OUTER), back(HOLE)), True, 96, 1), ((back(OUTER), back(BESIDE)), True, 200, 2), ((OUTER, back(BESIDE)), True, 200, 2),
        ((OUTER, BESIDE, HOLE), True, 196, 2), ((OUTER, HOLE, ISLAND), True, 97, 2), ((ISLAND, OUTER, HOLE), True, 97, 2),
    ],
)  # fmt: skip
def test_outer_rings_and_holes_are_told_by_where_they_lie(rings, wrong, area, parts, tmp_path):
    shapes, rows = turned(as_gdal_reads(*rings, folder=tmp_path))
    assert shapely.is_valid(shapes[0]) and shapely.area(shapes[0]) == area
    assert shapely.get_num_geometries(shapes[0]) == parts and rows.tolist() == ([0] if wrong else [])


def test_rings_that_cross_are_left_to_the_general_repair(tmp_path):
    crossing = [(x + 5, y) for x, y in OUTER]
    shapes, rows = turned(as_gdal_reads(OUTER, crossing, folder=tmp_path))
    assert not shapely.is_valid(shapes[0]) and rows.tolist() == []


RING = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=6).map(
    lambda ring: [*ring, ring[0]]
)


@given(st.lists(RING, min_size=1, max_size=4))
def test_whatever_the_rings_nothing_breaks_and_what_is_named_is_valid(rings):
    shapes = np.array([shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings]), None], dtype=object)
    result, rows = turned(shapes)
    assert len(result) == 2 and all(shapely.is_valid(result[row]) for row in rows)


def _wkb(*points: tuple[float, float]) -> bytes:
    return struct.pack("<BIII", 1, 3, 1, len(points)) + np.array(points).tobytes()


def test_open_rings_are_closed_and_named_across_batches():
    good, open_ = _wkb(*OUTER), _wkb(*OUTER[:-1])
    binaries, notes = Binaries(), Notebook()
    first = binaries.shapes(np.array([good, open_, None], dtype=object))
    second = binaries.shapes(np.array([open_, b"\x01\x03", good], dtype=object))
    assert [shape and shapely.area(shape) for shape in (*first, *second)] == [100, 100, None, 100, None, 100]
    binaries.tell(np.arange(1, 4), notes)
    assert [(item.code, item.rows) for item in notes.findings] == [("rings_closed", (2,))]
    assert binaries.closed == [2, 4]


LINE = [[(0.0, 0.0, 5.0, 0.0), (1.0, 1.0, 6.0, 7.5)]]
NO_DATA = [[(0.0, 0.0, 5.0, -1e39), (1.0, 1.0, 6.0, -1e39)]]
ZEROS = [[(0.0, 0.0, 5.0, 0.0), (1.0, 1.0, 6.0, 0.0)]]


@pytest.mark.parametrize(
    ("kind", "shapes", "there"),
    [
        (13, [LINE, NO_DATA, ZEROS], [True, False, False]), (13, [[[(0.0, 0.0, 5.0), (1.0, 1.0, 6.0)]]], [False]),
        (23, [[[(0.0, 0.0, 0.0), (1.0, 1.0, 0.0)]]], [True]), (11, [(1.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 0.0)], [True, False]),
        (11, [(1.0, 2.0, 3.0)], [False]), (21, [(1.0, 2.0, 0.0), (1.0, 2.0, -1e39)], [True, False]), (3, [[[(0.0, 0.0), (1.0, 1.0)]]], [False]),
    ],
)  # fmt: skip
def test_measures_are_found_where_there_are_any(kind, shapes, there):
    main, _ = shp_and_shx(kind, shapes)
    found = shp.scan(main)
    assert shp.measured(main, found.offsets, found.lengths, kind).tolist() == there
