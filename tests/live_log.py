"""A log for tests: events published and linked as the relay would, without its process."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

from layers.live.models import Event
from layers.live.objects import LiveObject, publish_object
from layers.live.relay import head_of, link_pending
from layers.live.services import Act, publish

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
GRID = "411102001001001"


def link_all() -> int:
    """Gives every event without a place its place, as the relay does; the newest seq."""
    with transaction.atomic(), connection.cursor() as cursor:
        head, _ = link_pending(cursor, head_of(cursor), 0)
    return head.seq


@transaction.atomic
def published(layer: str = "roads", version: int = 1) -> Event:
    """A layer got a new version."""
    return publish(
        Act(
            kind="layer.published", object_type="layer", object_id=layer, object_version=version, actor="test",
            happened_at=NOON, payload={"layer": layer, "version": version},
        )
    )  # fmt: skip


def case(
    number: int, version: int = 1, *, grid: str = GRID, category: str = "C", severity: int = 3, present: bool = True
):
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
