"""Footprints that tiles snap instead of clipping: they stay valid, keep their direction and their size."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import shapely
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import affine_transform
from shapely.geometry import Polygon, shape
from shapely.geometry.polygon import orient

from layers.catalog.registry import BUILT_IN, spec_of
from layers.geo.tilemath import BUFFER, EXTENT, HALF_EXTENT_M, edges, metres_per_unit, tile_at
from layers.people.rights import EVERYTHING
from layers.tiles.links import fetch
from layers.tiles.mvt import SNAP_CLEARANCE_UNITS, Source, statement
from tests.tile_reading import decode

pytestmark = pytest.mark.django_db
PROBE = "snap_probe"
TILES = {z: tile_at(114.02, 33.57, z) for z in (14, 16)}
SNAPPED = [spec for spec in BUILT_IN if spec.snaps]


def degrees(polygon: Polygon) -> Polygon:
    """A polygon in metres of EPSG:3857 as one in EPSG:4326."""
    scale = 180.0 / HALF_EXTENT_M

    def turn(xy):
        lat = [math.degrees(2 * math.atan(math.exp(math.radians(y * scale))) - math.pi / 2) for y in xy[:, 1]]
        return [(x * scale, y) for x, y in zip(xy[:, 0], lat, strict=True)]

    return shapely.transform(polygon, turn)


def on_grid(polygon: Polygon, z: int) -> Polygon:
    """A polygon in metres of EPSG:3857 in exact units of its tile, y downwards."""
    west, _, _, north = edges(z, *TILES[z])
    unit = metres_per_unit(z)
    return affine_transform(polygon, [1 / unit, 0, 0, -1 / unit, -west / unit, north / unit])


@st.composite
def footprints(draw, z: int) -> Polygon:
    """A star-shaped footprint of any size, with a courtyard or without, clockwise seen with north up."""
    west, south, east, north = edges(z, *TILES[z])
    size = draw(st.floats(0.7, 220.0)) * metres_per_unit(z)
    cx = draw(st.floats(west - size, east + size))
    cy = draw(st.floats(south - size, north + size))
    count = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(0.35, 1.0), min_size=count, max_size=count))
    turn = draw(st.floats(0.0, math.tau / count))
    outer = _star(cx, cy, [size * r for r in radii], turn)
    holes = []
    if draw(st.booleans()):
        inner = 0.8 * min(radii) * math.cos(math.pi / count) * size  # inside the circle that the outer ring encloses
        holes = [_star(cx, cy, [inner * draw(st.floats(0.3, 1.0)) for _ in range(4)], 0.3)]
    polygon = Polygon(outer, holes)
    return orient(polygon, -1.0)


def _star(cx: float, cy: float, radii: list[float], turn: float) -> list[tuple[float, float]]:
    step = math.tau / len(radii)
    return [(cx + r * math.cos(turn + i * step), cy + r * math.sin(turn + i * step)) for i, r in enumerate(radii)]


def put(polygon: Polygon) -> float:
    """Makes this the only building of the probe; its stored clearance."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {PROBE} (LIKE territory_building INCLUDING GENERATED)")
        cursor.execute(f"DELETE FROM {PROBE}")
        cursor.execute(
            f"INSERT INTO {PROBE} (row_id, feature_id, feature_version, code, name, name_en, valid_from, version_from, rank,"
            " digest, use, floors, height_m, height_estimated, structure, households, address, grid, community,"
            " subdistrict, geom) VALUES (1, 'b', 1, '', '', '', '2026-01-01', 1, 5, '', 'office', 1, 3, true, '', 0, '',"
            " '', '', '', ST_Multi(ST_GeomFromWKB(%s, 4326))) RETURNING snap_clearance",
            [shapely.to_wkb(degrees(polygon))],
        )
        return cursor.fetchone()[0]


def drawn(z: int, *, snaps: bool) -> Polygon | None:
    """The probe's building as a tile shows it, in tile units; None when the tile shows nothing."""
    spec = replace(spec_of("buildings"), snaps=snaps, label_zoom=None)
    sql = statement([Source(spec, PROBE)], z)
    features = decode(fetch(sql, sql.parameters(z, *TILES[z], (1,), (EVERYTHING,)))).get("buildings", [])
    return shape(features[0]["geometry"]) if features else None


def runs_right(polygon: Polygon) -> bool:
    """MVT 2.1 §4.3.3.3: by the surveyor's formula, y downwards, the outer ring positive, the inner ones negative."""
    return polygon.exterior.is_ccw and not any(ring.is_ccw for ring in polygon.interiors)


