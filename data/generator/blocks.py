"""Blocks cut by age from the grids' land, and the ~1,800 cells that become unit grids (单元网格)."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
import shapely

from .ages import BLOCK_TARGET_M2, CELL_WEIGHT, age_of
from .curves import Junctions, bent_cut, main_axis
from .frame import BOX, snap, stream
from .grids import Coverage
from .rivers import Rivers
from .streets import Street, broken_at_water

CELLS = 1800


@dataclass
class Block:
    """A piece of one grid: ``kind`` is land, belt or water; ``use`` is set later for land."""

    polygon: shapely.Polygon
    grid: int
    kind: str
    age: str
    use: str = ""
    cells: list[shapely.Polygon] = field(default_factory=list)


@dataclass
class Layout:
    """All blocks, and every line that takes part in the last noding (roads have a class, borders none)."""

    blocks: list[Block]
    lines: list[Street]


def embankments(rivers: Rivers) -> list[tuple[shapely.LineString, str]]:
    """Return the roads along the belts with their names: north bank, between the rivers, south and east bank."""
    off_edge = shapely.difference(shapely.boundary(rivers.belt_zone), shapely.boundary(BOX).buffer(2))
    parts = [p for p in shapely.get_parts(shapely.line_merge(off_edge)) if p.length > 200]
    north = max(parts, key=lambda p: p.centroid.y - 1e6 * (p.length < 3000))
    named = []
    for part in parts:
        # The line between the rivers comes from the west and goes back to the west.
        turns_back = max(part.coords[0][0], part.coords[-1][0]) < BOX.centroid.x
        named.append((part, "滨河北路" if part is north else "滨河路" if turns_back else "滨河东路"))
    return named


def base_lines(streets: list[Street], coverage: Coverage, rivers: Rivers, district: shapely.Polygon) -> list[Street]:
    """Return all lines of the first level: streets broken at water, banks, embankment roads, centre-lines, border."""
    lines: list[Street] = []
    for street in streets + coverage.streets:
        roads, borders = broken_at_water(street, rivers)
        lines += roads + borders
    lines += [Street(part, "collector", name, (), "embankment") for part, name in embankments(rivers)]
    lines += [Street(part, "", origin="bank") for part in shapely.get_parts(shapely.boundary(rivers.banks))]
    lines += [Street(line, "", origin="river") for line in (rivers.sha_centre, rivers.li_centre)]
    lines += [Street(part, "", origin="creek") for part in shapely.get_parts(rivers.creek_line)]
    lines.append(Street(district.exterior, "", origin="district"))
    for line in lines:
        line.line = snap(line.line)
    return lines


def _absorb(faces: list[Block], least_m2: float) -> list[Block]:
    """Join tiny faces to a neighbour of the same grid (same kind first) with the longest shared border."""
    faces = sorted(faces, key=lambda b: b.polygon.area)
    i = 0
    while i < len(faces) and faces[i].polygon.area < 4 * least_m2:
        small = faces[i]
        _, _, _, width = main_axis(small.polygon)
        if small.polygon.area >= least_m2 and (small.kind == "water" or width > 22):
            i += 1
            continue
        best, best_shared = None, 0.0
        for other in faces:
            if other is small or other.grid != small.grid or not other.polygon.intersects(small.polygon):
                continue
            shared = shapely.intersection(other.polygon, small.polygon).length * (3 if other.kind == small.kind else 1)
            if other.kind == "water" and small.kind != "water":
                shared *= 0.01
            if shared > best_shared:
                best, best_shared = other, shared
        if best is None:
            i += 1
            continue
        joined = shapely.coverage_union(best.polygon, small.polygon)
        if joined.geom_type == "MultiPolygon":
            joined = shapely.get_parts(joined)[0]
        best.polygon = joined
        faces.pop(i)
    return faces


def base_edges(lines: list[Street]) -> list[shapely.LineString]:
    """Return the first level's edges; later cuts end on these very edges, so the last noding cannot miss them."""
    return list(shapely.get_parts(shapely.union_all([line.line for line in lines], grid_size=0.001)))


