"""The two coordinate systems of the house and exact ways between them.

Metric work is done in EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E), storage in EPSG:4326. CGCS2000 and WGS 84
differ by less than a metre; PROJ treats the shift as zero, which the district accepts and states in its metadata.
"""

from __future__ import annotations

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


def reproject(shape: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """`shape` in the target EPSG, x (easting or longitude) first on both sides."""
    if source == target:
        return shape
    return shapely.transform(
        shape, lambda xy: np.column_stack(_transformer(source, target).transform(xy[:, 0], xy[:, 1]))
    )


def reproject_all(shapes: np.ndarray, source: int, target: int) -> np.ndarray:
    """As `reproject`, for an array of shapes at once."""
    if source == target:
        return shapes
    result: np.ndarray = shapely.transform(
        shapes, lambda xy: np.column_stack(_transformer(source, target).transform(xy[:, 0], xy[:, 1]))
    )
    return result
