"""One process at an import: whoever works on one holds it as long as it lives, and a dead process holds nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

from layers.errors import Conflict


@contextmanager
def claimed(import_id: uuid.UUID) -> Iterator[None]:
    """Keeps every other process off an import. Raises Conflict when one has it."""
    key = f"import:{import_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        if not cursor.fetchone()[0]:
            raise Conflict(
                "另一进程正在处理该导入", "another process is working on this import", field="id", found=import_id
            )
    try:
        yield
    finally:
        _let_go(key)


def _let_go(key: str) -> None:
    """Ends the claim; where the connection is gone, so is the claim."""
    try:
        if not connection.in_atomic_block or not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
    except DatabaseError:
        connection.close_if_unusable_or_obsolete()
