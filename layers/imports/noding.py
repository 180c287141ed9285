"""Vertices that neighbours should share: near ones made one, missing ones added. Pure; whole coverages at once.

A straight border in EPSG:4547 bends by centimetres once it is in degrees. So every vertex on a border must stand in the
shapes of both sides before anything is reprojected.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

#: Vertices and borders nearer than this are meant to be the same.
NEAR_M = 0.01
#: Below this a vertex counts as where it is: what reprojection to and fro leaves.
NOISE_M = 1e-6


class Noded(NamedTuple):
    """Shapes with shared vertices; for each how many vertices were added and how many were moved."""

    shapes: np.ndarray
    added: np.ndarray
    moved: np.ndarray


class _Rings(NamedTuple):
    """Multi-polygons as flat arrays; `shape_of` names the shape of every vertex, the closing ones included."""

    xy: np.ndarray
    offsets: tuple[np.ndarray, np.ndarray, np.ndarray]
    shape_of: np.ndarray

    @classmethod
    def of(cls, shapes: np.ndarray) -> _Rings:
        _, xy, (rings, parts, wholes) = shapely.to_ragged_array(shapes)
        counts = np.diff(rings[parts[wholes]])
        return cls(np.ascontiguousarray(xy[:, :2]), (rings, parts, wholes), np.repeat(np.arange(len(shapes)), counts))

    def shapes(self) -> np.ndarray:
        """The multi-polygons again."""
        made: np.ndarray = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, self.xy, self.offsets)
        return made


def noded(
    shapes: np.ndarray, beside: np.ndarray | None = None, near_m: float = NEAR_M,
    where: shapely.Geometry | None = None,
) -> Noded:  # fmt: skip
    """`shapes` (multi-polygons) with every shared vertex in all of them. Vertices of `beside` are fixed: others move to them.

    With `where` only what lies within `near_m` of it is touched. A shape that would become invalid stays as it is.
    """
    added, moved = np.zeros(len(shapes), dtype=np.int64), np.zeros(len(shapes), dtype=np.int64)
    if not len(shapes):
        return Noded(shapes, added, moved)
    fixed = np.zeros((0, 2)) if beside is None else np.unique(shapely.get_coordinates(beside), axis=0)
    rings = _Rings.of(shapes)
    fixed = _as_delivered(fixed, rings)
    xy = _drawn_together(rings, fixed, near_m, where, beside)
    away = np.hypot(*(xy - rings.xy).T)
    closing = np.zeros(len(xy), dtype=bool)
    closing[rings.offsets[0][1:] - 1] = True
    moved = np.bincount(rings.shape_of[(away > NOISE_M) & ~closing], minlength=len(shapes))
    drawn = rings._replace(xy=xy)
    full, added = _with_missing(drawn, fixed, near_m, where)
    touched = np.flatnonzero((moved > 0) | (added > 0) | (np.bincount(rings.shape_of, away, len(shapes)) > 0))
    result = shapes.copy()
    if len(touched):
        made = shapely.remove_repeated_points(full.shapes()[touched], 0.0)
        sound = shapely.is_valid(made)
        result[touched[sound]] = made[sound]
        moved[touched[~sound]] = added[touched[~sound]] = 0
    return Noded(result, added, moved)


def _as_delivered(fixed: np.ndarray, rings: _Rings) -> np.ndarray:
    """The fixed positions, written as the first delivered vertex writes them where only noise tells the two apart."""
    own, _ = _distinct(rings.xy)
    one, other = shapely.STRtree(shapely.points(own)).query(
        shapely.points(fixed), predicate="dwithin", distance=NOISE_M
    )
    written = fixed.copy()
    order = np.argsort(-other, kind="stable")
    written[one[order]] = own[other[order]]
    return written


def _near(dots: np.ndarray, where: shapely.Geometry | None, near_m: float) -> np.ndarray:
    """Which points lie where something may be touched."""
    if where is None:
        return np.ones(len(dots), dtype=bool)
    shapely.prepare(where)
    near: np.ndarray = shapely.dwithin(where, dots, near_m)
    return near


def _drawn_together(
    rings: _Rings, fixed: np.ndarray, near_m: float, where: shapely.Geometry | None, beside: np.ndarray | None
) -> np.ndarray:  # fmt: skip
    """The vertices with those that lie within `near_m` of a firmer one of another shape moved onto it."""
    own, which = _distinct(rings.xy)
    points = np.concatenate([fixed, own])
    first = len(fixed)
    dots = shapely.points(points)
    one, other = shapely.STRtree(dots).query(dots[first:], predicate="dwithin", distance=near_m)
    one = one + first
    order = _firmness(rings, which, dots, first, beside)
    senior = (order[other] < order[one]) & _near(dots, where, near_m)[one]
    one, other = one[senior], other[senior]
    if not len(one):
        return rings.xy
    apart = np.hypot(*(points[one] - points[other]).T)
    keep = ~_share_a_shape(rings, which, one - first, other - first) & ((other >= first) | (apart > NOISE_M))
    goal = _goals(one[keep], other[keep], apart[keep], len(points))
    moved: np.ndarray = points[goal[first:]][which]
    return moved


def _firmness(
    rings: _Rings, which: np.ndarray, dots: np.ndarray, first: int, beside: np.ndarray | None
) -> np.ndarray:  # fmt: skip
    """The order in which positions yield: fixed ones never, then those on a fixed border, then those of most shapes."""
    count = int(rings.shape_of[-1]) + 1
    owners = np.bincount(np.unique(which * count + rings.shape_of) // count, minlength=len(dots) - first)
    on_border = np.zeros(len(dots) - first, dtype=bool)
    if beside is not None:
        on, _ = shapely.STRtree(shapely.boundary(beside)).query(dots[first:], predicate="dwithin", distance=NOISE_M)
        on_border[on] = True
    order = np.empty(len(dots), dtype=np.int64)
    order[:first] = np.arange(first)
    order[first + np.lexsort((-owners, ~on_border))] = np.arange(first, len(dots))
    return order


def _distinct(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different positions, sorted, and the place of every position among them."""
    packed = np.ascontiguousarray(xy).view(np.complex128).ravel()
    different, which = np.unique(packed, return_inverse=True)
    return different.view(np.float64).reshape(-1, 2), which


