"""Taking an import back: asked by a person, done by whoever runs jobs, exactly, in one transaction."""

from __future__ import annotations

import uuid

from django.db import transaction

from layers.imports import rights
from layers.imports.models import Import, Status
from layers.imports.standing import standing_conflict, standing_on
from layers.imports.telling import demand_status, locked_for, move, tell
from layers.people.rights import Actor


@transaction.atomic
def ask_rollback(
    *, actor: Actor | None, import_id: uuid.UUID, with_later: bool = False, reason: str = "", job: bool = True
) -> Import:  # fmt: skip
    """The import on its way to being taken back, `with_later` together with what stands on it.

    Raises NotFound, Forbidden, Conflict (it is not committed, or something stands on it: `standing` names it).
    """
    row = locked_for(actor, import_id)
    if row.status in (Status.ROLLING_BACK, Status.ROLLED_BACK):
        return row
    demand_status(row, Status.COMMITTED)
    rights.demand_committing(actor, row)
    if not with_later and row.version_after is not None and (standing := standing_on(row.pk)):
        raise standing_conflict(row, standing)
    move(
        row,
        Status.ROLLING_BACK,
        asked_by=rights.name_of(actor),
        error=None,
        progress={"step": "roll back", "done": 0, "total": 0},
    )
    tell(row, "import.rollback_asked", actor, reason=reason, with_later=with_later, job=job)
    return row
