"""Rivers: centre-lines, water, islets, green belts and the embankment roads' line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from .curves import normals, spline
from .frame import BOX, Array, place, snap, stream

SHA: list[tuple[float, float]] = [
    (-4400, 1330),
    (-3600, 1760),
    (-2800, 2010),
    (-2000, 1790),
    (-1250, 1440),
    (-450, 1420),
    (280, 1700),
    (930, 1960),
    (1560, 1900),
    (2180, 1560),
    (2850, 1440),
    (3500, 1700),
    (4400, 1620),
]
LI: list[tuple[float, float]] = [
    (-4400, -1500),
    (-3700, -1760),
    (-3000, -1560),
    (-2420, -1110),
    (-1830, -990),
    (-1330, -640),
    (-1000, -120),
    (-520, 190),
    (-40, 350),
    (330, 780),
    (540, 1290),
    (930, 1960),
]


# The creek 干河 leaves the Li and winds eastwards through the newer quarters.
CREEK: list[tuple[float, float]] = [
    (-1250, -560),
    (-1120, -760),
    (-830, -870),
    (-560, -1180),
    (-130, -1260),
    (180, -1480),
    (640, -1420),
    (930, -1760),
    (1370, -1830),
    (1640, -1480),
    (2050, -1500),
    (2300, -1740),
    (2800, -1800),
    (3500, -2050),
    (4400, -1950),
]
CREEK_WIDTH_M = 13.0


@dataclass(frozen=True)
class Rivers:
    """Waters and belts in EPSG:4547; ``banks`` is all river water with its islets filled."""

    sha_centre: shapely.LineString
    li_centre: shapely.LineString
    sha: shapely.Polygon
    li: shapely.Polygon
    banks: shapely.Polygon
    islets: list[shapely.Polygon]
    belt_zone: shapely.Polygon
    creek_line: shapely.LineString
    creek: shapely.Polygon


def _ribbon(line: Array, half_width: Array) -> shapely.Polygon:
    side = normals(line) * half_width[:, None]
    ring = np.vstack([line + side, (line - side)[::-1]])
    return shapely.make_valid(shapely.Polygon(ring)).buffer(0)


def _half_width(line: Array, base_m: float, swing_m: float, phase: float) -> Array:
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))]) / 1000.0
    return base_m + swing_m * (np.sin(2 * np.pi * (along / 1.9 + phase)) + 0.5 * np.sin(2 * np.pi * (along / 0.83)))


def _islet(line: Array, at: float, length_m: float, width_m: float, off_m: float) -> shapely.Polygon:
    index = int(at * (len(line) - 1))
    reach = max(2, int(length_m / 2 / 25))
    piece = line[max(0, index - reach) : index + reach + 1]
    t = np.linspace(0, np.pi, len(piece))
    body = np.sin(t) ** 0.7 * width_m / 2
    side = normals(piece)
    moved = piece + side * off_m
    return shapely.Polygon(np.vstack([moved + side * body[:, None], (moved - side * body[:, None])[::-1]])).buffer(
        2, quad_segs=3
    )


def _belt_zone(parts: list[tuple[Array, Array]]) -> shapely.Polygon:
    discs = []
    for line, reach in parts:
        for i in range(0, len(line) - 1):
            discs.append(shapely.LineString(line[i : i + 2]).buffer(float(reach[i]), quad_segs=10))
    zone = shapely.union_all(discs)
    # Closing then opening: the road on the embankment has no kinks and keeps off the confluence.
    smooth = zone.buffer(90, quad_segs=12).buffer(-150, quad_segs=12).buffer(60, quad_segs=12)
    return shapely.simplify(smooth, 0.8)


def make_rivers(seed: int, scale: float) -> Rivers:
    """Return both rivers for a scale of the drawing; widths do not scale."""
    rng = stream(seed, "rivers")
    sha_line, li_line = (spline(place(points, scale)) for points in (SHA, LI))
    meet = np.argmin(np.hypot(*(sha_line - li_line[-1]).T))
    li_line[-1] = sha_line[meet]
    sha_half = _half_width(sha_line, 62, 7, rng.uniform())
    sha_half[meet:] += np.minimum(14, np.arange(len(sha_half) - meet) * 1.5)
    li_half = _half_width(li_line, 50, 5, rng.uniform())
    sha, li = _ribbon(sha_line, sha_half), _ribbon(li_line, li_half)
    li = shapely.difference(li, sha)
    li = max(shapely.get_parts(li), key=lambda p: p.area)
    banks = shapely.union_all([sha, li]).buffer(45, quad_segs=8).buffer(-45, quad_segs=8)
    islets = [
        _islet(sha_line, 0.37, 300, 34, 12),
        _islet(sha_line, 0.655, 240, 38, -16),
        _islet(li_line, 0.46, 260, 26, 8),
    ]
    reach = [
        (line, half + 72 + 20 * np.sin(2 * np.pi * (np.arange(len(line)) / 61.0 + rng.uniform())))
        for line, half in ((sha_line, sha_half), (li_line, li_half))
    ]
    zone = _belt_zone(reach)
    clip = BOX
    creek_line = shapely.intersection(shapely.LineString(spline(place(CREEK, scale), 18.0)), clip)
    return Rivers(
        sha_centre=shapely.LineString(sha_line),
        li_centre=shapely.LineString(li_line),
        sha=shapely.difference(shapely.intersection(banks, clip), snap(shapely.intersection(li, clip))),
        li=snap(shapely.intersection(li, clip)),
        banks=shapely.intersection(banks, clip),
        islets=islets,
        belt_zone=shapely.intersection(zone, clip),
        creek_line=creek_line,
        creek=snap(
            shapely.difference(shapely.intersection(creek_line.buffer(CREEK_WIDTH_M / 2, quad_segs=4), clip), banks)
        ),
    )
