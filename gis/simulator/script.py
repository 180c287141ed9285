"""The script of a shift, pure: which act is due when. The same seed and facts give the same script.

A discrete simulation: a heap of things to come, each turned into acts when its time has come. Where the city would be
silent for longer than `gap_s`, whatever comes next comes earlier, so that screens never stand still.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from gis.simulator import cameras, cases
from gis.simulator.city import City, ShiftClock, Storm, reports_an_hour
from gis.simulator.streets import Xy

#: Open cases the shift begins with, and the bounds between which arrivals are steered.
BACKLOG, SCARCE, PLENTY = 84, 76, 180
_BACKLOG_GAP_S = 2.2


@dataclass(frozen=True)
class Unit:
    """A unit of the roster: `area` is its grid, or its community where it has no grid; `last` is where it was seen."""

    id: str
    kind: str
    area: str
    base: Xy
    status: str = "off_duty"
    version: int = 0
    last: Xy | None = None

    @property
    def is_team(self) -> bool:
        """True for the team of a grid."""
        return self.kind == "team"


@dataclass(frozen=True)
class OpenCase:
    """A case that was open before the shift began."""

    id: str
    version: int
    state: str
    place: Xy
    grid: str
    facts: cases.Facts


@dataclass(frozen=True)
class Act:
    """Something to be sent: `lane` keeps the order of what belongs together, `who` names the sender.

    `kind` is `report`, `step`, `unit` or `camera`; `place` (metres) is where a report or relocation lies, or where a
    unit is called to.
    """

    at_s: float
    kind: str
    lane: str
    who: str
    action: str
    body: Mapping[str, Any] = field(default_factory=dict)
    place: Xy | None = None


@dataclass
class _Case:
    place: Xy
    grid: str
    facts: cases.Facts
    steps: tuple[cases.Step, ...]
    unit: str = ""


class Script:
    """The acts of one shift in the order of their time."""

    def __init__(
        self, *, city: City, units: Sequence[Unit], camera_states: Mapping[str, str], clock: ShiftClock, seed: int,
        gap_s: float, storm_now: bool = False,
    ) -> None:  # fmt: skip
        self.rng = Random(seed)
        self.city, self.clock, self.gap_s = city, clock, gap_s
        self.units = {unit.id: unit for unit in units}
        self.teams = {unit.area: unit.id for unit in units if unit.is_team}
        self.busy: dict[str, str] = {}
        self.cases: dict[str, _Case] = {}
        self.down = {camera for camera, status in camera_states.items() if status != cameras.ONLINE}
        self._cameras = sorted(camera_states)
        self._heap: list[tuple[float, int, Callable[[float], list[Act]]]] = []
        self._serial, self._names = count(), count(1)
        self._last_s = 0.0
        # A storm breaks in the first minute when asked for, else in the afternoon of most days.
        self.storm = Storm(20.0) if storm_now else Storm(self._afternoon())

    def begin(self, adopted: Iterable[OpenCase] = ()) -> None:
        """Puts the first things on the heap: everybody on duty, what was left open, the morning's backlog."""
        for number, unit in enumerate(self.units.values()):
            if unit.status != "on_duty":
                self._at(0.0 if unit.is_team else 0.5 * (number % 8), self._status(unit.id, "on_duty"))
        for old in adopted:
            self.cases[old.id] = _Case(old.place, old.grid, old.facts, cases.rest(self.rng, old.facts, old.state))
            self._next_step(old.id, 0.0)
        for number in range(max(0, BACKLOG - len(self.cases))):
            self._at(2.0 + number * _BACKLOG_GAP_S, self._backlog)
        self._at(self._until_report(0.0), self._report)
        for camera in sorted(self.down):
            self._at(cameras.repair_s(self.rng), self._camera_back(camera))
        self._at(cameras.next_failure_s(self.rng, 0.0), self._camera_fails)

    def take(self, until_s: float) -> Iterator[Act]:
        """The acts due up to that time, in order."""
        while self._heap:
            at_s = min(self._heap[0][0], max(self._last_s + self.gap_s, 0.0))
            if at_s > until_s:
                return
            _, _, happen = heapq.heappop(self._heap)
            acts = happen(at_s)
            if acts:
                self._last_s = at_s
            yield from acts

    def next_s(self) -> float:
        """When the next act is due."""
        return min(self._heap[0][0], self._last_s + self.gap_s) if self._heap else math.inf

    def forget(self, case: str) -> None:
        """Somebody else has taken a case over, or it was refused: the shift does nothing more about it."""
        self.cases.pop(case, None)
        for unit in [unit for unit, busy_with in self.busy.items() if busy_with == case]:
            self._at(self._last_s + 5.0, self._free(unit, case))

    def _at(self, at_s: float, happen: Callable[[float], list[Act]]) -> None:
        heapq.heappush(self._heap, (at_s, next(self._serial), happen))

    def _afternoon(self) -> float:
        """Seconds until the storm of the day: at 14 to 17 o'clock; past when that hour is over or the day stays fair."""
        hour = self.rng.uniform(14.0, 17.0)
        return (hour - self.clock.begin_h) * 3600.0 if self.rng.random() < 0.7 else -1e9

    def _until_report(self, at_s: float) -> float:
        rate = reports_an_hour(self.clock.moment(at_s), self.storm.strength(at_s))
        return at_s + self.rng.expovariate(rate * (1.8 if len(self.cases) < SCARCE else 1.0) / 3600.0)

    def _report(self, at_s: float) -> list[Act]:
        self._at(self._until_report(at_s), self._report)
        return self._new_case(at_s, backlog=False) if len(self.cases) < PLENTY else []

    def _backlog(self, at_s: float) -> list[Act]:
        return self._new_case(at_s, backlog=True)

    def _new_case(self, at_s: float, *, backlog: bool) -> list[Act]:
        drawn = self.city.draw(self.rng, self.clock.moment(at_s), self.storm.strength(at_s), calm=backlog)
        team = self.teams.get(drawn.grid, "")
        free = bool(team) and team not in self.busy
        item = drawn.item
        facts = cases.Facts(drawn.source, item.category, item.severity, item.department, free, guarded=item.guarded)
        name = f"case-{next(self._names)}"
        case = _Case(drawn.place, drawn.grid, facts, cases.plan(self.rng, facts, backlog=backlog))
        self.cases[name] = case
        body = {"item": item.code, "source": drawn.source, "description": drawn.description}
        if case.steps[0].action == "self_handle":
            self._call(name, case, team, at_s, arrives_s=at_s + 0.4 * case.steps[0].after_s)
        self._next_step(name, at_s)
        return [Act(at_s, "report", name, self._reporter(drawn.source, drawn.grid, item), "report", body, drawn.place)]

    def _reporter(self, source: str, grid: str, item: Any) -> str:
        who = {"patrol": f"team:{grid}", "phone": "seat", "video": "video", "department": f"worker:{item.department}"}
        return who.get(source, "public")

    def _next_step(self, name: str, at_s: float) -> None:
        case = self.cases[name]
        if not case.steps:
            del self.cases[name]
            return
        step = case.steps[0]
        wait_s = step.after_s
        if step.action == "handle" and case.unit:
            wait_s = max(wait_s, self._ride_s(case.unit, case.place))
        self._at(at_s + wait_s, lambda now_s: self._do_step(name, step, now_s))

    def _do_step(self, name: str, step: cases.Step, at_s: float) -> list[Act]:
        case = self.cases.get(name)
        if case is None or not case.steps or case.steps[0] is not step:
            return []
        case.steps = case.steps[1:]
        body: dict[str, Any] = {"reason": step.reason} if step.reason else {}
        place = None
        if step.action == cases.RELOCATE:
            place = self._nearby(case)
            case.place, case.grid = place, self.city.grid_of(place)
        act = Act(at_s, "step", name, self._person(step.post, case), step.action, body, place)
        acts = [act, *self._units_of(name, case, step.action, at_s)]
        self._next_step(name, at_s)
        return acts

    def _person(self, post: str, case: _Case) -> str:
        if post == "team":
            return f"team:{case.grid}"
        return f"worker:{case.facts.department}" if post == "worker" else post

    def _nearby(self, case: _Case) -> Xy:
        for _ in range(20):
            far_m, way = self.rng.uniform(15.0, 120.0), self.rng.uniform(0.0, math.tau)
            place = (case.place[0] + far_m * math.cos(way), case.place[1] + far_m * math.sin(way))
            if self.city.grid_of(place):
                return place
        return case.place

    def _units_of(self, name: str, case: _Case, action: str, at_s: float) -> list[Act]:
        """Calls a unit when a case is dispatched, has it arrive when it is handled, frees it when that is done."""
        if action == "dispatch" and case.facts.category != "A":
            if unit := self._free_unit(case):
                self._call(name, case, unit, at_s, arrives_s=None)
        elif case.unit and action == "handle":
            return self._status(case.unit, "on_scene")(at_s)
        elif case.unit and action in ("reply", "self_handle"):
            self._at(at_s + self.rng.uniform(10.0, 60.0), self._free(case.unit, name))
            case.unit = ""
        return []

    def _call(self, name: str, case: _Case, unit: str, at_s: float, *, arrives_s: float | None) -> None:
        self.busy[unit], case.unit = name, unit
        self._at(at_s + self.rng.uniform(3.0, 20.0), self._status(unit, "en_route", case.place))
        if arrives_s is not None:
            self._at(arrives_s, self._status(unit, "on_scene"))

    def _free_unit(self, case: _Case) -> str:
        """The team of the grid for small things, else the nearest vehicle that is free; nobody when all are busy."""
        team = self.teams.get(case.grid, "")
        if case.facts.severity >= 3 and team and team not in self.busy:
            return team
        cars = [u for u in self.units.values() if not u.is_team and u.kind != "boat" and u.id not in self.busy]
        near = min(cars, key=lambda u: (math.dist(u.base, case.place), u.id), default=None)
        return near.id if near else (team if team not in self.busy else "")

    def _ride_s(self, unit: str, place: Xy) -> float:
        way_m = 1.4 * math.dist(self.units[unit].base, place)
        return way_m / (1.4 if self.units[unit].is_team else 6.0) + 60.0

    def _status(self, unit: str, status: str, place: Xy | None = None) -> Callable[[float], list[Act]]:
        who = f"team:{self.units[unit].area}" if self.units[unit].is_team else "gateway"
        return lambda at_s: [Act(at_s, "unit", f"unit:{unit}", who, status, {}, place)]

    def _free(self, unit: str, case: str) -> Callable[[float], list[Act]]:
        def happen(at_s: float) -> list[Act]:
            if self.busy.get(unit) != case:
                return []
            del self.busy[unit]
            return self._status(unit, "on_duty")(at_s)

        return happen

    def _camera_fails(self, at_s: float) -> list[Act]:
        self._at(at_s + cameras.next_failure_s(self.rng, self.storm.strength(at_s)), self._camera_fails)
        up = [camera for camera in self._cameras if camera not in self.down]
        if not up:
            return []
        camera = self.rng.choice(up)
        status, lasts_s = cameras.failure(self.rng)
        self.down.add(camera)
        self._at(at_s + lasts_s, self._camera_back(camera))
        return [Act(at_s, "camera", f"camera:{camera}", "video", status)]

    def _camera_back(self, camera: str) -> Callable[[float], list[Act]]:
        def happen(at_s: float) -> list[Act]:
            self.down.discard(camera)
            return [Act(at_s, "camera", f"camera:{camera}", "video", cameras.ONLINE)]

        return happen
