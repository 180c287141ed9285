"""One process at an import: whoever works on one holds it as long as it lives, and a dead process holds nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

from layers.errors import Conflict

#: A statement of an import writes or compares a whole layer; the limit of a session is meant for requests.
PATIENCE = "10min"


@contextmanager
def claimed(import_id: uuid.UUID) -> Iterator[None]:
    """Keeps every other process off an import, and lets statements take their time. Raises Conflict when one has it."""
    key = f"import:{import_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        if not cursor.fetchone()[0]:
            raise Conflict(
                "另一进程正在处理该导入", "another process is working on this import", field="id", found=import_id
            )
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, false)", [PATIENCE]
        )
        before = cursor.fetchone()[0]
    try:
        yield
    finally:
        _let_go(key, before)


def _let_go(key: str, limit: str) -> None:
    """Ends the claim and the patience; where the connection is gone, so are they."""
    try:
        if not connection.in_atomic_block or not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
                cursor.execute("SELECT set_config('statement_timeout', %s, false)", [limit])
    except DatabaseError:
        connection.close_if_unusable_or_obsolete()
