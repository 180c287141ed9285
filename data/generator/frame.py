"""The frame of the invented district: coordinate system, origin, drawing box, random streams."""

from __future__ import annotations

import zlib

import numpy as np
import shapely
from numpy.typing import NDArray

EPSG = 4547
GRID_M = 0.001
DISTRICT_AREA_M2 = 18_000_000.0
ORIGIN = np.array([501_900.0, 3_716_250.0])
# Inside 113.975-114.065 E, 33.54-33.605 N with a margin of some 50 m.
BOX = shapely.box(ORIGIN[0] - 4150, ORIGIN[1] - 3550, ORIGIN[0] + 4080, ORIGIN[1] + 3540)

Array = NDArray[np.float64]


def stream(seed: int, noun: str) -> np.random.Generator:
    """Return the random stream of one noun, so that a change in one module leaves the others' draws alone."""
    return np.random.default_rng([seed, zlib.crc32(noun.encode("utf-8"))])


def place(points: list[tuple[float, float]], scale: float = 1.0) -> Array:
    """Return points given in metres round the origin as EPSG:4547 coordinates."""
    return ORIGIN + np.asarray(points, dtype=float) * scale


def snap(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the geometry with all coordinates on the one-millimetre grid."""
    return shapely.set_precision(geometry, GRID_M)
