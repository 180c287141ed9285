"""Parcels: what is left of a block or a cell when streets, pavements and water are taken away."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely

from .network import Cell, Road

SETBACK_M = {"arterial": 4.5, "collector": 3.5, "street": 2.4, "lane": 1.2, "alley": 0.4}
BY_CELL = ("housing", "old_housing", "courtyards", "village", "mixed", "yard")


@dataclass
class Front:
    """A straight side of a parcel that looks on a road."""

    start: tuple[float, float]
    stop: tuple[float, float]
    road: int
    cls: str


@dataclass
class Parcel:
    """Land that may be built on: inside one grid, off every road."""

    polygon: shapely.Polygon
    grid: int
    cell: int
    age: str
    use: str
    block: int
    fronts: list[Front] = field(default_factory=list)


def _regions(cells: list[Cell]) -> list[tuple[shapely.Polygon, Cell, int, int]]:
    """Return (polygon, a cell, cell index, block number): cells one by one for homes, whole blocks for the rest."""
    numbers: dict[int, int] = {}
    groups: dict[int, list[int]] = {}
    for i, cell in enumerate(cells):
        number = numbers.setdefault(id(cell.block), len(numbers))
        groups.setdefault(number, []).append(i)
    regions = []
    for number, members in groups.items():
        use = cells[members[0]].block.use
        if use in BY_CELL:
            regions += [(cells[i].polygon, cells[i], i, number) for i in members]
        else:
            whole = shapely.coverage_union_all([cells[i].polygon for i in members])
            regions += [(part, cells[members[0]], members[0], number) for part in shapely.get_parts(whole)]
    return regions


def make_parcels(cells: list[Cell], roads: list[Road], water: shapely.Geometry) -> list[Parcel]:
    """Return the parcels of all land blocks, with their street fronts."""
    reserve = [r.line.buffer(r.width_m / 2 + SETBACK_M[r.cls], quad_segs=4) for r in roads]
    tree = shapely.STRtree(reserve)
    lines = shapely.STRtree([r.line for r in roads])
    parcels = []
    for polygon, cell, index, number in _regions(cells):
        if cell.block.use in ("belt", "water"):
            continue
        taken = [reserve[i] for i in sorted(tree.query(polygon))]
        rest = shapely.difference(polygon, shapely.union_all(taken)) if taken else polygon
        rest = shapely.difference(rest, water).buffer(-0.5, join_style="mitre")
        rest = shapely.simplify(rest.buffer(-2.5).buffer(2.5, quad_segs=2), 0.6)
        for part in shapely.get_parts(rest):
            if part.geom_type == "Polygon" and part.area > 150:
                parcel = Parcel(part, cell.grid, index, cell.block.age, cell.block.use, number)
                parcel.fronts = _fronts(parcel.polygon, roads, lines)
                parcels.append(parcel)
    return parcels


def _fronts(polygon: shapely.Polygon, roads: list[Road], lines: shapely.STRtree) -> list[Front]:
    """Return the sides at least 14 m long whose nearest road lies just outside."""
    ring = np.asarray(shapely.simplify(polygon, 2.0).exterior.coords)
    fronts = []
    for a, b in pairwise(ring):
        if np.hypot(*(b - a)) < 14:
            continue
        middle = shapely.Point((a + b) / 2)
        nearest = int(lines.nearest(middle))
        road = roads[nearest]
        if middle.distance(road.line) < road.width_m / 2 + SETBACK_M[road.cls] + 4:
            fronts.append(Front(tuple(a), tuple(b), nearest, road.cls))
    return fronts
