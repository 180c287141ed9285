"""Writing to the log: `publish` inside the caller's transaction, last."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from layers.live.models import Event, EventText
from layers.live.poke import RELAY, poke

#: Held (shared) by every transaction that has an event without a place yet; see `layers.live.relay`.
WRITERS_LOCK = 0x57414E47


@dataclass(frozen=True)
class Act:
    """What happened, before it has a place in the log.

    `areas_before` and `areas_after` are area codes; `visibility` is the capability that shows the event ("" for
    everybody); `reason` is free text and is stored apart from the log, which keeps only its salted hash.
    """

    kind: str
    object_type: str
    object_id: str
    object_version: int
    actor: str
    happened_at: datetime
    payload: Mapping[str, Any]
    areas_before: Sequence[str] = ()
    areas_after: Sequence[str] = ()
    visibility: str = ""
    role_used: str = ""
    on_behalf_of: str = ""
    client_id: uuid.UUID | None = None
    reason: str = ""
    payload_version: int = 1


def publish(act: Act) -> Event:
    """The stored event. Must be called inside the transaction of the change, as its last step.

    Raises RuntimeError outside a transaction: an event that could survive its change would be a lie.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() must run inside the transaction of the change it tells of")
    with connection.cursor() as cursor:
        # Before the id is drawn: whoever doesn't hold it has no id that the relay could still miss.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [WRITERS_LOCK])
    salt = secrets.token_bytes(16)
    event = Event.objects.create(
        kind=act.kind,
        payload_version=act.payload_version,
        object_type=act.object_type,
        object_id=act.object_id,
        object_version=act.object_version,
        areas_before=list(act.areas_before),
        areas_after=list(act.areas_after),
        visibility=act.visibility,
        actor=act.actor,
        role_used=act.role_used,
        on_behalf_of=act.on_behalf_of,
        client_id=act.client_id,
        reason=salted_hash(act.reason, salt) if act.reason else "",
        happened_at=act.happened_at,
        payload=dict(act.payload),
    )
    if act.reason:
        EventText.objects.create(event=event, field="reason", salt=salt, text=act.reason)
    transaction.on_commit(lambda: poke(RELAY))
    return event


def salted_hash(text: str, salt: bytes) -> str:
    """Hex SHA-256 of salt and text: proves the words while they exist, tells nothing once they are erased."""
    return hashlib.sha256(salt + text.encode()).hexdigest()
