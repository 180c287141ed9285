"""Exports over HTTP: asked for, looked at, fetched once a worker has written them; CSV and GeoJSON also as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from django.http import FileResponse, HttpRequest, JsonResponse, StreamingHttpResponse
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from layers.api.asking import actor_of_request
from layers.api.bodies import Body, described, read_body
from layers.api.fields import ClientId
from layers.exports.jobs import ask_export, fetched, form_of, own_export, own_exports
from layers.exports.models import Export, Status
from layers.exports.streaming import streamed
from layers.live.feed import instant

router = Router(tags=["exports"])
_PIECE = 1 << 16


class AskedExport(Body):
    """A layer or a part of it, at a version or on a day, in a format; `where` keeps rows by the values of fields."""

    client_id: ClientId
    layer: Annotated[str, Field(max_length=40)]
    format: Annotated[
        str, Field(max_length=10, examples=["gpkg", "geojson", "shp.zip", "fgb", "parquet", "csv", "xlsx"])
    ]
    crs: int | str = 4326
    encoding: Annotated[str, Field(max_length=20)] = ""
    at: Annotated[str | None, Field(max_length=10)] = None
    version: int | None = None
    bbox: list[float] | str | None = None
    area: Annotated[str, Field(max_length=15)] = ""
    ids: list[str] = []
    where: dict[str, Any] = {}


class AskedRows(Schema):
    """The same as parameters of an address."""

    crs: str = "4326"
    at: str = ""
    version: str = ""
    bbox: str = ""
    area: str = ""
    ids: str = ""


@router.post("/exports", summary="Ask for a layer as a file", openapi_extra=described(AskedExport), response={202: Any})
def ask(request: HttpRequest) -> Any:
    """202 `{"id", "status"}`; a worker writes the file. The same `client_id` and body again: 200 with the first answer."""
    body = read_body(request, AskedExport)
    outcome = ask_export(
        actor=actor_of_request(request), client_id=body.client_id, asked=body.model_dump(exclude={"client_id"})
    )
    return JsonResponse(outcome.result, status=200 if outcome.repeated else 202)


@router.get("/exports", summary="Your exports, newest first")
def mine(request: HttpRequest) -> Any:
    """At most 50."""
    return {"exports": [_told(row) for row in own_exports(actor_of_request(request))]}


@router.get("/exports/{export}", summary="How far an export is")
def one(request: HttpRequest, export: str) -> Any:
    """`status` is asked, running, done, failed (`error` says why) or expired; `download` is there once it is done."""
    return _told(own_export(actor_of_request(request), export))


@router.get("/exports/{export}/file", summary="The file of an export")
def file(request: HttpRequest, export: str) -> Any:
    """The file under the layer's name, for a day after it was written."""
    row, path = fetched(actor_of_request(request), export)
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=_name(row), content_type=form_of(row).media_type
    )
    answer["Cache-Control"] = "private, no-store"
    answer["ETag"] = f'"{row.sha256}"'
    return answer


@router.get("/layers/{layer}/export.geojson", summary="A layer as GeoJSON, at once")
def geojson(request: HttpRequest, layer: str, rows: Annotated[AskedRows, Query()]) -> Any:
    """Sent as it is read, ordered by id; the same content gives the same bytes."""
    return _stream(request, layer, "geojson", rows)


@router.get("/layers/{layer}/export.csv", summary="A layer as CSV, at once")
def csv(request: HttpRequest, layer: str, rows: Annotated[AskedRows, Query()]) -> Any:
    """As the GeoJSON, in UTF-8 with a byte order mark."""
    return _stream(request, layer, "csv", rows)


def _stream(request: HttpRequest, layer: str, form: str, rows: AskedRows) -> StreamingHttpResponse:
    asked = {"layer": layer, "format": form} | rows.model_dump()
    wanted, lines = streamed(actor=actor_of_request(request), asked=asked)
    first = next(lines)  # what cannot be read is refused before anything is sent
    answer = StreamingHttpResponse(_pieces(chain([first], lines)), content_type=wanted.form.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{layer}{wanted.form.ending}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _pieces(lines: Iterator[str]) -> Iterator[bytes]:
    """Lines gathered to pieces that are worth sending."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line.encode())
        size += len(held[-1])
        if size >= _PIECE:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _name(row: Export) -> str:
    return f"{row.layer}{form_of(row).ending}"


def _told(row: Export) -> dict[str, Any]:
    done = row.status == Status.DONE
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return {
        "id": str(row.pk), "layer": row.layer, "format": form_of(row).id, "wanted": row.wanted, "status": row.status,
        "progress": row.progress, "file": _name(row), "count": row.count, "bytes": row.bytes,
        "sha256": row.sha256 or None, "notes": row.notes, "error": row.error[language] if row.error else None,
        "download": f"/api/exports/{row.pk}/file" if done else None, "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    }  # fmt: skip
