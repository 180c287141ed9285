"""Public places: service centres, schools, hospitals, clinics, police boxes, bus stops, toilets, shelters, pumps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from .areas import AreaTree
from .buildings import Building
from .frame import Array, stream
from .names import english
from .network import Road
from .parcels import Parcel
from .rivers import Rivers
from .roadnames import Addresses


@dataclass
class Place:
    """One place of any geometry; area and address are filled in ``locate``."""

    geometry: shapely.Geometry
    kind: str
    name: str
    name_en: str
    grid: str = ""
    community: str = ""
    address: str = ""
    extra: dict[str, object] = field(default_factory=dict)


def locate(places: list[Place], tree: AreaTree, addresses: Addresses) -> None:
    """Fill in grid, community and address of every place by a point on it."""
    points = np.array(
        [
            p.geometry.interpolate(0.5, normalized=True)
            if p.geometry.geom_type == "LineString"
            else p.geometry.representative_point()
            for p in places
        ],
        dtype=object,
    )
    index = shapely.STRtree([g.polygon for g in tree.grids])
    spots = addresses.of(points)
    for place, point, (street, number) in zip(places, points, spots, strict=True):
        hits = index.query(point, predicate="intersects")
        grid = tree.grids[int(min(hits))]
        place.grid, place.community = grid.code, grid.parent
        place.address = place.address or f"{street}{number}号"


def _nodes(roads: list[Road]) -> tuple[Array, list[list[Road]]]:
    ends: dict[tuple[float, float], list[Road]] = {}
    for road in roads:
        if road.inside and not road.bridge:
            for end in (road.line.coords[0], road.line.coords[-1]):
                ends.setdefault(end, []).append(road)
    keys = sorted(k for k, members in ends.items() if len(members) > 1)
    return np.array(keys), [ends[k] for k in keys]


def service_centers(tree: AreaTree, buildings: list[Building], roads: list[Road]) -> tuple[list[Place], dict[int, str]]:
    """Return one centre per community, in a building near a street corner near the middle; and those buildings' names."""
    nodes, _ = _nodes([r for r in roads if r.cls in ("arterial", "collector", "street")])
    corner = shapely.STRtree(shapely.points(nodes))
    spots = np.array([b.polygon.representative_point() for b in buildings], dtype=object)
    _, gap = corner.query_nearest(spots, return_distance=True, all_matches=False)
    places: list[Place] = []
    names: dict[int, str] = {}
    for community in tree.communities:
        middle = community.polygon.centroid
        shapely.prepare(community.polygon)
        best, best_cost = -1, 1e9
        for i in np.flatnonzero(shapely.contains(community.polygon, spots)):
            building = buildings[int(i)]
            if building.tag in ("bike shed", "village", "court") or building.polygon.area < 110:
                continue
            cost = (
                spots[i].distance(middle)
                + 4 * max(0.0, gap[i] - 30)
                + (0 if building.tag in ("shops", "shophouse", "office") else 180)
            )
            if cost < best_cost:
                best, best_cost = int(i), cost
        name = community.name + "党群服务中心"
        names[best] = name
        buildings[best].use, buildings[best].tag, buildings[best].households = "public", "service center", 0
        places.append(
            Place(
                spots[best],
                "service_center",
                name,
                community.name_en + " Service Center",
                extra={"hours": "周一至周五 08:30-17:30", "counters": 3 + len(places) % 4},
            )
        )
    return places, names


def institutions(parcels: list[Parcel], addresses: Addresses) -> tuple[list[Place], dict[int, str]]:
    """Return schools, hospitals, markets and malls with names by their street, and the names by parcel."""
    ends = {
        "school": ["小学", "中学", "实验小学", "第二小学", "第二中学", "实验中学"],
        "hospital": ["医院"],
        "market": ["农贸市场", "集贸市场", "综合市场"],
        "mall": ["购物广场", "百货大楼"],
        "office": ["办公楼", "商务楼", "综合楼"],
        "industry": ["工业园", "机械厂", "食品厂", "仓储园", "建材厂"],
    }
    members = [i for i, p in enumerate(parcels) if p.use in ends]
    spots = np.array([parcels[i].polygon.representative_point() for i in members], dtype=object)
    places: list[Place] = []
    titles: dict[int, str] = {}
    used: set[str] = set()
    per_block: dict[int, str] = {}
    for i, spot, (street, _) in zip(members, spots, addresses.of(spots), strict=True):
        parcel = parcels[i]
        if parcel.block in per_block:
            titles[i] = per_block[parcel.block]
            continue
        options = [street.rstrip("巷") + e for e in ends[parcel.use]] + [
            f"{street}{n}{e}" for n in ("东", "西", "南", "北") for e in ends[parcel.use]
        ]
        if any(c in street for c in "一二三四五六七八九十") and street.endswith("巷"):
            options = [o.replace(street.rstrip("巷"), _main(street)) for o in options]
        name = next(o for o in options if o not in used)
        used.add(name)
        titles[i] = per_block[parcel.block] = name
        if parcel.use in ("school", "hospital", "market", "mall"):
            kind = "market" if parcel.use in ("market", "mall") else parcel.use
            places.append(Place(spot, kind, name, english(name)))
    return places, titles


def _main(street: str) -> str:
    for mark in ("路", "街"):
        if mark in street:
            return street[: street.index(mark) + 1]
    return street.rstrip("巷")


