"""The hash chain of the log, pure: what is hashed, and how one link follows from the one before.

Version 1: `hash = SHA-256(prev_hash || text)` where `text` is the UTF-8 of the JSON array of the fields named by
`FIELDS`, in that order, each as PostgreSQL prints it (times in UTC with microseconds, the payload as jsonb's own text).
Texts of the database are hashed, not values of a language, so that any reader can prove the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

VERSION = 1
GENESIS = bytes(32)
#: Expressions over live_event as `e`; every one yields text (or null).
FIELDS: tuple[tuple[str, str], ...] = (
    ("id", "e.id::text"),
    ("kind", "e.kind"),
    ("payload_version", "e.payload_version::text"),
    ("object_type", "e.object_type"),
    ("object_id", "e.object_id"),
    ("object_version", "e.object_version::text"),
    ("areas_before", "array_to_string(e.areas_before, ',')"),
    ("areas_after", "array_to_string(e.areas_after, ',')"),
    ("visibility", "e.visibility"),
    ("actor", "e.actor"),
    ("role_used", "e.role_used"),
    ("on_behalf_of", "e.on_behalf_of"),
    ("client_id", "e.client_id::text"),
    ("reason", "e.reason"),
    ("happened_at", "to_char(e.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"),
    ("recorded_at", "to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"),
    ("payload", "e.payload::text"),
)
#: The select list that gives the fields in order.
COLUMNS = ", ".join(f"{expression} AS {name}" for name, expression in FIELDS)


def link_hash(prev_hash: bytes, seq: int, fields: Sequence[str | None]) -> bytes:
    """The 32 bytes of the link at `seq` that follows `prev_hash`. ValueError when a field is missing."""
    if len(fields) != len(FIELDS):
        raise ValueError(f"{len(FIELDS)} fields make a link, not {len(fields)}")
    text = json.dumps([str(seq), *fields], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(prev_hash + text.encode()).digest()
