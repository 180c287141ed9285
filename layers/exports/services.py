"""Every export is an event: who took what of which layer in which form, and how many rows."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from layers.exports.asked import Selection, Wanted
from layers.exports.sight import Sight
from layers.exports.writing import Written
from layers.live.services import Act, publish
from layers.roles import Capability

EXPORTED = "layer.exported"


@transaction.atomic
def record_export(
    *, sight: Sight, wanted: Wanted, version: int, count: int, written: Written | None = None,
    client_id: uuid.UUID | None = None,
) -> None:  # fmt: skip
    """Tells the log of rows that left the house; `written` is the file where there is one."""
    file = {"bytes": written.bytes, "sha256": written.sha256} if written else {}
    publish(
        Act(
            kind=EXPORTED, object_type="layer", object_id=sight.spec.id, object_version=version, actor=sight.who,
            happened_at=timezone.now(), areas_after=sight.scope.prefixes, visibility=Capability.OPERATE.value,
            client_id=client_id,
            payload={
                "layer": sight.spec.id, "version": version, "format": wanted.form.id, "crs": wanted.crs,
                "encoding": wanted.encoding, "count": count, "selection": _told(wanted.rows), **file,
            },
        )
    )  # fmt: skip


def _told(rows: Selection) -> dict[str, Any]:
    """A selection as the log may hold it for ever: codes and numbers, no words that somebody filtered by."""
    told: dict[str, Any] = {
        "version": rows.version, "at": rows.at.isoformat() if rows.at else None,
        "bbox": list(rows.bbox_4326) if rows.bbox_4326 else None, "area": rows.area, "ids": len(rows.ids),
        "where": sorted(rows.where),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}
