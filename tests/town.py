"""A small town for tests of the simulator: a lattice of streets, sixteen grids, the real catalogue of items."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import shapely

from gis.simulator.city import City, Item, ShiftClock, Spot
from gis.simulator.script import Script, Unit
from gis.simulator.streets import Line, StreetMap

CATALOGUE = Path(__file__).resolve().parent.parent / "data" / "yuanhui" / "catalogue" / "items.csv"
SIDE_M, GRIDS_A_SIDE = 400.0, 4
EDGE_M = SIDE_M * GRIDS_A_SIDE
STEP_M = 100.0


def grid_of(place) -> str:
    """The 15-digit code of the square a place lies in; nothing outside the town."""
    column, row = int(place[0] // SIDE_M), int(place[1] // SIDE_M)
    inside = 0 <= column < GRIDS_A_SIDE and 0 <= row < GRIDS_A_SIDE
    return f"411102001{row + 1:03d}{column + 1:03d}" if inside else ""


def lattice() -> list[Line]:
    """Streets every 100 m, each one line from end to end; every fourth is an arterial, the odd ones lanes."""
    lines = []
    for number in range(int(EDGE_M / STEP_M) + 1):
        at = number * STEP_M
        road_class = "arterial" if number % 4 == 0 else "lane" if number % 2 else "street"
        for ends in (((0, at), (EDGE_M, at)), ((at, 0), (at, EDGE_M))):
            lines.append(Line(shapely.LineString(ends), road_class, 6.0, f"第{number}街"))
    return lines


@cache
def streets() -> StreetMap:
    """The lattice as a graph."""
    return StreetMap.build(lattice(), grid_of)


def items() -> list[Item]:
    """The items of the profile's catalogue."""
    with CATALOGUE.open(encoding="utf-8-sig", newline="") as file:
        return [
            Item(
                row["code"], row["group_code"], row["name_zh"], int(row["severity"]),
                row["responsible_department_code"], row["group_code"] == "B03",
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


@cache
def city() -> City:
    """Spots of a few kinds in the middle of blocks."""
    spots = {
        kind: [
            Spot((50.0 + 100.0 * ((3 * n + k) % 16), 50.0 + 100.0 * ((5 * n + k) % 16)), f"{kind}{n}")
            for n in range(12)
        ]
        for k, kind in enumerate(("market", "shop", "compound", "school", "street", "main", "low", "service_center"))
    }
    return City(items(), spots, grid_of)


def script(seed: int = 1, *, hour: float = 9.0, storm: bool = False, gap_s: float = 3.2) -> Script:
    """A shift in the town: a team in each grid, four cars, a boat, twenty cameras of which two are down."""
    codes = sorted({grid_of((x * SIDE_M + 1, y * SIDE_M + 1)) for x in range(4) for y in range(4)})
    teams = [Unit(f"team-{code}", "team", code, (200.0, 200.0)) for code in codes]
    cars = [Unit(f"car-{n}", "car", codes[n][:12], (300.0 * n, 300.0)) for n in range(4)]
    cameras = {f"camera-{n}": "online" if n > 1 else "offline" for n in range(20)}
    return Script(
        city=city(), units=[*teams, *cars, Unit("boat", "boat", codes[0][:12], (0.0, 0.0))], camera_states=cameras,
        clock=ShiftClock.starting(date(2026, 11, 26), hour), seed=seed, gap_s=gap_s, storm_now=storm,
    )  # fmt: skip
