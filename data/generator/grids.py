"""Superblocks, the 78 service grids (网格) cut from them along streets, and the 19 communities they form."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import shapely

from .admin import COMMUNITIES
from .ages import grid_target_m2
from .curves import Junctions, bent_cut, main_axis
from .frame import place, snap, stream
from .rivers import Rivers
from .streets import Street

GRIDS = 78
LARGEST = 1.75  # times the wished size: larger superblocks are cut even when small ones must then be merged


@dataclass
class Coverage:
    """The 78 grid outlines before the last noding, the streets cut between them and their communities."""

    polygons: list[shapely.Polygon]
    streets: list[Street]
    community: list[int]


def _shared_m(a: shapely.Polygon, b: shapely.Polygon, wet: shapely.Geometry) -> float:
    """Return the length of the shared border; a border in the middle of a river counts for little."""
    border = shapely.intersection(a, b)
    return float(shapely.difference(border, wet).length + 0.02 * border.length)


def _merge_slivers(faces: list[shapely.Polygon], least_m2: float, wet: shapely.Geometry) -> list[shapely.Polygon]:
    """Join each small or thin face to the neighbour with the longest shared border."""
    while True:
        faces.sort(key=lambda f: f.area)
        for i, face in enumerate(faces):
            _, _, length, width = main_axis(face)
            target = grid_target_m2(face.centroid)
            if face.area > least_m2 * target and width > 0.18 * length:
                continue
            others = [(_shared_m(face, other, wet), -j) for j, other in enumerate(faces) if j != i]
            shared, best = max(others)
            if shared <= 0:
                continue
            faces[-best] = _join(faces[-best], face)
            del faces[i]
            break
        else:
            return faces


def _wet(rivers: Rivers) -> shapely.Geometry:
    return shapely.union_all([rivers.li_centre, rivers.sha_centre]).buffer(1)


def _join(a: shapely.Polygon, b: shapely.Polygon) -> shapely.Polygon:
    joined = shapely.coverage_union(a, b)
    return shapely.get_parts(joined)[0] if joined.geom_type != "Polygon" else joined


def superblocks(streets: list[Street], rivers: Rivers, district: shapely.Polygon) -> list[shapely.Polygon]:
    """Return the faces of the skeleton, the rivers' centre-lines and the border inside the district."""
    lines = [s.line for s in streets] + [rivers.sha_centre, rivers.li_centre, district.exterior]
    noded = shapely.union_all([snap(line) for line in lines], grid_size=0.001)
    faces = [f for f in shapely.get_parts(shapely.polygonize([noded])) if district.contains(f.representative_point())]
    return _merge_slivers(faces, 0.30, _wet(rivers))


def cut_grids(seed: int, streets: list[Street], rivers: Rivers, district: shapely.Polygon, ends: Junctions) -> Coverage:
    """Return exactly 78 grids: the largest superblock, measured by its wished size, is cut until there are enough."""
    rng = stream(seed, "grids")
    faces = superblocks(streets, rivers, district)
    queue = [(-f.area / grid_target_m2(f.centroid), i, f) for i, f in enumerate(faces)]
    heapq.heapify(queue)
    serial = len(queue)
    done: list[shapely.Polygon] = []
    cuts: list[Street] = []
    while queue and (len(queue) + len(done) < GRIDS or -queue[0][0] > LARGEST):
        _, _, face = heapq.heappop(queue)
        made = bent_cut(face, rng, ends, tilt_deg=6, sag=0.05, least_width_m=110)
        if made is None:
            done.append(face)
            continue
        line, parts = made
        ends.add(line)
        cuts.append(Street(line, "street", "", (), "grid"))
        for part in parts:
            heapq.heappush(queue, (-part.area / grid_target_m2(part.centroid), serial, part))
            serial += 1
    polygons = [item[2] for item in sorted(queue, key=lambda item: item[1])] + done
    polygons = _fewer(polygons, _wet(rivers))
    return Coverage(polygons, cuts, group(seed, polygons, rivers))


def _fewer(polygons: list[shapely.Polygon], wet: shapely.Geometry) -> list[shapely.Polygon]:
    """Merge the smallest neighbours while there are more than 78."""
    while len(polygons) > GRIDS:
        polygons.sort(key=lambda f: f.area / grid_target_m2(f.centroid))
        face = polygons.pop(0)
        best = max(range(len(polygons)), key=lambda j: _shared_m(face, polygons[j], wet))
        polygons[best] = _join(polygons[best], face)
    return polygons


