"""What a city reports, pure: how often by hour and day, which item, where, and from whom.

Time is the shift's own: seconds since it began, and the moment of the day that stands for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from gis.simulator.habits import HABITS, SOURCES, STORM_GROUPS, Habit
from gis.simulator.phrases import sentence
from gis.simulator.streets import Xy

DAY_BEGINS_H, DAY_ENDS_H = 7.0, 21.0
#: Reports an hour on an ordinary day, as the mean over the hours of the shift.
REPORTS_AN_HOUR = 96.0
#: Severity 1 outside a storm: about one in half an hour.
GRAVE_AN_HOUR = 2.0
GRAVE_SHARE_IN_STORM = 0.12
#: How busy the district is by hour: morning rush, noon, evening.
BUSY = (
    0.10, 0.08, 0.06, 0.06, 0.08, 0.20, 0.55, 1.15, 1.30, 1.05, 0.95, 0.95,
    1.15, 0.85, 0.80, 0.90, 1.00, 1.30, 1.35, 1.05, 0.80, 0.55, 0.35, 0.20,
)  # fmt: skip
#: Days of the month that hold the old market (逢集): dates ending in 2, 5 and 8.
MARKET_DIGITS = (2, 5, 8)
_HOME_OF_NOTHING = "street"


@dataclass(frozen=True)
class Item:
    """One of the item types of the catalogue."""

    code: str
    group: str
    name: str
    severity: int
    department: str
    guarded: bool = False

    @property
    def category(self) -> str:
        """A, B, C or D."""
        return self.code[0]


@dataclass(frozen=True)
class Spot:
    """A place something happens at: metres, and what people call it."""

    place: Xy
    name: str


@dataclass(frozen=True)
class Moment:
    """A time of the shift's day: hour with fraction, weekday from Monday = 0, market day or not."""

    hour: float
    weekday: int
    market: bool


@dataclass(frozen=True)
class ShiftClock:
    """Turns seconds of the shift into a moment; the nights are skipped, so that there is always a day to show."""

    day: date
    begin_h: float

    def moment(self, at_s: float) -> Moment:
        """The moment after that many seconds."""
        passed_h = self.begin_h - DAY_BEGINS_H + at_s / 3600.0
        days, within_h = divmod(passed_h, DAY_ENDS_H - DAY_BEGINS_H)
        day = self.day + timedelta(days=int(days))
        return Moment(DAY_BEGINS_H + within_h, day.weekday(), day.day % 10 in MARKET_DIGITS)

    @classmethod
    def starting(cls, day: date, hour: float) -> ShiftClock:
        """The clock of a shift that starts now: at the real hour by day, in the morning by night."""
        return cls(day, hour if DAY_BEGINS_H <= hour < DAY_ENDS_H - 1.0 else DAY_BEGINS_H + 0.5)


@dataclass(frozen=True)
class Storm:
    """A thunderstorm: heaviest at its begin, gone after `length_s`."""

    begin_s: float
    length_s: float = 2400.0

    def strength(self, at_s: float) -> float:
        """1 in the first quarter, then falling to 0 at its end; 0 outside."""
        passed = (at_s - self.begin_s) / self.length_s
        return 0.0 if not 0.0 <= passed < 1.0 else min(1.0, (1.0 - passed) / 0.75)


@dataclass(frozen=True)
class Draw:
    """One report as the city makes it; `source` is one of the contract's."""

    item: Item
    place: Xy
    grid: str
    source: str
    description: str


