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


_HOUSE_GRID = "+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80"
#: What PROJ finds for these pairs after 60 ms of looking in its database; the test holds them to be the same.
_KNOWN = {
    (STORAGE_SRID, METRIC_SRID): f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step {_HOUSE_GRID}",
    (
        METRIC_SRID,
        STORAGE_SRID,
    ): f"+proj=pipeline +step +inv {_HOUSE_GRID} +step +proj=unitconvert +xy_in=rad +xy_out=deg",
}


@cache
def _transformer(source: int, target: int) -> Transformer:
    if pipeline := _KNOWN.get((source, target)):
        return Transformer.from_pipeline(pipeline)
    return Transformer.from_crs(source, target, always_xy=True)


def mover(source: int, target: int) -> Callable[[np.ndarray], np.ndarray]:
    """Coordinates in, coordinates out. A lone position travels as two scalars: pyproj guesses at arrays of one."""
    transformer = _transformer(source, target)

    def move(xy: np.ndarray) -> np.ndarray:
        if len(xy) == 1:
            return np.array([transformer.transform(float(xy[0, 0]), float(xy[0, 1]))])
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return move


def reproject(shape: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """`shape` in the target EPSG, x (easting or longitude) first on both sides."""
    return shape if source == target else shapely.transform(shape, mover(source, target))


def reproject_all(shapes: np.ndarray, source: int, target: int) -> np.ndarray:
    """As `reproject`, for an array of shapes at once."""
    if source == target:
        return shapes
    result: np.ndarray = shapely.transform(shapes, mover(source, target))
    return result
