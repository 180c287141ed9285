"""Long arrays in pieces, so that 200 MB of shapes are worked on within a gigabyte. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

ROWS = 4096


def pieces(count: int, rows: int = ROWS) -> Iterator[slice]:
    """Slices that cover `count` rows in order."""
    return (slice(start, min(start + rows, count)) for start in range(0, count, rows))


def with_bad_coordinates(shapes: np.ndarray, limit: float) -> np.ndarray:
    """True for shapes with a coordinate that is no number, or of `limit` or more."""
    bad = np.zeros(len(shapes), dtype=bool)
    for piece in pieces(len(shapes)):
        coordinates, owner = shapely.get_coordinates(shapes[piece], return_index=True)
        bad[piece.start + np.unique(owner[~(np.abs(coordinates) < limit).all(axis=1)])] = True
    return bad
