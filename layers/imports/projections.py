"""What a coordinate system means, whatever its dialect calls it: judged by its numbers, not by its name. Pure.

Chinese systems: ellipsoids of GB/T 22021 and EPSG; Gauss-Kruger zones of 3 degrees (zone = CM / 3, 25…45) and of
6 degrees (zone = (CM + 3) / 6, 13…23), with or without the zone number before the easting. The EPSG codes of a family
run in one series from zone 25 (or 13) on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from layers.imports.wkt import Node, Unreadable, parse

#: datum -> (semi-major axis in metres, inverse flattening).
ELLIPSOIDS = {
    "cgcs2000": (6378137.0, 298.257222101),
    "wgs84": (6378137.0, 298.257223563),
    "xian80": (6378140.0, 298.257),
    "beijing54": (6378245.0, 298.3),
}
GEOGRAPHIC = {"cgcs2000": 4490, "wgs84": 4326, "xian80": 4610, "beijing54": 4214}
#: datum -> first EPSG code of: 3-degree with zone, 3-degree by meridian, 6-degree with zone, 6-degree by meridian.
GAUSS_KRUGER = {
    "cgcs2000": (4513, 4534, 4491, 4502),
    "xian80": (2349, 2370, 2327, 2338),
    "beijing54": (2401, 2422, 21413, 21453),
}
DATUM_WORDS = {
    "cgcs2000": ("2000 国家大地坐标系", "CGCS2000"), "wgs84": ("WGS 84", "WGS 84"),
    "xian80": ("1980 西安坐标系", "Xian 1980"), "beijing54": ("1954 北京坐标系", "Beijing 1954"),
}  # fmt: skip
#: Datums that lie beside CGCS2000 by up to this many metres unless parameters are given.
OLD_DATUMS = {"xian80": 150, "beijing54": 150}
WORLD_LON, WORLD_LAT = 180.0, 90.0
#: West, south, east, north of the country with its waters: where data in a Chinese system can lie.
CHINA = (70.0, 3.0, 140.0, 56.0)
_PROJECTED, _GEOGRAPHIC = ("PROJCS", "PROJCRS", "PROJECTEDCRS"), ("GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS")
_ROOTS = (*_PROJECTED, *_GEOGRAPHIC, "COMPD_CS", "COMPOUNDCRS", "BOUNDCRS")
#: Names of datums abroad on the ellipsoid of CGCS2000 or one that looks like it.
_ABROAD = (
    "rgf93",
    "rgf1993",
    "etrs",
    "nad83",
    "northamerican",
    "sirgas",
    "gda94",
    "gda2020",
    "nzgd",
    "newzealand",
    "jgd",
)
_LOCAL = ("LOCAL_CS", "ENGCRS", "ENGINEERINGCRS")


@dataclass(frozen=True)
class System:
    """A coordinate system that positions can be read in. `datum` is None where it is none of those kept here."""

    label: str
    crs: str
    datum: str | None
    projected: bool
    central_meridian: float | None = None
    zone_prefix: int | None = None

    @property
    def chinese(self) -> bool:
        """True for the national datums."""
        return self.datum in ("cgcs2000", "xian80", "beijing54")


@dataclass(frozen=True)
class Stated:
    """What a statement of a system amounts to: a system, or why there is none (in both languages)."""

    system: System | None = None
    reason_zh: str = ""
    reason_en: str = ""


def meaning(text: str) -> Stated:
    """The system that a .prj (or a file's own statement) means; without one, the reason."""
    text = text.strip("\ufeff \t\r\n\x00")
    if not text:
        return Stated(reason_zh="内容为空", reason_en="it is empty")
    if match := re.fullmatch(r"(?:urn:ogc:def:crs:)?EPSG:{1,2}(?:[\d.]*:)?(\d{4,6})", text, re.IGNORECASE):
        return _known(int(match[1]))
    if re.fullmatch(r"urn:ogc:def:crs:OGC:(?:1\.3)?:?CRS84|OGC:CRS84", text, re.IGNORECASE):
        return _known(4326)
    if re.match(r"(?i)<!doctype html|<html|<head", text):
        return Stated(reason_zh="是网页（HTML）", reason_en="it is a web page (HTML)")
    if re.match(r"(?i)(?:https?|ftp|file):|/vsi", text):
        return Stated(reason_zh="是网址或路径", reason_en="it is an address or a path")
    try:
        tree = parse(text)
    except Unreadable:
        return Stated(reason_zh="不是坐标系文本", reason_en="it is not the text of a coordinate system")
    if tree.keyword in _LOCAL:
        return Stated(
            reason_zh="是地方独立坐标系，没有与国家坐标系的关系",
            reason_en="it is a local grid without relation to a national system",
        )
    if tree.keyword not in _ROOTS:
        return Stated(reason_zh="不是坐标系文本", reason_en="it is not the text of a coordinate system")
    return _of_tree(tree, text)


def _known(epsg: int) -> Stated:
    system = system_of(epsg)
    if system is None:
        return Stated(reason_zh=f"没有 EPSG:{epsg}", reason_en=f"there is no EPSG:{epsg}")
    return Stated(system)


@cache
def system_of(epsg: int) -> System | None:
    """The system of an EPSG code; None when there is none or it is not one of positions on the ground."""
    try:
        crs = CRS.from_epsg(epsg)
    except CRSError:
        return None
    if not (crs.is_geographic or crs.is_projected) or crs.ellipsoid is None:
        return None
    datum = _datum(crs.ellipsoid.semi_major_metre, crs.ellipsoid.inverse_flattening, crs.name, guess=False)
    values = _operation(crs)
    meridian, easting = values.get("Longitude of natural origin"), values.get("False easting", 0.0)
    way = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    gauss = way == "Transverse Mercator" and values.get("Scale factor at natural origin", 1.0) == 1.0
    return System(
        f"EPSG:{epsg}", f"EPSG:{epsg}", datum, crs.is_projected, meridian if gauss else None,
        int(easting // 1e6) if gauss and easting > 1e6 else None,
    )  # fmt: skip


@cache
def area_of_use(system: System) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees of where the registry says a system is used; None when it says nothing."""
    area = CRS.from_epsg(int(system.crs[5:])).area_of_use if system.crs.startswith("EPSG:") else None
    return (area.west, area.south, area.east, area.north) if area and area.west < area.east else None


def _operation(crs: CRS) -> dict[str, float]:
    """Parameters of a projection by name."""
    operation = crs.coordinate_operation if crs.is_projected else None
    return {parameter.name: float(parameter.value) for parameter in operation.params} if operation else {}


def _datum(axis: float, flattening: float, name: str, *, guess: bool = True) -> str | None:
    """The datum of an ellipsoid; the two newest differ in the seventh digit and names decide where digits were cut.

    CGCS2000 shares its ellipsoid, but for the last digits, with most modern datums of the world: their names rule it
    out, and `guess=False` takes it by its own name only.
    """
    near = [key for key, (a, rf) in ELLIPSOIDS.items() if abs(a - axis) < 0.5 and abs(rf - flattening) < 1e-4]
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if "cgcs2000" in near or "wgs84" in near:
        if any(word in plain for word in _ABROAD):
            return None
        if "2000" in plain and any(word in plain for word in ("cgcs", "china", "geodetic")):
            return "cgcs2000"
        if "wgs" in plain or "84" in plain or "webmercator" in plain or "pseudomercator" in plain:
            return "wgs84"
        close = [key for key in near if abs(ELLIPSOIDS[key][1] - flattening) < 6e-7]
        return close[0] if guess and close and close[0] == "cgcs2000" and "80" not in plain else None
    if near == ["xian80"]:
        return "xian80"
    if near == ["beijing54"]:
        return "beijing54" if "54" in plain or "beijing" in plain else None
    return None


def _of_tree(tree: Node, text: str) -> Stated:
    unusable = Stated(reason_zh="参数不全或矛盾", reason_en="its parameters are incomplete or contradictory")
    ball = tree.find("SPHEROID", "ELLIPSOID")
    if ball is None or len(ball.numbers) < 2 or not 6.3e6 < ball.numbers[0] < 6.4e6:
        return unusable
    frame = tree.find("DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE")
    base = tree.find(*_GEOGRAPHIC, "BASEGEOGCRS", "BASEGEODCRS")
    names = " ".join(node.name for node in (tree, base, frame, ball) if node)
    datum = _datum(ball.numbers[0], ball.numbers[1], names)
    projected = tree.find(*_PROJECTED) is not None
    if not projected and datum and _plain_degrees(tree):
        return _known(GEOGRAPHIC[datum])
    if projected and datum and (epsg := _gauss_kruger(tree, datum)):
        return _known(epsg)
    if projected and re.search(r"web_?mercator|pseudo-?mercator|auxiliary_sphere", text, re.IGNORECASE):
        return _known(3857)
    return _by_proj(text, datum, projected) or unusable


def _plain_degrees(tree: Node) -> bool:
    prime = tree.find("PRIMEM")
    unit = tree.find("UNIT", "ANGLEUNIT")
    return (not prime or not prime.numbers or prime.numbers[0] == 0.0) and (
        not unit or not unit.numbers or abs(unit.numbers[0] - 0.0174532925199433) < 1e-9
    )


def _gauss_kruger(tree: Node, datum: str) -> int | None:
    """The EPSG code of a Gauss-Kruger zone of a Chinese datum; None when the numbers are those of no zone."""
    if datum not in GAUSS_KRUGER:
        return None
    way = tree.find("PROJECTION", "METHOD")
    if not way or re.sub(r"[^a-z]", "", way.name.lower()) not in ("gausskruger", "transversemercator"):
        return None
    numbers = {
        re.sub(r"[^a-z]", "", node.name.lower()): node.numbers[0]
        for node in tree.walk()
        if node.keyword == "PARAMETER" and node.numbers
    }
    easting = numbers.get("falseeasting", 0.0)
    meridian = numbers.get("centralmeridian", numbers.get("longitudeofnaturalorigin"))
    scale = numbers.get("scalefactor", numbers.get("scalefactoratnaturalorigin", 1.0))
    origin = numbers.get("latitudeoforigin", numbers.get("latitudeofnaturalorigin", 0.0))
    if meridian is None or scale != 1.0 or origin != 0.0 or numbers.get("falsenorthing", 0.0) != 0.0:
        return None
    unit = [node.numbers[0] for node in tree.walk() if node.keyword in ("UNIT", "LENGTHUNIT") and node.numbers]
    if unit and 1.0 not in unit:
        return None
    return zone_code(datum, meridian, easting, six_degrees=bool(re.search(r"3[_ -]*deg", tree.name, re.I)) is False)


def zone_code(datum: str, meridian: float, easting: float, *, six_degrees: bool = False) -> int | None:
    """The EPSG code of a zone by central meridian and false easting; with a zone number the number says the width."""
    three_zone, three, six_zone, six = GAUSS_KRUGER[datum]
    zone, rest = divmod(easting, 1e6)
    if rest != 500000.0 or meridian % 3 or not 75 <= meridian <= 135:
        return None
    if zone:
        if 25 <= zone <= 45 and meridian == zone * 3:
            return three_zone + int(zone) - 25
        if 13 <= zone <= 23 and meridian == zone * 6 - 3:
            return six_zone + int(zone) - 13
        return None
    if six_degrees and meridian % 6 == 3:
        return six + int(meridian - 75) // 6
    return three + int(meridian - 75) // 3


def _by_proj(text: str, datum: str | None, projected: bool) -> Stated | None:
    """Any other system, once our own parser has found it to be well-known text."""
    try:
        crs = CRS.from_wkt(text)
        epsg = crs.to_epsg(min_confidence=70)
    except (CRSError, ProjError):
        return None
    if not (crs.is_geographic or crs.is_projected or crs.is_compound or crs.is_bound):
        return None
    if epsg and (system := system_of(epsg)) and _same_numbers(crs, CRS.from_epsg(epsg)):
        return Stated(system)
    return Stated(System(crs.name[:100], text, datum, projected))


def _same_numbers(one: CRS, other: CRS) -> bool:
    """PROJ's own search weighs names and may take a meridian of 114.05 for one of 114. The numbers decide."""
    a, b = _operation(one), _operation(other)
    balls = one.ellipsoid, other.ellipsoid
    return (
        a.keys() == b.keys()
        and all(abs(a[key] - b[key]) < 1e-9 * max(1.0, abs(b[key])) for key in a)
        and balls[0] is not None
        and balls[1] is not None
        and abs(balls[0].semi_major_metre - balls[1].semi_major_metre) < 1e-3
    )


@cache
def _transformer(system: System) -> Transformer:
    epsg = int(system.crs[5:]) if system.crs.startswith("EPSG:") else None
    if epsg and (pipeline := _pipeline(system, epsg)):
        return Transformer.from_pipeline(pipeline)
    source = CRS.from_wkt(system.crs) if epsg is None else CRS.from_epsg(epsg)
    if source.is_compound:
        source = source.sub_crs_list[0]
    base = source.geodetic_crs if system.datum in OLD_DATUMS else None
    return Transformer.from_crs(source, base or 4326, always_xy=True)


def _pipeline(system: System, epsg: int) -> str | None:
    """The way from a national system or Web Mercator to degrees on its own ellipsoid; None where PROJ must look it up.

    CGCS2000 counts as WGS 84. Xian 1980 and Beijing 1954 are taken as they stand: one stated error, the same
    everywhere, unless parameters move them (`shifting`).
    """
    if epsg in GEOGRAPHIC.values():
        return "+proj=noop"
    if epsg == 3857:
        step = "+proj=webmerc +lat_0=0 +lon_0=0 +x_0=0 +y_0=0 +ellps=WGS84"
    elif system.chinese and system.central_meridian is not None and _in_series(epsg, system.datum or ""):
        axis, flattening = ELLIPSOIDS[system.datum or ""]
        easting = 1e6 * (system.zone_prefix or 0) + 500000.0
        step = f"+proj=tmerc +lat_0=0 +lon_0={system.central_meridian!r} +k=1 +x_0={easting!r} +y_0=0 +a={axis} +rf={flattening}"
    else:
        return None
    return f"+proj=pipeline +step +inv {step} +step +proj=unitconvert +xy_in=rad +xy_out=deg"


def _in_series(epsg: int, datum: str) -> bool:
    """True for the codes of the Gauss-Kruger zones of a datum."""
    three_zone, three, six_zone, six = GAUSS_KRUGER[datum]
    return any(
        first <= epsg < first + count for first, count in ((three_zone, 21), (three, 21), (six_zone, 11), (six, 11))
    )


def inverse(lonlat: np.ndarray, system: System) -> np.ndarray:
    """Longitudes and latitudes on a system's own ellipsoid as its positions."""
    if len(lonlat) == 1:
        return inverse(np.repeat(lonlat, 2, axis=0), system)[:1]
    return np.column_stack(_transformer(system).transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE"))


def degrees(xy: np.ndarray, system: System) -> np.ndarray:
    """Positions (n, 2), x first, as longitude and latitude; infinite where the system has no such place."""
    if not len(xy):
        return xy.reshape(0, 2)
    transformer = _transformer(system)
    if len(xy) == 1:
        return np.array([transformer.transform(float(xy[0, 0]), float(xy[0, 1]))])
    return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
