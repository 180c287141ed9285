"""Imports over HTTP: what was delivered, what it would change, answers, commit, rollback. Bytes: `layers.api.uploads`."""

from __future__ import annotations

import csv
import io
import json
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Query, Router
from pydantic import Field

from layers.api.asking import actor_of_request
from layers.api.bodies import Body, described, json_object, read_body
from layers.api.fields import ClientId
from layers.errors import InvalidInput
from layers.imports.answering import answer_import, cancel_import
from layers.imports.committing import ask_commit
from layers.imports.describing import described_changes, described_import, import_line, names_of
from layers.imports.models import Import, Status
from layers.imports.plan_types import KINDS
from layers.imports.receiving import import_again
from layers.imports.rolling import ask_rollback
from layers.imports.selectors import (
    CAP,
    Box,
    changes,
    changes_bounds,
    changes_map,
    import_visible,
    imports_visible,
    report_of,
)
from layers.imports.standing import standing_on
from layers.imports.whereabouts import MOST_ROWS, changes_of_rows, rows_of_new_layer, shapes_of_new_layer

router = Router(tags=["imports"])

Version = Annotated[int | None, Field(ge=1, lt=2**31)]
Text = Annotated[str, Query(max_length=120)]
#: What starts a formula in a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Move(Body):
    """One step on; `version` is that of the import one looked at (left out: whatever it is now)."""

    client_id: ClientId | None = None
    version: Version = None


class Rollback(Body):
    """Taking an import back; `with_later` takes back what stands on it as well."""

    client_id: ClientId | None = None
    version: Version = None
    with_later: bool = False
    reason: Annotated[str, Field(max_length=400)] = ""


class DescribedAnswer(Body):
    """Answers by name, as the description tells them; null takes one back. They may also stand beside `version`."""

    version: Version = None
    answers: dict[str, Any]


def moved(row: Import, status: int = 202) -> JsonResponse:
    """The answer to whatever moves an import: its id, where it stands, and the report as far as it goes."""
    body = {
        "id": str(row.pk), "status": row.status, "version": row.version, "received": row.received_bytes,
        "report": report_of(row),
    }  # fmt: skip
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