def base_faces(
    edges: list[shapely.LineString], coverage: Coverage, rivers: Rivers, district: shapely.Polygon
) -> list[Block]:
    """Return the faces of the first level with grid, kind and age."""
    faces = [f for f in shapely.get_parts(shapely.polygonize(edges)) if district.contains(f.representative_point())]
    tree = shapely.STRtree(coverage.polygons)
    blocks = []
    for face in faces:
        inner = face.representative_point()
        hits = tree.query(inner, predicate="within")
        grid = int(hits[0]) if len(hits) else int(tree.nearest(inner))
        if rivers.banks.contains(inner):
            kind = "water"
        else:
            kind = "belt" if rivers.belt_zone.contains(inner) else "land"
        blocks.append(Block(face, grid, kind, age_of(inner)))
    return _absorb(blocks, 900.0)


def _cut_class(block: Block) -> str:
    if block.age == "old":
        return "street" if block.polygon.area > 75_000 else "lane" if block.polygon.area > 30_000 else "alley"
    if block.polygon.area > 2.6 * BLOCK_TARGET_M2[block.age] or block.age in ("new", "industrial"):
        return "street"
    return "lane"


def cut_blocks(seed: int, faces: list[Block], ends: Junctions) -> Layout:
    """Return the land cut down to blocks by age; block sizes come out log-normal because the stop size varies."""
    rng = stream(seed, "blocks")
    done: list[Block] = []
    lines: list[Street] = []
    todo = sorted(faces, key=lambda b: (-b.polygon.area, b.polygon.representative_point().x))
    while todo:
        block = todo.pop(0)
        limit = BLOCK_TARGET_M2[block.age] * float(np.exp(rng.normal(0.30, 0.38)))
        if block.kind != "land" or block.polygon.area < limit:
            done.append(block)
            continue
        wild = {"old": 9.0, "ring": 6.0}.get(block.age, 3.5)
        made = bent_cut(block.polygon, rng, ends, wild, 0.06 if wild > 5 else 0.03, 0.1, 42.0)
        if made is None:
            done.append(block)
            continue
        line, parts = made
        ends.add(line)
        lines.append(Street(snap(line), _cut_class(block), origin="cut"))
        for part in sorted(parts, key=lambda p: -p.area):
            todo.append(Block(part, block.grid, block.kind, age_of(part.representative_point())))
    return Layout(done, lines)


def _cell_line_class(block: Block, rng: np.random.Generator) -> str:
    if block.kind != "land" or block.use not in ("housing", "old_housing", "courtyards", "mixed"):
        return ""
    if block.use == "courtyards":
        return "alley"
    return "lane" if rng.uniform() < 0.72 else ""


def cut_cells(seed: int, layout: Layout, ends: Junctions) -> None:
    """Cut the blocks into exactly ``CELLS`` cells, always the one largest by its age; inner cuts are lanes or walls."""
    rng = stream(seed, "cells")
    queue: list[tuple[float, int, Block, shapely.Polygon]] = []
    serial = 0
    for block in layout.blocks:
        queue.append((-_weight(block, block.polygon), serial, block, block.polygon))
        serial += 1
    heapq.heapify(queue)
    count = len(queue)
    while queue:
        _, _, block, polygon = heapq.heappop(queue)
        made = None
        if count < CELLS:
            thin = 14.0 if block.kind != "land" else 30.0
            least = 0.02 if block.kind != "land" else 0.25
            made = bent_cut(polygon, rng, ends, 2.0, 0.0 if thin < 20 else 0.015, 0.06, thin, least)
        if made is None:
            block.cells.append(polygon)
            continue
        line, parts = made
        count += 1
        ends.add(line)
        layout.lines.append(Street(snap(line), _cell_line_class(block, rng), origin="cell"))
        for part in parts:
            heapq.heappush(queue, (-_weight(block, part), serial, block, part))
            serial += 1


def _weight(block: Block, polygon: shapely.Polygon) -> float:
    """Return the cell's area over its wished size; a long cell counts as larger."""
    _, _, length, width = main_axis(polygon)
    shape = 1.0 + 0.18 * max(0.0, length / max(width, 1.0) - 2.0)
    return float(polygon.area * shape / (CELL_WEIGHT[block.age] if block.kind == "land" else 1.25))
