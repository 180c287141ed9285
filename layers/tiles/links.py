"""Database connections for tiles: read-only, with a time limit, statements prepared, answers binary.

A tile is one statement, so these stand in autocommit and their limits are set once at connecting: `SET LOCAL` would
cost three more round trips a tile. A link goes back to the stock after each use; a broken one is thrown away, and the
statement is tried once more on a fresh one: that is how a restarted database is survived without asking first.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connections

from layers.tiles.mvt import Parameter, Statement

TIMEOUT_MS = 5000
#: Planning a spatial statement costs as much as running it on a small tile, hence generic plans; nothing in parallel,
#: as two cores serve many tiles at once.
_OPTIONS = (
    f"-c statement_timeout={TIMEOUT_MS} -c default_transaction_read_only=on -c jit=off"
    " -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan"
    " -c idle_session_timeout=0"
)
_NOT_FOR_US = ("cursor_factory", "context", "prepare_threshold", "pool")
_PREPARED_MAX = 300


class _Link:
    """One connection with one cursor that is used again and again."""

    def __init__(self) -> None:
        settings = connections["default"].get_connection_params()
        wanted: dict[str, Any] = {name: value for name, value in settings.items() if name not in _NOT_FOR_US}
        wanted["options"] = f"{wanted.get('options', '')} {_OPTIONS}".strip()
        wanted["application_name"] = "wangge-tiles"
        self.connection = psycopg.connect(**wanted, autocommit=True)
        self.connection.prepared_max = _PREPARED_MAX
        self.cursor = psycopg.RawCursor(self.connection)

    @property
    def broken(self) -> bool:
        return self.connection.closed


class Links:
    """The stock of idle links of this process, the last used on top; it holds as many as ever worked at once."""

    def __init__(self) -> None:
        self._idle: list[_Link] = []
        self._database = ""
        self._lock = threading.Lock()

    def fetch(self, statement: Statement, parameters: Sequence[Parameter]) -> bytes:
        """The bytes of a tile. Raises psycopg.errors.QueryCanceled past the time limit, psycopg.OperationalError when
        the database can't be reached."""
        link, fresh = self._take()
        try:
            return self._run(link, statement, parameters)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            if fresh or not link.broken:
                raise
        self.close()  # what the database closed on this one it closed on the others
        link, _ = self._take()
        return self._run(link, statement, parameters)

    def close(self) -> None:
        """Closes the idle links."""
        with self._lock:
            idle, self._idle = self._idle, []
        for link in idle:
            link.connection.close()

    def _take(self) -> tuple[_Link, bool]:
        """A link, and whether it was made just now."""
        name = str(connections["default"].settings_dict["NAME"])
        if name != self._database:  # tests and commands may point the process at another database
            self.close()
            self._database = name
        try:
            return self._idle.pop(), False
        except IndexError:
            return _Link(), True

    def _run(self, link: _Link, statement: Statement, parameters: Sequence[Parameter]) -> bytes:
        try:
            link.cursor.execute(statement.text, parameters, binary=True, prepare=True)
            row = link.cursor.fetchone()
        finally:
            if link.broken:
                link.connection.close()
            else:
                self._idle.append(link)
        return bytes(row[0]) if row and row[0] else b""


LINKS = Links()


def fetch(statement: Statement, parameters: Sequence[Parameter]) -> bytes:
    """The bytes of a tile; inside a transaction of the caller's, what that transaction sees."""
    outer = connections["default"]
    if not outer.in_atomic_block:
        return LINKS.fetch(statement, parameters)
    outer.ensure_connection()
    with psycopg.RawCursor(outer.connection) as cursor:
        row = cursor.execute(statement.text, parameters, binary=True).fetchone()
    return bytes(row[0]) if row and row[0] else b""