def _spaced(spots: Array, count: int, gap_m: float, rng: np.random.Generator, weight: Array | None = None) -> list[int]:
    """Return indices of up to ``count`` spots, each at least the gap (shrunk when needed) from the others."""
    order = rng.permutation(len(spots)) if weight is None else np.argsort(-weight - rng.uniform(0, 0.8, len(spots)))
    for _ in range(8):
        chosen: list[int] = []
        for i in order:
            if len(chosen) == count:
                return chosen
            if all(np.hypot(*(spots[i] - spots[j])) >= gap_m for j in chosen):
                chosen.append(int(i))
        gap_m *= 0.8
    return chosen


def street_services(seed: int, buildings: list[Building], addresses: Addresses, taken: set[int]) -> list[Place]:
    """Return clinics, kindergartens, police boxes and fire stations in street-side buildings, evenly kept apart."""
    rng = stream(seed, "services")
    fit = [
        i for i, b in enumerate(buildings) if b.tag in ("shops", "shophouse") and b.polygon.area > 90 and i not in taken
    ]
    spots = np.array(
        [[buildings[i].polygon.representative_point().x, buildings[i].polygon.representative_point().y] for i in fit]
    )
    weight = np.array([min(1.0, buildings[i].polygon.area / 400) for i in fit])
    places: list[Place] = []
    for kind, end, end_en, count, gap in (
        ("clinic", "社区诊所", "Clinic", 38, 420),
        ("kindergarten", "幼儿园", "Kindergarten", 44, 380),
        ("police_box", "警务室", "Police Box", 24, 560),
        ("fire_station", "消防站", "Fire Station", 4, 1700),
    ):
        chosen = _spaced(spots, count, gap, rng, weight)
        points = np.array([shapely.Point(spots[i]) for i in chosen], dtype=object)
        used: dict[str, int] = {}
        for point, (street, _) in zip(points, addresses.of(points), strict=True):
            stem = _main(street)
            used[stem] = used.get(stem, 0) + 1
            mark = (
                ""
                if used[stem] == 1
                else f"第{'零一二三四五六七八九'[used[stem]]}"
                if used[stem] < 10
                else f"{used[stem]}"
            )
            name_en = f"{english(stem)} {end_en}" + (f" {used[stem]}" if used[stem] > 1 else "")
            places.append(Place(point, kind, f"{stem}{mark}{end}", name_en))
    return places


def roadside(seed: int, roads: list[Road], parcels: list[Parcel], rivers: Rivers, tree: AreaTree) -> list[Place]:
    """Return bus stops, toilets, shelters and pump stations."""
    rng = stream(seed, "roadside")
    places: list[Place] = []
    district = tree.district.polygon.buffer(-3)
    count: dict[str, int] = {}
    for road in roads:
        if (
            not road.inside
            or road.bridge
            or road.cls not in ("arterial", "collector")
            or road.line.length < (150 if road.cls == "arterial" else 420)
        ):
            continue
        at = rng.uniform(70, 130)
        while at < road.line.length - 60:
            side = 1 if rng.uniform() < 0.5 else -1
            for s in ((side, at), (-side, at + 38)):
                point = _beside(road, min(s[1], road.line.length - 5), s[0] * (road.width_m / 2 + 1.6))
                if district.contains(point):
                    count[road.name] = count.get(road.name, 0) + 1
                    n = (count[road.name] + 1) // 2
                    places.append(Place(point, "bus_stop", f"{road.name}{n}站", f"{english(road.name)} Stop {n}"))
            at += rng.uniform(520, 700) if road.cls == "arterial" else rng.uniform(900, 1200)
    corners = [
        p
        for p in parcels
        if p.use in ("park", "market", "courtyards", "mixed", "square", "village") and p.polygon.area > 900
    ]
    spots = np.array(
        [
            p.polygon.buffer(-2).exterior.coords[0]
            if not p.polygon.buffer(-2).is_empty and p.polygon.buffer(-2).geom_type == "Polygon"
            else p.polygon.representative_point().coords[0]
            for p in corners
        ]
    )
    for n, i in enumerate(_spaced(spots, 84, 260, rng), start=1):
        places.append(Place(shapely.Point(spots[i]), "toilet", f"公共厕所{n}号", f"Public Toilet {n}"))
    open_air = [p for p in parcels if p.use in ("park", "square", "school")]
    spots = np.array([p.polygon.representative_point().coords[0] for p in open_air])
    for n, i in enumerate(_spaced(spots, 19, 520, rng), start=1):
        places.append(Place(shapely.Point(spots[i] + 6), "shelter", f"应急避难场所{n}号", f"Emergency Shelter {n}"))
    return places + _pumps(rivers, tree)


def _beside(road: Road, at: float, off_m: float) -> shapely.Point:
    a, b = road.line.interpolate(max(0.0, at - 1)), road.line.interpolate(at + 1)
    length = a.distance(b) or 1.0
    spot = road.line.interpolate(at)
    return shapely.Point(spot.x - (b.y - a.y) / length * off_m, spot.y + (b.x - a.x) / length * off_m)


def _pumps(rivers: Rivers, tree: AreaTree) -> list[Place]:
    """Return pump stations on the belts, between bank and embankment road."""
    places: list[Place] = []
    inner = tree.district.polygon.buffer(-40)
    ring = shapely.boundary(rivers.banks.buffer(38))
    for part in shapely.get_parts(shapely.line_merge(shapely.intersection(ring, inner))):
        count = max(1, round(part.length / 1050))
        for n in range(count):
            point = part.interpolate((n + 0.5) / count, normalized=True)
            places.append(Place(point, "pump", f"排涝泵站{len(places) + 1}号", f"Pump Station {len(places) + 1}"))
    return places
