"""Public and working fabric: schools with track and wings, hospitals, markets, malls, offices, sheds."""

from __future__ import annotations

import numpy as np
import shapely

from .fabric_homes import shop_strips
from .lots import Draft, Frame, rows
from .parcels import Parcel


def _fit(area: shapely.Polygon, shape: shapely.Polygon) -> bool:
    return bool(area.contains(shape))


def stadium(x: float, y: float, length_m: float, width_m: float, upright: bool = False) -> shapely.Polygon:
    """Return a running-track outline round a point (local frame)."""
    half = max(1.0, (length_m - width_m) / 2)
    ends = [(x, y - half), (x, y + half)] if upright else [(x - half, y), (x + half, y)]
    return shapely.LineString(ends).buffer(width_m / 2, quad_segs=8)


def _track(area: shapely.Polygon, share: float) -> shapely.Polygon | None:
    """Return the largest track that fits in one end of the area and takes no more than its share."""
    left, low, right, high = area.bounds
    for width in (66, 58, 50, 44, 38, 32, 26, 21, 17):
        for upright in (True, False):
            across, along = (width, width * 1.75) if upright else (width * 1.75, width)
            for x in (right - across / 2 - 4, left + across / 2 + 4, (left + right) / 2):
                for y in ((low + high) / 2, low + along / 2 + 4, high - along / 2 - 4):
                    shape = stadium(x, y, width * 1.75, width, upright)
                    if shape.area < area.area * share and _fit(area, shape.buffer(2.5)):
                        return shape
    return None


def school(parcel: Parcel, rng: np.random.Generator) -> tuple[list[Draft], list[shapely.Polygon]]:
    """Return school buildings (comb of teaching wings, gymnasium, canteen) and the sports ground."""
    frame = Frame(parcel.polygon)
    for share in (0.40, 0.30, 0.22, 0.15, 0.0):
        field = _track(frame.polygon, share) if share else None
        made = _teaching(frame, field, rng)
        if sum(draft.polygon.area for draft in made) > 0.10 * parcel.polygon.area:
            break
    return made, [frame.turn_out(field)] if field is not None else []


def _teaching(frame: Frame, field: shapely.Polygon | None, rng: np.random.Generator) -> list[Draft]:
    rest = shapely.difference(frame.polygon, field.buffer(7)) if field is not None else frame.polygon
    parts = sorted((p for p in shapely.get_parts(rest) if p.geom_type == "Polygon"), key=lambda p: -p.area)
    made: list[Draft] = []
    for part in parts[:2]:
        if part.area < 500:
            continue
        shapes = rows(part, rng, 11.5, 17.0, lambda: float(rng.uniform(34, 58)), 8.0, 0.03, 16)
        made += [
            Draft(frame.turn_out(s), "school", int(rng.choice([3, 4, 4, 5])), "teaching") for s in _combs(shapes, part)
        ]
    return made


def _combs(shapes: list[shapely.Polygon], area: shapely.Polygon) -> list[shapely.Polygon]:
    """Join pairs of neighbouring rows by a corridor at one end, as teaching buildings are."""
    used, made = set(), []
    for i, a in enumerate(shapes):
        if i in used:
            continue
        for j in range(i + 1, len(shapes)):
            b = shapes[j]
            aligned = abs(a.bounds[0] - b.bounds[0]) < 14 and 8 < b.bounds[1] - a.bounds[3] < 26
            if j in used or not aligned:
                continue
            x = max(a.bounds[0], b.bounds[0]) + 2
            link = shapely.box(x, a.bounds[3] - 1, x + 6, b.bounds[1] + 1)
            if area.contains(link):
                used |= {i, j}
                made.append(shapely.union_all([a, b, link]))
                break
        if i not in used:
            made.append(a)
    return made


