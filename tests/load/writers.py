"""Clients that write cases and positions over real HTTP and never give up: each write is sent until it is acknowledged."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
REPORT, POSITIONS = "report", "positions"
PATHS = {REPORT: "/api/incidents", POSITIONS: "/api/positions"}
#: A write that nobody acknowledged for so long is a fault.
PATIENCE_S = 90.0
_TIMEOUT_S = 10.0
#: Of a hundred sendings: replies never read, and acknowledged writes sent once more.
_UNREAD, _AGAIN = 4, 6


@dataclass
class Write:
    """One write as its client made it, and every answer with a 2xx that came back."""

    kind: str
    body: Json
    answers: list[tuple[int, Json]] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The client-made ids in it."""
        return [fix["client_id"] for fix in self.body["fixes"]] if self.kind == POSITIONS else [self.body["client_id"]]


@dataclass
class Maker:
    """Makes writes by chance: half reports, half batches of one to four positions, at these places of these units."""

    chance: random.Random
    places: Sequence[tuple[float, float]]
    units: Sequence[str]

    def any(self) -> Write:
        """A report or a batch."""
        return self.report() if self.chance.random() < 0.5 else self.positions()

    def report(self) -> Write:
        """A case."""
        lon, lat = self.chance.choice(self.places)
        occurred = datetime.now(UTC) - timedelta(minutes=3)
        return Write(
            REPORT,
            {
                "client_id": self._id(), "item": "C01-003", "lon": lon, "lat": lat, "source": "patrol",
                "occurred_at": occurred.isoformat(), "description": "路灯不亮",
            },
        )  # fmt: skip

    def positions(self) -> Write:
        """A batch of positions."""
        return Write(POSITIONS, {"fixes": [self._fix() for _ in range(self.chance.randint(1, 4))]})

    def _fix(self) -> Json:
        lon, lat = self.chance.choice(self.places)
        at = datetime.now(UTC) - timedelta(seconds=self.chance.uniform(0, 60))
        return {
            "client_id": self._id(), "unit": self.chance.choice(self.units), "at": at.isoformat(), "lon": lon, "lat": lat
        }  # fmt: skip

    def _id(self) -> str:
        return str(uuid.uuid4())


class Writers:
    """Threads that write one after the other until told to finish.

    `acknowledged` counts; `refusals` says which other answers came meanwhile.
    """

    def __init__(
        self, url: str, tokens: dict[str, str], make: Callable[[], Write], seed: int, threads: int = 8
    ) -> None:
        self.writes: list[Write] = []
        self.faults: list[str] = []
        self.refusals: Counter[str] = Counter()
        self._url, self._tokens, self._seed = urlsplit(url), tokens, seed
        self._make = make
        self._lock = threading.Lock()
        self._finishing, self._stopped = threading.Event(), threading.Event()
        self.acknowledged = 0
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(threads)]

    def start(self) -> None:
        """Begins."""
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """True while a client still sends."""
        return any(thread.is_alive() for thread in self._threads)

    def finish(self) -> None:
        """No new writes; those under way are sent until they are acknowledged."""
        self._finishing.set()

    def stop(self) -> None:
        """Gives up: what is not acknowledged by now never was."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(_TIMEOUT_S * 2)

    def _work(self, number: int) -> None:
        chance = random.Random(self._seed * 1000 + number)
        sender = Sender(self._url.hostname or "", self._url.port or 0, self._tokens)
        while not self._finishing.is_set() and not self._stopped.is_set():
            with self._lock:
                write = self._make()
                self.writes.append(write)
            self._until_acknowledged(sender, write, chance)
            if chance.randrange(100) < _AGAIN:
                self._until_acknowledged(sender, write, chance)
        sender.hang_up()

    def send(self, write: Write) -> None:
        """Sends one more write from a thread of its own until it is acknowledged."""
        self.writes.append(write)
        sender = Sender(self._url.hostname or "", self._url.port or 0, self._tokens)
        work = threading.Thread(target=self._until_acknowledged, args=(sender, write, random.Random(0)), daemon=True)
        self._threads.append(work)
        work.start()

    def _until_acknowledged(self, sender: Sender, write: Write, chance: random.Random) -> None:
        limit = time.monotonic() + PATIENCE_S
        while time.monotonic() < limit and not self._stopped.is_set():
            status, answer = sender.send(write, unread=chance.randrange(100) < _UNREAD)
            if 200 <= status < 300:
                write.answers.append((status, answer))
                with self._lock:
                    self.acknowledged += 1
                return
            if status:
                with self._lock:
                    self.refusals[f"{status} {answer.get('code', '')}".strip()] += 1
            self._stopped.wait(chance.uniform(0.02, 0.3))
        if not self._stopped.is_set():
            self.faults.append(f"{write.kind} {write.ids[0]} was not acknowledged within {PATIENCE_S:.0f} s")


class Sender:
    """One connection at a time, made again when it breaks."""

    def __init__(self, host: str, port: int, tokens: dict[str, str]) -> None:
        self._host, self._port, self._tokens = host, port, tokens
        self._link: http.client.HTTPConnection | None = None

    def send(self, write: Write, *, unread: bool) -> tuple[int, Json]:
        """Status and decoded body; (0, {}) when no answer came, or when its client hung up without reading it."""
        try:
            if self._link is None:
                self._link = http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_S)
            headers = {"Authorization": f"Bearer {self._tokens[write.kind]}", "Content-Type": "application/json"}
            self._link.request("POST", PATHS[write.kind], json.dumps(write.body), headers)
            if unread:
                self.hang_up()
                return 0, {}
            answer = self._link.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return 0, {}
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, {}

    def hang_up(self) -> None:
        """Closes the connection."""
        if self._link is not None:
            self._link.close()
            self._link = None
