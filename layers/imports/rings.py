"""Rings of a shapefile that run the wrong way: which is outer and which is a hole told by where they lie. Pure.

A shapefile says by direction what a ring is, outer ones clockwise. Where that leads to an invalid shape, rings that lie
inside one another are outer and hole in turn, whatever their direction.
"""

from __future__ import annotations

import numpy as np
import shapely

from layers.imports.pieces import pieces

_AREA = (3, 6)
#: A shape of more rings than this is left to the general repair: every ring is held against every other.
_MOST_RINGS = 2000


def turned(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(shapes with their rings told apart, rows with rings that ran the wrong way)."""
    wrong, doubtful = np.zeros(len(shapes), dtype=bool), np.zeros(len(shapes), dtype=bool)
    for piece in pieces(len(shapes)):
        wrong[piece], doubtful[piece] = _directions(shapes[piece])
    # Of a ring that crosses itself no direction can be told: it counts only when what is left is valid.
    places = np.flatnonzero(doubtful | wrong)
    broken = places[~shapely.is_valid(shapes[places])]
    result = shapes.copy() if len(broken) else shapes
    for row in broken:
        nested = _nested(shapes[row])
        wrong[row] = nested is not None
        if nested is not None:
            result[row] = nested
    return result, np.flatnonzero(wrong)


def _directions(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows with a ring that runs against the rule, rows of several rings)."""
    wrong, several = np.zeros(len(shapes), dtype=bool), np.zeros(len(shapes), dtype=bool)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areas = shapely.get_type_id(parts) == _AREA[0]
    # A ring with a coordinate that is no number has no direction.
    xy, of = shapely.get_coordinates(parts, return_index=True)
    areas[np.unique(of[~(np.isfinite(xy[:, 0]) & np.isfinite(xy[:, 1]))])] = False
    parts, owner = parts[areas], owner[areas]
    rings, part = shapely.get_rings(parts, return_index=True)
    if not len(rings):
        return wrong, several
    outer = np.concatenate(([True], part[1:] != part[:-1]))
    wrong[owner[part[shapely.is_ccw(rings) == outer]]] = True
    several[owner[part[~outer]]] = True
    several |= shapely.get_type_id(shapes) == _AREA[1]
    return wrong, several


def _nested(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The shape whose rings are outer and hole in turn from outside to inside; None when rings cross or meet."""
    rings = shapely.polygons(shapely.get_rings(shapely.get_parts(shape)))
    if not 2 <= len(rings) <= _MOST_RINGS or not shapely.is_valid(rings).all():
        return None
    inside, around = shapely.STRtree(rings).query(rings, predicate="within")
    pairs = inside != around
    inside, around = inside[pairs], around[pairs]
    depth = np.bincount(inside, minlength=len(rings))
    size = shapely.area(rings)
    holes: dict[int, list[int]] = {int(ring): [] for ring in np.flatnonzero(depth % 2 == 0)}
    for ring in np.flatnonzero(depth % 2 == 1):
        around_it = around[inside == ring]
        holes.setdefault(int(around_it[np.argmin(size[around_it])]), []).append(int(ring))
    polygons = [
        shapely.Polygon(rings[outer].exterior, [rings[hole].exterior for hole in inner])
        for outer, inner in holes.items()
    ]
    whole = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    return whole if shapely.is_valid(whole) else None
