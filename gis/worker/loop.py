"""The thread that walks the consumers of the log, and never gives up on a database that comes back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from layers.live.consumers import Consumer, advance, waiting

log = logging.getLogger("wangge.worker")

PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0


@dataclass
class _Trouble:
    """A consumer whose handler failed: how often, and when it gets its next turn."""

    times: int = 0
    next_at: float = 0.0


class Loop(threading.Thread):
    """Hands each consumer its events until it is told to stop; one that fails waits longer and longer, alone."""

    def __init__(self, consumers: Sequence[Consumer], pause_s: float = PAUSE_S) -> None:
        super().__init__(name="consumers", daemon=True)
        self._consumers, self._pause_s = tuple(consumers), pause_s
        self._over = threading.Event()
        self._trouble: dict[str, _Trouble] = {}

    def stop(self) -> None:
        """The batch under way is the last."""
        self._over.set()

    def facts(self) -> dict[str, Any]:
        """Which consumers fail, and how often in a row: for the signs of life."""
        return {"failing": {name: trouble.times for name, trouble in dict(self._trouble).items()}}

    def run(self) -> None:
        """Walks on until `stop`."""
        pause_s = self._pause_s
        while not self._over.is_set():
            try:
                moved = self.walk()
                pause_s = 0.0 if moved else self._pause_s
            except (DatabaseError, InterfaceError) as error:
                pause_s = min(LONGEST_PAUSE_S, max(self._pause_s, pause_s * 2))
                log.warning("consumers: the database does not answer (%s)", str(error).split("\n")[0])
                connection.close()
            self._over.wait(pause_s)
        connection.close()

    def walk(self) -> int:
        """One turn of everybody who has events before him; the number of events handled."""
        now, moved = time.monotonic(), 0
        for consumer in waiting(self._consumers):
            if self._over.is_set() or now < self._trouble.get(consumer.name, _Trouble()).next_at:
                continue
            try:
                moved += advance(consumer)
                self._trouble.pop(consumer.name, None)
            except Exception as error:
                if isinstance(error, DatabaseError | InterfaceError) and not _answers():
                    raise
                self._put_off(consumer, error)
        return moved

    def _put_off(self, consumer: Consumer, error: Exception) -> None:
        trouble = self._trouble.setdefault(consumer.name, _Trouble())
        trouble.times += 1
        pause_s = min(LONGEST_PAUSE_S, 0.5 * 2 ** min(trouble.times, 8))
        trouble.next_at = time.monotonic() + pause_s
        log.error("consumer %s failed (%s in a row)", consumer.name, trouble.times, exc_info=error)


def _answers() -> bool:
    """True when the fault was the consumer's: the connection still works, or a new one does."""
    try:
        connection.close_if_unusable_or_obsolete()
        return bool(connection.is_usable()) if connection.connection is not None else _opens()
    except (DatabaseError, InterfaceError):
        return False


def _opens() -> bool:
    connection.ensure_connection()
    return True
