"""Names of the cut streets: runs that go straight on across a junction are one street with one name."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import shapely

from .ages import remoteness
from .frame import stream
from .names import alley_names, numeral, street_names
from .network import Road
from .streets import RANK

ALLEYS = 157  # and the two named streets 东大街, 戏楼后街 make 159


def _heading(road: Road, at_start: bool) -> float:
    coords = road.line.coords
    a, b = (coords[1], coords[0]) if at_start else (coords[-2], coords[-1])
    return math.atan2(b[1] - a[1], b[0] - a[0])


def _runs(roads: list[Road]) -> dict[int, list[int]]:
    """Return unnamed roads grouped to runs: same cut, or straight on across a node within 25 degrees."""
    parent = list(range(len(roads)))

    def find(i: int) -> int:
        """Return the head of the run."""
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    by_key: dict[int, int] = {}
    ends: dict[tuple[float, float], list[tuple[int, bool]]] = defaultdict(list)
    for i, road in enumerate(roads):
        if road.name:
            continue
        if road.street in by_key:
            parent[find(i)] = find(by_key[road.street])
        by_key.setdefault(road.street, i)
        ends[road.line.coords[0]].append((i, True))
        ends[road.line.coords[-1]].append((i, False))
    for node in sorted(ends):
        pairs = []
        for n, (i, first) in enumerate(ends[node]):
            for j, other in ends[node][n + 1 :]:
                turn = abs((_heading(roads[i], first) - _heading(roads[j], other) + math.pi) % (2 * math.pi) - math.pi)
                near_class = abs(RANK[roads[i].cls] - RANK[roads[j].cls]) <= 1
                if math.pi - turn < math.radians(25) and near_class:
                    pairs.append((math.pi - turn, i, j))
        taken: set[int] = set()
        for _, i, j in sorted(pairs):
            if i not in taken and j not in taken:
                taken |= {i, j}
                parent[find(i)] = find(j)
    runs: dict[int, list[int]] = defaultdict(list)
    for i, road in enumerate(roads):
        if not road.name:
            runs[find(i)].append(i)
    return runs


def name_roads(seed: int, roads: list[Road]) -> list[int]:
    """Name every road in place; return the indices of one road for each of the 157 unnamed-until-now culture alleys."""
    rng = stream(seed, "road names")
    runs = _runs(roads)
    total = {k: sum(roads[i].line.length for i in members) for k, members in runs.items()}
    best = {k: min(RANK[roads[i].cls] for i in members) for k, members in runs.items()}
    order = sorted(runs, key=lambda k: (-total[k], k))
    stems = {r.name[:-1] for r in roads if r.name}
    streets = iter(name for name in street_names(rng) if name[:-1] not in stems)
    alleys = iter(alley_names(rng))
    quaint = sorted((k for k in order if best[k] >= 3 and 45 < total[k] < 700), key=lambda k: _quaint(roads, runs[k]))
    chosen = set(quaint[:ALLEYS])
    small = []
    for k in order:
        if k in chosen:
            _give(roads, runs[k], next(alleys))
        elif best[k] <= 2 or total[k] > 420:
            _give(roads, runs[k], next(streets))
        else:
            small.append(k)
    _number_lanes(roads, [runs[k] for k in small])
    for name in {r.name for r in roads}:
        classes = [r.cls for r in roads if r.name == name]
        assert classes and name
    return [max(runs[k], key=lambda i: roads[i].line.length) for k in quaint[:ALLEYS]]


def _quaint(roads: list[Road], members: list[int]) -> float:
    point = roads[members[0]].line.interpolate(0.5, normalized=True)
    return remoteness(point.x, point.y) - 0.15 * (roads[members[0]].cls == "alley")


def _give(roads: list[Road], members: list[int], name: str) -> None:
    for i in members:
        roads[i].name = name


def _number_lanes(roads: list[Road], runs: list[list[int]]) -> None:
    """Number small lanes along the named street they leave: 建设路一巷, 建设路二巷 ..."""
    named = [r for r in roads if r.name and RANK[r.cls] <= 2]
    tree = shapely.STRtree([r.line for r in named])
    by_parent: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for n, members in enumerate(runs):
        line = roads[members[0]].line
        spot = line.interpolate(0.5, normalized=True)
        near = [named[int(tree.nearest(shapely.Point(end)))] for end in (line.coords[0], line.coords[-1])]
        parent = min(near, key=lambda r: (RANK[r.cls], r.line.distance(line)))
        by_parent[parent.name].append((spot.x - spot.y, spot.x, n))
    for parent_name in sorted(by_parent):
        for number, (_, _, n) in enumerate(sorted(by_parent[parent_name]), start=1):
            _give(roads, runs[n], f"{parent_name}{numeral(number)}巷")


class Addresses:
    """Street and number for points: odd on the left, even on the right, one number about every 14 m."""

    def __init__(self, roads: list[Road]) -> None:
        self.roads = [r for r in roads if r.inside and not r.bridge]
        self.tree = shapely.STRtree([r.line for r in self.roads])
        self.offset: dict[int, float] = {}
        along: dict[str, float] = defaultdict(float)
        order = sorted(
            range(len(self.roads)), key=lambda i: (self.roads[i].line.centroid.x - self.roads[i].line.centroid.y, i)
        )
        for i in order:
            self.offset[i] = along[self.roads[i].name]
            along[self.roads[i].name] += self.roads[i].line.length

    def of(self, points: np.ndarray) -> list[tuple[str, int]]:
        """Return (street name, number) for an array of points."""
        nearest = self.tree.nearest(points)
        result = []
        for point, i in zip(points, nearest, strict=True):
            line = self.roads[int(i)].line
            at = line.project(point)
            foot, ahead = line.interpolate(at), line.interpolate(min(line.length, at + 1.0))
            back = line.interpolate(max(0.0, at - 1.0))
            cross = (ahead.x - back.x) * (point.y - foot.y) - (ahead.y - back.y) * (point.x - foot.x)
            number = 2 * int((self.offset[int(i)] + at) / 14.0) + (1 if cross > 0 else 2)
            result.append((self.roads[int(i)].name, number))
        return result
