"""Shapes as plain arrays of coordinates, for what is done to all of them at once; shapely shapes when wanted. Pure.

Most layers hold shapes of one kind. Theirs are coordinates and the places where rings and shapes begin; the few of
another kind stay shapely shapes beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

#: Kinds that are held as arrays: point, line, polygon.
POINT, LINE, POLYGON = 0, 1, 3
_LEVELS = {POINT: 0, LINE: 1, POLYGON: 2}
_KIND = {POINT: shapely.GeometryType.POINT, LINE: shapely.GeometryType.LINESTRING, POLYGON: shapely.GeometryType.POLYGON}
_PIECE = 1 << 20
_NONE = np.empty(0, dtype=np.int64)


@dataclass
class Outlines:
    """`count` rows; those of `rows` are of kind `code`, those of `odd_rows` something else, all others nothing.

    `offsets` begins with the places in `xy` where lines or rings start (one more than there are, the end), then, for
    polygons, the places among the rings where polygons start.
    """

    count: int
    code: int
    rows: np.ndarray
    xy: np.ndarray
    offsets: tuple[np.ndarray, ...] = ()
    odd_rows: np.ndarray = field(default_factory=lambda: _NONE)
    odd: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))

    @classmethod
    def of(cls, shapes: np.ndarray) -> Outlines:
        """The outlines of flat shapely shapes; empty shapes are nothing."""
        codes = shapely.get_type_id(shapes)
        codes[shapely.is_empty(shapes)] = -1
        counts = {code: int((codes == code).sum()) for code in _KIND}
        code = max(counts, key=lambda key: counts[key])
        rows, odd = np.flatnonzero(codes == code), np.flatnonzero((codes >= 0) & (codes != code))
        if not len(rows):
            return cls(len(shapes), code, _NONE, np.empty((0, 2)), _no_offsets(code), odd, shapes[odd])
        _, xy, offsets = shapely.to_ragged_array(shapes[rows], include_z=False)
        offsets = tuple(np.asarray(item, dtype=np.int64) for item in offsets)
        return cls(len(shapes), code, rows, xy, offsets, odd, shapes[odd])

    @classmethod
    def of_points(cls, xy: np.ndarray, there: np.ndarray) -> Outlines:
        """Points (n, 2), nothing where `there` is false."""
        rows = np.flatnonzero(there)
        return cls(len(xy), POINT, rows, np.ascontiguousarray(xy if len(rows) == len(xy) else xy[rows]))

    @property
    def only_points(self) -> bool:
        """True when every shape there is is a point."""
        return self.code == POINT and not len(self.odd_rows)

    @property
    def there(self) -> np.ndarray:
        """True for rows that have a shape."""
        result = np.zeros(self.count, dtype=bool)
        result[self.rows] = True
        result[self.odd_rows] = True
        return result

    @property
    def type_ids(self) -> np.ndarray:
        """Type ids of the kinds that occur."""
        found = set(shapely.get_type_id(self.odd).tolist()) | ({self.code} if len(self.rows) else set())
        return np.array(sorted(found), dtype=int)

    @property
    def bounds(self) -> np.ndarray:
        """West, south, east, north of everything; no numbers when there is nothing."""
        boxes = [shapely.total_bounds(self.odd)] if len(self.odd) else []
        if len(self.xy):
            boxes.append(np.concatenate((self.xy.min(axis=0), self.xy.max(axis=0))))
        if not boxes:
            return np.full(4, np.nan)
        stacked = np.array(boxes)
        return np.concatenate((stacked[:, :2].min(axis=0), stacked[:, 2:].max(axis=0)))

    @property
    def spans(self) -> np.ndarray:
        """For every shape of the common kind, where its coordinates start; one more for the end."""
        if self.code == POINT:
            return np.arange(len(self.rows) + 1)
        return self.offsets[0][self.offsets[1]] if self.code == POLYGON else self.offsets[0]

    def shapes(self) -> np.ndarray:
        """The shapely shapes, None where there is nothing."""
        result = np.empty(self.count, dtype=object)
        if len(self.rows):
            made = shapely.from_ragged_array(_KIND[self.code], self.xy, self.offsets or None)
            result[self.rows] = made
        result[self.odd_rows] = self.odd
        return result

    def moved(self, move: Callable[[np.ndarray], np.ndarray]) -> Outlines:
        """The same with coordinates moved; a shape with a coordinate that ends up nowhere becomes nothing."""
        xy = np.empty_like(self.xy)
        for start in range(0, len(xy), _PIECE):
            xy[start : start + _PIECE] = move(self.xy[start : start + _PIECE])
        odd = shapely.transform(self.odd, move) if len(self.odd) else self.odd
        return replace(self, xy=xy, odd=odd).without(lambda held: held.beyond(np.inf))

    def beyond(self, limit: float) -> np.ndarray:
        """Rows with a coordinate that is no number, or of `limit` or more."""
        bad = ~((self.xy < limit) & (self.xy > -limit)).all(axis=1)
        found = [_NONE]
        if bad.any():
            found.append(self.rows[np.unique(np.searchsorted(self.spans, np.flatnonzero(bad), side="right") - 1)])
        if len(self.odd):
            xy, owner = shapely.get_coordinates(self.odd, return_index=True)
            found.append(self.odd_rows[np.unique(owner[~(np.abs(xy) < limit).all(axis=1)])])
        return np.concatenate(found)

    def without(self, which: Callable[[Outlines], np.ndarray]) -> Outlines:
        """The same with some rows made nothing."""
        gone = which(self)
        if not len(gone):
            return self
        if self.only_points:
            keep = ~np.isin(self.rows, gone)
            return replace(self, rows=self.rows[keep], xy=self.xy[keep])
        keep = np.ones(self.count, dtype=bool)
        keep[gone] = False
        shapes = np.empty(self.count, dtype=object)
        return Outlines.of(np.where(keep, self._patched().shapes(), shapes))

    def _patched(self) -> Outlines:
        """With zeros where coordinates are no numbers, so that rings close and shapes can be made."""
        return replace(self, xy=np.where(np.isfinite(self.xy), self.xy, 0.0))

    def marks(self) -> np.ndarray:
        """A number a row, the same for equal shapes; 0 where there is nothing. Different shapes may share one."""
        bits = np.ascontiguousarray(self.xy).view(np.uint64)
        mixed = (bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)) ^ (bits[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F))
        result = np.zeros(self.count, dtype=np.uint64)
        if len(self.rows):
            result[self.rows] = (mixed if self.code == POINT else np.add.reduceat(mixed, self.spans[:-1])) | np.uint64(1)
        if len(self.odd):
            result[self.odd_rows] = [hash(wkb) & 0xFFFFFFFFFFFFFFFF | 1 for wkb in shapely.to_wkb(self.odd)]
        return result


def _no_offsets(code: int) -> tuple[np.ndarray, ...]:
    return tuple(np.zeros(1, dtype=np.int64) for _ in range(_LEVELS[code]))


def fitting(outlines: Outlines) -> bool:
    """True when the arrays fit together: what someone else wrote is not asked for shapes before."""
    held, ends = outlines, len(outlines.xy)
    if held.xy.ndim != 2 or held.xy.shape[1:] != (2,) or held.xy.dtype != np.float64 or held.code not in _LEVELS:
        return False
    if len(held.offsets) != _LEVELS[held.code] or len(held.odd) != len(held.odd_rows):
        return False
    for offsets in held.offsets:
        if not len(offsets) or offsets[0] != 0 or offsets[-1] != ends or (np.diff(offsets) < 0).any():
            return False
        ends = len(offsets) - 1
    rows = np.concatenate((held.rows, held.odd_rows))
    return ends == len(held.rows) and len(np.unique(rows)) == len(rows) and bool(((rows >= 0) & (rows < held.count)).all())
