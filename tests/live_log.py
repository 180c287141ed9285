"""A log for tests: events published and linked as the relay would, without its process."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max

from layers.live.models import Event, Link
from layers.live.objects import LiveObject, publish_object
from layers.live.services import Act, publish

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
GRID = "411102001001001"


def link_all() -> int:
    """Gives every event without a place its place, in the order of ids; the newest seq."""
    last = Link.objects.order_by("-seq").first()
    seq, digest = (last.seq, bytes(last.hash)) if last else (0, bytes(32))
    for event in Event.objects.filter(link__isnull=True).order_by("pk"):
        before, seq = digest, seq + 1
        digest = hashlib.sha256(before + str(event.pk).encode()).digest()
        Link.objects.create(seq=seq, event=event, prev_hash=before, hash=digest)
    return Link.objects.aggregate(top=Max("seq"))["top"] or 0


@transaction.atomic
def published(layer: str = "roads", version: int = 1) -> Event:
    """A layer got a new version."""
    return publish(
        Act(
            kind="layer.published", object_type="layer", object_id=layer, object_version=version, actor="test",
            happened_at=NOON, payload={"layer": layer, "version": version},
        )
    )  # fmt: skip


def case(number: int, version: int = 1, *, grid: str = GRID, category: str = "C", severity: int = 3, present: bool = True):
    """A case as a live object."""
    return LiveObject(
        "incidents", f"case-{number}", version, "see_cases", (grid,) if present else (),
        {"type": "Point", "coordinates": [114.02, 33.57]} if present else None,
        {"grid": grid, "category": category, "severity": severity, "state": "reported"},
    )  # fmt: skip


@transaction.atomic
def reported(number: int, at: datetime = NOON, **codes) -> Event:
    """A case came."""
    return publish_object(
        kind="incident.reported", before=None, after=case(number, **codes), actor="test", happened_at=at
    )


@transaction.atomic
def closed(number: int, at: datetime = NOON, version: int = 2, **codes) -> Event:
    """A case was closed: it leaves the live set, and its event holds no feature."""
    return publish_object(
        kind="incident.closed", before=case(number, version - 1, **codes),
        after=case(number, version, present=False, **codes), actor="test", happened_at=at,
    )  # fmt: skip


@transaction.atomic
def moved(number: int, version: int, at: datetime = NOON, **codes) -> Event:
    """A case changed its codes."""
    return publish_object(
        kind="incident.moved", before=case(number, version - 1), after=case(number, version, **codes), actor="test",
        happened_at=at,
    )  # fmt: skip
