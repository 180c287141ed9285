"""The skeleton of named streets: hand-drawn curves, warped, tied to each other, broken at the rivers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
import shapely.ops

from .curves import spline, warp
from .frame import BOX, Array, place, stream
from .rivers import Rivers

WIDTH_M = {"arterial": 34.0, "collector": 22.0, "street": 13.0, "lane": 6.0, "alley": 3.0}
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
    ("嵩山路", "arterial", ("sha", "li"), [(-2260, 3700), (-2330, 2700), (-2430, 1900), (-2330, 1000), (-2440, 100),
     (-2300, -900), (-2400, -1700), (-2330, -2350), (-2480, -3100), (-2430, -3700)]),
    ("泰山路", "arterial", ("sha", "li"), [(-1480, 3700), (-1600, 2500), (-1640, 1500), (-1500, 700), (-1610, -100),
     (-1430, -900), (-1570, -1600), (-1490, -2300), (-1640, -3100), (-1600, -3700)]),
    ("井冈山路", "collector", (), [(-2080, 1800), (-1960, 1100), (-2090, 300), (-1940, -500), (-1990, -1060)]),
    ("开源路", "collector", (), [(-1990, -1060), (-1890, -1700), (-1960, -2380)]),
    ("五一路", "arterial", ("li",), [(-1130, 1500), (-1060, 1000), (-900, 400), (-1010, -250), (-900, -900),
     (-1020, -1600), (-880, -2400), (-1010, -3100), (-950, -3700)]),
    ("交通路", "arterial", ("sha", "li"), [(-130, 3700), (-300, 2400), (-460, 1500), (-390, 900), (-230, 300),
     (-340, -400), (-180, -1100), (-330, -1800), (-210, -2400), (-330, -3700)]),
    ("八一路", "arterial", (), [(150, 560), (370, 300), (280, -300), (440, -900), (310, -1500), (430, -2300),
     (350, -3000), (420, -3700)]),
    ("解放路", "arterial", ("sha",), [(1560, 3700), (1450, 2600), (1360, 1900), (1190, 1300), (1040, 600),
     (1130, -200), (970, -900), (1100, -1600), (960, -2300), (1090, -3000), (1020, -3700)]),
    ("文化路", "collector", (), [(1800, 1800), (1640, 1000), (1740, 300), (1600, -400), (1740, -1100), (1630, -1800),
     (1730, -2400)]),
    ("太行山路", "arterial", ("sha",), [(2560, 3700), (2450, 2400), (2310, 1500), (2410, 600), (2250, -300),
     (2340, -1300), (2170, -2300), (2260, -3100), (2200, -3700)]),
    ("黄河路", "arterial", (), [(-4300, 980), (-3200, 860), (-2380, 1070), (-1600, 920), (-900, 1030), (-400, 880),
     (10, 950), (330, 900)]),
    ("文景路", "collector", (), [(-2390, 690), (-1900, 690), (-1520, 610), (-1200, 690), (-960, 650)]),
    ("人民路", "arterial", ("li",), [(-4300, 430), (-3300, 540), (-2400, 310), (-1580, 370), (-1030, 250), (-720, 20),
     (-300, -90), (350, 40), (1090, -30), (1700, 130), (2330, 10), (3200, 130), (4300, 20)]),
    ("文明路", "collector", (), [(-2430, -70), (-1960, -60), (-1590, 40)]),
    ("建设路", "arterial", ("li",), [(-4300, -440), (-3200, -290), (-2390, -470), (-1560, -320), (-1150, -430),
     (-330, -540), (320, -420), (1060, -550), (1650, -430), (2270, -540), (3200, -440), (4300, -570)]),
    ("湘江路", "arterial", (), [(-2360, -1440), (-1900, -1310), (-1480, -1120), (-920, -1010), (-200, -1100),
     (420, -950), (1000, -1050), (1710, -920), (2310, -1070), (3200, -980), (4300, -1130)]),
    ("柳江路", "collector", (), [(-980, -1330), (-280, -1370), (370, -1270), (1050, -1340), (1690, -1240)]),
    ("大学路", "arterial", (), [(-4300, -2420), (-3200, -2080), (-2390, -1800), (-1560, -1620), (-990, -1730),
     (-290, -1590), (340, -1700), (1090, -1550), (1670, -1660), (2250, -1560), (3200, -1710), (4300, -1610)]),
    ("月湾湖路", "collector", (), [(-1920, -2010), (-1520, -1980), (-930, -2020), (-280, -1950), (380, -2040),
     (1020, -1940), (1690, -2020), (2210, -1950)]),
    ("南环路", "arterial", (), [(-4300, -2860), (-3200, -2630), (-2350, -2330), (-1500, -2250), (-900, -2390),
     (-260, -2270), (410, -2390), (980, -2280), (1710, -2400), (2180, -2290), (3200, -2430), (4300, -2340)]),
    ("受降路", "collector", (), [(640, 1420), (920, 1290), (1200, 1330), (1560, 1240), (1980, 1330), (2330, 1210)]),
    ("老街", "collector", (), [(390, 860), (700, 900), (1090, 830), (1420, 940), (1660, 870), (2000, 930),
     (2360, 840)]),
    ("民主路", "collector", (), [(330, 400), (720, 450), (1070, 350), (1400, 470), (1720, 440), (2390, 400)]),
    ("马路街", "collector", (), [(800, 1600), (790, 1290), (690, 900), (760, 450), (660, 0), (720, -480)]),
    ("友爱街", "collector", (), [(1400, 450), (1440, 60), (1330, -480), (1390, -1000), (1320, -1320)]),
    ("戏楼后街", "collector", (), [(60, 1500), (90, 1180), (-30, 960), (-90, 700), (-20, 420)]),
    ("东大街", "collector", (), [(-960, 640), (-640, 700), (-350, 610), (-90, 680), (240, 640)]),
    ("文昌街", "collector", (), [(-440, 1220), (-130, 1240), (90, 1180), (420, 1260)]),
    ("柳江北街", "collector", (), [(40, -480), (80, -760), (20, -1020)]),
    ("金山路", "collector", (), [(-640, -500), (-560, -1040), (-660, -1340), (-590, -1700), (-640, -2330)]),
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
    roads, borders = [], []
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
