"""Homes: slab rows with southern spacing, towers with podium, courtyard houses, villages in the city."""

from __future__ import annotations

import numpy as np
import shapely

from .lots import Draft, Frame, frontage, rows, split_lots
from .parcels import Parcel


def shop_strips(
    parcel: Parcel,
    rng: np.random.Generator,
    polygon: shapely.Polygon,
    chance: dict[str, float],
    floors: tuple[int, int],
) -> tuple[list[Draft], shapely.Polygon]:
    """Return low shop strips on the fronts that get one, and the polygon left behind them."""
    made: list[Draft] = []
    for front in parcel.fronts:
        if rng.uniform() >= chance.get(front.cls, 0.0):
            continue
        depth = rng.uniform(10.5, 14.5)
        strip = frontage(polygon, front, rng, depth, 18.0, 56.0, 3.0)
        strip = [s for s in strip if not any(s.intersects(m.polygon) for m in made)]
        storeys = int(rng.integers(floors[0], floors[1] + 1))
        made += [Draft(s, "commercial" if storeys <= 3 else "mixed", storeys, "shops") for s in strip]
    if not made:
        return made, polygon
    rest = shapely.difference(polygon, shapely.union_all([m.polygon for m in made]).buffer(5.2, join_style="mitre"))
    parts = [p for p in shapely.get_parts(rest) if p.geom_type == "Polygon"]
    return made, max(parts, key=lambda p: p.area) if parts else shapely.Polygon()


def slabs(parcel: Parcel, rng: np.random.Generator, old: bool) -> list[Draft]:
    """Rows of walk-up slabs (5-7 floors) or, when newer, lift slabs of 11 or 18 floors."""
    chance = {"arterial": 0.72, "collector": 0.62, "street": 0.42, "lane": 0.06}
    made, rest = shop_strips(parcel, rng, parcel.polygon, chance, (1, 3) if old else (2, 3))
    if rest.is_empty or rest.area < 250:
        return made
    frame = Frame(rest)
    if old:
        floors = int(rng.choice([3, 4, 5, 6, 6, 6, 7], p=[0.08, 0.12, 0.22, 0.2, 0.2, 0.1, 0.08]))
        depth, gap = rng.uniform(11.6, 13.6), max(8.0, floors * 2.9 * rng.uniform(0.66, 0.86))
        low, high, ends = 30.0, 64.0, rng.uniform(4.0, 6.0)
    else:
        floors = int(rng.choice([6, 7, 11, 18], p=[0.42, 0.20, 0.26, 0.12]))
        depth = rng.uniform(12.4, 14.6) if floors < 11 else rng.uniform(14.5, 17.5)
        gap = floors * 2.9 * rng.uniform(0.84, 0.98) if floors < 11 else rng.uniform(24, 32)
        low, high, ends = (34.0, 66.0, 8.0) if floors < 11 else (28.0, 52.0, 13.0)
    typical = rng.uniform(low + 6, high - 4)
    shapes = rows(
        frame.polygon, rng, depth, gap, lambda: float(np.clip(rng.normal(typical, 5.5), low, high)), ends, 0.02
    )
    made += [Draft(frame.turn_out(s), "residential", floors, "slab") for s in shapes]
    return made + _infill(frame, shapes, rng, gap * 0.55)


def _infill(frame: Frame, shapes: list[shapely.Polygon], rng: np.random.Generator, keep_off_m: float) -> list[Draft]:
    """Low houses in the corners that the rows leave over, clear of the rows' light."""
    free = frame.polygon
    if shapes:
        free = shapely.difference(free, shapely.union_all(shapes).buffer(keep_off_m, join_style="mitre"))
    made = []
    for part in shapely.get_parts(free):
        if part.geom_type != "Polygon" or part.area < 420:
            continue
        small = rows(part, rng, 9.0, 7.0, lambda: float(rng.uniform(17, 34)), 6.0, 0.25, 15.0)
        made += [Draft(frame.turn_out(s), "residential", int(rng.choice([2, 2, 3])), "low slab") for s in small]
    return made