@dataclass
class City:
    """Items and hot spots. `grid_of` names the grid a place lies well inside, or nothing."""

    items: Sequence[Item]
    spots: Mapping[str, Sequence[Spot]]
    grid_of: Callable[[Xy], str]
    _by_group: dict[tuple[str, bool], tuple[Item, ...]] = field(default_factory=dict)
    _heat: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.items:
            if item.group in HABITS:
                key = (item.group, item.severity == 1)
                self._by_group[key] = (*self._by_group.get(key, ()), item)
        for kind, places in self.spots.items():
            ranks = list(range(1, len(places) + 1))
            Random(kind).shuffle(ranks)  # the same few corners are hot in every shift
            self._heat[kind] = list(accumulate(rank**-0.55 for rank in ranks))

    def draw(self, rng: Random, moment: Moment, storm: float, calm: bool = False) -> Draw:
        """One report at a moment in a storm of that strength (0: none); `calm` leaves out severity 1."""
        share = GRAVE_SHARE_IN_STORM if storm > 0.2 else GRAVE_AN_HOUR / reports_an_hour(moment, 0.0)
        grave = not calm and rng.random() < share
        group = self._group(rng, moment, storm, grave)
        items = self._by_group[group, grave]
        item = rng.choices(items, [_severity_weight(i, storm) for i in items])[0]
        place, name, grid = self._place(rng, HABITS[group], storm)
        source = _pick(rng, SOURCES[item.category])
        return Draw(item, place, grid, source, sentence(rng, group, item.name, name))

    def _group(self, rng: Random, moment: Moment, storm: float, grave: bool) -> str:
        groups = sorted({group for group, is_grave in self._by_group if is_grave == grave})
        weights = [group_weight(group, moment, storm) * (1.0 if grave else 4.0) for group in groups]
        return rng.choices(groups, weights)[0]

    def _place(self, rng: Random, habit: Habit, storm: float) -> tuple[Xy, str, str]:
        """A place near a spot of the right kind, well inside a grid."""
        kinds = ("riverside", "low", *habit.spots) if storm > 0.2 and habit.wet else habit.spots
        kinds = tuple(kind for kind in kinds if self.spots.get(kind)) or (_HOME_OF_NOTHING,)
        for _ in range(40):
            kind = rng.choice(kinds)
            spot = rng.choices(self.spots[kind], cum_weights=self._heat[kind])[0]
            far_m, way = abs(rng.gauss(0.0, habit.spread_m)), rng.uniform(0.0, math.tau)
            place = (spot.place[0] + far_m * math.cos(way), spot.place[1] + far_m * math.sin(way))
            if grid := self.grid_of(place):
                return place, spot.name, grid
        raise ValueError(f"no place of {kinds} lies inside a grid")


def reports_an_hour(moment: Moment, storm: float) -> float:
    """How many reports an hour are usual at a moment; a storm at its height more than doubles them."""
    hour = int(moment.hour)
    share = moment.hour - hour
    busy = BUSY[hour % 24] * (1.0 - share) + BUSY[(hour + 1) % 24] * share
    weekend = 0.85 if moment.weekday >= 5 else 1.0
    market = 1.2 if moment.market and moment.hour < 13.0 else 1.0
    return REPORTS_AN_HOUR * busy * weekend * market * (1.0 + 1.3 * storm)


def group_weight(group: str, moment: Moment, storm: float) -> float:
    """How likely a group is reported at a moment, beside the others."""
    habit = HABITS[group]
    weight = habit.weight * habit.hours[int(moment.hour) % 24]
    if habit.market and moment.market and moment.hour < 13.0:
        weight *= 3.0
    if habit.office and moment.weekday >= 5:
        weight *= 0.3
    if storm:
        weight *= 1.0 + storm * STORM_GROUPS.get(group, -0.8)
    return weight


def _severity_weight(item: Item, storm: float) -> float:
    if "雪" in item.name or "烧炭" in item.name:
        return 0.02
    base = {1: 1.0, 2: 0.5, 3: 1.0, 4: 1.0}[item.severity]
    return base * (6.0 if storm > 0.2 and any(word in item.name for word in _WET_WORDS) else 1.0)


_WET_WORDS = ("积水", "雨水", "排水", "下水道", "倒灌", "水位", "树", "下垂", "招牌", "停电", "绝缘", "桥梁", "塌陷")


def _pick(rng: Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]
