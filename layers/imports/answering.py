"""What people say about a delivery: how to read it, how its columns fill the layer, from which day it holds."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from layers.errors import InvalidInput
from layers.imports import rights
from layers.imports.findings import Answers
from layers.imports.models import Change, Import, Staged, Status
from layers.imports.parameters import Unparsable, demanded, parsed
from layers.imports.plan_types import Mapping as FieldsMapping
from layers.imports.telling import demand_status, demand_version, locked_for, move, tell
from layers.people.rights import Actor

#: States in which a person may still say something.
ANSWERABLE = (Status.ASKING, Status.REFUSED, Status.READY, Status.FAILED)
DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
_MOST_FIELDS = 500


def _bad(name: str, value: object, zh: str, en: str) -> InvalidInput:
    return InvalidInput(f"{name}：{zh}", f"{name}: {en}", field=name, found=value)


def _crs(value: Any) -> int | None:
    text = str(value).strip().upper().removeprefix("EPSG:")
    if not text.isascii() or not text.isdigit() or not 1024 <= int(text) <= 32767:
        raise _bad("crs", value, "应为 EPSG 编号", "must be an EPSG number")
    return int(text)


def _text(name: str, longest: int) -> Callable[[Any], str]:
    def clean(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > longest or "\x00" in value:
            raise _bad(name, value, f"应为不超过 {longest} 字的文本", f"must be text of at most {longest} characters")
        return value.strip()

    return clean


def _datum(value: Any) -> str:
    if value not in DATUMS:
        raise _bad("source_datum", value, f"应为 {'、'.join(DATUMS)} 之一", f"must be one of {', '.join(DATUMS)}")
    return str(value)


def _flag(name: str) -> Callable[[Any], bool]:
    def clean(value: Any) -> bool:
        if not isinstance(value, bool):
            raise _bad(name, value, "应为 true 或 false", "must be true or false")
        return value

    return clean


def _numbers(value: Any) -> list[float]:
    """Parameters or control points: a line of them, or the numbers."""
    try:
        return list(parsed(value) if isinstance(value, str) else demanded([float(one) for one in value]))
    except Unparsable as error:
        raise _bad("datum_params", value, error.zh, error.en) from error
    except (TypeError, ValueError):
        raise _bad("datum_params", value, "应为 3、4 或 7 个数", "must be 3, 4 or 7 numbers") from None


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise _bad("effective", value, "应为日期 YYYY-MM-DD", "must be a date YYYY-MM-DD") from None


def _mapping(value: Any) -> dict[str, Any]:
    """`Mapping.as_dict`, or the short form {field: column}."""
    if isinstance(value, Mapping) and "fields" not in value:
        value = {"fields": [{"field": str(name), "column": column or ""} for name, column in value.items()]}
    try:
        if len(value["fields"]) > _MOST_FIELDS:
            raise ValueError
        return FieldsMapping.from_dict(value).as_dict()
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _bad(
            "mapping", value, "每项应有 field 和 column 或 constant", "every entry needs field and column or constant"
        ) from None


def _object(name: str) -> Callable[[Any], dict[str, Any]]:
    def clean(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or len(str(value)) > 20_000:
            raise _bad(name, value, "应为对象", "must be an object")
        return value

    return clean


def _missing(value: Any) -> str:
    if value not in ("remove", "keep"):
        raise _bad("missing", value, "应为 remove 或 keep", "must be remove or keep")
    return str(value)


#: Name of an answer -> what makes it clean. `missing`: what becomes of stored rows that the file lacks; `description`:
#: words and style of a layer that the import makes.
KNOWN: dict[str, Callable[[Any], Any]] = {
    "crs": _crs, "encoding": _text("encoding", 40), "source_layer": _text("source_layer", 200),
    "source_datum": _datum, "swap_axes": _flag("swap_axes"), "datum_params": _numbers, "effective": _day,
    "mapping": _mapping, "missing": _missing, "description": _object("description"),
}  # fmt: skip


def clean_answers(given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` as it is stored; null takes an answer back. Raises InvalidInput that names the answer at fault."""
    unknown = sorted(set(given) - KNOWN.keys())
    if unknown:
        raise InvalidInput(
            f"没有选项 {unknown[0][:40]}", f"there is no answer {unknown[0][:40]}; known are {', '.join(KNOWN)}",
            field=unknown[0][:40],
        )  # fmt: skip
    return {name: None if value is None else KNOWN[name](value) for name, value in given.items()}


def as_answers(stored: Mapping[str, Any]) -> Answers:
    """What the readers need of the answers."""
    return Answers(
        crs=stored.get("crs"),
        encoding=stored.get("encoding"),
        source_layer=stored.get("source_layer"),
        source_datum=stored.get("source_datum"),
        swap_axes=bool(stored.get("swap_axes")),
        datum_params=tuple(stored.get("datum_params") or ()),
    )


@transaction.atomic
def answer_import(
    *, actor: Actor | None, import_id: uuid.UUID, version: int, answers: Mapping[str, Any], job: bool = True
) -> Import:
    """The import with these answers over the earlier ones, on its way to being prepared again.

    `answers`: any of KNOWN; null takes one back. `job`: whether a worker prepares it (a command does it itself). Raises
    NotFound, StaleVersion, Conflict (its state), Forbidden, InvalidInput.
    """
    row = locked_for(actor, import_id)
    demand_version(row, version)
    demand_status(row, *ANSWERABLE)
    rights.demand_preparing(actor, row.layer)
    kept = {name: value for name, value in {**row.answers, **clean_answers(answers)}.items() if value is not None}
    move(
        row, Status.RECEIVED, answers=kept, effective=kept.get("effective"), error=None,
        progress={"step": "received", "done": 0, "total": 0},
    )  # fmt: skip
    tell(row, "import.answered", actor, answered=sorted(answers), job=job)
    return row


@transaction.atomic
def cancel_import(*, actor: Actor | None, import_id: uuid.UUID, version: int) -> Import:
    """The import, called off; what was ready to be written is forgotten. Raises as `answer_import`."""
    row = locked_for(actor, import_id)
    demand_version(row, version)
    demand_status(row, Status.UPLOADING, Status.RECEIVED, *ANSWERABLE)
    rights.demand_preparing(actor, row.layer)
    Staged.objects.filter(owner=row).delete()
    Change.objects.filter(owner=row).delete()
    move(row, Status.CANCELLED)
    tell(row, "import.cancelled", actor)
    return row