def towers(parcel: Parcel, rng: np.random.Generator) -> list[Draft]:
    """Point towers of 18-33 floors, staggered, with podium shops on the larger streets."""
    chance = {"arterial": 0.9, "collector": 0.75, "street": 0.35}
    made, rest = shop_strips(parcel, rng, parcel.polygon, chance, (2, 4))
    if rest.is_empty or rest.area < 600:
        return made
    frame = Frame(rest)
    floors = int(rng.choice([11, 18, 18, 24, 26, 30, 33]))
    depth = rng.uniform(16.0, 20.5)
    gap = rng.uniform(21, 27) if floors < 20 else rng.uniform(25, 34)
    wide = rng.uniform(26, 44)
    shapes = rows(
        frame.polygon, rng, depth, gap, lambda: wide + float(rng.uniform(-3, 3)), rng.uniform(10, 15), 0.02, 20
    )
    for shape in shapes:
        left, _, right, high = shape.bounds
        notch = shapely.box((left + right) / 2 - 3, high - 3.2, (left + right) / 2 + 3, high + 1)
        body = shapely.difference(shape, notch)
        made.append(Draft(frame.turn_out(body), "residential", max(9, floors + int(rng.integers(-1, 2))), "tower"))
    return made


def _court_house(lot: shapely.Polygon, rng: np.random.Generator) -> list[shapely.Polygon]:
    """Return the footprint on one lot (local frame): closed court, U, L, two rows or a plain house."""
    body = lot.buffer(-float(rng.uniform(0.35, 0.8)), join_style="mitre")
    if body.geom_type != "Polygon" or body.area < 38:
        return []
    left, low, right, high = body.bounds
    w, h = right - left, high - low
    boxy = body.area / (w * h)
    draw = rng.uniform()
    if body.area < 150 or boxy < 0.62 or min(w, h) < 10.0:
        return [body] if boxy > 0.45 or body.area > 80 else []
    wing = float(np.clip(min(w, h) * rng.uniform(0.26, 0.36), 4.2, 7.6))
    if draw < 0.24 and min(w, h) > 12.5:
        court = shapely.box(left + wing, low + wing, right - wing, high - wing)
    elif draw < 0.52:
        court = shapely.box(left + wing, low - 1, right - wing, high - wing)
    elif draw < 0.78:
        side = rng.uniform() < 0.5
        court = shapely.box(
            left + wing if side else left - 1, low - 1, right + 1 if side else right - wing, high - wing
        )
    elif draw < 0.92:
        court = shapely.box(left - 1, low + wing, right + 1, high - wing)
    else:
        return [body]
    parts = shapely.get_parts(shapely.difference(body, court))
    return [p for p in parts if p.geom_type == "Polygon" and p.area > 26]


def courtyards(parcel: Parcel, rng: np.random.Generator) -> list[Draft]:
    """Old fabric at party-wall distance, shop houses on the busier fronts."""
    chance = {"arterial": 0.8, "collector": 0.85, "street": 0.7, "lane": 0.25, "alley": 0.05}
    made: list[Draft] = []
    rest = parcel.polygon
    for front in parcel.fronts:
        if rng.uniform() < chance[front.cls]:
            strip = frontage(rest, front, rng, rng.uniform(7.5, 10.5), 10.0, 26.0, 0.4)
            strip = [s for s in strip if not any(s.intersects(m.polygon) for m in made)]
            made += [Draft(s, "mixed", int(rng.choice([1, 2, 2, 3])), "shophouse") for s in strip]
    if made:
        rest = shapely.difference(rest, shapely.union_all([m.polygon for m in made]).buffer(1.2, join_style="mitre"))
    target = float(rng.uniform(410, 690))
    for piece in shapely.get_parts(rest):
        if piece.geom_type != "Polygon" or piece.area < 60:
            continue
        frame = Frame(piece)
        for lot in split_lots(frame.polygon, rng, target):
            if rng.uniform() < 0.035:
                continue
            floors = int(rng.choice([1, 1, 2, 2, 3]))
            made += [Draft(frame.turn_out(s), "residential", floors, "court") for s in _court_house(lot, rng)]
    return made


def village(parcel: Parcel, rng: np.random.Generator) -> list[Draft]:
    """A village the city grew round: self-built houses of 2-5 floors in tight rows."""
    frame = Frame(parcel.polygon)
    wide, depth = rng.uniform(12.0, 15.0), rng.uniform(11.0, 14.5)
    shapes = rows(
        frame.polygon, rng, depth, rng.uniform(4.2, 5.6), lambda: wide + float(rng.uniform(-1, 1)), 1.4, 0.04, 7.5
    )
    made = []
    for shape in shapes:
        left, low, right, _ = shape.bounds
        body: shapely.Geometry = shape
        if rng.uniform() < 0.45:
            body = shapely.difference(
                shape, shapely.box(left + (right - left) * 0.45, low - 1, right + 1, low + depth * 0.38)
            )
        made.append(Draft(frame.turn_out(body), "residential", int(rng.choice([2, 3, 3, 4, 5])), "village"))
    return made
