"""Are two shapes the same ground, vertex by vertex? Pure; whole arrays at once.

Where a ring starts, which way it runs and in which order parts stand does not matter: formats and programs turn these
as they like. Everything is judged in metres of EPSG:4547.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

#: Vertices nearer than this are the same.
SAME_M = 0.001


@dataclass(frozen=True)
class _Paths:
    """Rings and lines of many shapes, laid end to end; the closing vertex of a ring is left out."""

    xy: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    owners: np.ndarray
    closed: np.ndarray


def same_within(one: np.ndarray, other: np.ndarray, tolerance_m: float = SAME_M) -> np.ndarray:
    """Which pairs of shapes have the same vertices to `tolerance_m`, however they are written down."""
    same: np.ndarray = shapely.equals_exact(one, other, tolerance=tolerance_m)
    rest = np.flatnonzero(~same & _near(one, other, tolerance_m))
    if not len(rest):
        return same
    left, right = (shapely.remove_repeated_points(side[rest], 0.0) for side in (one, other))
    same[rest] = _same_paths(left, right, tolerance_m)
    last = np.flatnonzero(~same[rest] & (shapely.get_num_coordinates(left) == shapely.get_num_coordinates(right)))
    if len(last):
        close = shapely.hausdorff_distance(left[last], right[last]) <= tolerance_m
        for place in last[close]:
            same[rest[place]] = _same_slowly(left[place], right[place], tolerance_m)
    return same


def _near(one: np.ndarray, other: np.ndarray, tolerance_m: float) -> np.ndarray:
    """Pairs whose kinds agree and whose boxes differ by no more than the tolerance."""
    boxes = np.abs(shapely.bounds(one) - shapely.bounds(other))
    near: np.ndarray = (boxes <= tolerance_m).all(axis=1) & (shapely.get_type_id(one) == shapely.get_type_id(other))
    return near


def _paths(shapes: np.ndarray) -> _Paths:
    parts, owners = shapely.get_parts(shapes, return_index=True)
    areas = shapely.get_type_id(parts) == 3
    rings, of = shapely.get_rings(parts[areas], return_index=True)
    lines = np.concatenate([rings, parts[~areas]])
    owners = np.concatenate([owners[areas][of], owners[~areas]])
    closed = np.arange(len(lines)) < len(rings)
    order = np.argsort(owners, kind="stable")
    lines, owners, closed = lines[order], owners[order], closed[order]
    xy, whose = shapely.get_coordinates(lines, return_index=True)
    counts = np.bincount(whose, minlength=len(lines))
    ends = np.cumsum(counts) - 1
    keep = np.ones(len(xy), dtype=bool)
    keep[ends[closed]] = False
    sizes = counts - closed
    return _Paths(xy[keep], np.cumsum(sizes) - sizes, sizes, owners, closed)


def _same_paths(one: np.ndarray, other: np.ndarray, tolerance_m: float) -> np.ndarray:
    """As `same_within`, for shapes whose parts stand in the same order: every ring is turned to its best start."""
    count = len(one)
    left, right = _paths(one), _paths(other)
    fits: np.ndarray = np.bincount(left.owners, minlength=count) == np.bincount(right.owners, minlength=count)
    keep_left, keep_right = fits[left.owners], fits[right.owners]
    sizes = np.flatnonzero(keep_left), np.flatnonzero(keep_right)
    unequal = (left.sizes[sizes[0]] != right.sizes[sizes[1]]) | (left.closed[sizes[0]] != right.closed[sizes[1]])
    fits[left.owners[sizes[0][unequal]]] = False
    paths = np.flatnonzero(fits[left.owners]), np.flatnonzero(fits[right.owners])
    if not len(paths[0]):
        return np.zeros(count, dtype=bool)
    good = _turned(left, paths[0], right, paths[1], tolerance_m)
    fits[left.owners[paths[0][~good]]] = False
    return fits


def _turned(
    left: _Paths, mine: np.ndarray, right: _Paths, theirs: np.ndarray, tolerance_m: float
) -> np.ndarray:  # fmt: skip
    """Which paths agree when the other is turned to the vertex nearest to the first, either way round."""
    sizes = left.sizes[mine]
    ends = np.cumsum(sizes)
    starts = ends - sizes
    of = np.repeat(np.arange(len(sizes)), sizes)
    step = np.arange(ends[-1]) - starts[of]
    a, b = left.xy[left.starts[mine][of] + step], right.xy[right.starts[theirs][of] + step]
    away = ((b - a[starts[of]]) ** 2).sum(axis=1)
    nearest = np.minimum.reduceat(away, starts)
    hits = np.flatnonzero(away == nearest[of])
    _, first = np.unique(of[hits], return_index=True)
    turn = np.where(left.closed[mine], hits[first] - starts, 0)
    back = np.where(left.closed[mine], turn, sizes - 1)
    good = np.zeros(len(sizes), dtype=bool)
    for index in ((turn[of] + step) % sizes[of], (back[of] - step) % sizes[of]):
        gaps = ((a - b[starts[of] + index]) ** 2).sum(axis=1)
        good |= np.maximum.reduceat(gaps, starts) <= tolerance_m**2
    return good


def _same_slowly(one: shapely.Geometry, other: shapely.Geometry, tolerance_m: float) -> bool:
    """As `same_within` for one pair whose parts may stand in any order and touch themselves."""
    mine, theirs = _paths(np.array([one])), _paths(np.array([other]))
    left = list(range(len(theirs.sizes)))
    for number, size in enumerate(mine.sizes):
        path = mine.xy[mine.starts[number] : mine.starts[number] + size]
        for candidate in left:
            start, length = theirs.starts[candidate], theirs.sizes[candidate]
            if length == size and _path_fits(path, theirs.xy[start : start + length], mine.closed[number], tolerance_m):
                left.remove(candidate)
                break
        else:
            return False
    return not left


def _path_fits(path: np.ndarray, other: np.ndarray, closed: bool, tolerance_m: float) -> bool:
    for turned in (other, other[::-1]):
        starts = np.flatnonzero(np.hypot(*(turned - path[0]).T) <= tolerance_m) if closed else np.zeros(1, dtype=int)
        for start in starts:
            if (np.hypot(*(np.roll(turned, -start, axis=0) - path).T) <= tolerance_m).all():
                return True
    return False


def shifts(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Metres by which every shape of `one` was moved to become that of `other`, and whether it was only moved."""
    by = shapely.bounds(other)[:, :2] - shapely.bounds(one)[:, :2]
    counts = shapely.get_num_coordinates(one)
    moved = shapely.set_coordinates(one.copy(), shapely.get_coordinates(one) + np.repeat(by, counts, axis=0))
    return np.hypot(by[:, 0], by[:, 1]), same_within(moved, other, 2 * SAME_M)
