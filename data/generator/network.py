"""The last noding: one set of edges for all borders and roads; cells, grids and roads are read back from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from .blocks import Block
from .frame import snap
from .streets import RANK, WIDTH_M, Street


@dataclass
class Cell:
    """A unit grid before numbering: polygon on the shared edges, its block and its grid."""

    polygon: shapely.Polygon
    block: Block
    grid: int


@dataclass
class Road:
    """A stretch of road between major junctions, noded with all others."""

    line: shapely.LineString
    cls: str
    name: str
    street: int
    bridge: bool = False
    inside: bool = True

    @property
    def width_m(self) -> float:
        """Width of the street between its building lines' kerbs."""
        return WIDTH_M[self.cls]


def node_all(base: list[shapely.LineString], cuts: list[Street]) -> list[shapely.LineString]:
    """Return all edges between nodes, on the one-millimetre grid."""
    edges = shapely.get_parts(shapely.union_all(base + [s.line for s in cuts], grid_size=0.001))
    return _without_twins(list(shapely.get_parts(shapely.union_all(_close_up(edges), grid_size=0.001))))


def _without_twins(edges: list[shapely.LineString], longest_m: float = 12.0) -> list[shapely.LineString]:
    """Keep the shorter of two short edges between the same nodes: the lens between them is nobody's land."""
    best: dict[tuple[tuple[float, ...], ...], int] = {}
    drop: set[int] = set()
    for i, edge in enumerate(edges):
        if edge.length > longest_m:
            continue
        ends = tuple(sorted((edge.coords[0], edge.coords[-1])))
        other = best.setdefault(ends, i)
        if other != i:
            drop.add(i if edge.length >= edges[other].length else other)
            best[ends] = other if edge.length >= edges[other].length else i
    return [edge for i, edge in enumerate(edges) if i not in drop]


def _close_up(edges: np.ndarray, tolerance_m: float = 1.6) -> list[shapely.LineString]:
    """Move vertices that all but coincide onto one of them, the same way in every edge, so no hair-line is left."""
    coords, owner = shapely.get_coordinates(edges, return_index=True)
    points, back = np.unique(coords, axis=0, return_inverse=True)
    tree = shapely.STRtree(shapely.points(points))
    first, second = tree.query(shapely.points(points), predicate="dwithin", distance=tolerance_m)
    target = np.arange(len(points))
    np.minimum.at(target, first, second)
    for _ in range(4):
        target = target[target]
    moved = points[target[back.ravel()]]
    result = []
    for line in np.split(moved, np.flatnonzero(np.diff(owner)) + 1):
        keep = np.concatenate([[True], np.any(np.diff(line, axis=0) != 0, axis=1)])
        if keep.sum() > 1:
            result.append(shapely.LineString(line[keep]))
    return result


def read_cells(edges: list[shapely.LineString], blocks: list[Block], district: shapely.Polygon) -> list[Cell]:
    """Return the cells rebuilt from the noded edges; slivers of the noding go to the neighbour they touch most."""
    faces = [f for f in shapely.get_parts(shapely.polygonize(edges)) if district.contains(f.representative_point())]
    owners = [(block, polygon) for block in blocks for polygon in block.cells]
    tree = shapely.STRtree([polygon for _, polygon in owners])
    parts: dict[int, list[shapely.Polygon]] = {}
    for face in faces:
        inner = face.representative_point()
        hits = tree.query(inner, predicate="within")
        owner = int(hits[0]) if len(hits) else int(tree.nearest(inner))
        parts.setdefault(owner, []).append(face)
    cells = []
    for owner in sorted(parts):
        whole = parts[owner][0] if len(parts[owner]) == 1 else shapely.coverage_union_all(parts[owner])
        block, _ = owners[owner]
        for piece in sorted(shapely.get_parts(whole), key=lambda p: -p.area):
            cells.append(Cell(piece, block, block.grid))
    return _without_crumbs(cells)


def _without_crumbs(cells: list[Cell], least_m2: float = 250.0) -> list[Cell]:
    crumbs = [c for c in cells if c.polygon.area < least_m2]
    kept = [c for c in cells if c.polygon.area >= least_m2]
    for crumb in sorted(crumbs, key=lambda c: -c.polygon.area):
        touching = [c for c in kept if c.grid == crumb.grid and c.polygon.intersects(crumb.polygon)]
        touching = touching or [c for c in kept if c.polygon.intersects(crumb.polygon)]
        best = max(touching, key=lambda c: shapely.intersection(c.polygon, crumb.polygon).length)
        joined = shapely.coverage_union(best.polygon, crumb.polygon)
        best.polygon = shapely.get_parts(joined)[0]
    return kept


