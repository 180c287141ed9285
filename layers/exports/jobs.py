"""Exports asked for now and written by the worker: asked, run, looked at, fetched, and forgotten after a day."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from layers.errors import Forbidden, NotFound, Unavailable, WanggeError
from layers.exports.asked import Wanted, read_wanted
from layers.exports.formats import FORMATS, Format
from layers.exports.models import Export, Status
from layers.exports.selectors import check_selection
from layers.exports.services import record_export
from layers.exports.sight import Sight, sight_of
from layers.live.receipts import Outcome, once
from layers.live.services import Act, publish
from layers.people.models import User
from layers.people.rights import ANONYMOUS, Actor
from layers.people.selectors import actor_of
from layers.roles import Capability

if TYPE_CHECKING:
    from layers.exports.writing import Written

ASKED = "export.asked"
#: Exports that one person may have waiting or running.
MOST_WAITING = 10
#: How long a file is kept, how long a row, and how long an export may take before it is given up.
KEEP_FILE, KEEP_ROW, PATIENCE = timedelta(days=1), timedelta(days=30), timedelta(hours=2)
_WAITING = (Status.ASKED, Status.RUNNING)
_TELL_EVERY_S = 0.5


class TooManyExports(WanggeError):
    """A person who has not got what he asked for before."""

    code, status = "too_many_exports", 429
    title_zh, title_en = "等待中的导出过多", "Too many exports are waiting"
    remedy_zh, remedy_en = "等前面的导出完成后再提交。", "Wait until those before are done."


class NotWritten(NotFound):
    """A file that is not there: not yet, or not any more."""

    code = "not_written"
    title_zh, title_en = "文件不在", "There is no file"
    remedy_zh, remedy_en = (
        "状态为 done 时再下载；过期的请重新导出。",
        "Fetch it once the status is done; ask anew for an old one.",
    )


def ask_export(*, actor: Actor, client_id: uuid.UUID, asked: Mapping[str, Any]) -> Outcome:
    """`{"id", "status"}` of the export asked for; the stored one when it was asked for before.

    Raises UnknownLayer, InvalidInput naming the field, NotFound for a version or an area that is not there,
    TooManyExports, Conflict for a `client_id` used otherwise.
    """
    wanted = read_wanted(asked)
    sight = sight_of(actor, wanted.layer)

    def act() -> dict[str, Any]:
        check_selection(sight, wanted.rows)
        if Export.objects.filter(actor=actor.id, status__in=_WAITING).count() >= MOST_WAITING:
            raise TooManyExports()
        row = Export.objects.create(
            client_id=client_id, actor=actor.id, layer=wanted.layer, wanted=wanted.as_dict(), rights=sight.key
        )
        publish(
            Act(
                kind=ASKED, object_type="export", object_id=str(row.pk), object_version=1, actor=actor.id,
                happened_at=timezone.now(), visibility=Capability.OPERATE.value, client_id=client_id,
                payload={"export": str(row.pk), "of_layer": wanted.layer, "format": wanted.form.id},
            )
        )  # fmt: skip
        return {"id": str(row.pk), "status": Status.ASKED.value}

    return once(client_id=client_id, sender=actor.id, operation=ASKED, body=wanted.as_dict(), act=act)


def run_export(*, export_id: uuid.UUID) -> Status:
    """Writes the file of an export under the rights its person has now; what became of it.

    Safe to run again after it was killed at any line. An export that cannot be written says why in its row.
    """
    row = Export.objects.filter(pk=export_id).first()
    if row is None or row.status not in _WAITING:
        return Status.EXPIRED if row is None else Status(row.status)
    person = User.objects.filter(pk=row.actor, is_active=True).first()
    try:
        wanted = read_wanted(row.wanted)
        sight = sight_of(actor_of(person, at=timezone.now()) if person else ANONYMOUS, row.layer)
        _change(row, status=Status.RUNNING, rights=sight.key, error=None)
        written = _written(row, sight, wanted)
    except WanggeError as error:
        return _fail(row, error)
    except OSError as error:  # a full disk, a folder that is gone
        return _fail(row, Unavailable("文件写不下来", f"the file could not be written: {error.strerror}"))
    return _finish(row, sight, wanted, written)


def _written(row: Export, sight: Sight, wanted: Wanted) -> Written:
    from layers.exports.writing import write_file

    told_at = 0.0

    def tell(step: str, done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= _TELL_EVERY_S:
            told_at = time.monotonic()
            _change(row, progress={"step": step, "done": done, "total": total})

    path = path_of(row)
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    return write_file(sight, wanted, path, tell)


@transaction.atomic
def _finish(row: Export, sight: Sight, wanted: Wanted, written: Written) -> Status:
    _change(
        row, status=Status.DONE, count=written.count, bytes=written.bytes, sha256=written.sha256,
        notes=[note.as_dict() for note in written.notes],
        progress={"step": "done", "done": written.count, "total": written.count},
    )  # fmt: skip
    record_export(
        sight=sight, wanted=wanted, version=written.version, count=written.count, written=written,
        client_id=row.client_id,
    )  # fmt: skip
    return Status.DONE


def _fail(row: Export, error: WanggeError) -> Status:
    _change(row, status=Status.FAILED, error={language: error.problem(language) for language in ("zh", "en")})
    return Status.FAILED


def _change(row: Export, **values: Any) -> None:
    Export.objects.filter(pk=row.pk).update(updated_at=Now(), **values)


def form_of(row: Export) -> Format:
    """The format of an export's file."""
    return FORMATS[row.wanted["format"]]


