"""Age of the fabric by place: old town at the confluence, a ring round it, the ordinary city, new and industrial edges."""

from __future__ import annotations

import numpy as np
import shapely

from .frame import ORIGIN

OLD_HEART = (560.0, 900.0)
BLOCK_TARGET_M2 = {"old": 11_000.0, "ring": 16_000.0, "ordinary": 25_000.0, "new": 40_000.0, "industrial": 52_000.0}
CELL_WEIGHT = {"old": 0.62, "ring": 0.85, "ordinary": 0.98, "new": 1.18, "industrial": 1.35}


def remoteness(x: float, y: float) -> float:
    """Return the distance from the old heart as a share of the old town's radius, stretched along the Li."""
    dx, dy = x - ORIGIN[0] - OLD_HEART[0], y - ORIGIN[1] - OLD_HEART[1]
    along, across = (0.86 * dx + 0.5 * dy) / 1150.0, (-0.5 * dx + 0.86 * dy) / 820.0
    ripple = 0.08 * np.sin(5 * np.arctan2(across, along) + 0.6)
    return float(np.hypot(along, across) + ripple)


def age_of(point: shapely.Point) -> str:
    """Return the age class of the fabric at a point."""
    x, y = point.x - ORIGIN[0], point.y - ORIGIN[1]
    far = remoteness(point.x, point.y)
    if far < 1.0:
        return "old"
    if far < 1.55:
        return "ring"
    if x > 1150 and y < -1500:
        return "industrial"
    if y < -1750 or (x < -1500 and y < -1150) or x < -2000 or (x > 1900 and y < -700):
        return "new"
    return "ordinary"


def grid_target_m2(point: shapely.Point) -> float:
    """Return the wished size of a service grid at a point: small in the old town, large outside."""
    return 105_000.0 + 75_000.0 * min(3.2, max(0.0, remoteness(point.x, point.y) - 0.5))
