"""Spikes cut off areas: a border that runs out and straight back again encloses nothing. Pure.

A spike is a vertex at which a ring turns back at less than SPIKE_DEGREES. It is cut off when that changes the area of
the shape by no more than a thousandth and leaves a valid shape; the sharp end of a genuine wedge stays.
"""

from __future__ import annotations

import numpy as np
import shapely

from layers.imports.outlines import POLYGON, Outlines

SPIKE_DEGREES = 0.2
MOST_CHANGE = 1e-3
#: A spike may have several vertices; each pass takes its tip.
_PASSES = 8


def blunted(shapes: np.ndarray) -> np.ndarray:
    """The areas without their spikes; None where they cannot be cut off without changing the shape."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    cut = parts.copy()
    open_ = np.flatnonzero(shapely.get_type_id(parts) == POLYGON)
    for _ in range(_PASSES):
        if not len(open_):
            break
        outlines = Outlines.of(cut[open_])
        tips = outlines.tips(SPIKE_DEGREES)
        if not tips.any():
            break
        cut[open_] = _without(outlines, tips)
        open_ = open_[~shapely.is_missing(cut[open_])]
    return _judged(shapes, cut, owner)


def without_spikes(shapes: np.ndarray) -> np.ndarray:
    """The shapes with those spikes cut off that can be."""
    result = shapes.copy()
    sharp = Outlines.of(shapes).sharp_rows(SPIKE_DEGREES)
    if len(sharp):
        cut = blunted(shapes[sharp])
        good = ~shapely.is_missing(cut)
        result[sharp[good]] = cut[good]
    return result


def _without(polygons: Outlines, tips: np.ndarray) -> np.ndarray:
    """Polygons without some of their vertices; None where a ring would be left with less than three."""
    rings, starts = polygons.offsets
    keep = ~tips
    keep[rings[1:] - 1] = False
    counts = np.add.reduceat(keep.astype(np.int64), rings[:-1])
    flat = np.flatnonzero(counts < 3)
    broken = np.unique(np.searchsorted(starts, flat, side="right") - 1)
    for ring in flat:
        keep[rings[ring] : rings[ring + 1] - 1] = True
    counts = np.add.reduceat(keep.astype(np.int64), rings[:-1])
    kept, ends = np.flatnonzero(keep), np.cumsum(counts)
    order = np.insert(kept, ends, kept[ends - counts])
    new_rings = np.concatenate(([0], np.cumsum(counts + 1)))
    result: np.ndarray = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, polygons.xy[order], (new_rings, starts)
    )
    result[broken] = None
    return result


def _judged(shapes: np.ndarray, parts: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """The shapes put together again from their parts, None for those that the cut would change or break."""
    result = shapes.copy()
    broken = np.unique(owner[shapely.is_missing(parts)])
    sound = ~np.isin(owner, broken)
    single = shapely.get_type_id(shapes) == POLYGON
    for place, geometry in zip(owner[sound], parts[sound], strict=True):
        if single[place]:
            result[place] = geometry
    several = sound & ~single[owner]
    for place in np.unique(owner[several]):
        result[place] = type(shapes[place])(parts[several & (owner == place)].tolist())
    change = np.abs(shapely.area(result) - shapely.area(shapes))
    good = (
        shapely.is_valid(result)
        & (change <= MOST_CHANGE * shapely.area(shapes))
        & ~shapely.equals_exact(result, shapes)
    )
    good[broken] = False
    result[~good] = None
    return result
