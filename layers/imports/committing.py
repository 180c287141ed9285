"""Committing an import: asked by a person, done by whoever runs jobs, all of it or nothing."""

from __future__ import annotations

import uuid

from django.db import transaction

from layers.imports import rights
from layers.imports.models import Import, Status
from layers.imports.telling import demand_status, demand_version, locked_for, move, tell
from layers.people.rights import Actor


@transaction.atomic
def ask_commit(*, actor: Actor | None, import_id: uuid.UUID, version: int, job: bool = True) -> Import:
    """The import on its way to being committed; `job`: by a worker. Asking again for the same does no harm.

    Raises NotFound, StaleVersion, Conflict (it is not ready), Forbidden (who may only propose).
    """
    row = locked_for(actor, import_id)
    if row.status in (Status.COMMITTING, Status.COMMITTED) and version in (row.version, row.version - 1):
        return row
    demand_version(row, version)
    demand_status(row, Status.READY)
    rights.demand_committing(actor, row)
    move(
        row,
        Status.COMMITTING,
        asked_by=rights.name_of(actor),
        error=None,
        progress={"step": "commit", "done": 0, "total": 0},
    )
    tell(row, "import.commit_asked", actor, job=job)
    return row