def path_of(row: Export) -> Path:
    """Where an export's file lies."""
    return Path(settings.EXPORTS_DIR) / f"{row.pk}{form_of(row).ending}"


def own_exports(actor: Actor, most: int = 50) -> list[Export]:
    """A person's exports, newest first."""
    return list(Export.objects.filter(actor=actor.id).order_by("-created_at", "pk")[:most])


def own_export(actor: Actor, export_id: str) -> Export:
    """One of a person's own exports; unknown ids and those of others get the same NotFound."""
    try:
        row = Export.objects.filter(pk=uuid.UUID(export_id), actor=actor.id).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFound(f"没有导出 {export_id[:40]!a}", f"there is no export {export_id[:40]!a}", field="id")
    return row


def fetched(actor: Actor, export_id: str) -> tuple[Export, Path]:
    """An export and its file. Raises NotFound, NotWritten, and Forbidden when the person's rights have changed since."""
    row = own_export(actor, export_id)
    if row.status != Status.DONE or not path_of(row).is_file():
        raise NotWritten(f"导出的状态为 {row.status}", f"the export is {row.status}", field="id", found=row.status)
    if sight_of(actor, row.layer).key != row.rights:
        raise Forbidden(
            "导出之后您的权限有变，请重新导出", "your rights have changed since: ask for the export anew", field="id"
        )
    return row, path_of(row)


def expire_exports(now: datetime | None = None) -> int:
    """Removes files older than a day and rows older than a month, and gives up what never came to an end.

    Returns how many exports expired.
    """
    now = now or timezone.now()
    given_up = Unavailable("导出没有完成", "the export never came to an end")
    for row in Export.objects.filter(status__in=_WAITING, updated_at__lt=now - PATIENCE):
        _fail(row, given_up)
    old = list(Export.objects.filter(status=Status.DONE, updated_at__lt=now - KEEP_FILE))
    for row in old:
        path_of(row).unlink(missing_ok=True)
        _change(row, status=Status.EXPIRED)
    Export.objects.filter(created_at__lt=now - KEEP_ROW).exclude(status__in=_WAITING).delete()
    _sweep(now)
    return len(old)


def _sweep(now: datetime) -> None:
    """Removes what killed workers left: files that are older than anything that is kept."""
    for left in Path(settings.EXPORTS_DIR).glob("*"):
        try:
            if left.is_file() and left.stat().st_mtime < (now - 2 * KEEP_FILE).timestamp():
                left.unlink()
        except FileNotFoundError:  # another worker was here
            continue