def _road_edges(edges: list[shapely.LineString], lines: list[Street]) -> dict[int, list[shapely.LineString]]:
    """Return the edges of each road: an edge belongs to the highest-ranking street that runs along it."""
    roads = [(i, s) for i, s in enumerate(lines) if s.cls]
    tree = shapely.STRtree([s.line for _, s in roads])
    middles = shapely.line_interpolate_point(np.array(edges, dtype=object), 0.5, normalized=True)
    pairs = tree.query(middles, predicate="dwithin", distance=0.8)
    best: dict[int, int] = {}
    for edge, road in zip(*pairs, strict=True):
        rank = (RANK[roads[road][1].cls], roads[road][0])
        if edge not in best or rank < (RANK[lines[best[edge]].cls], best[edge]):
            best[int(edge)] = roads[road][0]
    grouped: dict[int, list[shapely.LineString]] = {}
    for edge in sorted(best):
        grouped.setdefault(best[edge], []).append(edges[edge])
    return grouped


def _prune(grouped: dict[int, list[shapely.LineString]], edge_of_map: shapely.Geometry) -> None:
    """Drop short loose ends of the drawing (under 40 m, one end free, not at the map's edge)."""
    for _ in range(3):
        degree: dict[tuple[float, float], int] = {}
        for parts in grouped.values():
            for part in parts:
                for end in (part.coords[0], part.coords[-1]):
                    degree[end] = degree.get(end, 0) + 1
        for key in list(grouped):
            grouped[key] = [
                p
                for p in grouped[key]
                if p.length > 40 or min(degree[p.coords[0]], degree[p.coords[-1]]) > 1 or p.distance(edge_of_map) < 1
            ]


def read_roads(
    edges: list[shapely.LineString],
    lines: list[Street],
    water: shapely.Geometry,
    district: shapely.Polygon,
    edge_of_map: shapely.Geometry,
) -> list[Road]:
    """Return the roads, merged between major junctions, bridges apart."""
    grouped = _road_edges(edges, lines)
    _prune(grouped, edge_of_map)
    major: dict[tuple[float, float], set[int]] = {}
    for key, parts in grouped.items():
        if RANK[lines[key].cls] <= 1:
            for part in parts:
                for end in (part.coords[0], part.coords[-1]):
                    major.setdefault(end, set()).add(key)
    stops = {p for p, keys in major.items() if len(keys) > 1}
    shapely.prepare(water)
    roads = []
    for key in sorted(grouped):
        for chain in _chains(grouped[key], stops):
            middle = chain.interpolate(0.5, normalized=True)
            street = lines[key]
            bridge = bool(water.contains(middle))
            roads.append(Road(chain, street.cls, street.name, street.key, bridge, district.distance(middle) < 1))
    return roads


def trim_at_creek(roads: list[Road], creek: shapely.Geometry) -> None:
    """Let blind lanes end on the creek's bank, not in its middle."""
    degree: dict[tuple[float, float], int] = {}
    for road in roads:
        for end in (road.line.coords[0], road.line.coords[-1]):
            degree[end] = degree.get(end, 0) + 1
    bank = creek.buffer(5.0)
    shapely.prepare(bank)
    for road in roads:
        for end in (road.line.coords[0], road.line.coords[-1]):
            if degree[end] == 1 and bank.contains(shapely.Point(end)):
                dry = [p for p in shapely.get_parts(shapely.difference(road.line, bank)) if p.length > 5]
                if dry:
                    road.line = snap(max(dry, key=lambda p: p.length))
                    break


def _chains(parts: list[shapely.LineString], stops: set[tuple[float, float]]) -> list[shapely.LineString]:
    """Merge the edges of one street into lines that end at stops."""
    merged = shapely.line_merge(shapely.MultiLineString(parts)) if len(parts) > 1 else parts[0]
    chains: list[shapely.LineString] = []
    for line in shapely.get_parts(merged):
        coords = list(line.coords)
        start = 0
        for i in range(1, len(coords)):
            if i == len(coords) - 1 or coords[i] in stops:
                chains.append(shapely.LineString(coords[start : i + 1]))
                start = i
    return chains
