"""The whole district from one seed: the order in which everything is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from . import (
    areas,
    blocks,
    buildings,
    cameras,
    compounds,
    greens,
    grids,
    network,
    parcels,
    places,
    roadnames,
    rosters,
    shops,
)
from .context import context_streets
from .curves import Junctions
from .frame import BOX, DISTRICT_AREA_M2, snap, stream
from .names import english, story
from .promenades import promenades
from .rivers import Rivers, make_rivers
from .streets import Street, district_outline, draw_skeleton
from .uses import assign_uses

Place = places.Place


@dataclass
class District:
    """Everything that is written out."""

    rivers: Rivers
    tree: areas.AreaTree
    roads: list[network.Road]
    parcels: list[parcels.Parcel]
    buildings: list[buildings.Building]
    building_names: list[tuple[str, str]]
    building_addresses: list[str]
    waters: list[greens.Patch]
    greens: list[greens.Patch]
    points: list[Place]
    lines: list[Place]
    polygons: list[Place]
    cameras: list[cameras.Camera]
    camera_places: list[Place]
    rosters: rosters.Rosters


def _outline(seed: int) -> tuple[Rivers, list[Street], shapely.Polygon]:
    """Return rivers, skeleton and border at the scale that makes the district 18 km²."""
    scale = 0.98
    for _ in range(5):
        rivers = make_rivers(seed, scale)
        streets = draw_skeleton(seed, scale, rivers)
        outline = district_outline(streets, rivers)
        scale *= (DISTRICT_AREA_M2 / outline.area) ** 0.5
    return rivers, streets, outline


def _ground(seed: int) -> tuple[Rivers, areas.AreaTree, list[network.Cell], list[network.Road]]:
    """Return rivers, area tree, cells and named roads."""
    rivers, streets, outline = _outline(seed)
    ends = Junctions()
    coverage = grids.cut_grids(seed, streets, rivers, outline, ends)
    lines = blocks.base_lines(streets, coverage, rivers, outline)
    base = blocks.base_edges(lines)
    layout = blocks.cut_blocks(seed, blocks.base_faces(base, coverage, rivers, outline), ends)
    assign_uses(seed, layout.blocks)
    blocks.cut_cells(seed, layout, ends)
    lines = lines + layout.lines
    for key, line in enumerate(lines):
        line.key = key
    edges = network.node_all(base, layout.lines)
    cells = network.read_cells(edges, layout.blocks, outline)
    tree = areas.build_tree(seed, cells, coverage.community)
    paths = promenades(rivers, lines, tree.district.polygon)
    paths += context_streets(seed, base, rivers, outline, BOX.exterior, ends)
    for key, path in enumerate(paths, start=len(lines)):
        path.key = key
    road_edges = network.node_all(edges, paths)
    roads = network.read_roads(road_edges, lines + paths, rivers.banks, tree.district.polygon, BOX.exterior)
    network.trim_at_creek(roads, rivers.creek)
    return rivers, tree, cells, roads


def _alleys(seed: int, roads: list[network.Road], chosen: list[int], tree: areas.AreaTree) -> list[Place]:
    """Return exactly 159 culture alleys: two named old streets and 157 lanes of the old quarters."""
    rng = stream(seed, "stories")
    inner = tree.district.polygon
    made = []
    for name in ["东大街", "戏楼后街"] + [roads[i].name for i in chosen]:
        parts = [r for r in roads if r.name == name and not r.bridge]
        merged = (
            shapely.line_merge(shapely.MultiLineString([r.line for r in parts])) if len(parts) > 1 else parts[0].line
        )
        line = max(shapely.get_parts(shapely.intersection(merged, inner)), key=lambda p: p.length)
        zh, en = story(rng, parts[0].width_m)
        extra = {"story_zh": zh, "story_en": en, "length_m": round(line.length, 1)}
        made.append(Place(snap(line), "alley", name, english(name), extra=extra))
    return made


def build(seed: int) -> District:
    """Return the district of a seed; raises ValueError when a promise (counts, tiling) does not hold."""
    rivers, tree, cells, roads = _ground(seed)
    alley_roads = roadnames.name_roads(seed, roads)
    addresses = roadnames.Addresses(roads)
    lots = parcels.make_parcels(cells, roads, shapely.union_all([rivers.banks, rivers.creek.buffer(9.0, quad_segs=3)]))
    houses, grounds = buildings.make_buildings(seed, lots)
    old = compounds.make_compounds(seed, lots, houses)
    institutions, titles = places.institutions(lots, addresses)
    centers, center_names = places.service_centers(tree, houses, roads)
    spots = np.array([b.polygon.representative_point() for b in houses], dtype=object)
    numbers = addresses.of(spots)
    names = compounds.name_buildings(seed, lots, houses, old, titles, numbers)
    for i, name in center_names.items():
        names[i] = (name, english(name))
    parks, square = greens.make_parks(lots)
    waters, green = greens.make_patches(seed, rivers, roads, lots, grounds, parks)
    points = centers + institutions
    points += places.street_services(seed, houses, addresses, set(center_names))
    points += places.roadside(seed, roads, lots, rivers, tree)
    points += shops.make_shops(seed, houses, roads, set(center_names))
    lines = _alleys(seed, roads, alley_roads, tree)
    polygons = [
        Place(
            c.polygon,
            "compound",
            c.name,
            c.name_en,
            extra={
                "built_year": c.built_year,
                "renewal": c.renewal,
                "needs": c.needs,
                "households": c.households,
            },
        )
        for c in old
    ]
    polygons += [Place(snap(p.polygon), "park", name, english(name)) for p, name in parks]
    polygons.append(Place(snap(square[0].polygon), "square", square[1], english(square[1])))
    eyes = cameras.make_cameras(seed, roads, lots, old, titles, [square, *parks], tree)
    eye_places = cameras.as_places(eyes)
    for group in (points, lines, polygons, eye_places):
        places.locate(group, tree, addresses)
    streets = [f"{street}{number}号" for street, number in numbers]
    return District(
        rivers,
        tree,
        roads,
        lots,
        houses,
        names,
        streets,
        waters,
        green,
        points,
        lines,
        polygons,
        eyes,
        eye_places,
        rosters.make_rosters(seed, tree),
    )
