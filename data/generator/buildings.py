"""Buildings: fabric by use on every parcel, then age, structure, height and households."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from . import fabric_homes as homes
from . import fabric_public as public
from .frame import snap, stream
from .lots import Draft, frontage
from .parcels import Parcel

LOW, WISHED, HIGH = 11_800, 12_040, 12_300
YEARS = {
    "old": (1952, 1996),
    "ring": (1974, 2003),
    "ordinary": (1982, 2014),
    "new": (2003, 2023),
    "industrial": (1986, 2016),
}


@dataclass
class Building:
    """One building with its attributes; names, codes and addresses come later."""

    polygon: shapely.Polygon
    parcel: int
    grid: int
    use: str
    floors: int
    tag: str
    built_year: int
    structure: str
    height_m: float
    height_estimated: bool
    households: int


def _drafts(parcel: Parcel, rng: np.random.Generator) -> tuple[list[Draft], list[shapely.Polygon]]:
    use = parcel.use
    if use == "school":
        return public.school(parcel, rng)
    makers = {
        "courtyards": homes.courtyards,
        "village": homes.village,
        "towers": homes.towers,
        "hospital": public.hospital,
        "market": public.market,
        "mall": public.mall,
        "office": public.office,
        "industry": public.industry,
    }
    if use in makers:
        return makers[use](parcel, rng), []
    if use in ("housing", "old_housing", "mixed"):
        return homes.slabs(parcel, rng, old=use != "housing" or rng.uniform() < 0.15), []
    return [], []


def parcel_year(parcel: Parcel, rng: np.random.Generator) -> int:
    """Return the year most of a parcel was built, by the age of its quarter and its fabric."""
    low, high = YEARS[parcel.age]
    if parcel.use == "old_housing":
        low, high = min(max(low, 1974), 1984), min(max(high, 1996), 2001)
    elif parcel.use in ("housing", "towers", "mall"):
        low, high = (1999, 2016) if parcel.use == "housing" else (2008, 2024)
    return int(rng.integers(low, high + 1))


def _structure(use: str, floors: int, year: int) -> str:
    if use in ("industrial",) and floors == 1:
        return "steel"
    if floors <= 2 and year < 1985:
        return "brick_timber"
    return "brick_concrete" if floors <= 7 and year < 2008 else "frame" if floors <= 11 else "shear_wall"


def _finish(draft: Draft, index: int, parcel: Parcel, year: int, rng: np.random.Generator) -> Building | None:
    polygon = snap(draft.polygon)
    if polygon.geom_type != "Polygon" or polygon.area < 22 or not polygon.is_valid:
        return None
    own = (
        int(np.clip(year + rng.integers(-2, 4), 1950, 2024))
        if draft.tag != "shops"
        else min(2024, year + int(rng.integers(0, 9)))
    )
    storey = 2.9 if draft.use == "residential" else 6.5 if draft.tag == "shed" and draft.floors == 1 else 3.7
    height = round(draft.floors * storey + float(rng.uniform(0.3, 1.2)), 1)
    homes_count = round(polygon.area * draft.floors * 0.80 / 118) if draft.use == "residential" else 0
    if draft.use == "mixed":
        homes_count = round(polygon.area * max(0, draft.floors - 1) * 0.7 / 95)
    if draft.tag in ("court", "village"):
        homes_count = max(1, min(6, round(polygon.area * draft.floors / 140)))
    return Building(
        polygon,
        index,
        parcel.grid,
        draft.use,
        draft.floors,
        draft.tag,
        own,
        _structure(draft.use, draft.floors, own),
        height,
        bool(rng.uniform() < (0.82 if draft.floors < 8 else 0.35)),
        int(homes_count),
    )


def make_buildings(seed: int, parcels: list[Parcel]) -> tuple[list[Building], list[shapely.Polygon]]:
    """Return all buildings (11,800-12,300) and the schools' sports grounds."""
    rng = stream(seed, "buildings")
    made: list[Building] = []
    grounds: list[shapely.Polygon] = []
    for index, parcel in enumerate(parcels):
        drafts, fields = _drafts(parcel, rng)
        grounds += [snap(f) for f in fields]
        year = parcel_year(parcel, rng)
        made += [b for b in (_finish(d, index, parcel, year, rng) for d in drafts) if b is not None]
    made = _without_overlaps(made)
    if len(made) > HIGH:
        made = _thinned(made, rng)
    if len(made) < WISHED:
        made += _sheds(seed, parcels, made, WISHED - len(made))
    return made, grounds


def _without_overlaps(made: list[Building]) -> list[Building]:
    tree = shapely.STRtree([b.polygon for b in made])
    left, right = tree.query([b.polygon for b in made], predicate="intersects")
    drop: set[int] = set()
    for a, b in zip(left, right, strict=True):
        if a >= b or a in drop or b in drop:
            continue
        if shapely.intersection(made[a].polygon, made[b].polygon).area > 0.005:
            drop.add(int(min((a, b), key=lambda i: made[i].polygon.area)))
    return [b for i, b in enumerate(made) if i not in drop]


def _thinned(made: list[Building], rng: np.random.Generator) -> list[Building]:
    """Drop small houses of the densest fabric until the count fits."""
    small = [i for i, b in enumerate(made) if b.tag in ("court", "village", "shophouse") and b.polygon.area < 150]
    drop = set(rng.permutation(small)[: len(made) - WISHED].tolist())
    return [b for i, b in enumerate(made) if i not in drop]


def _sheds(seed: int, parcels: list[Parcel], made: list[Building], count: int) -> list[Building]:
    """Return bicycle sheds and gate houses along the walls of slab compounds, clear of everything else."""
    rng = stream(seed, "sheds")
    tree = shapely.STRtree([b.polygon for b in made])
    new: list[Building] = []
    for index in rng.permutation(len(parcels)):
        parcel = parcels[int(index)]
        if len(new) >= count:
            break
        if (
            parcel.use not in ("old_housing", "housing", "industry", "office", "school", "towers")
            or parcel.polygon.area < 1800
        ):
            continue
        for front in sorted(parcel.fronts, key=lambda f: f.start)[:3]:
            spots = frontage(parcel.polygon, front, rng, float(rng.uniform(3.2, 4.6)), 6.0, 17.0, 24.0)[:2]
            for spot in spots:
                near = tree.query(spot.buffer(2.6), predicate="intersects")
                if len(near) or any(spot.distance(n.polygon) < 2.6 for n in new[-12:]):
                    continue
                year = int(rng.integers(1986, 2019))
                draft = Draft(spot, "shed", 1, "bike shed")
                done = _finish(draft, int(index), parcel, year, rng)
                if done is not None and len(new) < count:
                    new.append(done)
    return new
