"""Exactly once: the first result of every client-made id, with a digest of who sent what."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from layers.errors import Conflict
from layers.live.models import Receipt

Json = dict[str, Any]

#: A phone that lay in a drawer for a season may still repeat what it sent; after that its ids are forgotten.
KEPT = timedelta(days=180)


@dataclass(frozen=True)
class Outcome:
    """The result of a write, and whether it is the stored one of an earlier sending."""

    result: Json
    repeated: bool


def digest_of(sender: str, operation: str, body: Any) -> bytes:
    """SHA-256 over who sent what to which operation; key order and spacing of the body do not matter."""
    text = json.dumps([sender, operation, body], sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).digest()


@transaction.atomic
def once(*, client_id: uuid.UUID, sender: str, operation: str, body: Any, act: Callable[[], Json]) -> Outcome:
    """The result of `act`, run the first time a `client_id` is seen and never again.

    `act` runs inside this transaction, and its result must be JSON of ids, codes and numbers. Two sendings at once wait
    for each other. Raises Conflict when the id was used with another body, by another sender or for another operation;
    whatever `act` raises leaves no receipt.
    """
    digest = digest_of(sender, operation, body)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO live_receipt (client_id, digest, result, recorded_at) VALUES (%s, %s, '{}', now())"
            " ON CONFLICT (client_id) DO NOTHING",
            [client_id, digest],
        )
        first = cursor.rowcount == 1
    if not first:
        stored = Receipt.objects.get(client_id=client_id)
        if bytes(stored.digest) != digest:
            raise Conflict(
                f"client_id {client_id} 已用于另一内容",
                f"client_id {client_id} was used with another body",
                field="client_id", found=client_id, stored_digest=bytes(stored.digest).hex(), sent_digest=digest.hex(),
            )  # fmt: skip
        return Outcome(stored.result, repeated=True)
    result = act()
    Receipt.objects.filter(client_id=client_id).update(result=result)
    return Outcome(result, repeated=False)


def forget_receipts(now: datetime) -> int:
    """How many receipts older than `KEPT` were dropped."""
    dropped, _ = Receipt.objects.filter(recorded_at__lt=now - KEPT).delete()
    return dropped
