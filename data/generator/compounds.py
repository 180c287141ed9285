"""Old compounds (老旧小区): walled runs of slab blocks; and the names of all buildings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely

from .buildings import Building
from .frame import ORIGIN, snap, stream
from .names import compound_names, english, estate_names
from .parcels import Parcel

COMPOUNDS = 397
NEEDS = (
    "雨污管网",
    "停车位",
    "加装电梯",
    "外墙保温",
    "消防通道",
    "充电设施",
    "路面修补",
    "照明",
    "屋面防水",
    "适老设施",
)


@dataclass
class Compound:
    """One old compound with the state of its renewal."""

    polygon: shapely.Polygon
    parcel: int
    name: str
    name_en: str
    built_year: int
    renewal: str
    needs: str
    households: int
    buildings: int


def make_compounds(seed: int, parcels: list[Parcel], buildings: list[Building]) -> list[Compound]:
    """Return exactly 397 old compounds, the oldest slab parcels first; raises ValueError when there are too few."""
    rng = stream(seed, "compounds")
    slabs: dict[int, list[Building]] = defaultdict(list)
    for building in buildings:
        if building.tag == "slab":
            slabs[building.parcel].append(building)
    fit = [i for i, members in slabs.items() if len(members) >= 2 and parcels[i].use in ("old_housing", "mixed")]
    fit += [i for i, members in slabs.items() if len(members) == 1 and parcels[i].use == "old_housing"]
    year = {i: int(np.median([b.built_year for b in slabs[i]])) for i in fit}
    fit = sorted((i for i in fit if year[i] <= 2004), key=lambda i: (len(slabs[i]) < 2, year[i], i))
    if len(fit) < COMPOUNDS:
        raise ValueError(f"only {len(fit)} parcels fit to be old compounds")
    chosen = sorted(fit[:COMPOUNDS])
    names = _placed_names(compound_names(rng, COMPOUNDS), chosen, parcels)
    made = []
    for i, name in zip(chosen, names, strict=True):
        age = 2025 - year[i]
        chance = np.array([0.30, 0.22, 0.10, 0.38]) * np.array(
            [1.2 if age < 35 else 0.8, 1.0, 1.0, 1.0 if age < 35 else 1.3]
        )
        state = str(rng.choice(["未改造", "已列入计划", "改造中", "已完成"], p=chance / chance.sum()))
        count = int(rng.integers(1, 3)) if state == "已完成" else int(rng.integers(2, 5))
        needs = ";".join(NEEDS[int(n)] for n in sorted(rng.choice(len(NEEDS), count, replace=False)))
        homes = sum(b.households for b in buildings if b.parcel == i)
        made.append(
            Compound(
                snap(parcels[i].polygon),
                i,
                name,
                english(name),
                year[i],
                state,
                needs,
                homes,
                len(slabs[i]),
            )
        )
    return made


def _placed_names(names: list[str], chosen: list[int], parcels: list[Parcel]) -> list[str]:
    """Put the three names of the source article where their street names point; the rest as they come."""
    wishes = {"柳江小区": (60, -1330), "老区委家属院": (900, 250), "金汇小区": (-1150, -1250)}
    result: dict[int, str] = {}
    for name, (x, y) in wishes.items():
        free = [i for i in chosen if i not in result]
        best = min(
            free,
            key=lambda i: (
                float(
                    np.hypot(
                        parcels[i].polygon.centroid.x - ORIGIN[0] - x, parcels[i].polygon.centroid.y - ORIGIN[1] - y
                    )
                )
                - min(200.0, parcels[i].polygon.area / 60)
            ),
        )
        result[best] = name
    rest = iter(n for n in names if n not in wishes)
    return [result[i] if i in result else next(rest) for i in chosen]


def _numbered(members: list[int], buildings: list[Building]) -> list[int]:
    """Return the members north to south, west to east, as building numbers run."""

    def key(i: int) -> tuple[int, float]:
        """North first, then west."""
        spot = buildings[i].polygon.centroid
        return (-int(spot.y // 18), spot.x)

    return sorted(members, key=key)


def name_buildings(
    seed: int,
    parcels: list[Parcel],
    buildings: list[Building],
    compounds: list[Compound],
    titles: dict[int, str],
    addresses: list[tuple[str, int]],
) -> list[tuple[str, str]]:
    """Return (name, name_en) of every building: compound, estate or institution with a number, else its address."""
    estates = iter(estate_names(stream(seed, "estates")))
    of_parcel = {c.parcel: c.name for c in compounds}
    by_parcel: dict[int, list[int]] = defaultdict(list)
    for i, building in enumerate(buildings):
        by_parcel[building.parcel].append(i)
    count: dict[tuple[str, int], int] = defaultdict(int)
    result: list[tuple[str, str]] = [("", "")] * len(buildings)
    for parcel in sorted(by_parcel):
        kind = parcels[parcel].use
        title = of_parcel.get(parcel) or titles.get(parcel)
        if title is None and kind in ("housing", "towers"):
            title = next(estates)
        main = [i for i in by_parcel[parcel] if buildings[i].tag not in ("shops", "bike shed", "shophouse")]
        if title is not None and kind not in ("courtyards", "village"):
            for number, i in enumerate(_numbered(main, buildings), start=1):
                result[i] = (f"{title}{number}号楼", f"{english(title)} Building {number}")
        for i in by_parcel[parcel]:
            if not result[i][0]:
                street, number = addresses[i]
                count[addresses[i]] += 1
                n = count[addresses[i]]
                annex, annex_en = (f"附{n - 1}号", f"-{n}") if n > 1 else ("", "")
                result[i] = (f"{street}{number}号{annex}", f"No. {number}{annex_en} {english(street)}")
    return result
