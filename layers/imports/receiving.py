"""Receiving what is delivered: bytes into a folder of its own, resumable. Nothing here looks at what they are."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from layers.errors import Conflict, InvalidInput, UnknownLayer
from layers.imports import folders, rights
from layers.imports.answering import clean_answers
from layers.imports.archives import MAX_UPLOAD_BYTES
from layers.imports.models import Import, Status
from layers.imports.telling import demand_status, locked_for, move, tell
from layers.people.rights import Actor

_NEW = "new:"
_LAYER_ID = re.compile(r"[a-z][a-z0-9_]{1,39}\Z")


def target_layer(layer: str) -> tuple[str, bool]:
    """(layer id, whether this import makes it) from `ID` or `new:ID`. Raises InvalidInput or UnknownLayer."""
    if not layer.startswith(_NEW):
        spec = rights.known_spec(layer)
        if spec is None or not spec.editable or not spec.versioned:
            raise UnknownLayer(f"图层 {layer[:40]} 不接受导入", f"layer {layer[:40]} takes no imports", field="layer", found=layer)  # fmt: skip
        return spec.id, False
    name = layer.removeprefix(_NEW)
    if not _LAYER_ID.match(name):
        raise InvalidInput(
            "新图层的编号以小写字母开头，只含小写字母、数字和下划线，2 至 40 个字符",
            "the id of a new layer starts with a small letter and holds small letters, digits and _, 2 to 40 of them",
            field="layer", found=name,
        )  # fmt: skip
    if rights.known_spec(name) is not None:
        raise Conflict(f"图层 {name} 已存在", f"there is a layer {name} already", field="layer", found=name)
    return name, True


@transaction.atomic
def begin_import(
    *, actor: Actor | None, file_name: str, size: int, layer: str, client_id: uuid.UUID | None = None,
    reason: str = "", answers: Mapping[str, Any] | None = None, dry_run: bool = False,
) -> Import:  # fmt: skip
    """An import that waits for its bytes; the same `client_id` again gives the one that it began.

    `layer` is an id or `new:ID`. Raises Forbidden, UnknownLayer, InvalidInput (the name, the size, an answer) or
    Conflict (the client_id was used otherwise).
    """
    if client_id is not None and (known := Import.objects.filter(client_id=client_id).first()) is not None:
        return _same(known, actor, file_name, size, layer)
    if layer.startswith(_NEW):
        rights.demand_preparing(actor, layer)
    target, makes = target_layer(layer)
    rights.demand_preparing(actor, target)
    if not 0 < size <= MAX_UPLOAD_BYTES:
        raise InvalidInput(
            f"文件应在 1 字节到 {MAX_UPLOAD_BYTES // 1_000_000} MB 之间",
            f"a file holds between 1 byte and {MAX_UPLOAD_BYTES // 1_000_000} MB", field="size", found=size,
        )  # fmt: skip
    given = clean_answers(answers or {})
    row = Import.objects.create(
        client_id=client_id, layer=target, makes_layer=makes, status=Status.UPLOADING,
        file_name=folders.safe_name(file_name), file_bytes=size, actor=rights.name_of(actor), reason=reason[:400],
        answers=given, effective=given.get("effective"), dry_run=dry_run, version=1,
    )  # fmt: skip
    tell(row, "import.begun", actor, reason=row.reason, bytes=size)
    return row


@transaction.atomic
def append_bytes(*, actor: Actor | None, import_id: uuid.UUID, offset: int, data: bytes) -> Import:
    """The import with these bytes behind the ones that came before.

    `offset` must be `received_bytes`; else Conflict, which says the number from which to go on. What was written and
    not acknowledged is written again in the same place.
    """
    row = locked_for(actor, import_id)
    demand_status(row, Status.UPLOADING)
    if offset != row.received_bytes:
        raise Conflict(
            f"应从第 {row.received_bytes} 字节续传", f"go on from byte {row.received_bytes}",
            field="offset", found=offset, received_bytes=row.received_bytes,
        )  # fmt: skip
    if offset + len(data) > row.file_bytes:
        raise InvalidInput(
            f"超出声明的 {row.file_bytes} 字节", f"more than the {row.file_bytes} bytes that were announced",
            field="size", found=offset + len(data),
        )  # fmt: skip
    inside = folders.make_folder(row.pk)
    folders.write_at(inside / row.file_name, offset, data)
    row.received_bytes, row.updated_at = offset + len(data), timezone.now()
    row.save(update_fields=["received_bytes", "updated_at"])
    return row


@transaction.atomic
def finish_upload(*, actor: Actor | None, import_id: uuid.UUID) -> Import:
    """The import, received: its job may begin. Finishing twice does no harm. Raises Conflict while bytes are missing."""
    row = locked_for(actor, import_id)
    if row.status != Status.UPLOADING and row.file_sha256:
        return row
    demand_status(row, Status.UPLOADING)
    if row.received_bytes != row.file_bytes:
        raise Conflict(
            f"还差 {row.file_bytes - row.received_bytes} 字节", f"{row.file_bytes - row.received_bytes} bytes are missing",
            field="offset", received_bytes=row.received_bytes,
        )  # fmt: skip
    path = folders.make_folder(row.pk) / row.file_name
    folders.cut_to(path, row.file_bytes)
    return _received(row, actor, folders.sha256_of(path), here=False)


def import_path(
    *, actor: Actor | None, path: Path, layer: str, answers: Mapping[str, Any] | None = None, reason: str = "",
    client_id: uuid.UUID | None = None, dry_run: bool = False,
) -> Import:  # fmt: skip
    """An import of a file or a folder of this machine, copied in and received; no job is asked for.

    A `dry_run` is seen by nobody, and goes with `discard`.

    Raises InvalidInput when there is nothing there.
    """
    if not path.exists():
        raise InvalidInput(f"没有文件 {path.name}", f"there is no file {path}", field="file", found=path.name)
    size = sum(file.stat().st_size for file in folders.files_of(path)) or 1
    row = begin_import(
        actor=actor, file_name=path.resolve().name, size=min(size, MAX_UPLOAD_BYTES), layer=layer, client_id=client_id,
        reason=reason, answers=answers, dry_run=dry_run,
    )  # fmt: skip
    return take_in(actor=actor, row=row, source=path, here=True)


@transaction.atomic
def discard(row: Import) -> None:
    """Forgets a dry run with all it wrote. Raises ValueError for an import that is history."""
    if not row.dry_run:
        raise ValueError(f"import {row.pk} is history")
    Import.objects.filter(pk=row.pk).delete()
    folders.remove_folder(row.pk)


def take_in(*, actor: Actor | None, row: Import, source: Path, here: bool) -> Import:
    """The import with what lies at `source` as its delivery; `here`: this process prepares it, no job does."""
    if row.status != Status.UPLOADING:
        return row
    folders.remove_folder(row.pk)
    inside = folders.make_folder(row.pk)
    folders.copy_in(source, inside)
    folders.give_away(row.pk)
    target = folders.target_of(row.pk)
    digest = folders.sha256_of(target)
    row.file_bytes = row.received_bytes = sum(file.stat().st_size for file in folders.files_of(target))
    with transaction.atomic():
        held = locked_for(actor, row.pk)
        demand_status(held, Status.UPLOADING)
        return _received(held, actor, digest, here=here, file_bytes=row.file_bytes, received_bytes=row.received_bytes)


def import_again(*, actor: Actor | None, import_id: uuid.UUID, client_id: uuid.UUID | None = None) -> Import:
    """A new import of what an earlier one delivered, with its answers: for one that was rolled back or cancelled."""
    with transaction.atomic():
        old = locked_for(actor, import_id)
        demand_status(old, Status.ROLLED_BACK, Status.CANCELLED, Status.REFUSED, Status.FAILED, Status.COMMITTED)
    row = begin_import(
        actor=actor, file_name=old.file_name, size=min(max(old.file_bytes, 1), MAX_UPLOAD_BYTES),
        layer=f"{_NEW}{old.layer}" if rights.known_spec(old.layer) is None else old.layer, client_id=client_id,
        reason=old.reason, answers=old.answers,
    )  # fmt: skip
    return take_in(actor=actor, row=row, source=folders.target_of(old.pk), here=False)


def _received(row: Import, actor: Actor | None, digest: str, *, here: bool, **more: Any) -> Import:
    move(row, Status.RECEIVED, file_sha256=digest, progress={"step": "received", "done": 0, "total": 0}, **more)
    tell(row, "import.received", actor, sha256=digest, bytes=row.file_bytes, job=not here)
    return row


def _same(known: Import, actor: Actor | None, file_name: str, size: int, layer: str) -> Import:
    """The import that this client_id began. Raises Conflict when anything about it differs."""
    same = (known.actor, known.file_name, known.layer) == (
        rights.name_of(actor), folders.safe_name(file_name), layer.removeprefix(_NEW),
    )  # fmt: skip
    if not same or (known.file_bytes != size and not known.file_sha256):
        raise Conflict("该 client_id 已用于另一导入", "this client_id was used for another import", field="client_id")
    return known
