"""Habits of the forty groups of items, as tables: how often, at which hours, at what kind of place, told by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Hours = tuple[float, ...]


def _hours(*peaks: tuple[float, float, float]) -> Hours:
    """24 weights: a low floor by night, and (from, to, weight) on top."""
    base = [0.15] * 6 + [0.35] * 16 + [0.2] * 2
    for begin, end, weight in peaks:
        for hour in range(int(begin), int(end)):
            base[hour] = max(base[hour], weight)
    return tuple(base)


OFFICE = _hours((8, 12, 1.3), (14, 18, 1.2))
EVENING = _hours((12, 14, 0.8), (18, 22, 1.6))
RUSH = _hours((7, 9, 1.7), (16, 19, 1.6))
STREET = _hours((7, 9, 1.1), (11, 14, 1.3), (17, 21, 1.6))
MORNING = _hours((6, 11, 1.5), (14, 17, 0.8))
DAY = _hours((7, 19, 1.0))
BUILDERS = _hours((7, 12, 0.9), (14, 18, 0.9), (20, 24, 1.4))
MEALS = _hours((11, 14, 1.5), (18, 21, 1.6))


@dataclass(frozen=True)
class Habit:
    """Of one group: weight, hours, kinds of spots, spread round them; what markets, storms and offices do to it."""

    weight: float
    hours: Hours
    spots: tuple[str, ...]
    spread_m: float = 10.0
    market: bool = False
    wet: bool = False
    office: bool = False


_HOMES = ("compound", "home")
HABITS: dict[str, Habit] = {
    "A01": Habit(0.5, OFFICE, ("service_center",), 6, office=True),
    "A02": Habit(0.7, OFFICE, ("service_center", "compound"), 8, office=True),
    "A03": Habit(0.7, OFFICE, ("service_center",), 6, office=True),
    "A04": Habit(0.6, OFFICE, ("service_center", "clinic"), 8, office=True),
    "A05": Habit(0.5, OFFICE, ("service_center", "police_box"), 8, office=True),
    "A06": Habit(0.4, OFFICE, ("compound", "service_center"), 10, office=True),
    "A07": Habit(0.4, OFFICE, ("service_center", "school"), 10, office=True),
    "A08": Habit(0.1, OFFICE, ("service_center",), 6, office=True),
    "A09": Habit(0.6, DAY, ("service_center", "compound"), 10),
    "B01": Habit(2.2, EVENING, _HOMES),
    "B02": Habit(1.4, EVENING, ("compound",)),
    "B03": Habit(0.25, EVENING, ("service_center",), 6),  # never at a home
    "B04": Habit(0.5, OFFICE, ("works", "offices"), 12, office=True),
    "B05": Habit(0.8, STREET, ("shop", "market"), 8, market=True),
    "B06": Habit(0.4, DAY, _HOMES),
    "B07": Habit(0.6, RUSH, ("crossing", "home")),
    "B08": Habit(0.25, OFFICE, ("school", "hospital"), 15, office=True),
    "B09": Habit(0.6, MEALS, ("market", "shop"), 8, market=True),
    "C01": Habit(3.0, MORNING, ("street", "lane", "main"), 4, wet=True),
    "C02": Habit(2.4, RUSH, ("main", "crossing", "bus_stop"), 5),
    "C03": Habit(2.0, MORNING, ("toilet", "compound", "shop"), 8),
    "C04": Habit(1.5, MORNING, ("park", "main", "square"), 12),
    "C05": Habit(0.8, DAY, ("street", "riverside", "compound"), 6),
    "C06": Habit(5.0, MORNING, ("lane", "market", "compound", "street"), 8, market=True),
    "C07": Habit(2.0, DAY, ("shop", "bus_stop", "compound"), 8),
    "C08": Habit(1.2, BUILDERS, ("works", "main"), 15),
    "C09": Habit(6.5, STREET, ("market", "shop", "school", "bus_stop", "square"), 10, market=True),
    "C10": Habit(0.6, DAY, ("main", "street", "low"), 6, wet=True),
    "C11": Habit(1.6, EVENING, ("lane", "compound", "park"), 8),
    "D01": Habit(2.2, EVENING, ("compound", "home", "shop", "market"), 8),
    "D02": Habit(1.0, EVENING, ("compound", "market", "lane"), 8, wet=True),
    "D03": Habit(0.6, MEALS, ("home", "shop"), 8),
    "D04": Habit(0.6, DAY, ("home", "compound", "shop"), 8, wet=True),
    "D05": Habit(0.6, DAY, ("low", "riverside"), 12, wet=True),
    "D06": Habit(0.5, RUSH, ("compound", "offices", "hospital"), 8),
    "D07": Habit(1.0, MEALS, ("market", "shop", "school"), 8, market=True),
    "D08": Habit(0.8, RUSH, ("school", "crossing", "works"), 12),
    "D09": Habit(0.7, DAY, ("riverside", "works"), 10),
    "D10": Habit(0.4, OFFICE, ("works",), 12, office=True),
    "D11": Habit(0.4, DAY, ("riverside", "park", "school"), 12, wet=True),
}

#: What a storm adds to the weight of a group (times the storm's strength); groups not named here lose most of theirs.
STORM_GROUPS: dict[str, float] = {"D05": 40.0, "C10": 12.0, "D11": 6.0, "C01": 1.5, "D02": 2.0, "D04": 2.0, "C02": 0.0}

#: Who tells the centre, by category.
SOURCES: Mapping[str, Mapping[str, float]] = {
    "A": {"phone": 4, "app": 4, "patrol": 2, "department": 1},
    "B": {"phone": 5, "patrol": 3, "public": 2},
    "C": {"patrol": 9, "public": 4, "phone": 3, "video": 3, "app": 2},
    "D": {"patrol": 8, "phone": 4, "public": 3, "department": 2, "video": 1},
}
