"""Signs of life: every long-running process says every few seconds that it is there, and how it is doing."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, connection

log = logging.getLogger("wangge.processes")

INTERVAL_S = 5.0
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
    """A thread that beats every five seconds on a connection of its own, whatever the database does meanwhile."""

    def __init__(
        self, name: str, instance: str, facts: Callable[[], Mapping[str, Any]] = dict, interval_s: float = INTERVAL_S
    ) -> None:
        super().__init__(name=f"beat-{name}", daemon=True)
        self._process, self._instance, self._facts, self._interval_s = name, instance, facts, interval_s
        self._over = threading.Event()

    def run(self) -> None:
        """Beats until `stop`; a beat that fails is said once and tried again at its next turn."""
        silent = False
        while not self._over.is_set():
            try:
                beat(self._process, self._instance, self._facts())
                silent = False
            except DatabaseError as error:
                if not silent:
                    log.warning("%s: no sign of life could be written: %s", self._process, str(error).split("\n")[0])
                silent = True
                connection.close()
            self._over.wait(self._interval_s)
        connection.close()

    def stop(self) -> None:
        """Ends the thread at once."""
        self._over.set()
