"""Proving the log: every link follows from the one before and from its event's own row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from layers.live.chain import COLUMNS, GENESIS, VERSION, link_hash

_PAGE = 5000
_ROWS = f"""
SELECT l.seq, l.event_id, l.prev_hash, l.hash, l.hash_version, {COLUMNS}
FROM live_link l JOIN live_event e ON e.id = l.event_id
WHERE l.seq > %s ORDER BY l.seq LIMIT {_PAGE}
"""
_WORDS = """
SELECT t.event_id, t.id::text FROM live_event_text t JOIN live_event e ON e.id = t.event_id
WHERE t.field = 'reason' AND e.reason <> encode(sha256(t.salt || convert_to(t.text, 'UTF8')), 'hex')
ORDER BY t.event_id
"""


@dataclass
class Proof:
    """What a check of the whole log found."""

    links: int = 0
    head_seq: int = 0
    head_hash: str = ""
    pending: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """True when no row was altered, removed or put in."""
        return not self.faults


def verify(progress: Callable[[int], None] = lambda done: None, stop_after: int = 20) -> Proof:
    """The proof over the whole log; names at most `stop_after` faulty rows."""
    proof = Proof()
    last, seq = GENESIS, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [seq])
            rows = cursor.fetchall()
        if not rows:
            break
        for row in rows:
            last = _check(proof, row, seq, last)
            seq = row[0]
            if len(proof.faults) >= stop_after:
                return proof
        proof.links += len(rows)
        progress(proof.links)
    proof.head_seq, proof.head_hash = seq, last.hex() if seq else ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM live_link")
        stored = cursor.fetchone()[0]
        if stored != proof.links:
            proof.faults.append(f"{stored - proof.links} links have no event row")
        cursor.execute(
            "SELECT count(*) FROM live_event e WHERE NOT EXISTS (SELECT FROM live_link l WHERE l.event_id = e.id)"
        )
        proof.pending = cursor.fetchone()[0]
        cursor.execute(_WORDS)
        proof.faults += [f"words {text} of event {event} are not those that were logged" for event, text in cursor]
    return proof


def _check(proof: Proof, row: tuple[Any, ...], before: int, last: bytes) -> bytes:
    """Adds what is wrong with one row; returns its stored hash, so that one fault is named once."""
    seq, event_id, prev, stored, version, *fields = row
    prev, kept = bytes(prev), bytes(stored)
    if seq != before + 1:
        proof.faults.append(f"seq {before + 1} to {int(seq) - 1} are missing")
    elif prev != last:
        proof.faults.append(f"link {seq} (event {event_id}) does not follow from link {before}")
    if version != VERSION:
        proof.faults.append(f"link {seq} (event {event_id}) has unknown hash version {version}")
    elif link_hash(prev, seq, [None if v is None else str(v) for v in fields]) != kept:
        proof.faults.append(f"event {event_id} (seq {seq}) or its link was altered")
    return kept