def _neighbours(polygons: list[shapely.Polygon], rivers: Rivers) -> list[set[int]]:
    tree = shapely.STRtree(polygons)
    wet = _wet(rivers)
    found: list[set[int]] = [set() for _ in polygons]
    for i, polygon in enumerate(polygons):
        for j in tree.query(polygon.buffer(1)):
            if i == j:
                continue
            border = shapely.intersection(polygon.buffer(0.5), polygons[j].buffer(0.5))
            dry = shapely.difference(border, wet)
            if dry.area > 60:
                found[i].add(int(j))
    return found


def _connected(members: set[int], near: list[set[int]]) -> bool:
    if not members:
        return False
    todo, seen = [min(members)], {min(members)}
    while todo:
        for j in near[todo.pop()] & members:
            if j not in seen:
                seen.add(j)
                todo.append(j)
    return len(seen) == len(members)


class _Grouping:
    """Simulated annealing of grids into communities: compact, 3-5 grids each, in one piece, not across the Li."""

    def __init__(self, polygons: list[shapely.Polygon], near: list[set[int]], seeds: np.ndarray) -> None:
        self.near = near
        self.centres = np.array([[p.representative_point().x, p.representative_point().y] for p in polygons])
        gap = np.hypot(*(self.centres[:, None, :] - seeds[None, :, :]).transpose(2, 0, 1))
        self.pull = (gap / 400.0) ** 2
        self.owner = np.argmin(gap, axis=1)
        self.members = [set(np.flatnonzero(self.owner == c).tolist()) for c in range(len(seeds))]

    def own_cost(self, c: int) -> float:
        """Return the cost of one community: size out of 3-5, pieces, distance from its seed and spread."""
        members = self.members[c]
        size = len(members)
        miss = max(0, 3 - size) + max(0, size - 5)
        cost = 60.0 * miss**2 + (0.0 if members and _connected(members, self.near) else 45.0)
        if members:
            index = sorted(members)
            middle = self.centres[index].mean(axis=0)
            cost += float(np.sum(self.pull[index, c])) * 0.5
            cost += float(np.sum(((self.centres[index] - middle) / 330.0) ** 2))
        return cost

    def move(self, grid: int, target: int) -> None:
        """Give a grid to another community."""
        self.members[self.owner[grid]].discard(grid)
        self.members[target].add(grid)
        self.owner[grid] = target

    def run(self, rng: np.random.Generator, steps: int = 24_000) -> float:
        """Anneal and return the total cost."""
        costs = [self.own_cost(c) for c in range(len(self.members))]
        for step in range(steps):
            heat = 6.0 * (1 - step / steps) ** 2 + 0.01
            grid = int(rng.integers(len(self.owner)))
            home = int(self.owner[grid])
            choices = sorted({int(self.owner[j]) for j in self.near[grid]} - {home})
            if not choices:
                continue
            target = choices[int(rng.integers(len(choices)))]
            before = costs[home] + costs[target]
            self.move(grid, target)
            after = [self.own_cost(home), self.own_cost(target)]
            if sum(after) <= before or rng.uniform() < np.exp((before - sum(after)) / heat):
                costs[home], costs[target] = after
            else:
                self.move(grid, home)
        return sum(costs)


def group(seed: int, polygons: list[shapely.Polygon], rivers: Rivers) -> list[int]:
    """Return the community index of each grid; raises ValueError when no valid grouping was found."""
    near = _neighbours(polygons, rivers)
    seeds = place([c.seed for c in COMMUNITIES])
    for attempt in range(6):
        state = _Grouping(polygons, near, seeds)
        state.run(stream(seed + 1000 * attempt, "communities"))
        good = all(3 <= len(m) <= 5 and _connected(m, near) for m in state.members)
        if good and _subdistricts_whole(state.members, near):
            return [int(c) for c in state.owner]
    raise ValueError(f"no valid grouping of grids for seed {seed}: {[len(m) for m in state.members]}")


def _subdistricts_whole(members: list[set[int]], near: list[set[int]]) -> bool:
    codes = sorted({c.subdistrict for c in COMMUNITIES})
    groups = [[i for i, c in enumerate(COMMUNITIES) if c.subdistrict == code] for code in codes]
    return all(_connected(set().union(*(members[i] for i in group)), near) for group in groups)
