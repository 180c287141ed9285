"""Sending what devices say: lanes that keep order, a few threads, and nothing lost when the server is away.

A lane holds what belongs together (one case, one unit, one camera): its letters go one after the other, each until it
is answered. A letter keeps its `client_id` and body through every repetition, so the server does it once; only the
version in it is read anew when the server says that it is stale.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gis.simulator.link import Answer, Link, ServerAway

log = logging.getLogger("wangge.simulator")
#: Sender threads: few, for the web process has few as well.
THREADS = 6
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 4.0
_STALE_TRIES, _DEFECT_TRIES, _TOLD_ONE_BY_ONE = 5, 8, 20

DONE, REFUSED, OVERTAKEN = "done", "refused", "overtaken"
End = Callable[[str, Answer], None]


@dataclass
class Letter:
    """One request. `{id}` in the path and `version` in the body are filled in from the lane when it is sent first.

    `reread` is where the present version can be read; `opens` marks the letter whose answer gives the lane its id,
    `closes` the last one of its lane.
    """

    kind: str
    token: str
    path: str
    body: dict[str, Any]
    versioned: bool = False
    reread: str = ""
    opens: bool = False
    closes: bool = False
    ended: End | None = None
    defects: int = 0
    stale: int = 0
    due: float = field(default_factory=time.monotonic)


@dataclass
class Lane:
    """Letters in order, and what is known of the thing they are about."""

    name: str
    id: str = ""
    version: int = 0
    letters: deque[Letter] = field(default_factory=deque)


class PostOffice:
    """Takes letters from anywhere and delivers them in the background."""

    def __init__(self, url: str, threads: int = THREADS) -> None:
        self.url = url
        self.counts: Counter[str] = Counter()
        self.slowest_s = 0.0
        self._lanes: dict[str, Lane] = {}
        self._ready: queue.SimpleQueue[Lane] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._pause_s, self._closed_until = 0.0, 0.0
        self._threads = [threading.Thread(target=self._work, name=f"sender-{n}", daemon=True) for n in range(threads)]
        Link(url)  # a bad address is told at once

    def start(self) -> None:
        """Begins to deliver."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience_s: float) -> None:
        """Ends after the letters that are on their way; the rest stays unsent."""
        self._stop.set()
        limit = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, limit - time.monotonic()))

    def know(self, lane: str, *, id: str, version: int) -> None:
        """Tells what a lane is about when no letter of ours has opened it."""
        with self._lock:
            self._lanes[lane] = Lane(lane, id, version)

    def send(self, lane: str, letter: Letter) -> None:
        """Puts a letter at the end of its lane."""
        with self._lock:
            entry = self._lanes.setdefault(lane, Lane(lane))
            entry.letters.append(letter)
            if len(entry.letters) == 1:
                self._ready.put(entry)

    def lanes(self) -> tuple[str, ...]:
        """Names of the lanes that are known."""
        with self._lock:
            return tuple(self._lanes)

    @property
    def waiting(self) -> int:
        """Letters not delivered yet."""
        with self._lock:
            return sum(len(lane.letters) for lane in self._lanes.values())

    @property
    def away(self) -> bool:
        """True while the server does not answer."""
        return self._pause_s > 0.0

    def take_slowest_s(self) -> float:
        """The longest time between a letter's due time and its answer since the last call."""
        slowest, self.slowest_s = self.slowest_s, 0.0
        return slowest

    def _work(self) -> None:
        link = Link(self.url)
        while not self._stop.is_set():
            try:
                lane = self._ready.get(timeout=0.2)
            except queue.Empty:
                continue
            wait_s = self._closed_until - time.monotonic()
            if wait_s > 0 and self._stop.wait(wait_s):
                break
            try:
                finished = self._deliver(link, lane, lane.letters[0])
            except ServerAway as reason:
                self._back_off(str(reason))
                finished = False
            self._hand_on(lane, finished)
        link.close()

    def _hand_on(self, lane: Lane, finished: bool) -> None:
        with self._lock:
            done = lane.letters.popleft() if finished else None
            if lane.letters:
                self._ready.put(lane)
            elif done is not None and done.closes:
                del self._lanes[lane.name]

    def _back_off(self, reason: str) -> None:
        with self._lock:
            if time.monotonic() < self._closed_until:
                return
            if not self._pause_s:
                log.warning("the server does not answer (%s); what is said meanwhile is kept", reason)
            self._pause_s = min(_LONGEST_PAUSE_S, self._pause_s * 2 or _FIRST_PAUSE_S)
            self._closed_until = time.monotonic() + self._pause_s * random.uniform(0.7, 1.0)
            self.counts["pauses"] += 1

    def _deliver(self, link: Link, lane: Lane, letter: Letter) -> bool:
        """True when the letter is done with, for good or bad. Raises ServerAway."""
        if "{id}" in letter.path and not lane.id:
            self._end(letter, REFUSED, Answer(0, {"detail": "what it is about was never taken"}))
            return True
        if letter.versioned and "version" not in letter.body:
            letter.body["version"] = lane.version
        answer = link.request("POST", letter.path.format(id=lane.id), letter.token, letter.body)
        if self._pause_s:
            log.warning("the server answers again; %d letters wait", self.waiting)
            self._pause_s = 0.0
        if answer.status == 409 and answer.code == "stale_version" and letter.stale < _STALE_TRIES:
            self._read_again(link, lane, letter, answer)
            return False
        if answer.status >= 500 and letter.defects < _DEFECT_TRIES:
            letter.defects += 1
            raise ServerAway(f"status {answer.status}")
        self.slowest_s = max(self.slowest_s, time.monotonic() - letter.due)
        self._end(letter, self._outcome(lane, letter, answer), answer)
        return True

    def _read_again(self, link: Link, lane: Lane, letter: Letter, answer: Answer) -> None:
        """Somebody else was faster: the letter goes again with the version that holds now."""
        letter.stale += 1
        self.counts["stale"] += 1
        current = answer.body.get("current")
        if letter.reread:
            found = link.request("GET", letter.reread.format(id=lane.id), letter.token)
            current = found.body.get("properties", {}).get("version", current)
        if isinstance(current, int):
            lane.version = letter.body["version"] = current

    def _outcome(self, lane: Lane, letter: Letter, answer: Answer) -> str:
        if answer.ok:
            if letter.opens:
                lane.id = str(answer.body.get("id", ""))
            if isinstance(version := answer.body.get("version"), int):
                lane.version = version
            return DONE
        return OVERTAKEN if answer.code == "action_not_possible" else REFUSED

    def _end(self, letter: Letter, outcome: str, answer: Answer) -> None:
        with self._lock:
            self.counts[letter.kind if outcome == DONE else outcome] += 1
            if outcome == DONE and answer.status == 200 and letter.opens:
                self.counts["repeated"] += 1
            refused = self.counts[REFUSED] if outcome == REFUSED else 0
        if 0 < refused <= _TOLD_ONE_BY_ONE or refused % 100 == 1:
            log.warning("refused (%d): %s %s %s", refused, letter.path, answer.status, _sentence(answer.body))
        if letter.ended is not None:
            letter.ended(outcome, answer)


def _sentence(body: Mapping[str, Any]) -> str:
    return str(body.get("detail") or body.get("refused") or "")[:300]