def _share_a_shape(rings: _Rings, which: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether both positions of a pair are vertices of one shape; negative places are of no shape."""
    count = int(rings.shape_of[-1]) + 1
    keys = np.unique(which * count + rings.shape_of)
    vertex, shape = keys // count, keys % count
    starts = np.searchsorted(vertex, one)
    sizes = np.searchsorted(vertex, one, side="right") - starts
    pair = np.repeat(np.arange(len(one)), sizes)
    step = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    shared = np.isin(other[pair] * count + shape[starts[pair] + step], keys) & (other[pair] >= 0)
    found = np.zeros(len(one), dtype=bool)
    found[pair[shared]] = True
    return found


def _goals(one: np.ndarray, other: np.ndarray, apart: np.ndarray, count: int) -> np.ndarray:
    """Where every position ends: on the nearest firmer one that stays itself. Nothing moves twice."""
    goal = np.arange(count)
    undecided = np.zeros(count, dtype=bool)
    undecided[one] = True
    stays = ~undecided
    while undecided.any():
        ready = undecided[one] & stays[other]
        nearest = np.lexsort((other[ready], apart[ready], one[ready]))
        movers, first = np.unique(one[ready][nearest], return_index=True)
        goal[movers] = other[ready][nearest][first]
        undecided[movers] = False
        waiting = np.zeros(count, dtype=bool)
        waiting[one[undecided[one] & undecided[other]]] = True
        settled = undecided & ~waiting
        stays |= settled
        undecided &= ~settled
    return goal


def _with_missing(
    rings: _Rings, fixed: np.ndarray, near_m: float, where: shapely.Geometry | None
) -> tuple[_Rings, np.ndarray]:  # fmt: skip
    """The rings with the vertices of others that lie on their edges; and how many each shape got."""
    own, which = _distinct(rings.xy)
    points = np.concatenate([fixed, own])
    last = np.zeros(len(rings.xy), dtype=bool)
    last[rings.offsets[0][1:] - 1] = True
    begins = np.flatnonzero(~last)
    start, end = rings.xy[begins], rings.xy[begins + 1]
    edges = shapely.linestrings(np.stack([start, end], axis=1))
    dots = shapely.points(points)
    edge, point = shapely.STRtree(dots).query(edges, predicate="dwithin", distance=near_m)
    near_end = np.minimum(
        np.hypot(*(points[point] - start[edge]).T), np.hypot(*(points[point] - end[edge]).T)
    )  # fmt: skip
    keep = (near_end > near_m) & _near(dots, where, near_m)[point]
    edge, point = edge[keep], point[keep]
    count = int(rings.shape_of[-1]) + 1
    keys = which * count + rings.shape_of
    mine = np.isin((point - len(fixed)) * count + rings.shape_of[begins[edge]], keys) & (point >= len(fixed))
    edge, point = _once_each(edge[~mine], points, point[~mine], near_m)
    along = ((points[point] - start[edge]) * (end[edge] - start[edge])).sum(axis=1)
    order = np.lexsort((along, edge))
    edge, point = edge[order], point[order]
    added = np.bincount(rings.shape_of[begins[edge]], minlength=count)
    if not len(edge):
        return rings, added
    xy = np.insert(rings.xy, begins[edge] + 1, points[point], axis=0)
    before = np.searchsorted(np.sort(begins[edge]), rings.offsets[0], side="left")
    offsets = (rings.offsets[0] + before, *rings.offsets[1:])
    shape_of = np.insert(rings.shape_of, begins[edge] + 1, rings.shape_of[begins[edge]])
    return _Rings(xy, offsets, shape_of), added


def _once_each(edge: np.ndarray, points: np.ndarray, point: np.ndarray, near_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Of several positions within `near_m` of each other only the first on an edge."""
    order = np.lexsort((points[point, 1], points[point, 0], edge))
    edge, point = edge[order], point[order]
    if len(edge) < 2:
        return edge, point
    gap = np.hypot(*(points[point[1:]] - points[point[:-1]]).T)
    again = np.r_[False, (edge[1:] == edge[:-1]) & (gap <= near_m)]
    return edge[~again], point[~again]
