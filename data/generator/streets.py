"""The skeleton of named streets: hand-drawn curves, warped, tied to each other, broken at the rivers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
import shapely.ops

from .curves import spline, warp
from .frame import BOX, Array, place, stream
from .rivers import Rivers

WIDTH_M = {"arterial": 32.0, "collector": 21.0, "street": 12.0, "lane": 6.0, "alley": 3.0}
RANK = {"arterial": 0, "collector": 1, "street": 2, "lane": 3, "alley": 4}


@dataclass
class Street:
    """One street, or one cut that carries no road (``cls`` empty: a wall, a bank or a mere border)."""

    line: shapely.LineString
    cls: str
    name: str = ""
    bridges: tuple[str, ...] = ()
    origin: str = "skeleton"
    key: int = field(default=-1)


# name, class, rivers it bridges, control points in metres round the origin (west to east or north to south)
SKELETON: list[tuple[str, str, tuple[str, ...], list[tuple[float, float]]]] = [
    ("嵩山路", "arterial", ("sha", "li"), [(-2190, 3700), (-2270, 2700), (-2400, 1900), (-2310, 1000), (-2470, 100),
     (-2390, -900), (-2520, -1700), (-2440, -2350), (-2590, -3100), (-2500, -3700)]),
    ("泰山路", "arterial", ("sha", "li"), [(-1380, 3700), (-1500, 2500), (-1570, 1500), (-1480, 700), (-1640, -100),
     (-1540, -900), (-1760, -1600), (-1730, -2300), (-1900, -3100), (-1850, -3700)]),
    ("井冈山路", "collector", (), [(-2080, 1800), (-1930, 1100), (-2090, 300), (-1960, -500), (-2050, -1060)]),
    ("开源路", "collector", (), [(-2050, -1060), (-2110, -1500), (-2060, -1900), (-2160, -2380)]),
    ("五一路", "arterial", ("li",), [(-1180, 1500), (-1080, 1000), (-880, 400), (-990, -250), (-960, -900),
     (-1140, -1600), (-1060, -2400), (-1200, -3100), (-1130, -3700)]),
    ("交通路", "arterial", ("sha", "li"), [(-60, 3700), (-260, 2400), (-470, 1500), (-370, 900), (-170, 300),
     (-310, -400), (-230, -1100), (-430, -1800), (-350, -2400), (-500, -3700)]),
    ("八一路", "arterial", (), [(180, 560), (390, 300), (330, -300), (560, -900), (520, -1500), (690, -2300),
     (640, -3000), (730, -3700)]),
    ("解放路", "arterial", ("sha",), [(1650, 3700), (1490, 2600), (1350, 1900), (1150, 1300), (980, 600),
     (1090, -200), (1040, -700), (1240, -1200), (1210, -1700), (1400, -2300), (1330, -3000), (1420, -3700)]),
    ("文化路", "collector", (), [(1830, 1800), (1620, 1000), (1740, 300), (1600, -400), (1790, -900), (1770, -1300)]),
    ("太行山路", "arterial", ("sha",), [(2650, 3700), (2500, 2400), (2300, 1500), (2420, 600), (2270, -300),
     (2400, -1200), (2340, -1800), (2470, -2350), (2420, -3100), (2480, -3700)]),
    ("黄河路", "arterial", (), [(-4300, 1180), (-3200, 980), (-2380, 1170), (-1600, 930), (-1050, 1090), (-400, 860),
     (10, 950), (330, 900)]),
    ("文景路", "collector", (), [(-2390, 690), (-1900, 730), (-1520, 580), (-1200, 710), (-960, 650)]),
    ("人民路", "arterial", ("li",), [(-4300, 560), (-3300, 600), (-2400, 300), (-1580, 400), (-1030, 250), (-720, 20),
     (-300, -110), (350, 60), (1090, -20), (1700, 170), (2330, 90), (3200, 260), (4300, 180)]),
    ("文明路", "collector", (), [(-2430, -70), (-1960, -100), (-1590, 40)]),
    ("建设路", "arterial", ("li",), [(-4300, -340), (-3200, -250), (-2390, -490), (-1560, -310), (-1150, -430),
     (-330, -560), (320, -400), (1060, -500), (1650, -330), (2270, -420), (3200, -270), (4300, -380)]),
    ("湘江路", "arterial", (), [(-2440, -1530), (-1900, -1370), (-1560, -1150), (-960, -1010), (-230, -1130),
     (500, -930), (1130, -990), (1750, -800), (2350, -900), (3200, -740), (4300, -850)]),
    ("柳江路", "collector", (), [(-1070, -1350), (-300, -1430), (500, -1240), (1230, -1330), (1770, -1190), (2400, -1290)]),
    ("大学路", "arterial", (), [(-4300, -2560), (-3200, -2180), (-2510, -1870), (-1750, -1640), (-1120, -1740),
     (-400, -1560), (500, -1690), (1210, -1540), (1800, -1640), (2370, -1500), (3200, -1600), (4300, -1450)]),
    ("昆仑路", "collector", (), [(1210, -1560), (1480, -1780), (1700, -2060), (1830, -2390)]),
    ("月湾湖路", "collector", (), [(-2080, -2040), (-1740, -1980), (-1100, -2060), (-380, -1960), (600, -2060),
     (1320, -1930)]),
    ("南环路", "arterial", (), [(-4300, -2990), (-3200, -2700), (-2450, -2340), (-1720, -2230), (-1080, -2400),
     (-340, -2260), (670, -2420), (1380, -2270), (1900, -2400), (2460, -2270), (3200, -2400), (4300, -2280)]),
    ("受降路", "collector", (), [(640, 1420), (920, 1290), (1200, 1350), (1560, 1220), (1980, 1340), (2330, 1190)]),
    ("老街", "collector", (), [(390, 860), (700, 900), (1070, 820), (1420, 950), (1660, 850), (2000, 940),
     (2360, 820)]),
    ("民主路", "collector", (), [(330, 400), (720, 470), (1030, 350), (1400, 500), (1720, 450), (2390, 440)]),
    ("马路街", "collector", (), [(800, 1600), (790, 1290), (670, 900), (760, 450), (650, 0), (730, -480)]),
    ("友爱街", "collector", (), [(1400, 480), (1440, 60), (1320, -480), (1440, -900), (1500, -1300)]),
    ("戏楼后街", "collector", (), [(60, 1500), (110, 1180), (-30, 960), (-80, 700), (-10, 420)]),
    ("东大街", "collector", (), [(-960, 640), (-640, 720), (-350, 590), (-80, 680), (240, 640)]),
    ("文昌街", "collector", (), [(-440, 1220), (-130, 1260), (110, 1180), (420, 1260)]),
    ("漓江街", "collector", (), [(40, -480), (110, -760), (60, -1050)]),
    ("金山路", "collector", (), [(-640, -500), (-590, -1040), (-720, -1380), (-700, -1700), (-790, -2330)]),
    ("沙澧路", "collector", (), [(2380, 170), (2120, -60), (1930, -380), (1790, -800)]),
    # Context outside the district.
    ("祁山路", "arterial", ("sha", "li"), [(-3360, 3700), (-3270, 2700), (-3400, 1700), (-3260, 500), (-3380, -800),
     (-3280, -1900), (-3390, -2700), (-3300, -3700)]),
    ("衡山路", "arterial", ("sha",), [(3340, 3700), (3250, 2500), (3340, 1500), (3180, 300), (3270, -900),
     (3120, -2100), (3190, -3700)]),
    ("淞江路", "arterial", (), [(-4300, 2870), (-3300, 2730), (-2330, 2880), (-1560, 2680), (-330, 2560), (500, 2780),
     (1450, 2630), (2450, 2760), (3300, 2600), (4300, 2740)]),
    ("龙江路", "collector", (), [(-3360, 3280), (-2330, 3360), (-1520, 3220), (-230, 3150), (1500, 3260), (2520, 3160),
     (3330, 3260)]),
]
BORDER = ("嵩山路", "太行山路", "南环路")


def _ray(points: Array, at_end: bool, length_m: float) -> Array:
    a, b = (points[-3], points[-1]) if at_end else (points[2], points[0])
    return b + (b - a) / np.hypot(*(b - a)) * length_m


def _tie(line: Array, others: shapely.Geometry, reach_m: float = 170.0) -> shapely.LineString:
    """Return the line with each loose end moved to its nearest crossing with the other lines."""
    long = np.vstack([_ray(line, False, reach_m), line, _ray(line, True, reach_m)])
    whole = shapely.LineString(long)
    hits = np.array([whole.project(p) for p in shapely.get_parts(shapely.intersection(whole, others))])
    start, stop = reach_m, whole.length - reach_m
    for end in (0, 1):
        loose = long[0] if end == 0 else long[-1]
        mark = start if end == 0 else stop
        if not shapely.contains_xy(BOX, *loose) and not shapely.contains_xy(BOX, *(line[0] if end == 0 else line[-1])):
            continue
        near = hits[np.abs(hits - mark) <= reach_m]
        if len(near):
            best = float(near[np.argmin(np.abs(near - mark))])
            start, stop = (best, stop) if end == 0 else (start, best)
    return shapely.ops.substring(whole, start, stop)


def draw_skeleton(seed: int, scale: float, rivers: Rivers) -> list[Street]:
    """Return the named streets, tied and clipped to the box; they still run across rivers and belts."""
    rng = stream(seed, "streets")
    phase = rng.uniform(size=4)
    raw: list[Array] = []
    for _, cls, _, control in SKELETON:
        points = place(control, scale)
        points = points + rng.normal(0, 7 if cls == "arterial" else 10, points.shape)
        raw.append(warp(spline(points, 24.0), phase))
    streets = []
    centres = [rivers.sha_centre, rivers.li_centre]
    for i, (name, cls, bridges, _) in enumerate(SKELETON):
        others = shapely.union_all([shapely.LineString(p) for j, p in enumerate(raw) if j != i] + centres)
        line = shapely.intersection(_tie(raw[i], others), BOX)
        line = max(shapely.get_parts(line), key=lambda p: p.length)
        streets.append(Street(shapely.simplify(line, 0.25), cls, name, bridges))
    return streets


def district_outline(streets: list[Street], rivers: Rivers) -> shapely.Polygon:
    """Return the face between the Sha's centre-line and the three border streets that holds the middle."""
    lines = [s.line for s in streets if s.name in BORDER] + [rivers.sha_centre]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    middle = shapely.Point(*place([(100, -200)])[0])
    return next(face for face in faces if face.contains(middle))


def broken_at_water(street: Street, rivers: Rivers) -> tuple[list[Street], list[Street]]:
    """Return the parts of a street that are road, and those that are only a border (no bridge there)."""
    roads: list[Street] = []
    borders: list[Street] = []
    zone = rivers.belt_zone
    crossed = {"sha": rivers.sha_centre, "li": rivers.li_centre}
    for part in shapely.get_parts(shapely.difference(street.line, zone)):
        roads.append(Street(part, street.cls, street.name, (), street.origin, street.key))
    for part in shapely.get_parts(shapely.intersection(street.line, zone)):
        if part.geom_type != "LineString":
            continue
        river = min(crossed, key=lambda r: crossed[r].distance(part))
        bridged = river in street.bridges and part.length < 900
        made = Street(part, street.cls if bridged else "", street.name if bridged else "", (), street.origin)
        (roads if bridged else borders).append(made)
    return roads, borders
