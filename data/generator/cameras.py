"""Cameras at crossings, bridges, gates, squares: on the kerb, looking along a street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from .areas import AreaTree
from .compounds import Compound
from .curves import bearing_deg
from .frame import Array, stream
from .names import english
from .network import Road
from .parcels import Parcel
from .places import Place
from .streets import RANK

CAMERAS = 420


@dataclass
class Camera:
    """One camera; bearing from north clockwise, field of view in degrees, range and height in metres."""

    point: shapely.Point
    kind: str
    name: str
    name_en: str
    bearing_deg: float
    fov_deg: int
    range_m: int
    height_m: float
    tier: str
    mount: str
    status: str = "在线"


def _arms(roads: list[Road]) -> dict[tuple[float, float], list[tuple[Road, float]]]:
    """Return the roads that leave each node with their outward bearing."""
    arms: dict[tuple[float, float], list[tuple[Road, float]]] = {}
    for road in roads:
        for line in (road.line, shapely.reverse(road.line)):
            a, b = line.coords[0], line.interpolate(min(18.0, line.length))
            arms.setdefault(a, []).append((road, bearing_deg(b.x - a[0], b.y - a[1])))
    return arms


def _kerb(node: tuple[float, float], arms: list[tuple[Road, float]], look: float) -> shapely.Point:
    """Return a corner of the crossing: behind and beside the looked-along street."""
    reach = max(r.width_m for r, _ in arms) / 2 + 1.5
    angle = np.radians(look + 135)
    return shapely.Point(node[0] + np.sin(angle) * reach * 1.25, node[1] + np.cos(angle) * reach * 1.25)


def _crossings(roads: list[Road], inner: shapely.Polygon, rng: np.random.Generator) -> list[Camera]:
    """Return cameras at crossings by the rank of their streets, the highest first."""
    arms = _arms([r for r in roads if r.inside])
    ranked = []
    for node in sorted(arms):
        ranks = sorted(RANK[r.cls] for r, _ in arms[node])
        names = sorted(
            {r.name for r, _ in arms[node]}, key=lambda n: (min(RANK[r.cls] for r, _ in arms[node] if r.name == n), n)
        )
        if len(arms[node]) >= 3 and len(names) >= 2 and inner.contains(shapely.Point(node)):
            ranked.append((ranks[0] + ranks[2] + float(rng.uniform(0, 0.9)), node, names))
    cameras: list[Camera] = []
    taken: list[tuple[float, float]] = []
    for score, node, names in sorted(ranked):
        if score > 3.9 or any(np.hypot(node[0] - x, node[1] - y) < (70 if score < 2 else 120) for x, y in taken):
            continue
        taken.append(node)
        count = 3 if score < 1 else 2 if score < 2.2 else 1
        looks = sorted(arms[node], key=lambda arm: (RANK[arm[0].cls], arm[1]))[:count]
        for road, look in looks:
            name = f"{names[0]}与{names[1]}路口"
            name_en = f"{english(names[0])} and {english(names[1])}"
            tier = "district" if score < 1.6 else "subdistrict" if score < 2.8 else "community"
            main = RANK[road.cls] <= 1
            cameras.append(
                Camera(
                    _kerb(node, arms[node], look),
                    "crossing",
                    name,
                    name_en,
                    round(look + float(rng.normal(0, 3)), 1) % 360,
                    int(rng.choice([52, 60, 68, 75])),
                    int(rng.choice([120, 140, 160] if main else [70, 80, 100])),
                    float(rng.choice([6.5, 7.0, 8.0] if main else [5.0, 5.5, 6.0])),
                    tier,
                    "杆装",
                )
            )
    return cameras


def _bridges(roads: list[Road]) -> list[Camera]:
    cameras = []
    for road in roads:
        if not (road.bridge and road.inside):
            continue
        for line in (road.line, shapely.reverse(road.line)):
            a, b = line.coords[0], line.coords[-1]
            look = bearing_deg(b[0] - a[0], b[1] - a[1])
            side = np.radians(look + 90)
            reach = road.width_m / 2 - 1.5
            cameras.append(
                Camera(
                    shapely.Point(a[0] + np.sin(side) * reach, a[1] + np.cos(side) * reach),
                    "bridge",
                    f"{road.name}桥头",
                    f"{english(road.name)} Bridge Head",
                    round(look, 1) % 360,
                    55,
                    180,
                    8.0,
                    "district",
                    "杆装",
                )
            )
    return cameras


def _gate(point: shapely.Point, roads: list[Road], tree: shapely.STRtree) -> float:
    """Return the bearing from a gate along the street in front of it."""
    road = roads[int(tree.nearest(point))]
    at = road.line.project(point)
    a, b = road.line.interpolate(max(0, at - 6)), road.line.interpolate(min(road.line.length, at + 6))
    return bearing_deg(b.x - a.x, b.y - a.y)


def _front_point(parcel: Parcel, rng: np.random.Generator) -> shapely.Point:
    fronts = sorted(parcel.fronts, key=lambda f: (RANK[f.cls], f.start))
    if not fronts:
        return parcel.polygon.exterior.interpolate(0.0)
    a, b = np.array(fronts[0].start), np.array(fronts[0].stop)
    spot = a + (b - a) * float(rng.uniform(0.35, 0.65))
    return shapely.Point(spot)


def make_cameras(
    seed: int,
    roads: list[Road],
    parcels: list[Parcel],
    compounds: list[Compound],
    titles: dict[int, str],
    squares: list[tuple[Parcel, str]],
    tree: AreaTree,
) -> list[Camera]:
    """Return 420 cameras with tier and status."""
    rng = stream(seed, "cameras")
    inner = tree.district.polygon.buffer(-12)
    inside = [r for r in roads if r.inside]
    lines = shapely.STRtree([r.line for r in inside])
    made = _bridges(roads)
    gates = [
        (parcels[i], title, "gate")
        for i, title in sorted(titles.items())
        if parcels[i].use in ("school", "hospital", "market", "mall")
    ]
    gates += [(parcel, name, "square") for parcel, name in squares]
    seen: set[str] = set()
    for parcel, title, kind in gates:
        if title in seen:
            continue
        seen.add(title)
        point = _front_point(parcel, rng)
        look = _gate(point, inside, lines) + (180 if rng.uniform() < 0.5 else 0)
        made.append(
            Camera(
                point,
                kind,
                f"{title}门口",
                f"{english(title)} Gate",
                round(look, 1) % 360,
                80,
                60,
                4.5,
                "subdistrict",
                "杆装" if kind == "square" else "壁装",
            )
        )
    made += _crossings(roads, inner, rng)[: CAMERAS - len(made) - 60]
    made = [c for c in made if inner.buffer(10).contains(c.point)]
    order = sorted(compounds, key=lambda c: -c.households + float(rng.uniform(0, 120)))
    for compound in order:
        if len(made) == CAMERAS:
            break
        point = _front_point(parcels[compound.parcel], rng)
        look = _gate(point, inside, lines) + (180 if rng.uniform() < 0.5 else 0)
        if inner.contains(point):
            made.append(
                Camera(
                    point,
                    "gate",
                    f"{compound.name}大门",
                    f"{compound.name_en} Gate",
                    round(look, 1) % 360,
                    85,
                    50,
                    3.8,
                    "community",
                    "门岗",
                )
            )
    for camera in made:
        if rng.uniform() < 0.035:
            camera.status = "离线"
    times: dict[str, int] = {}
    for camera in made:
        serial = times[camera.name] = times.get(camera.name, 0) + 1
        camera.name, camera.name_en = f"{camera.name}{serial}", f"{camera.name_en} {serial}"
    return made


def spots(cameras: list[Camera]) -> Array:
    """Return the cameras' places as an array."""
    return np.array([[c.point.x, c.point.y] for c in cameras])


def as_places(cameras: list[Camera]) -> list[Place]:
    """Return the cameras as places, so that area and address can be found the same way."""
    return [Place(c.point, "camera", c.name, c.name_en) for c in cameras]