def hospital(parcel: Parcel, rng: np.random.Generator) -> list[Draft]:
    """Outpatient hall, ward towers, service buildings."""
    frame = Frame(parcel.polygon)
    shapes = rows(frame.polygon, rng, 20.0, 15.0, lambda: float(rng.uniform(48, 74)), 9.0, 0.0, 22)
    shapes.sort(key=lambda s: -s.area)
    made = []
    for i, shape in enumerate(shapes):
        floors = (16, 5, 11, 6)[i] if i < 4 else int(rng.integers(2, 6))
        body: shapely.Geometry = shape
        if i % 2 == 0:
            left, _, _, high = shape.bounds
            arm = shapely.box(left, high - 0.5, left + 16, high + 8)
            body = shapely.union(shape, arm) if _fit(frame.polygon, arm) else shape
        made.append(Draft(frame.turn_out(body), "hospital", floors, "hospital"))
    return made


def market(parcel: Parcel, rng: np.random.Generator) -> list[Draft]:
    """A hall and rows of stalls behind shop strips."""
    made, rest = shop_strips(
        parcel, rng, parcel.polygon, {"arterial": 1, "collector": 1, "street": 0.8, "lane": 0.5}, (2, 3)
    )
    if rest.is_empty or rest.area < 400:
        return made
    frame = Frame(rest)
    deep = float(rng.uniform(16, 24))
    shapes = rows(frame.polygon, rng, deep, 7.0, lambda: float(rng.uniform(44, 80)), 7.0, 0.0, 16)
    made += [Draft(frame.turn_out(s), "commercial", int(rng.choice([1, 1, 2])), "market") for s in shapes]
    return made


def mall(parcel: Parcel, rng: np.random.Generator) -> list[Draft]:
    """A department store filling most of its parcel, a tower beside it."""
    frame = Frame(parcel.polygon)
    left, low, right, high = frame.polygon.bounds
    at = left + (right - left) * 0.64
    west, east = (
        shapely.intersection(frame.polygon, shapely.box(a, low, b, high)).buffer(-7, join_style="mitre")
        for a, b in ((left, at), (at, right))
    )
    made = []
    for part in shapely.get_parts(west):
        if part.area > 500:
            court = shapely.box(*part.centroid.buffer(min(16, part.area**0.5 * 0.12)).bounds)
            body = shapely.difference(part, court)
            body = body if body.geom_type == "Polygon" else part
            made.append(
                Draft(frame.turn_out(shapely.simplify(body, 0.5)), "commercial", int(rng.integers(4, 7)), "mall")
            )
    for part in shapely.get_parts(east):
        shapes = rows(part, rng, 24.0, 18.0, lambda: 34.0, 12.0, 0.0, 20) if part.area > 300 else []
        made += [Draft(frame.turn_out(s), "office", int(rng.choice([14, 18, 22])), "office tower") for s in shapes]
    return made


def office(parcel: Parcel, rng: np.random.Generator) -> list[Draft]:
    """Office courts: a main slab, lower wings, sometimes a closed court."""
    frame = Frame(parcel.polygon)
    area = frame.polygon
    body = area.buffer(-5, join_style="mitre")
    if body.geom_type == "Polygon" and 1800 < body.area < 6500 and rng.uniform() < 0.45:
        inner = body.buffer(-14, join_style="mitre")
        if inner.geom_type == "Polygon" and inner.area > 300:
            ring = shapely.simplify(shapely.difference(body, inner), 0.5)
            return [Draft(frame.turn_out(ring), "office", int(rng.integers(4, 8)), "office")]
    shapes = rows(area, rng, 16.5, 15.0, lambda: float(rng.uniform(36, 62)), 8.0, 0.0, 18)
    return [Draft(frame.turn_out(s), "office", int(rng.choice([4, 5, 6, 9, 12, 15])), "office") for s in shapes]


def industry(parcel: Parcel, rng: np.random.Generator) -> list[Draft]:
    """Sheds in rows, a small office by the gate."""
    frame = Frame(parcel.polygon, free=True)
    deep = float(rng.uniform(22, 34))
    shapes = rows(frame.polygon, rng, deep, rng.uniform(7, 11), lambda: float(rng.uniform(48, 105)), 8.0, 0.03, 18)
    made = []
    for i, shape in enumerate(shapes):
        made.append(Draft(frame.turn_out(shape), "industrial", 1 if i % 5 else int(rng.integers(2, 4)), "shed"))
    return made
