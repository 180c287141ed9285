"""Shapes made what a layer holds: flat, and multi where it holds multi shapes. Pure; whole arrays at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

_POINT, _LINE, _AREA = 0, 1, 3
#: Single type -> its multi type and the function that makes one of many.
_MULTI = {_POINT: (4, shapely.multipoints), _LINE: (5, shapely.multilinestrings), _AREA: (6, shapely.multipolygons)}
_IDS = {"Point": 0, "LineString": 1, "Polygon": 3, "MultiPoint": 4, "MultiLineString": 5, "MultiPolygon": 6}


def as_layer_types(shapes: np.ndarray, wanted: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The shapes in the types of a layer, and which of them fit one.

    A single shape becomes a multi shape where the layer holds those; a multi shape of one part becomes single where
    it holds only single ones; of a collection the parts of the layer's kind stay. What does not fit is left as it is.
    """
    held = {_IDS[name] for name in wanted}
    done = shapely.force_2d(shapes) if shapely.has_z(shapes).any() else shapes.copy()
    for single, (multi, make) in _MULTI.items():
        kinds = shapely.get_type_id(done)
        if single not in held and multi in held:
            ones = np.flatnonzero(kinds == single)
            if len(ones):
                done[ones] = make(done[ones], indices=np.arange(len(ones)))
        elif single in held and multi not in held:
            several = np.flatnonzero(kinds == multi)
            lone = several[shapely.get_num_geometries(done[several]) == 1]
            done[lone] = shapely.get_geometry(done[lone], 0)
    mixed = np.flatnonzero(shapely.get_type_id(done) == 7)
    for place in mixed:
        done[place] = _of_kind(done[place], held)
    return done, np.isin(shapely.get_type_id(done), list(held))


def _of_kind(shape: shapely.Geometry, held: set[int]) -> shapely.Geometry:
    """The parts of a collection that a layer of these types holds, of the highest dimension there is."""
    parts = shapely.get_parts(shape)
    singles = np.concatenate([shapely.get_parts(part) for part in parts]) if len(parts) else parts
    for single in (_AREA, _LINE, _POINT):
        multi, make = _MULTI[single]
        mine = singles[shapely.get_type_id(singles) == single]
        if len(mine) and multi in held:
            return make(mine)
        if len(mine) == 1 and single in held:
            return mine[0]
    return shape
