"""Streets as a graph, pure: nodes where lines meet or cross, edges with length, class and the grid they lie in.

Coordinates are metres (EPSG:4547, easting first).
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random

import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

Xy = tuple[float, float]
#: Ends closer than this are one crossing.
SNAP_M = 0.5


@dataclass(frozen=True)
class Line:
    """One line of the roads layer, in metres."""

    shape: BaseGeometry
    road_class: str
    width_m: float
    name: str = ""


@dataclass(frozen=True)
class Street:
    """One edge: from node `a` to node `b` along `path`; `reached_m[i]` is the way from `a` to point i."""

    a: int
    b: int
    path: tuple[Xy, ...]
    reached_m: tuple[float, ...]
    road_class: str
    width_m: float
    grid: str
    name: str = ""

    @property
    def length_m(self) -> float:
        """Length of the edge in metres."""
        return self.reached_m[-1]

    def other(self, node: int) -> int:
        """The far end, seen from one end."""
        return self.b if node == self.a else self.a

    def at(self, way_m: float) -> tuple[Xy, float]:
        """Position after `way_m` metres from `a`, and the bearing towards `b` there (degrees from north)."""
        way_m = min(max(way_m, 0.0), self.length_m)
        index = min(int(np.searchsorted(self.reached_m, way_m, side="right")), len(self.path) - 1)
        (x0, y0), (x1, y1) = self.path[index - 1], self.path[index]
        piece_m = self.reached_m[index] - self.reached_m[index - 1]
        share = (way_m - self.reached_m[index - 1]) / piece_m if piece_m else 0.0
        bearing = math.degrees(math.atan2(x1 - x0, y1 - y0)) % 360.0
        return (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share), bearing


@dataclass
class StreetMap:
    """The graph: what one can walk or drive, all of it connected."""

    nodes: tuple[Xy, ...]
    streets: tuple[Street, ...]
    around: dict[int, tuple[int, ...]]
    _tree: shapely.STRtree = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._tree = shapely.STRtree([shapely.LineString(street.path) for street in self.streets])

    @classmethod
    def build(cls, lines: Sequence[Line], grid_of: Callable[[Xy], str] = lambda _: "") -> StreetMap:
        """The largest connected part of the lines, cut wherever two of them meet."""
        raw = [piece for line in lines for piece in _pieces(line)]
        names: dict[tuple[int, int], int] = {}
        streets = []
        for shape, line in _cut([part for part, _ in raw], [line for _, line in raw]):
            path = tuple((float(x), float(y)) for x, y in shapely.get_coordinates(shape))
            a, b = (names.setdefault(_key(end), len(names)) for end in (path[0], path[-1]))
            middle = shapely.line_interpolate_point(shape, 0.5, normalized=True)
            grid = grid_of((middle.x, middle.y))
            streets.append(Street(a, b, path, _reached(path), line.road_class, line.width_m, grid, line.name))
        return cls._connected(streets)

    @classmethod
    def _connected(cls, streets: list[Street]) -> StreetMap:
        """Keeps the largest component and numbers its nodes anew, in order of appearance."""
        kept = _largest_component(streets)
        number: dict[int, int] = {}
        nodes: list[Xy] = []
        around: dict[int, list[int]] = defaultdict(list)
        result: list[Street] = []
        for street in streets:
            if street.a not in kept:
                continue
            ends = []
            for node, place in ((street.a, street.path[0]), (street.b, street.path[-1])):
                if node not in number:
                    number[node] = len(nodes)
                    nodes.append(place)
                ends.append(number[node])
            for node in set(ends):
                around[node].append(len(result))
            result.append(replace(street, a=ends[0], b=ends[1]))
        return cls(tuple(nodes), tuple(result), {node: tuple(edges) for node, edges in around.items()})

    def nearest_street(self, place: Xy) -> int:
        """Index of the edge closest to a place."""
        return int(self._tree.nearest(shapely.Point(place)))

    def nearest_node(self, place: Xy) -> int:
        """The nearer end of the closest edge."""
        street = self.streets[self.nearest_street(place)]
        return min((street.a, street.b), key=lambda node: math.dist(self.nodes[node], place))

    def distance_m(self, place: Xy) -> float:
        """How far a place is from the closest street."""
        return float(shapely.distance(self._tree.geometries[self.nearest_street(place)], shapely.Point(place)))

    def of_grid(self, grid: str) -> tuple[int, ...]:
        """Edges that lie in a grid or in any other area whose code begins with `grid`."""
        return tuple(i for i, street in enumerate(self.streets) if street.grid.startswith(grid))

    def route(
        self, start: int, goal: int, cost: Callable[[Street], float] = lambda street: street.length_m
    ) -> list[int]:
        """Edges of the cheapest way from node to node, in order (Dijkstra); empty when start is goal."""
        best: dict[int, float] = {start: 0.0}
        came: dict[int, tuple[int, int]] = {}
        queue = [(0.0, start)]
        while queue:
            spent, node = heapq.heappop(queue)
            if node == goal:
                break
            if spent > best[node]:
                continue
            for index in self.around[node]:
                street = self.streets[index]
                far, total = street.other(node), spent + cost(street)
                if total < best.get(far, math.inf):
                    best[far], came[far] = total, (index, node)
                    heapq.heappush(queue, (total, far))
        edges: list[int] = []
        while goal != start:
            index, goal = came[goal]
            edges.append(index)
        return edges[::-1]

    def wander(self, rng: Random, node: int, came_by: int | None, liking: Callable[[Street], float]) -> int:
        """The next edge of a stroll: as likely as it is liked; back the same way only where nothing else leads on."""
        choices = [index for index in self.around[node] if index != came_by] or list(self.around[node])
        weights = [max(liking(self.streets[index]), 1e-6) for index in choices]
        return rng.choices(choices, weights)[0]


def _key(place: Xy) -> tuple[int, int]:
    return round(place[0] / SNAP_M), round(place[1] / SNAP_M)


def _reached(path: Sequence[Xy]) -> tuple[float, ...]:
    total, result = 0.0, [0.0]
    for before, after in pairwise(path):
        total += math.dist(before, after)
        result.append(total)
    return tuple(result)


def _pieces(line: Line) -> list[tuple[BaseGeometry, Line]]:
    return [(part, line) for part in shapely.get_parts(line.shape) if part.length > SNAP_M]


def _cut(shapes: list[BaseGeometry], lines: list[Line]) -> Iterable[tuple[BaseGeometry, Line]]:
    """Every line in the pieces between its crossings with others."""
    cuts: dict[int, set[float]] = defaultdict(set)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    other = left != right
    left, right = left[other], right[other]
    array = np.array(shapes, dtype=object)
    for index, shared in zip(left, shapely.intersection(array[left], array[right]), strict=True):
        for place in shapely.points(shapely.get_coordinates(shared)):
            cuts[int(index)].add(float(shapely.line_locate_point(shapes[index], place)))
    for index, (shape, line) in enumerate(zip(shapes, lines, strict=True)):
        ways = sorted({0.0, *cuts[index], shape.length})
        kept = [way for i, way in enumerate(ways) if i == 0 or way - ways[i - 1] > SNAP_M]
        kept = [0.0, *(way for way in kept[1:] if shape.length - way > SNAP_M), shape.length]
        for begin, end in pairwise(kept):
            yield shapely.ops.substring(shape, begin, end), line


def _largest_component(streets: Sequence[Street]) -> set[int]:
    links: dict[int, list[int]] = defaultdict(list)
    for street in streets:
        links[street.a].append(street.b)
        links[street.b].append(street.a)
    seen: set[int] = set()
    best: set[int] = set()
    for start in links:
        if start in seen:
            continue
        group, stack = {start}, [start]
        while stack:
            for far in links[stack.pop()]:
                if far not in group:
                    group.add(far)
                    stack.append(far)
        seen |= group
        best = max(best, group, key=len)
    return best
