"""The receivers of the shift: phones of teams and the gateway of the vehicles, each with its own fixes and queue.

Positions run on the wall's clock, for a fix says when it was taken; a shift at a higher speed has people hurry, as far
as their kind can.
"""

from __future__ import annotations

import heapq
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from gis.simulator.devices import Letter
from gis.simulator.link import Answer
from gis.simulator.script import Unit
from gis.simulator.streets import StreetMap, Xy
from gis.simulator.walker import Walker

Json = dict[str, Any]
#: Fixes in one request, and in one device's memory (some seven hours of them).
BATCH, MEMORY = 60, 3600
#: A phone is without network about once in two hours, for some minutes.
_BETWEEN_DARK_S, _DARK_S = 7200.0, (120.0, 360.0)
_REPEATS = 0.015


@dataclass(eq=False)
class Receiver:
    """One device: takes a fix of each of its units every few seconds and sends what it has, unless it is in the dark."""

    lane: str
    token: str
    rng: Random
    walkers: dict[str, Walker]
    send: Callable[[str, Letter], None]
    degrees: Callable[[Xy], Xy]
    fixes: deque[Json] = field(default_factory=lambda: deque(maxlen=MEMORY))
    on_way: list[Json] = field(default_factory=list)
    pace_s: float = 0.0
    dark_until: float = 0.0
    next_dark: float = 0.0
    was_dark: bool = False
    refused: int = 0
    on_duty: set[str] = field(default_factory=set)
    _posted: float = 0.0
    _taken: dict[str, float] = field(default_factory=dict)

    def take(self, unit: str, now: float) -> None:
        """Moves a unit on to this moment (monotonic seconds) and keeps its fix; off duty nobody is followed."""
        if unit not in self.on_duty:
            return
        walker = self.walkers[unit]
        walker.advance(min(now - self._taken.get(unit, now), 60.0))
        self._taken[unit] = now
        fix = walker.fix()
        lon, lat = self.degrees(fix.place)
        self.fixes.append(
            {
                "client_id": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), "unit": unit,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "lon": round(lon, 7), "lat": round(lat, 7),
                "accuracy_m": fix.accuracy_m, "speed_mps": fix.speed_mps, "bearing_deg": fix.bearing_deg,
            }
        )  # fmt: skip

    def deliver(self, now: float) -> None:
        """Sends the next batch when there is network and nothing is on its way."""
        if now >= self.next_dark:
            if self.next_dark:
                self.dark_until = now + self.rng.uniform(*_DARK_S)
            self.next_dark = now + self.rng.expovariate(1.0 / _BETWEEN_DARK_S) + 90.0
        if now < self.dark_until:
            self.was_dark = True
            return
        if self.on_way or not self.fixes or now < self._posted + self.pace_s:
            return
        self._posted = now
        batch = [self.fixes.popleft() for _ in range(min(BATCH, len(self.fixes)))]
        if self.was_dark and len(batch) > 1 and self.rng.random() < 0.5:
            self.rng.shuffle(batch)  # what queued up leaves some phones in any order
        self.was_dark = self.was_dark and bool(self.fixes)
        self.on_way = batch
        self._post(batch)
        if self.rng.random() < _REPEATS:
            self._post(batch)  # an answer that a phone did not hear: it sends the same again

    def _post(self, batch: list[Json]) -> None:
        def ended(outcome: str, answer: Answer) -> None:
            self._ended(batch, answer)

        self.send(self.lane, Letter("positions", self.token, "/api/positions", {"fixes": batch}, ended=ended))

    def _ended(self, sent: list[Json], answer: Answer) -> None:
        """Runs in a sender's thread: a batch that is sent twice is answered twice."""
        if self.on_way is sent:
            self.on_way = []
        for refusal in answer.body.get("refused") or ():
            self.refused += 1
            if refusal.get("code") == "off_duty" and refusal.get("index", len(sent)) < len(sent):
                self.on_duty.discard(sent[refusal["index"]]["unit"])  # somebody has sent it home


class Fleet:
    """Every device, and when each is due."""

    def __init__(
        self, *, units: Iterable[Unit], roads: StreetMap, rivers: StreetMap | None, tokens: Mapping[str, str],
        send: Callable[[str, Letter], None], degrees: Callable[[Xy], Xy], seed: int, run_id: uuid.UUID, speed: float,
    ) -> None:  # fmt: skip
        self.walkers: dict[str, Walker] = {}
        self._devices: dict[str, Receiver] = {}
        gateway = Receiver("gateway", tokens["gateway"], Random(f"{run_id} gateway"), {}, send, degrees)
        gateway.next_dark, gateway.pace_s = float("inf"), 2.0
        for unit in units:
            streets = rivers if unit.kind == "boat" and rivers is not None else roads
            home = "" if streets is rivers else unit.area
            rng = Random(f"{seed} {unit.id}")  # where it goes is the story's; what it is called is the run's
            walker = Walker(
                unit.kind, streets, home, rng, streets.nearest_node(unit.last or unit.base), hurry=max(1.0, speed)
            )
            self.walkers[unit.id] = walker
            device = gateway
            if unit.is_team:
                token = tokens[f"team:{unit.area}"]
                device = Receiver(f"phone:{unit.id}", token, Random(f"{run_id} {unit.id}"), {}, send, degrees)
            device.walkers[unit.id] = walker
            if unit.status != "off_duty":
                device.on_duty.add(unit.id)
            self._devices[unit.id] = device
        self._due: list[tuple[float, str]] = []

    def begin(self, now: float) -> None:
        """Switches every device on, over the first seconds."""
        self._due = [(now + 1.0 + self._devices[unit].rng.uniform(0.0, 7.0), unit) for unit in sorted(self.walkers)]
        heapq.heapify(self._due)

    def tick(self, now: float) -> None:
        """Takes and sends what is due by now (monotonic seconds)."""
        while self._due[0][0] <= now:
            _, unit = self._due[0]
            device = self._devices[unit]
            device.take(unit, now)
            device.deliver(now)
            heapq.heapreplace(self._due, (now + device.rng.uniform(5.0, 9.5), unit))

    def next_due(self) -> float:
        """When the next fix is due (monotonic seconds)."""
        return self._due[0][0]

    def dark(self, now: float) -> int:
        """How many phones are without network."""
        return sum(now < device.dark_until for device in self._devices.values())

    def refused(self) -> int:
        """How many fixes the server did not take, so far."""
        return sum(device.refused for device in set(self._devices.values()))

    def told(self, unit: str, status: str) -> None:
        """The server knows of a unit's status: from now on it is followed, or no longer."""
        known = self._devices[unit].on_duty
        known.discard(unit) if status == "off_duty" else known.add(unit)

    def obey(self, unit: str, status: str, place: Xy | None) -> None:
        """Sends a unit to a place, or lets it stroll again."""
        walker = self.walkers[unit]
        if status == "en_route" and place is not None:
            walker.go_to(place)
        elif status == "on_duty":
            walker.release()
