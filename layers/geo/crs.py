"""The two coordinate systems of the house and exact ways between them.

Metric work is done in EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E), storage in EPSG:4326. CGCS2000 and WGS 84
differ by less than a metre; PROJ treats the shift as zero, which the district accepts and states in its metadata.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

STORAGE_SRID = 4326
METRIC_SRID = 4547
WEB_SRID = 3857


@cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _mover(source: int, target: int) -> Callable[[np.ndarray], np.ndarray]:
    """Coordinates in, coordinates out. A lone position travels as two scalars: pyproj guesses at arrays of one."""
    transformer = _transformer(source, target)

    def move(xy: np.ndarray) -> np.ndarray:
        if len(xy) == 1:
            return np.array([transformer.transform(float(xy[0, 0]), float(xy[0, 1]))])
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return move


def reproject(shape: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """`shape` in the target EPSG, x (easting or longitude) first on both sides."""
    return shape if source == target else shapely.transform(shape, _mover(source, target))


def reproject_all(shapes: np.ndarray, source: int, target: int) -> np.ndarray:
    """As `reproject`, for an array of shapes at once."""
    if source == target:
        return shapes
    result: np.ndarray = shapely.transform(shapes, _mover(source, target))
    return result
