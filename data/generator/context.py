"""Streets outside the district, thinner with distance: context only, they carry no area, building or place."""

from __future__ import annotations

import numpy as np
import shapely

from .curves import Junctions, bent_cut
from .frame import snap, stream
from .rivers import Rivers
from .streets import Street

NEAR_M2, FAR_M2, REACH_M = 60_000.0, 240_000.0, 1_400.0


def context_streets(
    seed: int,
    edges: list[shapely.LineString],
    rivers: Rivers,
    district: shapely.Polygon,
    edge_of_map: shapely.Geometry,
    ends: Junctions,
) -> list[Street]:
    """Return the streets that go on beyond the border for about a kilometre and a half."""
    rng = stream(seed, "context")
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([*edges, edge_of_map], grid_size=0.001)]))
    todo = [
        f
        for f in sorted(faces, key=lambda f: f.bounds)
        if not district.buffer(1).contains(f.representative_point())
        and not rivers.belt_zone.contains(f.representative_point())
    ]
    made: list[Street] = []
    while todo:
        face = todo.pop(0)
        share = min(1.0, face.centroid.distance(district) / REACH_M)
        wished = (NEAR_M2 + (FAR_M2 - NEAR_M2) * share) * float(np.exp(rng.normal(0.1, 0.35)))
        if face.area < wished or face.distance(district) > REACH_M:
            continue
        cut = bent_cut(face, rng, ends, 4.0, 0.04, 0.1, 70.0)
        if cut is None:
            continue
        line, parts = cut
        ends.add(line)
        made.append(Street(snap(line), "collector" if face.area > 700_000 else "street", origin="context"))
        todo += sorted(parts, key=lambda p: -p.area)
    return made
