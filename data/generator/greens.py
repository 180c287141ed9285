"""Greens and waters: river belts, parks with ponds, yards, sports grounds, islets; the rivers themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from .frame import place, snap, stream
from .names import english
from .network import Road
from .parcels import Parcel
from .rivers import Rivers

# Park names with the place they belong to, in metres round the origin.
PARK_NAMES: dict[str, tuple[float, float]] = {
    "受降亭公园": (1900, 1250),
    "沙澧公园": (150, 1350),
    "澧河湾公园": (-900, -250),
    "泰山游园": (-1500, 900),
    "湘江游园": (-300, -1000),
    "月湾湖公园": (-800, -2050),
    "银鸽游园": (1500, 250),
    "许慎文化园": (900, 700),
    "嵩山游园": (-2250, 200),
    "柳江游园": (600, -1250),
    "文景游园": (-1300, 650),
    "大学路游园": (-1500, -1700),
    "八一游园": (450, -500),
    "开源游园": (-2100, -1900),
    "太行游园": (2250, -500),
}


@dataclass
class Patch:
    """A green or a water with its kind and names."""

    polygon: shapely.Polygon
    kind: str
    name: str
    name_en: str


def _clean(geometry: shapely.Geometry, least_m2: float) -> list[shapely.Polygon]:
    snapped = snap(geometry)
    parts = [p for p in shapely.get_parts(snapped) if p.geom_type == "Polygon" and p.area >= least_m2]
    return sorted(parts, key=lambda p: (p.centroid.x, -p.centroid.y))


def river_waters(rivers: Rivers) -> list[Patch]:
    """Return the two rivers with their islets left out."""
    islets = shapely.union_all(rivers.islets)
    named = (("沙河", "Sha River", rivers.sha), ("澧河", "Li River", rivers.li))
    patches = [Patch(part, "canal", "干河", "Gan Creek") for part in _clean(rivers.creek, 200)]
    for name, name_en, polygon in named:
        whole = max(_clean(shapely.difference(polygon, islets), 1000), key=lambda p: p.area)
        patches.append(Patch(whole, "river", name, name_en))
    return patches


def _belts(rivers: Rivers, roads: list[Road]) -> list[Patch]:
    cuts = [r.line.buffer(r.width_m * 0.22, cap_style="flat") for r in roads if r.line.intersects(rivers.belt_zone)]
    land = shapely.difference(shapely.difference(rivers.belt_zone, rivers.banks), shapely.union_all(cuts))
    counts: dict[str, int] = {}
    patches = _creek_belts(rivers, roads)
    for part in _clean(land, 1500):
        near_sha = part.distance(rivers.sha_centre) < part.distance(rivers.li_centre)
        name = "沙河绿带" if near_sha else "澧河绿带"
        counts[name] = counts.get(name, 0) + 1
        patches.append(
            Patch(part, "belt", f"{name}{counts[name]}段", f"{'Sha' if near_sha else 'Li'} River Belt {counts[name]}")
        )
    return patches


def _creek_belts(rivers: Rivers, roads: list[Road]) -> list[Patch]:
    """Return the green strips along the creek, cut by the streets that cross it."""
    strip = shapely.difference(
        rivers.creek_line.buffer(15.0, quad_segs=4), shapely.union_all([rivers.creek, rivers.belt_zone])
    )
    cuts = [
        r.line.buffer(r.width_m / 2 + 1, cap_style="flat") for r in roads if r.line.distance(rivers.creek_line) < 40
    ]
    parts = _clean(shapely.difference(strip, shapely.union_all(cuts)), 260)
    return [Patch(p, "belt", f"干河绿带{i}段", f"Gan Creek Belt {i}") for i, p in enumerate(parts, start=1)]


def _pond(park: shapely.Polygon, rng: np.random.Generator) -> shapely.Polygon | None:
    """Return a rounded, slightly lobed pond well inside a park, or None when the park is small."""
    inner = park.buffer(-24)
    if inner.is_empty or inner.area < 3_000:
        return None
    body = max(shapely.get_parts(inner), key=lambda p: p.area)
    centre, reach = body.representative_point(), body.area**0.5
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    a, b = rng.uniform(0, 6.28, 2)
    radius = reach * 0.34 * (1 + 0.16 * np.sin(2 * t + a) + 0.09 * np.sin(3 * t + b))
    shape = shapely.Polygon(
        np.column_stack([centre.x + 1.35 * radius * np.cos(t), centre.y + 0.8 * radius * np.sin(t)])
    )
    clipped = shapely.intersection(shape, body).buffer(-4).buffer(4)
    return clipped if clipped.geom_type == "Polygon" and clipped.area > 700 else None


def make_parks(parcels: list[Parcel]) -> tuple[list[tuple[Parcel, str]], tuple[Parcel, str]]:
    """Return the 15 parks, largest parcel per block, with names, and the square."""
    best: dict[int, Parcel] = {}
    for parcel in parcels:
        if parcel.use in ("park", "square") and (
            parcel.block not in best or parcel.polygon.area > best[parcel.block].polygon.area
        ):
            best[parcel.block] = parcel
    square = next(p for p in best.values() if p.use == "square")
    free = sorted(
        (p for p in best.values() if p.use == "park"), key=lambda p: (p.polygon.centroid.x, p.polygon.centroid.y)
    )
    named = []
    for name, spot in PARK_NAMES.items():
        anchor = shapely.Point(*place([spot])[0])
        nearest = min(free, key=lambda p: p.polygon.distance(anchor))
        free.remove(nearest)
        named.append((nearest, name))
    if free:
        raise ValueError("more parks than names")
    return named, (square, "双汇广场")


def make_patches(
    seed: int,
    rivers: Rivers,
    roads: list[Road],
    parcels: list[Parcel],
    grounds: list[shapely.Polygon],
    parks: list[tuple[Parcel, str]],
) -> tuple[list[Patch], list[Patch]]:
    """Return (waters, greens)."""
    rng = stream(seed, "ponds")
    waters = river_waters(rivers)
    greens = _belts(rivers, roads)
    for parcel, name in sorted(parks, key=lambda item: -item[0].polygon.area):
        pond = _pond(parcel.polygon, rng) if len(waters) < 9 else None
        body = shapely.difference(parcel.polygon, pond) if pond is not None else parcel.polygon
        greens += [Patch(p, "park", name, english(name)) for p in _clean(body, 500)]
        if pond is not None:
            lake = name.removesuffix("公园").removesuffix("游园").removesuffix("文化园").removesuffix("路") + "池"
            lake = "月湾湖" if name == "月湾湖公园" else lake
            waters += [Patch(p, "pond", lake, english(lake)) for p in _clean(pond, 300)]
    for i, ground in enumerate(grounds, start=1):
        greens += [Patch(p, "field", f"操场{i}", f"Sports Ground {i}") for p in _clean(ground, 200)]
    yards = [p.polygon for p in parcels if p.use == "yard" and p.polygon.area > 300]
    for i, yard in enumerate(yards, start=1):
        greens += [Patch(p, "yard", f"街角绿地{i}", f"Corner Green {i}") for p in _clean(yard, 300)]
    for i, islet in enumerate(rivers.islets, start=1):
        greens += [
            Patch(p, "islet", f"{'沙河' if i < 3 else '澧河'}洲{i}", f"{'Sha' if i < 3 else 'Li'} River Islet {i}")
            for p in _clean(islet, 200)
        ]
    return waters, greens
