"""Rows as the rules of their layer demand them: nodes, slivers, areas above and below, roads, buildings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from layers.catalog.registry import spec_of
from layers.geo.crs import reproject_all
from layers.imports.assembling import assemble
from layers.imports.coverage import TOLERANCE_M2, overlaps_of, union_of
from layers.imports.findings import Severity
from layers.imports.likeness import same_within
from layers.imports.network import components, dangling, isolated
from layers.imports.noding import NEAR_M, noded
from layers.imports.plan_types import AreaIndex
from layers.imports.shaping import as_layer_types
from layers.imports.topology import Ground, check_topology
from tests.pure.test_plan_assembling import EAST, NORTH, layer, mapped
from tests.pure.test_plan_mapping import column

GRIDS, BUILDINGS, ROADS = spec_of("grids"), spec_of("buildings"), spec_of("roads")
COMMUNITY = "411102001001"


def box(west, south, east, north):
    """A rectangle, in metres from the corner of the town."""
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def many(shapes):
    """Shapes as multi-polygons."""
    return as_layer_types(np.array(shapes, dtype=object), ("MultiPolygon",))[0]


def grids(shapes):
    """Rows of grids of one community."""
    codes = [f"{COMMUNITY}{number + 1:03d}" for number in range(len(shapes))]
    rows, found = assemble(
        GRIDS, layer(shapes, column("code", *codes)), mapped(("code", "code"), kind="resident"), None
    )
    assert not found
    return rows


def above(shape, code=COMMUNITY):
    """The community above, as it is in force."""
    return Ground(above=AreaIndex.of([code], many([shape])))


def checked(shapes, ground=None):
    """Rows after the check, the rules that were found with their rows, and the offences."""
    rows, found, offences = check_topology(GRIDS, grids(shapes), ground)
    return rows, {item.code: item.rows for item in found}, offences


QUARTERS = [box(0, 0, 100, 100), box(100, 0, 200, 100), box(0, 100, 100, 200), box(100, 100, 200, 200)]
WHOLE = box(0, 0, 200, 200)


def test_a_coverage_that_fits_stays_as_it_is_to_the_bit():
    rows = grids(QUARTERS)
    after, found, offences = check_topology(GRIDS, rows, above(WHOLE))
    assert after is rows
    assert (found, offences) == ([], [])


def test_nodes_of_the_area_above_are_missing_nodes_too():
    ground = above(shapely.segmentize(WHOLE, 50))
    rows, found, _ = check_topology(GRIDS, grids(QUARTERS), ground)
    assert [item.code for item in found] == ["nodes_added"]
    assert set(map(tuple, shapely.get_coordinates(ground.above.metric))) <= set(
        map(tuple, shapely.get_coordinates(rows.metric))
    )


def test_a_missing_node_is_added_on_the_other_side_and_counted():
    rows, found, offences = checked([box(0, 0, 100, 100), box(100, 0, 200, 50), box(100, 50, 200, 100)])
    assert found == {"nodes_added": (1,)}
    assert not offences
    assert shapely.coverage_is_valid(list(rows.metric))
    corner = shapely.Point(EAST + 100, NORTH + 50)
    assert all(
        shapely.dwithin(shapely.points(shapely.get_coordinates(shape)), corner, 0).any() for shape in rows.metric
    )


def test_a_border_with_its_nodes_fits_in_degrees_too():
    long = [box(0, 0, 3000, 100), box(0, 100, 1500, 200), box(1500, 100, 3000, 200)]
    rows, _, _ = checked(long)
    assert shapely.area(shapely.intersection(rows.degrees[0], union_of(rows.degrees[1:]))) == 0.0
    bare = reproject_all(many(long), 4547, 4326)
    assert shapely.area(union_of(bare)) < shapely.area(union_of(rows.degrees)) or overlaps_of(bare, 0.0).one.size


@pytest.mark.parametrize("off_m", [0.009, -0.009, 0.0001])
def test_vertices_within_a_centimetre_become_one(off_m):
    rows, found, _ = checked([box(0, 0, 100, 100), box(100 + off_m, 0, 200, 100)])
    assert "nodes_added" in found
    assert shapely.coverage_is_valid(list(rows.metric))
    assert not len(overlaps_of(rows.metric).one)


def test_vertices_beyond_a_centimetre_are_left_alone():
    assert noded(many([box(0, 0, 100, 100), box(100.02, 0, 200, 100)])).moved.sum() == 0


def test_a_dense_line_of_one_shape_is_not_drawn_together():
    angles = np.linspace(0, 2 * np.pi, 4000)[:-1]
    round_ = shapely.Polygon(np.column_stack([EAST + 2 * np.cos(angles), NORTH + 2 * np.sin(angles)]))
    done = noded(many([round_]))
    assert shapely.get_num_coordinates(done.shapes[0]) == 4000
    assert done.moved.sum() == done.added.sum() == 0


@pytest.mark.parametrize(("push_m", "rule"), [(0.015, "overlap_above"), (-0.015, "parent_gap")])
def test_what_is_above_the_tolerance_is_refused_and_shown(push_m, rule):
    shapes = [box(0, 0, 100 + push_m, 100), *QUARTERS[1:]]
    _, found, offences = checked(shapes, above(WHOLE))
    assert rule in found
    assert offences[0].area_m2 > TOLERANCE_M2
    assert offences[0].geometry is not None
    assert 113 < offences[0].geometry.centroid.x < 115


def wedge(width_m):
    """Four quarters of which the first ends in a wedge that its neighbour also covers, or neither does."""
    tip = shapely.Polygon(
        [
            (EAST, NORTH),
            (EAST + 100, NORTH),
            (EAST + 100 + width_m, NORTH + 50),
            (EAST + 100, NORTH + 100),
            (EAST, NORTH + 100),
        ]
    )
    return [tip, *QUARTERS[1:]]


@pytest.mark.parametrize("width_m", [0.015, -0.015])
def test_what_is_below_the_tolerance_is_snapped_and_reported(width_m):
    rows, found, offences = checked(wedge(width_m), above(WHOLE))
    assert "slivers_snapped" in found
    assert not {"overlap_above", "parent_gap", "parent_excess", "gap_above"} & found.keys()
    assert not offences
    assert not len(overlaps_of(rows.metric).one)
    assert shapely.area(shapely.symmetric_difference(union_of(rows.metric), many([WHOLE])[0])) < 1e-4


def test_what_reaches_beyond_the_area_above_is_refused_with_its_rows():
    _, found, offences = checked([*QUARTERS[:3], box(100, 100, 210, 200)], above(WHOLE))
    assert found["parent_excess"] == (4,)
    assert [(offence.kind, offence.one, round(offence.area_m2)) for offence in offences] == [
        ("excess", COMMUNITY, 1000)
    ]


def test_what_reaches_beyond_by_a_sliver_is_cut_off():
    shapes = [
        *QUARTERS[:3],
        shapely.Polygon(
            [
                *box(100, 100, 200, 200).exterior.coords[:2],
                (EAST + 150, NORTH + 200.015),
                (EAST + 100, NORTH + 200),
                (EAST + 100, NORTH + 100),
            ]
        ),
    ]
    rows, found, _ = checked(shapes, above(WHOLE))
    assert not union_of(rows.metric).difference(shapely.buffer(many([WHOLE])[0], 1e-6)).area > 1e-4
    assert "slivers_snapped" in found


def test_stored_rows_among_the_delivered_ones_are_counted_and_have_no_number():
    rows = replace(grids([box(0, 0, 105, 100), *QUARTERS[1:]]), rows=np.array([1, 0, 0, 0]))
    _, found, _ = check_topology(GRIDS, rows, above(WHOLE))
    overlap = next(item for item in found if item.code == "overlap_above")
    assert overlap.rows == (1,)
    assert overlap.message_en.startswith("2 rows")


def test_rows_under_an_area_that_is_not_there_are_refused():
    _, found, offences = checked(QUARTERS, above(WHOLE, "411102001002"))
    assert found["parent_unknown"] == (1, 2, 3, 4)
    assert {offence.kind for offence in offences} == {"orphan", "gap"}


def test_without_an_area_above_only_holes_are_gaps():
    ring = [box(0, 0, 300, 100), box(0, 100, 100, 200), box(200, 100, 300, 200), box(0, 200, 300, 300)]
    _, found, offences = checked(ring)
    assert "gap_above" in found
    assert [(offence.kind, round(offence.area_m2)) for offence in offences] == [("gap", 10000)]


def test_areas_that_no_longer_fit_what_stands_below_are_told_not_refused():
    below = AreaIndex.of([f"{COMMUNITY}001", f"{COMMUNITY}002"], many([box(0, 0, 90, 100), box(100, 0, 200, 100)]))
    _, found, offences = check_topology(GRIDS, grids(QUARTERS[:2]), Ground(below=below))
    assert [(item.code, item.severity) for item in found] == [("children_unfit", Severity.WARNING)]
    assert [(offence.kind, offence.one) for offence in offences] == [("child", f"{COMMUNITY}001")]


def test_an_area_of_which_nothing_below_is_known_is_passed_over():
    below = AreaIndex.of([f"{COMMUNITY}001"], many([QUARTERS[0]]))
    assert check_topology(GRIDS, grids(QUARTERS[:2]), Ground(below=below))[1] == []


def test_buildings_that_overlap_are_told_with_their_codes():
    read = layer(
        [box(0, 0, 10, 10), box(9, 0, 20, 10), box(30, 0, 40, 10), box(39.99, 0, 50, 10)], column("code", *"abcd")
    )
    rows, _ = assemble(BUILDINGS, read, mapped(("code", "code"), use="shed", floors="1", height_m="3"), None)
    after, found, offences = check_topology(BUILDINGS, rows)
    assert after is rows
    assert [(item.code, item.severity, item.rows) for item in found] == [("rows_overlap", Severity.WARNING, (1, 2))]
    assert [(offence.one, offence.other, round(offence.area_m2)) for offence in offences] == [("a", "b", 10)]


def lines(*runs):
    """Lines of metres from the corner of the town."""
    return np.array([shapely.LineString([(EAST + x, NORTH + y) for x, y in run]) for run in runs])


def test_roads_that_nothing_joins_and_ends_that_stop_short_are_told():
    shapes = lines(
        [(0, 0), (100, 0)], [(100, 0), (100, 100)], [(50, 0.5), (50, 80)], [(500, 0), (600, 0)], [(100, 50), (200, 50)]
    )
    read = layer(list(shapes), column("code", *"abcde"))
    rows, _ = assemble(ROADS, read, mapped(("code", "code"), **{"class": "street", "width_m": "6"}), None)
    _, found, offences = check_topology(ROADS, rows)
    assert {item.code: item.rows for item in found} == {"roads_isolated": (3, 4), "roads_dangling": (3,)}
    assert {(offence.kind, offence.one, offence.other) for offence in offences} == {
        ("isolated", "c", ""), ("isolated", "d", ""), ("dangling", "c", "a"),
    }  # fmt: skip


def test_an_end_on_another_road_or_far_from_all_does_not_dangle():
    assert not len(dangling(lines([(0, 0), (100, 0)], [(50, 0.005), (50, 80)], [(20, 2), (20, 80)])).road)


def test_no_roads_are_no_network():
    nothing = np.zeros(0, dtype=object)
    assert not len(isolated(nothing))
    assert check_topology(ROADS, grids([]))[1] == []


@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=15))
def test_parts_of_a_network_are_those_of_a_walk(count, pairs):
    pairs = [(one % count, other % count) for one, other in pairs]
    one, other = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    part = components(count, one, other)
    for start in range(count):
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            fresh = {b for a, b in [*pairs, *((b, a) for a, b in pairs)] if a == here} - seen
            seen |= fresh
            todo += fresh
        assert part[start] == min(seen)


shake = st.lists(st.floats(-0.02, 0.02), min_size=50, max_size=50)


def shaken(offsets):
    """A lattice of nine squares of which every corner of every square is shaken by itself."""
    shifts, shapes = iter(offsets * 2), []
    for x in (0, 60, 120):
        for y in (0, 60, 120):
            corners = [(x, y), (x + 60, y), (x + 60, y + 60), (x, y + 60)]
            shapes.append(shapely.Polygon([(EAST + a + next(shifts), NORTH + b + next(shifts)) for a, b in corners]))
    return shapes


@settings(deadline=None, max_examples=60)
@given(shake)
def test_mending_keeps_shapes_valid_and_moves_no_ground_beyond_the_tolerances(offsets):
    delivered = shaken(offsets)
    rows, found, _ = check_topology(GRIDS, grids(delivered), above(box(0, 0, 180, 180)))
    before = many(delivered)
    assert shapely.is_valid(rows.metric).all()
    grown = np.abs(shapely.area(rows.metric) - shapely.area(before))
    neighbours = 12  # four sides, four corners, and the area above on up to four sides
    assert (grown <= shapely.length(before) * NEAR_M + neighbours * TOLERANCE_M2).all()
    if not any(item.severity is Severity.ERROR for item in found):
        assert not len(overlaps_of(rows.metric).one)
        assert abs(union_of(rows.metric).area - 180**2) < 1e-3


@settings(deadline=None, max_examples=40)
@given(shake)
def test_what_was_mended_once_needs_no_mending_again(offsets):
    ground = above(box(0, 0, 180, 180))
    rows, found, _ = check_topology(GRIDS, grids(shaken(offsets)), ground)
    if any(item.severity is Severity.ERROR for item in found):
        return
    again, found, _ = check_topology(GRIDS, rows, ground)
    assert "slivers_snapped" not in {item.code for item in found}
    assert same_within(again.metric, rows.metric).all()


@settings(deadline=None, max_examples=40)
@given(shake)
def test_nodes_are_shared_by_all_whose_border_they_lie_on(offsets):
    small = [offset * 0.15 for offset in offsets]
    done = noded(many(shaken(small)))
    assert shapely.is_valid(done.shapes).all()
    assert shapely.coverage_is_valid(list(done.shapes))


def test_shaken_apart_means_moved_back_by_both_axes():
    shapes = many([QUARTERS[0], translate(QUARTERS[1], 0.003, 0.004)])
    done = noded(shapes)
    assert done.moved.tolist() == [0, 4] or done.moved.sum() >= 2
