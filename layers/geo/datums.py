"""GCJ-02 and BD-09 there and back, exactly, and their signature in data that lies beside its true place.

GCJ-02 (国测局坐标, "Mars coordinates") shifts WGS 84 / CGCS2000 by a smooth field of some hundred metres inside a box
around China; BD-09 shifts GCJ-02 once more. The forward formulas are the published ones (eviltransform, BSD licence,
and others); the inverses are fixed points of them, so that there and back meets within 1e-9 degrees.

Positions are arrays (n, 2) of longitude and latitude in degrees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

_A = 6378245.0
_EE = 0.00669342162296594323
_BD_PI = np.pi * 3000.0 / 180.0
#: West, south, east, north of the box inside which GCJ-02 shifts.
SHIFTED_BOX = (72.004, 0.8293, 137.8347, 55.8271)
_METRES_A_DEGREE = 111_320.0
#: A match this close, in metres, is the same thing delivered twice.
SAME_M = 5.0

Positions = np.ndarray


def _inside(lonlat: Positions) -> np.ndarray:
    west, south, east, north = SHIFTED_BOX
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    inside: np.ndarray = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _moved_inside(lonlat: Positions, move: Callable[[Positions], Positions]) -> Positions:
    """The positions with those inside the box moved."""
    result = lonlat.copy()
    inside = _inside(lonlat)
    result[inside] = move(lonlat[inside])
    return result


def _shift(lonlat: Positions) -> Positions:
    """The GCJ-02 shift field in degrees, without regard to the box."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y / 30.0 * np.pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lonlat[:, 1])
    magic = 1.0 - _EE * np.sin(radians) ** 2
    d_lat = north * 180.0 / ((_A * (1.0 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = east * 180.0 / (_A / np.sqrt(magic) * np.cos(radians) * np.pi)
    return np.column_stack((d_lon, d_lat))


def gcj02_from_wgs84(lonlat: Positions) -> Positions:
    """GCJ-02 positions of WGS 84 / CGCS2000 ones; unchanged outside the box."""
    return _moved_inside(lonlat, lambda inside: inside + _shift(inside))


def wgs84_from_gcj02(lonlat: Positions) -> Positions:
    """WGS 84 / CGCS2000 positions of GCJ-02 ones, to 1e-11 degrees."""
    return _moved_inside(lonlat, lambda inside: _undone(inside, lambda guess: guess + _shift(guess)))


def _bd_forward(gcj: Positions) -> Positions:
    x, y = gcj[:, 0], gcj[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_PI)
    moved: np.ndarray = np.column_stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006))
    return moved


def bd09_from_gcj02(lonlat: Positions) -> Positions:
    """BD-09 positions of GCJ-02 ones; unchanged outside the box."""
    return _moved_inside(lonlat, _bd_forward)


def gcj02_from_bd09(lonlat: Positions) -> Positions:
    """GCJ-02 positions of BD-09 ones, to 1e-11 degrees."""
    return _moved_inside(lonlat, lambda inside: _undone(inside, _bd_forward))


def bd09_from_wgs84(lonlat: Positions) -> Positions:
    """BD-09 positions of WGS 84 / CGCS2000 ones."""
    return bd09_from_gcj02(gcj02_from_wgs84(lonlat))


def wgs84_from_bd09(lonlat: Positions) -> Positions:
    """WGS 84 / CGCS2000 positions of BD-09 ones, to 1e-11 degrees."""
    return wgs84_from_gcj02(gcj02_from_bd09(lonlat))


def _undone(target: Positions, forward: Callable[[Positions], Positions]) -> Positions:
    """The positions that `forward` takes to `target`, by fixed point: the fields vary by less than 1 % a degree."""
    guess = target.copy()
    for _ in range(40):
        miss = forward(guess) - target
        guess = guess - miss
        if not miss.size or np.nanmax(np.abs(miss), initial=0.0) < 1e-12:
            break
    return guess


UNDO: dict[str, Callable[[Positions], Positions]] = {"gcj02": wgs84_from_gcj02, "bd09": wgs84_from_bd09}


@dataclass(frozen=True)
class Suspicion:
    """Data that falls into place when a shift is undone: the shift, its size here, and shares matched with it and
    without it."""

    datum: str
    offset_m: float
    matched_undone: float
    matched_as_is: float


def suspect(lonlat: Positions, reference: Positions, *, same_m: float = SAME_M) -> Suspicion | None:
    """The shift that data carries against known positions; None when it lies as well without any, or never fits.

    A position matches when a reference position lies within `same_m` metres. A shift is suspected when undoing it
    makes at least half of the positions match, and at least twice as many as without.
    """
    sample = lonlat[np.isfinite(lonlat).all(axis=1)]
    if len(sample) < 3 or not len(reference):
        return None
    tree = shapely.STRtree(shapely.points(reference))
    as_is = _matched(tree, reference, sample, same_m)
    best = max(((_matched(tree, reference, undo(sample), same_m), name) for name, undo in UNDO.items()))
    if best[0] < 0.5 or best[0] < 2 * as_is:
        return None
    offset = np.median(_metres(UNDO[best[1]](sample) - sample, float(sample[0, 1])), axis=0)
    return Suspicion(best[1], float(np.hypot(*offset)), best[0], as_is)


def suspect_pairs(lonlat: Positions, reference: Positions, *, tolerance_m: float = 20.0) -> Suspicion | None:
    """As `suspect`, where row i of both is known to be the same thing (by its code).

    The median offset must meet the shift field there within `tolerance_m`, and not be met by no shift at all.
    """
    good = np.isfinite(lonlat).all(axis=1) & np.isfinite(reference).all(axis=1)
    if good.sum() < 3:
        return None
    here, known = lonlat[good], reference[good]
    lat = float(known[0, 1])
    plain = float(np.median(np.hypot(*_metres(here - known, lat).T)))
    fits = {name: float(np.median(np.hypot(*_metres(undo(here) - known, lat).T))) for name, undo in UNDO.items()}
    name = min(fits, key=lambda key: fits[key])
    if fits[name] > tolerance_m or plain < 3 * max(fits[name], 1.0):
        return None
    return Suspicion(name, plain, 1.0, 0.0)


def _metres(degrees: Positions, lat: float) -> Positions:
    metres: np.ndarray = degrees * _METRES_A_DEGREE * np.array([np.cos(np.radians(lat)), 1.0])
    return metres


def _matched(tree: shapely.STRtree, reference: Positions, lonlat: Positions, same_m: float) -> float:
    nearest = tree.nearest(shapely.points(lonlat))
    gap = _metres(lonlat - reference[nearest], float(lonlat[0, 1]))
    return float((np.hypot(gap[:, 0], gap[:, 1]) <= same_m).mean())
