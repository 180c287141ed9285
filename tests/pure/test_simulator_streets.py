"""Streets become a graph; whoever walks or drives stays on it."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

import geopandas
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.simulator.streets import Line, StreetMap
from gis.simulator.walker import GAITS, NOISE_BOUND_M, Walker
from tests.town import EDGE_M, SIDE_M, grid_of, lattice, streets

ROADS = Path(__file__).resolve().parents[2] / "data" / "yuanhui" / "base" / "dl_zxx.shp"


def built(*lines):
    return StreetMap.build([Line(shapely.LineString(points), "street", 6.0) for points in lines])


def test_lines_that_cross_meet_in_a_node():
    graph = built([(0, 0), (100, 0)], [(50, -50), (50, 50)])
    assert len(graph.streets) == 4
    assert sorted(len(edges) for edges in graph.around.values()) == [1, 1, 1, 1, 4]


def test_a_line_that_ends_on_another_divides_it():
    graph = built([(0, 0), (100, 0)], [(30, 0), (30, 80)])
    assert sorted(round(street.length_m) for street in graph.streets) == [30, 70, 80]


def test_no_length_is_lost_and_none_is_won():
    assert sum(s.length_m for s in streets().streets) == pytest.approx(sum(line.shape.length for line in lattice()))


def test_what_is_not_connected_is_left_out():
    graph = built([(0, 0), (100, 0)], [(100, 0), (200, 10)], [(0, 900), (10, 900)])
    assert len(graph.streets) == 2
    assert {node for street in graph.streets for node in (street.a, street.b)} == set(range(len(graph.nodes)))


@given(st.integers(0, 288), st.integers(0, 288))
def test_a_route_leads_from_node_to_node_by_the_shortest_way(start, goal):
    graph = streets()
    node, way_m = start, 0.0
    for edge in graph.route(start, goal):
        street = graph.streets[edge]
        assert node in (street.a, street.b)
        node, way_m = street.other(node), way_m + street.length_m
    (x, y), (u, v) = graph.nodes[start], graph.nodes[goal]
    assert node == goal
    assert way_m == pytest.approx(abs(x - u) + abs(y - v))


def test_the_profile_s_roads_are_one_graph():
    roads = geopandas.read_file(ROADS)
    graph = StreetMap.build([Line(shape, "street", 6.0) for shape in roads.geometry])
    assert len(graph.streets) > len(roads)
    assert sum(s.length_m for s in graph.streets) > 0.98 * roads.length.sum()


@pytest.mark.parametrize("kind", GAITS)
def test_every_kind_of_unit_stays_on_the_streets_and_below_its_limit(kind):
    graph, seconds = streets(), 7.0
    walker = Walker(kind, graph, "", Random(kind), graph.nearest_node((800.0, 800.0)), hurry=10.0)
    before, moved_m = walker.true_position()[0], 0.0
    for _ in range(400):
        walker.advance(seconds)
        fix, place = walker.fix(), walker.true_position()[0]
        assert graph.distance_m(place) < 0.01
        assert graph.distance_m(fix.place) <= NOISE_BOUND_M
        assert math.dist(before, place) <= GAITS[kind].limit_mps * seconds + 0.01
        assert 0.0 <= fix.bearing_deg < 360.0 and fix.speed_mps >= 0.0 and fix.accuracy_m > 0.0
        moved_m += math.dist(before, place)
        before = place
    assert moved_m > 500.0


def test_a_team_prefers_the_streets_of_its_own_grid():
    home = grid_of((SIDE_M * 1.5, SIDE_M * 1.5))
    walker = Walker("team", streets(), home, Random(4), streets().nearest_node((SIDE_M * 1.5, SIDE_M * 1.5)))
    at_home = 0
    for _ in range(600):
        walker.advance(10.0)
        x, y = walker.true_position()[0]
        # streets on the border belong to one grid only
        at_home += SIDE_M - 1 <= x <= 2 * SIDE_M + 1 and SIDE_M - 1 <= y <= 2 * SIDE_M + 1
    assert at_home > 450


def test_a_car_keeps_to_the_wide_streets():
    walker = Walker("car", streets(), "", Random(5), streets().nearest_node((0.0, 0.0)))
    lanes = 0
    for _ in range(500):
        walker.advance(10.0)
        street = streets().streets[streets().nearest_street(walker.true_position()[0])]
        lanes += street.road_class == "lane"
    assert lanes < 150


def test_who_is_called_arrives_and_stays_until_released():
    goal = (EDGE_M - 100.0, EDGE_M - 100.0)
    walker = Walker("team", streets(), grid_of((1.0, 1.0)), Random(6), streets().nearest_node((100.0, 100.0)))
    walker.advance(33.0)
    walker.go_to(goal)
    assert not walker.arrived
    walker.advance(4000.0)
    assert walker.arrived and walker.true_position()[0] == goal
    walker.advance(600.0)
    assert walker.true_position()[0] == goal and walker.fix().speed_mps == 0.0
    walker.release()
    walker.advance(600.0)
    assert walker.true_position()[0] != goal


def test_the_same_seed_walks_the_same_way():
    def track(seed):
        walker = Walker("ebike", streets(), "", Random(seed), 0)
        return [(walker.advance(8.0), walker.fix()) for _ in range(50)]

    assert track(1) == track(1) != track(2)
