"""From one datum to another by 3, 4 or 7 parameters, and the parameters from points known in both. Pure.

Seven parameters (Bursa-Wolf) are metres, arc-seconds and parts per million in the coordinate frame convention of EPSG 9607,
the one of Chinese practice; three are the translations alone (EPSG 9603). Heights are taken as zero on both ellipsoids.
Four parameters turn, stretch and move a plane: metres east and north, arc-seconds counter-clockwise, parts per million.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_SECOND = np.pi / 180 / 3600
Ellipsoid = tuple[float, float]


class Unsolvable(ValueError):
    """The points do not determine the parameters: too few, or all in one place."""


@dataclass(frozen=True)
class Similarity:
    """A plane moved by `dx`, `dy` metres, turned by `rotation` arc-seconds and stretched by `ppm`, about its origin."""

    dx: float
    dy: float
    rotation: float = 0.0
    ppm: float = 0.0

    def moved(self, xy: np.ndarray) -> np.ndarray:
        """The positions (n, 2), east first, in the other plane."""
        scale, angle = 1.0 + self.ppm * 1e-6, self.rotation * _SECOND
        cos, sin = scale * np.cos(angle), scale * np.sin(angle)
        x, y = xy[:, 0], xy[:, 1]
        return np.column_stack((self.dx + cos * x - sin * y, self.dy + sin * x + cos * y))


@dataclass(frozen=True)
class Helmert:
    """Geocentric positions moved by metres, turned by arc-seconds (coordinate frame) and stretched by parts per million."""

    dx: float
    dy: float
    dz: float
    rx: float = 0.0
    ry: float = 0.0
    rz: float = 0.0
    ppm: float = 0.0

    def moved(self, xyz: np.ndarray) -> np.ndarray:
        """The geocentric positions (n, 3) in the other frame."""
        rx, ry, rz = self.rx * _SECOND, self.ry * _SECOND, self.rz * _SECOND
        turn = np.array([[1.0, rz, -ry], [-rz, 1.0, rx], [ry, -rx, 1.0]])
        moved: np.ndarray = np.array([self.dx, self.dy, self.dz]) + (1.0 + self.ppm * 1e-6) * (xyz @ turn.T)
        return moved

    def degrees(self, lonlat: np.ndarray, source: Ellipsoid, target: Ellipsoid) -> np.ndarray:
        """Longitude and latitude on the target ellipsoid of those on the source ellipsoid."""
        return geodetic(self.moved(geocentric(lonlat, source)), target)


@dataclass(frozen=True)
class Residuals:
    """What is left between points and their fit: distances in metres a point, and the mean error of a position."""

    metres: np.ndarray
    mean_error_m: float

    @property
    def worst(self) -> int:
        """The place of the point that fits worst."""
        return int(np.argmax(self.metres))


def _excentricity(ellipsoid: Ellipsoid) -> float:
    flattening = 1.0 / ellipsoid[1]
    return flattening * (2.0 - flattening)


def geocentric(lonlat: np.ndarray, ellipsoid: Ellipsoid, height_m: np.ndarray | float = 0.0) -> np.ndarray:
    """Geocentric positions (n, 3) in metres of longitudes and latitudes in degrees."""
    axis, e2 = ellipsoid[0], _excentricity(ellipsoid)
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    normal = axis / np.sqrt(1.0 - e2 * np.sin(lat) ** 2)
    flat = (normal + height_m) * np.cos(lat)
    return np.column_stack((flat * np.cos(lon), flat * np.sin(lon), (normal * (1.0 - e2) + height_m) * np.sin(lat)))


def geodetic(xyz: np.ndarray, ellipsoid: Ellipsoid) -> np.ndarray:
    """Longitudes and latitudes in degrees of geocentric positions near the surface, to 1e-12 degrees."""
    axis, e2 = ellipsoid[0], _excentricity(ellipsoid)
    x, y, z = xyz.T
    flat = np.hypot(x, y)
    lat = np.arctan2(z, flat * (1.0 - e2))
    for _ in range(6):
        normal = axis / np.sqrt(1.0 - e2 * np.sin(lat) ** 2)
        lat = np.arctan2(z + e2 * normal * np.sin(lat), flat)
    return np.column_stack((np.degrees(np.arctan2(y, x)), np.degrees(lat)))


def fit_similarity(source: np.ndarray, target: np.ndarray) -> tuple[Similarity, Residuals]:
    """The four parameters that take plane positions (n, 2) closest to others, by least squares. Raises Unsolvable."""
    if len(source) < 2:
        raise Unsolvable("two points at least")
    middle, goal = source.mean(axis=0), target.mean(axis=0)
    from_, to = source - middle, target - goal
    size = float((from_**2).sum())
    if size < 1.0:
        raise Unsolvable("the points lie in one place")
    cos = float((from_ * to).sum()) / size
    sin = float((from_[:, 0] * to[:, 1] - from_[:, 1] * to[:, 0]).sum()) / size
    dx, dy = goal - np.array([cos * middle[0] - sin * middle[1], sin * middle[0] + cos * middle[1]])
    scale = float(np.hypot(cos, sin))
    fit = Similarity(float(dx), float(dy), float(np.arctan2(sin, cos)) / _SECOND, (scale - 1.0) * 1e6)
    return fit, _residuals(fit.moved(source) - target, known=2, parameters=4)


def fit_helmert(source: np.ndarray, target: np.ndarray) -> tuple[Helmert, Residuals]:
    """The seven parameters that take geocentric positions (n, 3) closest to others, by least squares. Raises Unsolvable."""
    if len(source) < 3:
        raise Unsolvable("three points at least")
    x, y, z = source.T
    zero, one = np.zeros_like(x), np.ones_like(x)
    # Rotations in arc-seconds and scale in ppm, so that all columns are of the size of metres.
    turn = _SECOND
    rows = np.concatenate(
        (
            np.column_stack((one, zero, zero, zero, -z * turn, y * turn, x * 1e-6)),
            np.column_stack((zero, one, zero, z * turn, zero, -x * turn, y * 1e-6)),
            np.column_stack((zero, zero, one, -y * turn, x * turn, zero, z * 1e-6)),
        )
    )
    wanted = (target - source).T.ravel()
    solved, _, rank, _ = np.linalg.lstsq(rows, wanted, rcond=None)
    if rank < 7:
        raise Unsolvable("the points do not spread enough")
    fit = Helmert(*(float(value) for value in solved))
    return fit, _residuals(fit.moved(source) - target, known=3, parameters=7)


def _residuals(left: np.ndarray, *, known: int, parameters: int) -> Residuals:
    """Residuals with the mean error of a position, from the observations beyond those that the parameters need."""
    metres: np.ndarray = np.sqrt((left**2).sum(axis=1))
    beyond = known * len(left) - parameters
    error = float(np.sqrt((left**2).sum() / beyond * 2)) if beyond > 0 else float("nan")
    return Residuals(metres, error)
