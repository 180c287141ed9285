"""Imports in the log, and the moves between their states: every move is one row version and one event."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from layers.errors import Conflict, StaleVersion
from layers.imports import rights
from layers.imports.models import Import, Status
from layers.live.services import Act, publish
from layers.people.rights import Actor

Json = dict[str, Any]


def locked(import_id: uuid.UUID) -> Import:
    """The row of an import, held until the transaction ends. Raises NotFound."""
    row = Import.objects.select_for_update().filter(pk=import_id).first()
    if row is None:
        raise rights.unknown(import_id)
    return row


def locked_for(actor: Actor | None, import_id: uuid.UUID) -> Import:
    """The same for somebody who may see it; unknown and forbidden are the same NotFound."""
    row = locked(import_id)
    if not rights.may_see(actor, row):
        raise rights.unknown(import_id)
    return row


def demand_status(row: Import, *allowed: Status) -> None:
    """Raises Conflict, naming the state, when the import is in none of these."""
    if row.status not in allowed:
        raise Conflict(
            f"导入处于“{Status(row.status).value}”，不能这样办理",
            f"the import is {Status(row.status).value}; this is possible when it is {' or '.join(allowed)}",
            field="status", found=row.status, allowed=[str(status) for status in allowed],
        )  # fmt: skip


def demand_version(row: Import, version: int) -> None:
    """Raises StaleVersion with both numbers when the person looked at an older state of the import."""
    if version != row.version:
        raise StaleVersion(
            f"您看的是第 {version} 版，现在是第 {row.version} 版",
            f"you looked at version {version}; it is at version {row.version} now",
            field="version", found=version, current=row.version, sent=version,
        )  # fmt: skip


def move(row: Import, status: Status, **values: Any) -> None:
    """Writes the next state of an import, with other values that go with it."""
    if status != row.status:
        values = {"attempts": 0, **values}  # each step has its own
    for name, value in values.items():
        setattr(row, name, value)
    row.status, row.version, row.updated_at = status, row.version + 1, timezone.now()
    row.save(update_fields=[*values, "status", "version", "updated_at"])


def tell(row: Import, kind: str, actor: Actor | None, *, reason: str = "", **payload: Any) -> None:
    """The event of a move; the last step of its transaction. A dry run is no event."""
    if row.dry_run:
        return
    publish(
        Act(
            kind=kind, object_type="import", object_id=str(row.pk), object_version=row.version,
            actor=rights.name_of(actor), happened_at=timezone.now(), areas_after=tuple(row.areas),
            visibility=rights.capability_of(row.layer).value, role_used=rights.role_used(actor, row.layer),
            client_id=row.client_id if kind == "import.received" else None, reason=reason,
            payload={"import": str(row.pk), "layer": row.layer, "status": str(row.status), **payload},
        )
    )  # fmt: skip
