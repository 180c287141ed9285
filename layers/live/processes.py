"""Signs of life: every long-running process says every few seconds that it is there, and how it is doing."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

log = logging.getLogger("wangge.processes")

INTERVAL_S = 5.0
#: What a loop told of itself counts as a sign of life for so long.
PULSE_S = 4.0
_MOST_INSTANCES = 64
#: Locks held until the process ends.
_held: list[int] = []
#: When this process began, as far as it can tell.
STARTED_AT = datetime.now(UTC)

_BEAT = """
INSERT INTO live_process AS p (name, instance, pid, started_at, beat_at, starts, facts)
VALUES (%s, %s, %s, %s, clock_timestamp(), 1, %s::jsonb)
ON CONFLICT (name, instance) DO UPDATE SET
    starts = p.starts + CASE WHEN (p.pid, p.started_at) = (EXCLUDED.pid, EXCLUDED.started_at) THEN 0 ELSE 1 END,
    pid = EXCLUDED.pid, started_at = EXCLUDED.started_at, beat_at = EXCLUDED.beat_at, facts = EXCLUDED.facts
"""


def beat(name: str, instance: str, facts: Mapping[str, Any] | None = None) -> None:
    """Writes that the process `name` lives; one statement on the calling thread's connection, committed at once.

    `instance` tells several processes of one name apart and stays the same from start to start ("1", "2"), so that
    restarts can be counted. `facts` are small numbers and codes (a stream: `clients`), never words about people.
    Raises RuntimeError inside a transaction, which would hide the beat until its end.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a beat inside a transaction would be seen by nobody")
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [name, instance, os.getpid(), STARTED_AT, json.dumps(dict(facts or {}))])


class Beater(threading.Thread):
    """A thread that beats every five seconds on a connection of its own, whatever the database does meanwhile.

    `facts` that are None leave a beat out: the process runs, but what it is there for does not.
    """

    def __init__(
        self, name: str, instance: str, facts: Callable[[], Mapping[str, Any] | None] = dict,
        interval_s: float = INTERVAL_S,
    ) -> None:  # fmt: skip
        super().__init__(name=f"beat-{name}", daemon=True)
        self._process, self._instance, self._facts, self._interval_s = name, instance, facts, interval_s
        self._over = threading.Event()

    def run(self) -> None:
        """Beats until `stop`; a beat that fails is said once and tried again at its next turn."""
        silent, facts = False, None
        while not self._over.is_set():
            try:
                facts = self._facts()
                if facts is not None:
                    beat(self._process, self._instance, facts)
                silent = False
            except DatabaseError as error:
                if not silent:
                    log.warning("%s: no sign of life could be written: %s", self._process, str(error).split("\n")[0])
                silent = True
                connection.close()
            # A loop that has told nothing yet is asked again soon.
            self._over.wait(self._interval_s if facts is not None else min(1.0, self._interval_s))
        connection.close()

    def stop(self) -> None:
        """Ends the thread at once."""
        self._over.set()


class Pulse:
    """Signs of life of a loop: they go on only while the loop itself keeps telling how it is doing."""

    def __init__(self, name: str, pulse_s: float = PULSE_S) -> None:
        self._name, self._pulse_s = name, pulse_s
        self._told: tuple[float, Mapping[str, Any]] | None = None

    def tell(self, facts: Mapping[str, Any]) -> None:
        """Called from within the loop about once a second; costs nothing, also in an event loop."""
        self._told = (time.monotonic(), dict(facts))

    def newest(self) -> Mapping[str, Any] | None:
        """What was told last; None when that is too long ago."""
        told = self._told
        return told[1] if told is not None and time.monotonic() - told[0] <= self._pulse_s else None

    def start(self) -> Beater:
        """The running beater of this loop."""
        return signs_of_life(self._name, self.newest)


def signs_of_life(name: str, facts: Callable[[], Mapping[str, Any] | None] = dict) -> Beater:
    """A running beater for this process, whose instance is its number among those of one name on this machine."""
    beater = Beater(name, place_of(name, Path(settings.SOCKET_DIR)), facts)
    beater.start()
    return beater


def place_of(name: str, folder: Path) -> str:
    """The first number that no living process of that name has; the process id where the folder cannot be used.

    The kernel gives a number back whatever way its process ends.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, _MOST_INSTANCES + 1):
            descriptor = os.open(folder / f"{name}-{number}.alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            _held.append(descriptor)
            return str(number)
    except OSError as error:
        log.warning("%s: no number of its own (%s)", name, error)
    return f"pid-{os.getpid()}"
