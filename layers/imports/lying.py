"""In which area rows lie, and whether the codes they carry agree with that. Pure; all rows at once."""

from __future__ import annotations

import numpy as np
import shapely

from layers.imports.plan_types import AreaIndex

#: A row agrees with the area that it names when it comes this near to it: borders are drawn by hand.
NEAR_M = 1.0


def codes_at(metric: np.ndarray, areas: AreaIndex) -> np.ndarray:
    """For every shape the code of the area that holds its representative point; empty text outside of all.

    A point on a border goes to the area of the lowest code, whatever the order of the areas.
    """
    found = np.full(len(metric), "", dtype=object)
    if not len(areas.codes) or not len(metric):
        return found
    points = metric
    extended = np.flatnonzero(shapely.get_type_id(metric) > 0)
    if len(extended):
        points = metric.copy()
        points[extended] = shapely.point_on_surface(metric[extended])
    order = np.argsort(areas.codes.astype(str), kind="stable")[::-1]
    which, who = shapely.STRtree(points).query(areas.metric[order], predicate="intersects")
    found[who] = areas.codes[order][which]
    return found


def strays(metric: np.ndarray, named: np.ndarray, areas: AreaIndex) -> np.ndarray:
    """Which rows name an area that is not there, or that they lie more than a metre away from; empty names do not.

    `named` may be codes of a wider level than that of the areas: then all areas under them count.
    """
    wrong = np.zeros(len(metric), dtype=bool)
    lengths = {len(code) for code in areas.codes}
    there = np.array([bool(name) for name in named], dtype=bool)
    if not lengths or not there.any():
        return wrong
    codes = areas.codes.astype(str)
    for name in set(named[there]):
        rows = np.flatnonzero(named == name)
        mine = areas.metric[np.char.startswith(codes, name)]
        if not len(mine):
            wrong[rows] = True
            continue
        ground = mine[0] if len(mine) == 1 else shapely.union_all(mine)
        shapely.prepare(ground)
        wrong[rows] = ~shapely.dwithin(ground, metric[rows], NEAR_M)
    return wrong
