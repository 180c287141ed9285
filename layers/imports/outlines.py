"""Shapes as plain arrays of coordinates, for what is done to all of them at once; shapely shapes when wanted. Pure.

Most layers hold shapes of one kind. Theirs are coordinates and the places where rings and shapes begin; the few of
another kind stay shapely shapes beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from layers.imports.pieces import ROWS, pieces

#: Kinds that are held as arrays: point, line, polygon.
POINT, LINE, POLYGON = 0, 1, 3
_LEVELS = {POINT: 0, LINE: 1, POLYGON: 2}
_KIND = {
    POINT: shapely.GeometryType.POINT,
    LINE: shapely.GeometryType.LINESTRING,
    POLYGON: shapely.GeometryType.POLYGON,
}
_NAMES = (
    "Point", "LineString", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
#: Lines and areas, single and multi.
_DRAWN = (1, 3, 5, 6)
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
        xy, offsets = _taken_apart(shapes, rows, code)
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
            x, y = self.xy[:, 0], self.xy[:, 1]
            boxes.append(np.array([x.min(), y.min(), x.max(), y.max()]))
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
        x, y = self.xy[:, 0], self.xy[:, 1]
        bad = ~((x < limit) & (x > -limit) & (y < limit) & (y > -limit))
        found = [_NONE]
        if bad.any():
            found.append(self._owners(np.flatnonzero(bad)))
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

    @property
    def kinds(self) -> list[str]:
        """The type names of the kinds that occur, in alphabetical order."""
        return sorted({_NAMES[code] for code in self.type_ids.tolist()})

    def stuttering(self) -> np.ndarray:
        """Rows of lines and areas with a vertex that stands twice in a row."""
        odd = self.odd[np.isin(shapely.get_type_id(self.odd), _DRAWN)]
        fewer = shapely.get_num_coordinates(shapely.remove_repeated_points(odd, 0.0)) < shapely.get_num_coordinates(odd)
        found: np.ndarray = self.odd_rows[np.isin(shapely.get_type_id(self.odd), _DRAWN)][fewer]
        if self.code == POINT or not len(self.xy):
            return found
        same = (self.xy[1:, 0] == self.xy[:-1, 0]) & (self.xy[1:, 1] == self.xy[:-1, 1])
        same[self.offsets[0][1:-1] - 1] = False
        return np.sort(np.concatenate((found, self._owners(np.flatnonzero(same)))))

    def _owners(self, places: np.ndarray) -> np.ndarray:
        """The rows of the common kind to which coordinates at these places belong."""
        return self.rows[np.unique(np.searchsorted(self.spans, places, side="right") - 1)] if len(places) else _NONE

    def sharp_rows(self, degrees: float) -> np.ndarray:
        """Rows of areas with a corner below this angle."""
        found = [self._owners(np.flatnonzero(self.tips(degrees)))] if self.code == POLYGON else [_NONE]
        parts, owner = shapely.get_parts(self.odd, return_index=True)
        areas = shapely.get_type_id(parts) == POLYGON
        if areas.any():
            found.append(self.odd_rows[np.unique(owner[areas][Outlines.of(parts[areas]).sharp_rows(degrees)])])
        return np.sort(np.concatenate(found))

    def tips(self, degrees: float) -> np.ndarray:
        """True for vertices of polygons where the ring turns back at less than this angle (not where it closes)."""
        result = np.zeros(len(self.xy), dtype=bool)
        limit = np.tan(np.radians(degrees))
        rings = self.offsets[0]
        for first in range(0, len(rings) - 1, ROWS):
            part = rings[first : first + ROWS + 1]
            start, end = int(part[0]), int(part[-1])
            x, y = self.xy[start:end, 0], self.xy[start:end, 1]
            next_ = np.arange(1, end - start + 1)
            next_[part[1:] - start - 1] = part[:-1] - start + 1
            dx, dy = x[np.minimum(next_, len(x) - 1)] - x, y[np.minimum(next_, len(y) - 1)] - y
            into_x, into_y = np.roll(dx, 1), np.roll(dy, 1)
            # The last vertex of a ring is its first: what leads into it leads into that.
            into_x[part[:-1] - start], into_y[part[:-1] - start] = (
                into_x[part[1:] - start - 1],
                into_y[part[1:] - start - 1],
            )
            along, across = into_x * dx + into_y * dy, into_x * dy - into_y * dx
            sharp = (along < 0) & (np.abs(across) < limit * -along)
            sharp[part[1:] - start - 1] = False
            result[start:end] = sharp
        return result

    def marks(self) -> np.ndarray:
        """A number a row, the same for equal shapes; 0 where there is nothing. Different shapes may share one."""
        bits = np.ascontiguousarray(self.xy).view(np.uint64)
        mixed = (bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)) ^ (bits[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F))
        result = np.zeros(self.count, dtype=np.uint64)
        if len(self.rows):
            result[self.rows] = (mixed if self.code == POINT else np.add.reduceat(mixed, self.spans[:-1])) | np.uint64(
                1
            )
        if len(self.odd):
            result[self.odd_rows] = [hash(wkb) & 0xFFFFFFFFFFFFFFFF | 1 for wkb in shapely.to_wkb(self.odd)]
        return result


def _taken_apart(shapes: np.ndarray, rows: np.ndarray, code: int) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """(coordinates, offsets) of the shapes of one kind, piece by piece: the arrays on the way are larger than these."""
    xy = np.empty((int(shapely.get_num_coordinates(shapes[rows]).sum()), 2))
    ends: list[list[np.ndarray]] = [[np.zeros(1, dtype=np.int64)] for _ in range(_LEVELS[code])]
    place, counted = 0, [0] * _LEVELS[code]
    for piece in pieces(len(rows)):
        _, part, offsets = shapely.to_ragged_array(shapes[rows[piece]], include_z=False)
        xy[place : place + len(part)] = part
        place += len(part)
        for level, held in enumerate(offsets):
            ends[level].append(np.asarray(held[1:], dtype=np.int64) + counted[level])
            counted[level] += int(held[-1])
    return xy, tuple(np.concatenate(held) for held in ends)


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
    return (
        ends == len(held.rows) and len(np.unique(rows)) == len(rows) and bool(((rows >= 0) & (rows < held.count)).all())
    )
