"""Receipts are kept as long as a device may repeat what it sent, and not longer."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from layers.live.models import Receipt
from layers.live.receipts import KEPT, forget_receipts, once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


def sent(client_id: uuid.UUID, answer: int) -> dict:
    return once(client_id=client_id, sender="p", operation="o", body={}, act=lambda: {"n": answer}).result


def test_a_receipt_outlives_a_season_and_is_then_forgotten():
    young, old = uuid.uuid4(), uuid.uuid4()
    for client_id, age in ((young, KEPT - timedelta(minutes=1)), (old, KEPT + timedelta(minutes=1))):
        sent(client_id, 1)
        Receipt.objects.filter(client_id=client_id).update(recorded_at=NOW - age)

    assert forget_receipts(NOW) == 1

    assert sent(young, 2) == {"n": 1}  # still the first answer
    assert sent(old, 2) == {"n": 2}
    assert forget_receipts(NOW) == 0
