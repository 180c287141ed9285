"""Camera view sectors: bearing, opening angle and range to a polygon in metres."""

from __future__ import annotations

import math

from shapely.geometry import Polygon

ARC_STEP_DEG = 6.0


def sector(x_m: float, y_m: float, bearing_deg: float, fov_deg: float, range_m: float) -> Polygon:
    """The plane sector a camera at (x, y) metres covers; bearing clockwise from grid north.

    The arc is cut in steps of at most `ARC_STEP_DEG`. An angle of 360 gives a disc. Raises ValueError when the angle
    is not in (0, 360] or the range is not positive.
    """
    if not 0 < fov_deg <= 360:
        raise ValueError(f"field of view must be within (0, 360], not {fov_deg}")
    if not range_m > 0:
        raise ValueError(f"range must be positive, not {range_m}")
    steps = max(2, math.ceil(fov_deg / ARC_STEP_DEG))
    start = bearing_deg - fov_deg / 2
    arc = [
        (x_m + range_m * math.sin(math.radians(angle)), y_m + range_m * math.cos(math.radians(angle)))
        for angle in (start + fov_deg * step / steps for step in range(steps + 1))
    ]
    return Polygon(arc[:-1] if fov_deg == 360 else [(x_m, y_m), *arc])
