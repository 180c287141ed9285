"""Curves: splines through control points, the warp field, bent cuts through polygons."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely.ops import split

from .frame import ORIGIN, Array, snap


def spline(control: Array, step_m: float = 25.0) -> Array:
    """Return a Catmull-Rom curve through the control points, sampled about every ``step_m`` metres."""
    ends = np.vstack([2 * control[0] - control[1], control, 2 * control[-1] - control[-2]])
    pieces = []
    for before, start, stop, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        count = max(2, round(float(np.hypot(*(stop - start))) / step_m))
        t = np.linspace(0, 1, count, endpoint=False)[:, None]
        pieces.append(
            0.5
            * (
                2 * start
                + (stop - before) * t
                + (2 * before - 5 * start + 4 * stop - after) * t**2
                + (3 * start - before - 3 * stop + after) * t**3
            )
        )
    return np.vstack([*pieces, control[-1:]])


def warp(points: Array, phase: Array) -> Array:
    """Return the points moved by a smooth field of a few sines (at most some 90 m)."""
    x, y = ((points - ORIGIN) / 1000.0).T
    dx = 46 * np.sin(2 * np.pi * (y / 2.9 + phase[0])) + 24 * np.sin(2 * np.pi * ((x + y) / 1.7 + phase[1]))
    dy = 46 * np.sin(2 * np.pi * (x / 3.1 + phase[2])) + 24 * np.sin(2 * np.pi * ((x - y) / 1.9 + phase[3]))
    return points + np.column_stack([dx, dy])


def normals(points: Array) -> Array:
    """Return the unit normals (left hand) at the vertices of a polyline."""
    tangent = np.gradient(points, axis=0)
    tangent /= np.hypot(tangent[:, 0], tangent[:, 1])[:, None]
    return np.column_stack([-tangent[:, 1], tangent[:, 0]])


def bearing_deg(dx: float, dy: float) -> float:
    """Return the compass bearing of a vector in degrees, 0 = north, clockwise."""
    return math.degrees(math.atan2(dx, dy)) % 360.0


def main_axis(polygon: shapely.Polygon) -> tuple[Array, Array, float, float]:
    """Return centre, unit vector of the longer side, length and width of the minimum rotated rectangle."""
    ring = np.asarray(shapely.minimum_rotated_rectangle(polygon).exterior.coords)
    a, b = ring[1] - ring[0], ring[2] - ring[1]
    length_a, length_b = float(np.hypot(*a)), float(np.hypot(*b))
    centre = (ring[0] + ring[2]) / 2
    if length_a >= length_b:
        return centre, a / length_a, length_a, length_b
    return centre, b / length_b, length_b, length_a


def bow(start: Array, stop: Array, sag: float) -> shapely.LineString:
    """Return a parabolic arc between two points; ``sag`` is its height as a share of the chord."""
    chord = stop - start
    length = float(np.hypot(*chord))
    count = max(2, int(length / 40) + 1) if abs(sag) > 1e-3 else 2
    t = np.linspace(0, 1, count)[:, None]
    side = np.array([-chord[1], chord[0]])
    return shapely.LineString(start + chord * t + side * (4 * sag * t * (1 - t)))


def crossing(polygon: shapely.Polygon, line: shapely.LineString) -> shapely.LineString | None:
    """Return the longest piece of the line inside the polygon, or None."""
    inside = shapely.intersection(line, polygon)
    parts = [p for p in shapely.get_parts(inside) if p.geom_type == "LineString"]
    return max(parts, key=lambda p: p.length) if parts else None


def halves(polygon: shapely.Polygon, line: shapely.LineString) -> list[shapely.Polygon] | None:
    """Return the two parts of a polygon cut by a line that runs from border to border, or None."""
    ends = np.asarray(line.coords)
    first, last = ends[0] - ends[1], ends[-1] - ends[-2]
    longer = np.vstack(
        [ends[0] + first / np.hypot(*first) * 0.05, ends[1:-1], ends[-1] + last / np.hypot(*last) * 0.05]
    )
    parts = list(split(polygon, shapely.LineString(longer)).geoms)
    return parts if len(parts) == 2 else None


class Junctions:
    """Ends of earlier cuts: a later cut that comes close starts there, so that streets run on across a road."""

    def __init__(self) -> None:
        self.points: list[Array] = []
        self._table: Array | None = None

    def near(self, point: Array, reach_m: float) -> Array | None:
        """Return the nearest known end within reach, or None."""
        if not self.points:
            return None
        if self._table is None or len(self._table) != len(self.points):
            self._table = np.asarray(self.points)
        gap = np.hypot(*(self._table - point).T)
        index = int(np.argmin(gap))
        return self._table[index] if gap[index] <= reach_m else None

    def add(self, line: shapely.LineString) -> None:
        """Remember both ends of a cut."""
        self.points += [np.asarray(line.coords[0]), np.asarray(line.coords[-1])]


def _candidate(
    polygon: shapely.Polygon, rng: np.random.Generator, tilt_deg: float, sag: float, spread: float
) -> shapely.LineString | None:
    centre, axis, length, width = main_axis(polygon)
    foot = centre + axis * length * rng.uniform(-spread, spread)
    turn = math.radians(90 + rng.normal(0, tilt_deg))
    cos, sin = math.cos(turn), math.sin(turn)
    across = np.array([axis[0] * cos - axis[1] * sin, axis[0] * sin + axis[1] * cos])
    reach = (length + width) * 0.8
    return crossing(polygon, shapely.LineString([foot - across * reach, foot + across * reach]))


def bent_cut(
    polygon: shapely.Polygon,
    rng: np.random.Generator,
    ends: Junctions,
    tilt_deg: float = 3.0,
    sag: float = 0.03,
    spread: float = 0.08,
    least_width_m: float = 35.0,
    least_score: float = 0.30,
) -> tuple[shapely.LineString, list[shapely.Polygon]] | None:
    """Return the best of several bent cuts across the shorter axis with its two parts, or None."""
    best, best_score = None, 0.0
    for attempt in range(10):
        line = _candidate(polygon, rng, tilt_deg * (1 + attempt / 4), sag, spread * (1 + attempt / 4))
        if line is None or line.length < 12:
            continue
        start, stop = np.asarray(line.coords[0]), np.asarray(line.coords[-1])
        reach = min(45.0, line.length * 0.22)
        joined = [ends.near(p, reach) for p in (start, stop)]
        start, stop = (
            p if j is None or polygon.boundary.distance(shapely.Point(j)) > 0.01 else j
            for p, j in zip((start, stop), joined, strict=True)
        )
        arc = snap(bow(start, stop, float(np.clip(rng.normal(0, sag), -0.12, 0.12))))
        if not shapely.covers(polygon.buffer(0.01), arc):
            arc = snap(bow(start, stop, 0.0))
        parts = halves(polygon, arc) if shapely.covers(polygon.buffer(0.01), arc) else None
        if parts is None:
            continue
        score = _score(parts, least_width_m) + 0.12 * sum(j is not None for j in joined)
        if score > best_score:
            best, best_score = (arc, parts), score
        if best_score > 0.95:
            break
    return best if best_score > least_score else None


def _score(parts: list[shapely.Polygon], least_width_m: float) -> float:
    """Return how good two parts are: even areas, box-like shapes, no slivers (0 = useless)."""
    areas = [p.area for p in parts]
    value = min(areas) / max(areas)
    for part in parts:
        _, _, length, width = main_axis(part)
        if width < least_width_m:
            return 0.0
        value *= min(1.0, part.area / (length * width) + 0.12) * min(1.0, 2.6 * width / length) ** 0.7
    return value
