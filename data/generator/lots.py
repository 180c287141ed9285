"""Laying things out on a parcel: its local frame, rows, frontage strips and small lots."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity

from .curves import main_axis
from .parcels import Front


@dataclass
class Draft:
    """A building before it has a code: footprint, use, floors and what the fabric knows of it."""

    polygon: shapely.Polygon
    use: str
    floors: int
    tag: str = ""


class Frame:
    """A parcel turned so that its main direction nearest to east-west lies along x."""

    def __init__(self, polygon: shapely.Polygon, free: bool = False) -> None:
        _, axis, _, _ = main_axis(polygon)
        angle = math.degrees(math.atan2(axis[1], axis[0]))
        while not free and angle > 45:
            angle -= 90
        while not free and angle < -45:
            angle += 90
        self.angle = angle
        self.origin = (polygon.centroid.x, polygon.centroid.y)
        self.polygon = self.turn_in(polygon)

    def turn_in(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """Return world geometry in the local frame."""
        return affinity.translate(
            affinity.rotate(geometry, -self.angle, origin=self.origin), -self.origin[0], -self.origin[1]
        )

    def turn_out(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """Return local geometry in the world frame."""
        return affinity.rotate(
            affinity.translate(geometry, self.origin[0], self.origin[1]), self.angle, origin=self.origin
        )


def rows(
    area: shapely.Polygon,
    rng: np.random.Generator,
    depth_m: float,
    gap_m: float,
    length_m: Callable[[], float],
    end_gap_m: float,
    skip: float = 0.0,
    least_m: float = 15.0,
) -> list[shapely.Polygon]:
    """Return rectangles in rows along x (local frame), the fullest of a few ways to start the first row."""
    tries = [_rows(area, rng, depth_m, gap_m, length_m, end_gap_m, skip, least_m, lift) for lift in (0.0, 0.28, 0.6)]
    return max(tries, key=lambda made: sum(shape.area for shape in made))


def _rows(
    area: shapely.Polygon,
    rng: np.random.Generator,
    depth_m: float,
    gap_m: float,
    length_m: Callable[[], float],
    end_gap_m: float,
    skip: float,
    least_m: float,
    lift: float,
) -> list[shapely.Polygon]:
    """Return rectangles in rows along x (local frame), the first row lifted by a share of its depth: each inside the area, south to north with a fixed spacing."""
    if area.is_empty:
        return []
    left, low, right, high = area.bounds
    shapely.prepare(area)
    made: list[shapely.Polygon] = []
    count = max(1, int((high - low + gap_m) // (depth_m + gap_m)))
    y = low + 0.3 + lift * depth_m
    spare = (high - y) - (count * (depth_m + gap_m) - gap_m)
    step = depth_m + gap_m + (max(0.0, spare) / max(1, count - 1) * 0.7 if count > 1 else 0.0)
    while y + depth_m <= high + 0.01:
        x, before = left, len(made)
        while x + least_m <= right:
            want = length_m()
            placed = None
            for share in (1.0, 0.86, 0.72, 0.58, 0.45):
                if want * share >= least_m:
                    shape = shapely.box(x, y, x + want * share, y + depth_m)
                    if area.contains(shape):
                        placed = shape
                        break
            if placed is None:
                x += 1.5
                continue
            if rng.uniform() >= skip:
                made.append(placed)
            x = placed.bounds[2] + end_gap_m
        y += step if len(made) > before else 2.0
    return made


def frontage(
    polygon: shapely.Polygon,
    front: Front,
    rng: np.random.Generator,
    depth_m: float,
    low_m: float,
    high_m: float,
    gap_m: float,
) -> list[shapely.Polygon]:
    """Return rectangles along one street front, inside the polygon (world frame)."""
    a, b = np.array(front.start), np.array(front.stop)
    length = float(np.hypot(*(b - a)))
    along = (b - a) / length
    inward = np.array([-along[1], along[0]])
    middle = (a + b) / 2
    if not polygon.contains(shapely.Point(middle + inward * 2)):
        inward = -inward
    shapely.prepare(polygon)
    made, at = [], 0.3
    while at + low_m < length:
        size = min(rng.uniform(low_m, high_m), length - at - 0.3)
        p, q = a + along * at + inward * 0.25, a + along * (at + size) + inward * 0.25
        shape = shapely.Polygon([p, q, q + inward * depth_m, p + inward * depth_m])
        if polygon.contains(shape):
            made.append(shape)
            at += size + (gap_m if rng.uniform() < 0.7 else gap_m + 6)
        else:
            at += 4.0
    return made


def split_lots(area: shapely.Polygon, rng: np.random.Generator, target_m2: float) -> list[shapely.Polygon]:
    """Return the area (local frame) cut into lots of about the target size by lines along the axes."""
    todo, lots = [area], []
    while todo:
        piece = todo.pop()
        left, low, right, high = piece.bounds
        stop = target_m2 * float(np.exp(rng.normal(0.25, 0.3)))
        if piece.area < stop or piece.area < 90:
            lots.append(piece)
            continue
        share = rng.uniform(0.40, 0.60)
        if (right - left) > (high - low) * rng.uniform(0.8, 1.25):
            at = left + (right - left) * share
            masks = (shapely.box(left, low, at, high), shapely.box(at, low, right, high))
        else:
            at = low + (high - low) * share
            masks = (shapely.box(left, low, right, at), shapely.box(left, at, right, high))
        for mask in masks:
            todo += [p for p in shapely.get_parts(shapely.intersection(piece, mask)) if p.geom_type == "Polygon"]
    return lots