def is_inside(exact: Polygon) -> bool:
    west, top, east, bottom = exact.bounds
    return min(west, top) >= -BUFFER and max(east, bottom) <= EXTENT + BUFFER


@pytest.mark.parametrize("z", [14, 16])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_footprint_in_a_tile_is_valid_runs_right_and_measures_what_clipping_would_give(z, data, db):
    polygon = data.draw(footprints(z))
    clearance = put(polygon)
    exact = on_grid(polygon, z)
    mine, clipped = drawn(z, snaps=True), drawn(z, snaps=False)
    if clearance <= SNAP_CLEARANCE_UNITS * metres_per_unit(z) or not is_inside(exact):
        assert mine == clipped
        return
    assert mine is not None and mine.is_valid and runs_right(mine)
    if clipped is None:
        return
    assert clipped.is_valid and len(mine.interiors) == len(polygon.interiors) >= len(getattr(clipped, "interiors", ()))
    # A corner moves by 0.71 of a unit; clipping simplifies by half a unit before that.
    assert abs(mine.area - exact.area) <= 0.71 * exact.length + math.pi
    assert abs(mine.area - clipped.area) <= 1.92 * exact.length + math.pi


@pytest.mark.parametrize("z", [14, 16])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_corner_of_a_snapped_footprint_stands_within_half_a_diagonal(z, data, db):
    polygon = data.draw(footprints(z))
    exact = on_grid(polygon, z)
    west, top, east, bottom = exact.bounds
    deep = min(west, top) > -BUFFER / 2 and max(east, bottom) < EXTENT + BUFFER / 2
    if put(polygon) <= SNAP_CLEARANCE_UNITS * metres_per_unit(z) or not deep:
        return
    mine = drawn(z, snaps=True)
    assert len(shapely.get_coordinates(mine)) == len(shapely.get_coordinates(exact))
    corners = shapely.points(shapely.get_coordinates(exact))
    tree = shapely.STRtree(shapely.points(shapely.get_coordinates(mine)))
    _, far = tree.query_nearest(corners, return_distance=True, all_matches=False)
    assert max(far) < 0.7072


@pytest.mark.parametrize("z", [14, 16])
def test_a_ring_that_runs_the_wrong_way_has_no_clearance_and_comes_out_right_all_the_same(z, db):
    west, south, _, _ = edges(z, *TILES[z])
    square = shapely.box(west + 100, south + 100, west + 140, south + 130)
    assert put(orient(square, 1.0)) == 0.0
    other_way = drawn(z, snaps=True)
    assert runs_right(other_way) and put(orient(square, -1.0)) == pytest.approx(30)
    assert runs_right(drawn(z, snaps=True)) and drawn(z, snaps=True).equals(other_way)


@pytest.mark.parametrize("z", [14, 16])
def test_a_needle_finer_than_the_grid_is_left_to_clipping(z, db):
    west, south, _, _ = edges(z, *TILES[z])
    needle = orient(Polygon([(west + 90, south + 90), (west + 130, south + 90.02), (west + 130, south + 90)]), -1.0)
    assert put(needle) < SNAP_CLEARANCE_UNITS * metres_per_unit(z)
    assert drawn(z, snaps=True) == drawn(z, snaps=False)


@pytest.mark.parametrize("z", [14, 16])
@pytest.mark.parametrize("spec", SNAPPED, ids=lambda spec: spec.id)
def test_every_shape_of_the_district_that_is_snapped_stays_valid_and_nearly_all_are(spec, z, db, district):
    table = apps.get_model(spec.model)._meta.db_table
    west, _, _, north = edges(z, *TILES[z])
    unit = metres_per_unit(z)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE snap_clearance > %s), count(*) FILTER (WHERE snap_clearance > %s"
            " AND NOT (ST_IsValid(snapped) AND ST_IsPolygonCCW(snapped) AND ST_NPoints(snapped) = ST_NPoints(geom_3857)))"
            " FROM (SELECT snap_clearance, geom_3857, ST_SnapToGrid(ST_TransScale(geom_3857, %s, %s, %s, %s), 1) AS snapped"
            f" FROM {table}) AS t",
            [SNAP_CLEARANCE_UNITS * unit, SNAP_CLEARANCE_UNITS * unit, -west, -north, 1 / unit, -1 / unit],
        )
        total, sound, broken = cursor.fetchone()
    assert broken == 0 and sound >= 0.9 * total > 0


def test_the_layers_that_snap_are_those_whose_table_stores_a_clearance():
    stored = {
        spec.id for spec in BUILT_IN if "snap_clearance" in {f.name for f in apps.get_model(spec.model)._meta.fields}
    }
    assert stored == {spec.id for spec in SNAPPED} and "buildings" in stored
