"""Do coordinates lie where their label says, and which other labels would put them somewhere sensible? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layers.geo.crs import METRIC_SRID
from layers.imports.findings import Candidate
from layers.imports.outlines import Outlines
from layers.imports.projections import (
    CHINA,
    DATUM_WORDS,
    GAUSS_KRUGER,
    GEOGRAPHIC,
    System,
    area_of_use,
    degrees,
    system_of,
    zone_code,
)

Box = tuple[float, float, float, float]
MAX_CANDIDATES = 8
#: A Gauss-Kruger zone of three degrees is used this far from its meridian, in degrees; beyond it is a wrong label.
REACH_3, REACH_6 = 3.0, 4.5
#: What arithmetic adds to an edge of the world, in degrees.
ROUNDING = 1e-9
#: Zones of other systems are used this far beyond their area, in degrees: a file at a border keeps one zone.
BEYOND = 5.0


@dataclass(frozen=True)
class Judgement:
    """`fits`: the positions lie where the system has its use. `swapped`: they do so only with the axes exchanged."""

    fits: bool
    swapped: bool = False


def corners(xy: np.ndarray) -> np.ndarray:
    """The four corners of the box of positions, and its middle: enough to judge a label by."""
    west, south = xy.min(axis=0)
    east, north = xy.max(axis=0)
    middle = ((west + east) / 2, (south + north) / 2)
    return np.array([(west, south), (east, south), (east, north), (west, north), middle])


def extent(outlines: Outlines | None) -> np.ndarray:
    """Two positions between which all shapes lie; none when there are no shapes. Stands for all their coordinates."""
    box = np.full(4, np.nan) if outlines is None else outlines.bounds
    return np.empty((0, 2)) if np.isnan(box).any() else box.reshape(2, 2)


def judge(xy: np.ndarray, system: System) -> Judgement:
    """Whether positions fit a system, by the corners of their box."""
    box = corners(xy)
    if fits(box, system):
        return Judgement(True)
    return Judgement(False, swapped=fits(box[:, ::-1], system))


def fits(xy: np.ndarray, system: System) -> bool:
    """True when all positions lie in the range and the use of a system."""
    if not system.projected:
        lon, lat = xy[:, 0], xy[:, 1]
        if (np.abs(lon) > 180.0 + ROUNDING).any() or (np.abs(lat) > 90.0 + ROUNDING).any():
            return False
        return not system.chinese or lies_within(xy, CHINA)
    if system.label == "EPSG:3857":
        # Numbers that small are degrees: nobody maps the sea off Ghana by the metre.
        return bool((np.abs(xy) < 20_040_000).all() and (np.abs(xy) > 1000).any())
    if system.central_meridian is not None and not _in_zone(xy, system):
        return False
    lonlat = degrees(xy, system)
    if not np.isfinite(lonlat).all() or (np.abs(lonlat[:, 1]) > 90.0).any():
        return False
    if (use := area_of_use(system)) and not lies_within(
        lonlat, (use[0] - BEYOND, use[1] - BEYOND, use[2] + BEYOND, use[3] + BEYOND)
    ):
        return False
    return not system.chinese or lies_within(lonlat, CHINA)


def _in_zone(xy: np.ndarray, system: System) -> bool:
    """Eastings within the zone's reach (before any projection, which wraps around far outside)."""
    easting = xy[:, 0] - 1e6 * (system.zone_prefix or 0)
    if ((easting < 50_000) | (easting > 950_000)).any() or ((xy[:, 1] < 0) | (xy[:, 1] > 10_000_000)).any():
        return False
    lonlat = degrees(xy, system)
    reach = REACH_3 if system.central_meridian and system.central_meridian % 6 != 3 else REACH_6
    return bool((np.abs(lonlat[:, 0] - (system.central_meridian or 0.0)) <= reach).all())


def lies_within(lonlat: np.ndarray, box: Box) -> bool:
    """True when all positions lie in a box."""
    west, south, east, north = box
    return bool(
        ((lonlat[:, 0] >= west) & (lonlat[:, 0] <= east) & (lonlat[:, 1] >= south) & (lonlat[:, 1] <= north)).all()
    )


def box_of(lonlat: np.ndarray) -> Box | None:
    """West, south, east, north of finite positions; None without any."""
    good = lonlat[np.isfinite(lonlat).all(axis=1)]
    if not len(good):
        return None
    low, high = good.min(axis=0), good.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def candidates(xy: np.ndarray, near_4326: Box | None = None) -> tuple[Candidate, ...]:
    """Systems that would put positions somewhere sensible, likeliest first, each with where that is.

    With `near_4326` (the district) only those that land in it; without, those of the country, the house's own central
    meridian first.
    """
    if not len(xy):
        return ()
    box = corners(xy)
    found = []
    for epsg in _possible(box):
        system = system_of(epsg)
        if system is None or not fits(box, system):
            continue
        place = box_of(degrees(box, system))
        if place is None or (near_4326 and not _touch(place, near_4326)):
            continue
        found.append(Candidate(str(epsg), *_words(system), bounds_4326=place))
    return tuple(found[:MAX_CANDIDATES])


def _possible(box: np.ndarray) -> Iterator[int]:
    """EPSG codes worth trying for the sizes of the numbers."""
    if (np.abs(box[:, 0]) <= 180).all() and (np.abs(box[:, 1]) <= 90).all():
        yield from (GEOGRAPHIC["cgcs2000"], GEOGRAPHIC["wgs84"], GEOGRAPHIC["xian80"], GEOGRAPHIC["beijing54"])
        return
    zone = int(box[4, 0] // 1e6)
    home = (system_of(METRIC_SRID) or System("", "", None, True)).central_meridian or 0.0
    meridians = sorted(range(75, 136, 3), key=lambda meridian: (abs(meridian - home), meridian))
    for datum in GAUSS_KRUGER:
        widths = ((zone * 3, False), (zone * 6 - 3, True)) if zone else ()
        for meridian, six in widths:
            if epsg := zone_code(datum, meridian, zone * 1e6 + 500000.0, six_degrees=six):
                yield epsg
    if not zone:
        for meridian in meridians[:4]:
            yield from (epsg for datum in GAUSS_KRUGER if (epsg := zone_code(datum, meridian, 500000.0)) is not None)
    yield 3857
    if not zone:
        for meridian in meridians[4:]:
            if epsg := zone_code("cgcs2000", meridian, 500000.0):
                yield epsg


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _words(system: System) -> tuple[str, str]:
    zh, en = DATUM_WORDS.get(system.datum or "", ("", ""))
    if system.label == "EPSG:3857":
        return "Web 墨卡托", "Web Mercator"
    if system.central_meridian is None:
        return f"{zh} 经纬度", f"{en} longitude, latitude"
    band = f"，带号 {system.zone_prefix}" if system.zone_prefix else ""
    zone = f", zone {system.zone_prefix}" if system.zone_prefix else ""
    meridian = f"{system.central_meridian:g}"
    return f"{zh} 高斯-克吕格，中央经线 {meridian}°{band}", f"{en} Gauss-Kruger, CM {meridian}°{zone}"
