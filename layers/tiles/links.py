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
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from layers.tiles.mvt import Parameter, Statement

TIMEOUT_MS = 5000
#: Planning a spatial statement costs as much as running it on a small tile, hence generic plans; nothing in parallel,
#: as two cores serve many tiles at once.
OPTIONS = (
    f"-c statement_timeout={TIMEOUT_MS} -c lock_timeout=0 -c default_transaction_read_only=on -c jit=off"
    " -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan"
)
_NOT_FOR_US = ("cursor_factory", "context", "prepare_threshold", "pool")
#: Sets of layers x zooms x kinds of scope in use at once; beyond that a link starts over.
_PREPARED_MAX = 400
_BINARY = 1


class _Link:
    """One connection and the names under which it holds statements.

    It speaks libpq's blocking calls directly: they release the interpreter lock while they wait, and on a small tile
    take half the time of a cursor, which waits step by step so that it can be interrupted. The time limit of the
    session bounds the wait here.
    """

    def __init__(self) -> None:
        settings = connections["default"].get_connection_params()
        wanted: dict[str, Any] = {name: value for name, value in settings.items() if name not in _NOT_FOR_US}
        wanted["options"] = f"{wanted.get('options', '')} {OPTIONS}".strip()
        wanted["application_name"] = "wangge-tiles"
        self._connection = psycopg.connect(**wanted, autocommit=True)
        self._names: dict[str, bytes] = {}

    @property
    def broken(self) -> bool:
        return self._connection.pgconn.status != ConnStatus.OK

    def close(self) -> None:
        self._connection.close()

    def run(self, statement: Statement, parameters: Sequence[Parameter]) -> bytes:
        """The one value of the one row. Raises the psycopg error of whatever went wrong."""
        line = self._connection.pgconn
        name = self._names.get(statement.text) or self._prepare(statement)
        result = line.exec_prepared(name, [_text(value) for value in parameters], result_format=_BINARY)
        if result.status != ExecStatus.TUPLES_OK:
            raise self._error(result)
        return result.get_value(0, 0) or b""

    def _prepare(self, statement: Statement) -> bytes:
        line = self._connection.pgconn
        if len(self._names) >= _PREPARED_MAX:
            self._names.clear()
            line.exec_(b"DEALLOCATE ALL")
        name = f"tile{len(self._names)}".encode()
        result = line.prepare(name, statement.text.encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise self._error(result)
        self._names[statement.text] = name
        return name

    def _error(self, result: PGresult) -> psycopg.Error:
        """psycopg's own class for a result that is none; a lost connection has no SQLSTATE."""
        state = result.error_field(psycopg.pq.DiagnosticField.SQLSTATE)
        text = (result.error_message or b"the connection was lost").decode("utf-8", "replace").strip()
        if not state:
            return psycopg.OperationalError(text)
        return psycopg.errors.lookup(state.decode())(text)


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
        except psycopg.OperationalError:
            if fresh or not link.broken:
                raise
        self.close()  # what the database closed on this one it closed on the others
        return self._run(_Link(), statement, parameters)

    def close(self) -> None:
        """Closes the idle links."""
        with self._lock:
            idle, self._idle = self._idle, []
        for link in idle:
            link.close()

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
            return link.run(statement, parameters)
        finally:
            if link.broken:
                link.close()
            else:
                self._idle.append(link)


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


def _text(value: Parameter) -> bytes:
    """A parameter as text; a list as an array literal."""
    if isinstance(value, str):
        return value.encode()
    quoted = (item.replace("\\", r"\\").replace('"', r"\"") for item in value)
    return ("{" + ",".join(f'"{item}"' for item in quoted) + "}").encode()
