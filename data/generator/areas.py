"""Areas and codes: unit grids, grids, communities, subdistricts and the district, each the union of the level below."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely

from .admin import COMMUNITIES, DISTRICT, SUBDISTRICTS
from .frame import DISTRICT_AREA_M2, stream
from .network import Cell

TOLERANCE_M2 = 1e-3


@dataclass
class Area:
    """An area of the tree with its code and parent."""

    polygon: shapely.Polygon
    code: str
    name: str
    name_en: str
    parent: str
    kind: str


@dataclass
class UnitGrid:
    """A unit grid (单元网格) of about one hectare."""

    polygon: shapely.Polygon
    code: str
    grid: str
    community: str
    use: str
    level: int


@dataclass
class AreaTree:
    """All levels of the tree, with the grid code of each grid index."""

    district: Area
    subdistricts: list[Area]
    communities: list[Area]
    grids: list[Area]
    units: list[UnitGrid]
    grid_code: dict[int, str]


def _reading_order(polygons: list[shapely.Polygon], band_m: float) -> list[int]:
    """Return indices north to south in bands, west to east inside a band."""
    spots = [p.representative_point() for p in polygons]
    top = max(s.y for s in spots)
    return sorted(range(len(polygons)), key=lambda i: (int((top - spots[i].y) / band_m), spots[i].x))


def _union(parts: list[shapely.Polygon]) -> shapely.Polygon:
    whole = shapely.coverage_union_all(parts)
    if whole.geom_type != "Polygon":
        raise ValueError("an area is not in one piece")
    return whole


LEVEL = {
    "square": 1,
    "mall": 1,
    "market": 1,
    "hospital": 1,
    "school": 1,
    "office": 1,
    "courtyards": 2,
    "mixed": 1,
    "park": 2,
    "old_housing": 2,
    "housing": 2,
    "towers": 2,
    "village": 2,
    "industry": 3,
    "belt": 3,
    "water": 4,
    "yard": 3,
}


def build_tree(seed: int, cells: list[Cell], community_of: list[int]) -> AreaTree:
    """Return the tree built upwards from the cells, so that every shared border has the same vertices."""
    by_grid: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_grid[cell.grid].append(cell)
    outline = {g: _union([c.polygon for c in by_grid[g]]) for g in sorted(by_grid)}
    grids, grid_code = _grids(seed, outline, by_grid, community_of)
    communities = []
    for index, community in enumerate(COMMUNITIES):
        parts = [outline[g] for g in sorted(outline) if community_of[g] == index]
        communities.append(
            Area(_union(parts), community.code, community.name, community.name_en, community.subdistrict, "community")
        )
    subdistricts = [
        Area(
            _union([c.polygon for c in communities if c.parent == code]),
            code,
            name,
            name_en,
            DISTRICT[0],
            "subdistrict",
        )
        for code, name, name_en in SUBDISTRICTS
    ]
    district = Area(_union([s.polygon for s in subdistricts]), *DISTRICT, "Yuanhui District", "", "district")
    tree = AreaTree(district, subdistricts, communities, grids, _units(cells, community_of, grid_code), grid_code)
    check_tiling(tree)
    return tree


def _grids(
    seed: int, outline: dict[int, shapely.Polygon], by_grid: dict[int, list[Cell]], community_of: list[int]
) -> tuple[list[Area], dict[int, str]]:
    rng = stream(seed, "grid codes")
    worked = {
        g: sum(
            c.polygon.area
            for c in cells
            if c.block.use in ("industry", "market", "mall", "office", "hospital", "school")
        )
        / sum(c.polygon.area for c in cells)
        for g, cells in by_grid.items()
    }
    dedicated = set(sorted(worked, key=lambda g: (-worked[g], g))[:9])
    areas, codes = [], {}
    for index, community in enumerate(COMMUNITIES):
        members = [g for g in sorted(outline) if community_of[g] == index]
        order = _reading_order([outline[g] for g in members], 420.0)
        gap_after = int(rng.integers(1, len(members))) if rng.uniform() < 0.4 else 99
        serial = 0
        for n, i in enumerate(order):
            serial += 2 if n == gap_after else 1
            g = members[i]
            codes[g] = f"{community.code}{serial:03d}"
            kind = "dedicated" if g in dedicated else "resident"
            areas.append(
                Area(
                    outline[g],
                    codes[g],
                    f"{community.name}第{serial}网格",
                    f"{community.name_en} Grid {serial}",
                    community.code,
                    kind,
                )
            )
    return areas, codes


def _units(cells: list[Cell], community_of: list[int], grid_code: dict[int, str]) -> list[UnitGrid]:
    units = []
    for index, community in enumerate(COMMUNITIES):
        members = [c for c in cells if community_of[c.grid] == index]
        for serial, i in enumerate(_reading_order([c.polygon for c in members], 90.0), start=1):
            cell = members[i]
            units.append(
                UnitGrid(
                    cell.polygon,
                    f"{community.code}{serial:03d}",
                    grid_code[cell.grid],
                    community.code,
                    cell.block.use,
                    LEVEL[cell.block.use],
                )
            )
    return units


def _check_level(name: str, parts: list[shapely.Polygon], whole: shapely.Polygon) -> None:
    """Raise ValueError unless the parts tile the whole with overlap and gap below the tolerance."""
    if not all(p.is_valid for p in parts):
        raise ValueError(f"{name}: invalid polygon")
    union = shapely.union_all(parts)
    gap = shapely.symmetric_difference(union, whole).area
    overlap = sum(p.area for p in parts) - union.area
    if (
        gap > TOLERANCE_M2
        or abs(overlap) > TOLERANCE_M2
        or not shapely.coverage_is_valid(np.array(parts, dtype=object))
    ):
        raise ValueError(f"{name}: gap {gap} m2, overlap {overlap} m2")


def check_tiling(tree: AreaTree) -> None:
    """Raise ValueError unless every level tiles its parent exactly and the district measures 18 km² within 1 %."""
    whole = tree.district.polygon
    levels = {
        "subdistricts": [a.polygon for a in tree.subdistricts],
        "communities": [a.polygon for a in tree.communities],
        "grids": [a.polygon for a in tree.grids],
        "unit grids": [u.polygon for u in tree.units],
    }
    for name, parts in levels.items():
        _check_level(name, parts, whole)
    by_code = {a.code: a.polygon for a in tree.communities + tree.grids}
    for community in tree.communities:
        _check_level(community.code, [g.polygon for g in tree.grids if g.parent == community.code], community.polygon)
    for grid in tree.grids:
        _check_level(grid.code, [u.polygon for u in tree.units if u.grid == grid.code], by_code[grid.code])
    if abs(whole.area / DISTRICT_AREA_M2 - 1) > 0.01:
        raise ValueError(f"district area {whole.area}")