@router.get("", summary="Imports you may see, newest first")
def many(
    request: HttpRequest, layer: Text = "", status: Text = "", limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Any:
    """`{"imports": [...]}`: file, layer, who, when, where it stands, counts of the diff."""
    if status and status not in Status.values:
        raise InvalidInput(
            f"没有状态 {status!a}", f"there is no status {status!a}; they are {', '.join(Status.values)}",
            field="status", found=status,
        )  # fmt: skip
    rows = imports_visible(actor_of_request(request), layer=layer, status=status, limit=limit)
    people = names_of(row.actor for row in rows)
    return {"imports": [import_line(row, people) for row in rows]}


@router.get("/{import_id}", summary="One import: report, mapping, diff, consequences, what you may do")
def one(request: HttpRequest, import_id: str) -> Any:
    """An unknown id and one you may not see get the same 404."""
    actor = actor_of_request(request)
    return described_import(actor, import_visible(actor, import_id))


@router.post(
    "/{import_id}/answer", summary="Answer questions, map fields, set the day", openapi_extra=described(DescribedAnswer)
)
def answer(request: HttpRequest, import_id: str) -> Any:
    """202: it is prepared again with these answers over the earlier ones."""
    actor = actor_of_request(request)
    row = import_visible(actor, import_id)
    body = json_object(request)
    version = body.pop("version", None)
    body.pop("client_id", None)
    given = body.pop("answers", {})
    if not isinstance(given, dict):
        raise InvalidInput("answers 应为对象", "answers must be an object", field="answers", found=type(given).__name__)
    return moved(answer_import(actor=actor, import_id=row.pk, version=_version(version, row), answers=body | given))


@router.post("/{import_id}/commit", summary="Let an import take effect", openapi_extra=described(Move))
def commit(request: HttpRequest, import_id: str) -> Any:
    """202: a job commits it, all of it or nothing."""
    actor = actor_of_request(request)
    row = import_visible(actor, import_id)
    return moved(ask_commit(actor=actor, import_id=row.pk, version=_version(_move(request).version, row)))


@router.post(
    "/{import_id}/rollback", summary="Take a committed import back, exactly", openapi_extra=described(Rollback)
)
def rollback(request: HttpRequest, import_id: str) -> Any:
    """202; 409 with `standing` when later versions changed the same features and `with_later` was not said."""
    actor = actor_of_request(request)
    row = import_visible(actor, import_id)
    body = read_body(request, Rollback) if request.body else Rollback()
    return moved(ask_rollback(actor=actor, import_id=row.pk, with_later=body.with_later, reason=body.reason))


@router.post("/{import_id}/cancel", summary="Call an import off", openapi_extra=described(Move))
def cancel(request: HttpRequest, import_id: str) -> Any:
    """200: nothing of it is stored but what it was."""
    actor = actor_of_request(request)
    row = import_visible(actor, import_id)
    version = _version(_move(request).version, row)
    return moved(cancel_import(actor=actor, import_id=row.pk, version=version), 200)


@router.post("/{import_id}/again", summary="Import the same file once more", openapi_extra=described(Move))
def again(request: HttpRequest, import_id: str) -> Any:
    """202 with the id of a new import of the same delivery and answers."""
    actor = actor_of_request(request)
    row = import_visible(actor, import_id)
    return moved(import_again(actor=actor, import_id=row.pk, client_id=_move(request).client_id))


@router.get("/{import_id}/standing", summary="What stands on an import: later versions that changed the same features")
def standing(request: HttpRequest, import_id: str) -> Any:
    """`{"standing": [...]}`, newest first; empty when it can be taken back alone."""
    row = import_visible(actor_of_request(request), import_id)
    found = standing_on(row.pk)
    people = names_of(str(one["by"]) for one in found)
    return {"standing": [{**one, "by": people.get(one["by"])} for one in found]}


@router.get("/{import_id}/changes", summary="What an import changes, feature by feature")
def table(
    request: HttpRequest, import_id: str, kind: Text = "", field: Text = "", q: Text = "", rows: Text = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1, size: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Any:  # fmt: skip
    """One page; of one kind, one field, a name or id; or of `rows` of the file (numbers with commas)."""
    row = import_visible(actor_of_request(request), import_id)
    kind = _kind(kind)
    if row.makes_layer:
        return rows_of_new_layer(row, text=q.strip(), page=page, size=size)
    if rows:
        found = changes_of_rows(row.pk, _numbers(rows))
        return {"changes": described_changes(found), "total": len(found), "page": 1, "pages": 1}
    one_page = changes(row.pk, kind=kind, field=field, text=q.strip(), page=page, size=size)
    return {
        "changes": described_changes(one_page.rows), "total": one_page.total, "page": one_page.page,
        "pages": one_page.pages,
    }  # fmt: skip


@router.get("/{import_id}/changes.geojson", summary="The same as shapes, before and after")
def shapes(request: HttpRequest, import_id: str, kind: Text = "", bbox: Text = "") -> Any:
    """A FeatureCollection in EPSG:4326, at most 5,000 shapes (`capped`); `bounds` is the box of all changes."""
    row = import_visible(actor_of_request(request), import_id)
    kind, box = _kind(kind), _box(bbox)
    if row.makes_layer:
        found = shapes_of_new_layer(row, bbox=box, cap=CAP)
    else:
        found = {**changes_map(row.pk, kind=kind, bbox=box), "bounds": changes_bounds(row.pk)}
    return HttpResponse(json.dumps(found, ensure_ascii=False), content_type="application/geo+json")


@router.get("/{import_id}/report.{form}", summary="The report as a file")
def report_file(request: HttpRequest, import_id: str, form: Literal["json", "csv"]) -> Any:
    """JSON as the contract has it, or one line a finding for a spreadsheet (UTF-8 with a mark, safe from formulas)."""
    row = import_visible(actor_of_request(request), import_id)
    report = report_of(row)
    response: HttpResponse
    if form == "json":
        response = JsonResponse(report, json_dumps_params={"ensure_ascii": False, "indent": 1})
    else:
        response = HttpResponse(_as_csv(report), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{row.pk}.{form}"'
    return response


def _as_csv(report: dict[str, Any]) -> str:
    text = io.StringIO()
    text.write("\ufeff")
    lines = csv.writer(text)
    lines.writerow(["severity", "code", "layer", "field", "rows", "message_zh", "message_en", "remedy", "remedy_en"])
    for found in report["findings"]:
        cells = [
            found["severity"], found["code"], found["layer"] or "", found["field"] or "",
            " ".join(str(row) for row in found["rows"]), found["message_zh"], found["message_en"], found["remedy"],
            found["remedy_en"],
        ]  # fmt: skip
        lines.writerow([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue()


def _move(request: HttpRequest) -> Move:
    return read_body(request, Move) if request.body else Move()


def _version(given: Any, row: Import) -> int:
    if given is None:
        return row.version
    if isinstance(given, bool) or not isinstance(given, int):
        raise InvalidInput(
            "version 应为整数", "version must be a whole number", field="version", found=ascii(given)[:40]
        )
    return given


def _kind(kind: str) -> str:
    if kind and kind not in KINDS:
        raise InvalidInput(
            f"没有变化 {kind!a}", f"there is no kind {kind!a}; they are {', '.join(KINDS)}", field="kind", found=kind
        )
    return kind


def _numbers(text: str) -> list[int]:
    parts = text.split(",")
    if len(parts) > MOST_ROWS or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise InvalidInput(
            f"rows 应为不超过 {MOST_ROWS} 个行号", f"rows must be at most {MOST_ROWS} row numbers with commas",
            field="rows", found=text,
        )  # fmt: skip
    return [int(part) for part in parts]


def _box(text: str) -> Box | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput(
            "bbox 应为 西,南,东,北（度）", "bbox must be west,south,east,north in degrees", field="bbox", found=text
        )
    return west, south, east, north
