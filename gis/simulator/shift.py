"""The loop of a shift: what the script says is due becomes letters, receivers send their fixes, once a minute a line.

Time enters here and nowhere else: the script asks for seconds of the shift, receivers for the wall's.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gis.simulator.accounts import Keys
from gis.simulator.cases import ENDING
from gis.simulator.devices import DONE, REFUSED, Letter, PostOffice
from gis.simulator.fleet import Fleet
from gis.simulator.link import Answer
from gis.simulator.script import Act, OpenCase, Script
from gis.simulator.streets import Xy

#: With more letters than this unsent the city holds its breath: hours without a server would fill the memory.
BREATHLESS = 400
_TICK_S = 0.25
_STOP_PATIENCE_S = 3.5
_KINDS = ("report", "step", "unit", "camera")


@dataclass
class Shift:
    """One run. `out` takes the lines; `run_id` keeps the ids of two runs of one seed apart."""

    script: Script
    fleet: Fleet
    office: PostOffice
    keys: Keys
    degrees: Callable[[Xy], Xy]
    speed: float
    run_id: uuid.UUID
    out: Callable[[str], None]
    _letters: int = 0
    _elapsed_s: float = 0.0
    _surprises: set[str] = field(default_factory=set)

    def run(self, stop: threading.Event, adopted: Iterable[OpenCase] = (), *, seconds: float | None = None) -> None:
        """Runs until `stop` is set, or for that many seconds of the wall's clock; ends within five seconds after."""
        adopted = tuple(adopted)
        for case in adopted:
            self.office.know(case.id, id=case.id, version=case.version)
        for unit in self.script.units.values():
            self.office.know(f"unit:{unit.id}", id=unit.id, version=unit.version)
        self.script.begin(adopted)
        self.office.start()
        began = before = time.monotonic()
        self.fleet.begin(began)
        next_line, last = began + 60.0, Counter[str]()
        while not stop.is_set() and (seconds is None or time.monotonic() - began < seconds):
            now = time.monotonic()
            if self.office.waiting < BREATHLESS:
                self._elapsed_s += (now - before) * self.speed
            before = now
            self._act()
            self.fleet.tick(now)
            if now >= next_line:
                last = self._line(now, last)
                next_line += 60.0
            until_act_s = (self.script.next_s() - self._elapsed_s) / self.speed
            stop.wait(min(_TICK_S, max(0.005, min(until_act_s, self.fleet.next_due() - time.monotonic()))))
        self.office.stop(_STOP_PATIENCE_S)
        self._line(time.monotonic(), last)

    def _act(self) -> None:
        while self._surprises:
            self.script.forget(self._surprises.pop())
        for act in self.script.take(self._elapsed_s):
            if act.kind == "unit":
                self.fleet.obey(act.lane.partition(":")[2], act.action, act.place)
            self.office.send(act.lane, self._letter(act))

    def _letter(self, act: Act) -> Letter:
        self._letters += 1
        client_id = str(uuid.uuid5(self.run_id, f"{act.lane} {self._letters}"))
        body: dict[str, Any] = {"client_id": client_id, **act.body}
        if act.kind in ("report", "step") and act.place is not None:
            lon, lat = self.degrees(act.place)
            body |= {"lon": round(lon, 7), "lat": round(lat, 7)}
        letter = Letter(act.kind, self.keys.full[act.who], "", body)
        if act.kind == "report":
            body["occurred_at"] = datetime.now(UTC).isoformat(timespec="seconds")
            letter.path, letter.opens = "/api/incidents", True
            letter.ended = self._watch(act.lane)
        elif act.kind == "step":
            letter.path, letter.reread = f"/api/incidents/{{id}}/{act.action}", "/api/incidents/{id}"
            letter.versioned, letter.ended = True, self._watch(act.lane)
            letter.closes = act.action in ENDING
        elif act.kind == "unit":
            body["status"] = act.action
            letter.path, letter.versioned = "/api/units/{id}/status", True
            letter.ended = self._followed(act.lane.partition(":")[2], act.action)
        else:
            body |= {"status": act.action, "at": datetime.now(UTC).isoformat(timespec="milliseconds")}
            letter.path = f"/api/cameras/{act.lane.partition(':')[2]}/status"
        return letter

    def _watch(self, case: str) -> Callable[[str, Answer], None]:
        """Cases that others have taken over are left to them."""

        def ended(outcome: str, answer: Answer) -> None:
            if outcome != DONE:
                self._surprises.add(case)

        return ended

    def _followed(self, unit: str, status: str) -> Callable[[str, Answer], None]:
        def ended(outcome: str, answer: Answer) -> None:
            if outcome == DONE:
                self.fleet.told(unit, status)

        return ended

    def _line(self, now: float, last: Counter[str]) -> Counter[str]:
        """Tells what was sent since the last line; returns the counts as they are now."""
        counts = Counter(self.office.counts)
        counts["fixes refused"] = self.fleet.refused()
        new = counts - last
        hour = self.script.clock.moment(self._elapsed_s).hour
        sent = ", ".join(f"{new[kind]} {kind}s" for kind in (*_KINDS, "positions"))
        self.out(
            f"{int(hour):02d}:{int(hour % 1 * 60):02d} {sent.replace('positionss', 'batches of positions')}"
            f" | open {len(self.script.cases)}, refused {counts[REFUSED]}, fixes refused {counts['fixes refused']},"
            f" overtaken {counts['overtaken']}, stale {counts['stale']} | waiting {self.office.waiting},"
            f" slowest {self.office.take_slowest_s():.2f} s, phones in the dark {self.fleet.dark(now)}"
            f"{', SERVER AWAY' if self.office.away else ''}"
        )
        return counts
