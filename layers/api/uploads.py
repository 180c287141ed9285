"""Files for imports: whole in one body, or begun, sent piece by piece and finished. Nothing here looks into them.

Importing this module adds its operations to the router of `layers.api.imports`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Annotated, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import Field

from layers.api.asking import actor_of_request
from layers.api.bodies import Body, described, read_body, read_json
from layers.api.fields import ClientId
from layers.api.imports import moved, router
from layers.errors import Conflict, InvalidInput
from layers.imports.archives import MAX_UPLOAD_BYTES
from layers.imports.models import Import, Status
from layers.imports.receiving import append_bytes, begin_import, finish_upload
from layers.imports.selectors import import_visible
from layers.people.rights import Actor

#: The router of all addresses of imports, those of this module among them.
routes = router
#: A piece of a file sent in pieces holds at most this much.
CHUNK_BYTES = 8 * 1024 * 1024
#: A body beyond the largest file and its form fields is not read at all.
MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 1_000_000
#: Form fields of a whole upload that are answers, and how each is read.
_ANSWERS: dict[str, Callable[[str], Any]] = {
    "crs": str, "encoding": str, "source_layer": str, "source_datum": str, "datum_params": str, "effective": str,
    "missing": str, "swap_axes": lambda text: text.lower() in ("1", "true", "yes", "on"),
}  # fmt: skip
_DESCRIPTION = ("title_zh", "title_en")
_FILE = {"type": "string", "format": "binary"}


class TooLarge(InvalidInput):
    """A file or piece beyond the limit of its address."""

    code, status = "too_large", 413
    title_zh, title_en = "文件过大", "The file is too large"
    remedy_zh, remedy_en = (
        "整份不超过 200 MB，分片不超过 8 MB；更大的请分成几份。",
        "A whole file holds at most 200 MB, a piece 8 MB; deliver what is larger in parts.",
    )


class Begin(Body):
    """A file about to be sent in pieces."""

    client_id: ClientId
    layer: Annotated[str, Field(max_length=44)]
    file_name: Annotated[str, Field(max_length=400)]
    size: Annotated[int, Field(ge=1, lt=2**40)]
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    reason: Annotated[str, Field(max_length=400)] = ""
    answers: dict[str, Any] = Field(default_factory=dict)


class Finish(Body):
    """The end of a file sent in pieces."""

    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


_FORM = {
    "type": "object", "required": ["file", "layer"],
    "properties": {
        "file": _FILE, "layer": {"type": "string", "description": "an id, or new:ID"},
        "client_id": {"type": "string", "format": "uuid"}, "reason": {"type": "string"},
        **{name: {"type": "string"} for name in (*_ANSWERS, *_DESCRIPTION)},
        "map": {"type": "array", "items": {"type": "string"}, "description": "FIELD=COLUMN"},
        "answers": {"type": "string", "description": "the same as one JSON object"},
    },
}  # fmt: skip


def _bodies() -> dict[str, Any]:
    begun = described(Begin)["requestBody"]["content"]["application/json"]
    return {"requestBody": {"required": True, "content": {
        "multipart/form-data": {"schema": _FORM}, "application/json": begun,
    }}}  # fmt: skip


@router.post("", summary="Deliver a file, or begin to send one in pieces", openapi_extra=_bodies())
def deliver(request: HttpRequest) -> Any:
    """202 with id, status and report. A form is the whole file; JSON begins one that `content` takes piece by piece."""
    actor = actor_of_request(request)
    if request.content_type == "application/json":
        return moved(_begun(actor, read_body(request, Begin)))
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise InvalidInput(
            "缺少 file", "the form holds no file; send multipart/form-data with file and layer", field="file"
        )
    return moved(_whole(actor, request, file))


@router.put("/{import_id}/content", summary="Send the next piece of a file", openapi_extra={
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": _FILE}}},
})  # fmt: skip
def piece(request: HttpRequest, import_id: str, offset: Annotated[int, Query(ge=0, lt=2**40)]) -> Any:
    """`{"received"}`; 409 with `offset` when the server holds another amount: go on from there."""
    actor = actor_of_request(request)
    row = import_visible(actor, import_id)
    data = request.read(CHUNK_BYTES + 1)
    if len(data) > CHUNK_BYTES:
        raise TooLarge("分片超过 8 MB", "the piece holds more than 8 MB", field="content")
    if not data:
        raise InvalidInput("分片是空的", "the piece is empty", field="content")
    try:
        row = append_bytes(actor=actor, import_id=row.pk, offset=offset, data=data)
    except Conflict as error:
        error.extra["offset"] = row.received_bytes
        raise
    return {"id": str(row.pk), "status": row.status, "received": row.received_bytes}


@router.post("/{import_id}/finish", summary="Say that all pieces were sent", openapi_extra=described(Finish))
def finish(request: HttpRequest, import_id: str) -> Any:
    """202: it waits for its turn. With `sha256`, 409 when what arrived is not that."""
    actor = actor_of_request(request)
    row = import_visible(actor, import_id)
    wanted = (read_body(request, Finish) if request.body else Finish()).sha256
    row = finish_upload(actor=actor, import_id=row.pk)
    _demand_hash(row, wanted)
    return moved(row)


def _begun(actor: Actor, body: Begin) -> Import:
    return begin_import(
        actor=actor, file_name=body.file_name, size=body.size, layer=body.layer, client_id=body.client_id,
        reason=body.reason, answers=body.answers,
    )  # fmt: skip


def _whole(actor: Actor, request: HttpRequest, file: UploadedFile[Any]) -> Import:
    """The import of a file that came in one body; sent again after a cut, it goes on where it was."""
    row = begin_import(
        actor=actor, file_name=file.name or "", size=file.size or 0, layer=request.POST.get("layer", ""),
        client_id=_client_id(request.POST.get("client_id", "")), reason=request.POST.get("reason", ""),
        answers=_answers(request),
    )  # fmt: skip
    if row.status != Status.UPLOADING:
        _demand_hash(row, _sha256(file))
        return row
    file.seek(row.received_bytes)
    while data := file.read(CHUNK_BYTES):
        row = append_bytes(actor=actor, import_id=row.pk, offset=row.received_bytes, data=data)
    return finish_upload(actor=actor, import_id=row.pk)


def _demand_hash(row: Import, wanted: str) -> None:
    if wanted and row.file_sha256 and row.file_sha256 != wanted:
        raise Conflict(
            "收到的文件与所报的不是同一份", "what arrived is not the file that was announced", field="sha256",
            found=wanted, received_sha256=row.file_sha256,
        )  # fmt: skip


def _sha256(file: UploadedFile[Any]) -> str:
    whole = hashlib.sha256()
    file.seek(0)
    for block in _blocks(file):
        whole.update(block)
    return whole.hexdigest()


def _blocks(file: UploadedFile[Any]) -> Iterator[bytes]:
    while block := file.read(1 << 20):
        yield block


def _client_id(text: str) -> uuid.UUID | None:
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise InvalidInput("client_id 应为 UUID", "client_id must be a UUID", field="client_id", found=text) from None


def _answers(request: HttpRequest) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if text := request.POST.get("answers"):
        found = read_json(text.encode())
        if not isinstance(found, dict):
            raise InvalidInput("answers 应为 JSON 对象", "answers must be a JSON object", field="answers")
        given |= found
    given |= {name: read(request.POST[name]) for name, read in _ANSWERS.items() if request.POST.get(name)}
    pairs = [text.partition("=") for text in request.POST.getlist("map")]
    if pairs:
        given["mapping"] = {name: column for name, _, column in pairs}
    titles = {name: request.POST[name] for name in _DESCRIPTION if request.POST.get(name)}
    if titles:
        given["description"] = {**given.get("description", {}), **titles}
    return given


def sized(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view behind a look at the announced size: a body too large is refused before anything reads it."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            raise TooLarge("超过 200 MB", "more than 200 MB", field="file", found=length)
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    return checked
