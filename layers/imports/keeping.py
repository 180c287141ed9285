"""Imports that nobody works on any more: taken up where a process died, and cleaned up behind those that are decided."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone

from layers.catalog import laying
from layers.catalog.registry import spec_of
from layers.errors import Conflict, WanggeError
from layers.imports import folders, rights, staging
from layers.imports.committing import FOLLOWING, commit_import, json_safe
from layers.imports.models import Import, Staged, Status
from layers.imports.preparing import prepare_import
from layers.imports.receiving import discard
from layers.imports.rolling import roll_back_import
from layers.imports.telling import locked, move, tell

log = logging.getLogger("wangge.imports")

#: An import that has not moved for so long is looked after.
QUIET_S = 30
#: So often a step is begun before it is given up: what kills its process every time is not tried for ever.
MOST_ATTEMPTS = 3
_WORK = {
    Status.RECEIVED: prepare_import, Status.READING: prepare_import, Status.COMMITTING: commit_import,
    Status.ROLLING_BACK: roll_back_import,
}  # fmt: skip
#: Where an import stands again when a step of it failed for good.
_AFTER_FAILURE = {
    Status.RECEIVED: Status.FAILED, Status.READING: Status.FAILED, Status.COMMITTING: Status.READY,
    Status.ROLLING_BACK: Status.COMMITTED,
}  # fmt: skip
_UNDECIDED = (Status.RECEIVED, Status.READING, Status.READY, Status.ASKING, Status.COMMITTING)
_ABANDONED = timedelta(days=7)


def work_on(import_id: uuid.UUID) -> Import | None:
    """The import after the step that waits for it; None when there is no such import or another process is at it.

    A database that goes away is raised; anything else that fails is written down, so that the page can say it.
    """
    row = Import.objects.filter(pk=import_id).first()
    if row is None or Status(row.status) not in _WORK:
        return row
    if (row := _attempted(row)) is None:
        return None
    try:
        return _WORK[Status(row.status)](import_id=row.pk)
    except Conflict:
        return None
    except WanggeError as error:
        return _failed(row, error.problem("en") | {"detail_zh": error.problem("zh")["detail"]})
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:
        log.exception("import %s failed", row.pk)
        return _failed(row, _unexpected(error))


@transaction.atomic
def _attempted(row: Import) -> Import | None:
    """Counts the attempt; None when there were too many, and the import has failed."""
    held = locked(row.pk)
    if held.attempts >= MOST_ATTEMPTS:
        _fail(held, _given_up())
        return None
    held.attempts += 1
    held.save(update_fields=["attempts"])
    return held


def _failed(row: Import, problem: dict[str, object]) -> Import:
    with transaction.atomic():
        held = locked(row.pk)
        _fail(held, problem)
    return held


def _fail(row: Import, problem: dict[str, object]) -> None:
    status = _AFTER_FAILURE.get(Status(row.status))
    if status is None:
        return
    move(row, status, error=json_safe(problem), attempts=0, progress={"step": "done", "done": 0, "total": 0})
    tell(row, "import.failed", None, code=str(problem.get("code", "")))


def _unexpected(error: Exception) -> dict[str, object]:
    name = type(error).__name__
    return {
        "code": "import_failed", "title": "The import failed", "detail": f"an unexpected error ({name}); nothing was changed",
        "detail_zh": f"意外错误（{name}），图层未改动", "remedy": "Try again; if it persists, tell the administrator.",
    }  # fmt: skip


def _given_up() -> dict[str, object]:
    return {
        "code": "import_given_up", "title": "The import was given up",
        "detail": f"the process that worked on it died {MOST_ATTEMPTS} times; nothing was changed",
        "detail_zh": f"处理进程中断 {MOST_ATTEMPTS} 次，图层未改动", "remedy": "Deliver it in parts, or tell the administrator.",
    }  # fmt: skip


def take_up() -> int:
    """Works on imports whose process died, oldest first; the number of those it moved."""
    quiet = timezone.now() - timedelta(seconds=QUIET_S)
    waiting = Import.objects.filter(status__in=list(_WORK), updated_at__lt=quiet, dry_run=False)
    moved = 0
    for key in list(waiting.order_by("updated_at").values_list("pk", flat=True)):
        moved += work_on(key) is not None
    return moved


def sweep() -> None:
    """Removes what decided imports left behind: staged rows, rows laid down, folders of uploads that never ended."""
    now = timezone.now()
    for row in Import.objects.filter(dry_run=True, created_at__lt=now - timedelta(hours=1)):
        discard(row)
    for row in Import.objects.filter(status=Status.UPLOADING, updated_at__lt=now - _ABANDONED):
        _abandon(row)
    decided = Import.objects.exclude(status__in=[*_UNDECIDED, Status.ROLLING_BACK])
    for row in decided.filter(pk__in=Staged.objects.values("owner_id")):
        _forget_dormant(row)
        Staged.objects.filter(owner=row).delete()
    for row in decided.filter(makes_layer=True, version_after__isnull=True, diff__has_key="day"):
        staging.forget_new(row)
        Import.objects.filter(pk=row.pk).update(diff={"counts": row.diff.get("counts", {})})


@transaction.atomic
def _abandon(row: Import) -> None:
    held = locked(row.pk)
    if held.status == Status.UPLOADING:
        move(held, Status.CANCELLED)
        tell(held, "import.cancelled", None)
        transaction.on_commit(lambda: folders.remove_folder(row.pk))


def _forget_dormant(row: Import) -> None:
    spec = rights.known_spec(row.layer)
    if spec is None or row.makes_layer:
        return
    for layer in (spec, *(spec_of(name) for name in FOLLOWING.get(spec.id, ()))):
        laying.forget(layer, row.pk)
