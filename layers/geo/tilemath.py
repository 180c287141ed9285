"""Web Mercator tile arithmetic (OGC WebMercatorQuad), pure.

z/x/y follow the XYZ order; rows count from the top. Source: OGC 17-083r4 annex D, RFC 7946 for lon/lat order.
"""

from __future__ import annotations

import math

HALF_EXTENT_M = 20037508.342789244
MAX_ZOOM = 22
EXTENT = 4096
BUFFER = 64


def is_tile(z: int, x: int, y: int) -> bool:
    """True when z/x/y names a tile of the pyramid."""
    return 0 <= z <= MAX_ZOOM and 0 <= x < (1 << z) and 0 <= y < (1 << z)


def edges(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """(west, south, east, north) in metres of EPSG:3857; neighbours share the very same number.

    A label point belongs to the one tile whose half-open box holds it, so an edge must not differ by a rounding.
    """
    size = 2 * HALF_EXTENT_M / (1 << z)
    return (
        x * size - HALF_EXTENT_M,
        HALF_EXTENT_M - (y + 1) * size,
        (x + 1) * size - HALF_EXTENT_M,
        HALF_EXTENT_M - y * size,
    )


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """(x, y) of the tile that holds a position in degrees; latitudes beyond Mercator's reach are clamped."""
    lat = max(-85.0511287798066, min(85.0511287798066, lat))
    n = 1 << z
    x = int((lon + 180.0) / 360.0 * n)
    y = int((1.0 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2.0 * n)
    return max(0, min(n - 1, x)), max(0, min(n - 1, y))


def tiles_over(bbox_4326: tuple[float, float, float, float], z: int) -> list[tuple[int, int]]:
    """(x, y) of every tile of a zoom that touches a box (west, south, east, north), by column then row."""
    left, top = tile_at(bbox_4326[0], bbox_4326[3], z)
    right, bottom = tile_at(bbox_4326[2], bbox_4326[1], z)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def metres_per_unit(z: int) -> float:
    """Metres of EPSG:3857 that one unit of the tile's own grid (extent 4096) stands for."""
    return 2 * HALF_EXTENT_M / (1 << z) / EXTENT
