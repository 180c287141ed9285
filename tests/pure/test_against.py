"""A layer held against the one it is meant for: kind, place, shift, codes, overlap and gap."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.geo.crs import reproject, reproject_all
from layers.geo.datums import bd09_from_wgs84, gcj02_from_wgs84
from layers.imports.against import Target, compare
from layers.imports.delivery import Column, LayerRead
from layers.imports.findings import Notebook

EAST, NORTH, SIDE = 500500.0, 3714500.0, 200.0


def squares(columns: int = 4, rows: int = 3) -> list[shapely.Polygon]:
    """A coverage of squares of 200 m, in metres."""
    return [
        shapely.box(EAST + SIDE * x, NORTH + SIDE * y, EAST + SIDE * (x + 1), NORTH + SIDE * (y + 1))
        for x in range(columns)
        for y in range(rows)
    ]


def layer(shapes: list[shapely.Geometry], codes: list[str] | None = None, move=None) -> LayerRead:
    """A layer of metric shapes, its degrees moved by a shift where one is given."""
    metric = np.array(shapes, dtype=object)
    degrees = reproject_all(metric, 4547, 4326)
    if move:
        degrees = shapely.transform(degrees, move)
        metric = reproject_all(degrees, 4326, 4547)
    names = codes or [f"41110200100{number:04d}" for number in range(len(shapes))]
    column = Column("DM", "text", np.array(names, dtype=object), np.zeros(len(names), bool))
    return LayerRead("grids", metric, np.arange(1, len(shapes) + 1), [column], degrees=degrees, metric=metric)


def target(*, tiles: bool = True, kinds: tuple[str, ...] = ("Polygon", "MultiPolygon")) -> Target:
    """The stored layer that tiles its ground."""
    stored = layer(squares())
    ground = shapely.union_all(stored.metric)
    return Target(
        "grids",
        kinds,
        tiles,
        [str(code) for code in stored.columns[0].values],
        stored.degrees,
        reproject(ground, 4547, 4326),
        ground,
    )


def found(read: LayerRead, stored: Target) -> dict[str, tuple[int, ...]]:
    """Rows by finding."""
    notes = Notebook()
    compare(read, stored, notes)
    return {item.code: item.rows for item in notes.findings}


def test_the_same_again_is_no_news():
    assert found(layer(squares()), target()) == {}


def test_a_shape_of_another_kind_is_refused():
    assert list(found(layer([shapely.Point(EAST, NORTH)]), target())) == ["wrong_kind"]


@pytest.mark.parametrize("shift", [gcj02_from_wgs84, bd09_from_wgs84])
@pytest.mark.parametrize("known", [True, False])
def test_a_shift_is_asked_about_whether_codes_are_known_or_not(shift, known):
    codes = None if known else [f"new{number}" for number in range(12)]
    assert "datum_suspected" in found(layer(squares(), codes, shift), target())


def test_rows_outside_the_district_are_named():
    away = [*squares()[:-1], shapely.box(EAST + 9000, NORTH, EAST + 9100, NORTH + 100)]
    assert found(layer(away), target(tiles=False))["outside_district"] == (12,)


@pytest.mark.parametrize(("tiles", "code"), [(True, "codes_duplicate"), (False, "codes_repeated")])
def test_a_code_twice_is_refused_for_areas_and_told_otherwise(tiles, code):
    codes = [f"41110200100{number:04d}" for number in range(11)] + ["411102001000000"]
    assert found(layer(squares(), codes), target(tiles=tiles))[code] == (1, 12)


@pytest.mark.parametrize(("push_m", "codes"), [(0.01, {"overlap_above"}), (0.001, {"overlap_below"})])
def test_overlaps_are_weighed_by_the_square_metre(push_m, codes):
    shapes = squares()
    shapes[0] = shapely.box(EAST, NORTH, EAST + SIDE + push_m, NORTH + SIDE)
    assert set(found(layer(shapes), target())) == codes


@pytest.mark.parametrize(("lack_m", "codes"), [(0.01, {"gap_above"}), (0.001, {"gap_below"}), (0.0, set())])
def test_gaps_are_weighed_by_the_square_metre(lack_m, codes):
    shapes = squares()
    shapes[0] = shapely.box(EAST, NORTH, EAST + SIDE - lack_m, NORTH + SIDE)
    assert set(found(layer(shapes), target())) == codes


def test_a_part_of_the_set_leaves_no_gap_towards_the_rest():
    assert found(layer(squares()[:5]), target()) == {}
