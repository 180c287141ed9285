"""Imports as JSON: what a person may know of one, and what he may do with it now."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from layers.catalog.selectors import version_of
from layers.imports import rights
from layers.imports.answering import ANSWERABLE
from layers.imports.models import Change, Import, Status
from layers.imports.selectors import report_of
from layers.imports.whereabouts import places_of
from layers.people.models import User
from layers.people.rights import Actor

Json = dict[str, Any]

_CANCELLABLE = (Status.UPLOADING, Status.RECEIVED, *ANSWERABLE)
_REPEATABLE = (Status.ROLLED_BACK, Status.CANCELLED, Status.REFUSED, Status.FAILED)
_COMMANDS = {"zh": "命令行", "en": "command line"}


def names_of(actors: Iterable[str]) -> dict[str, Json]:
    """Stored name of whoever acted -> `{"name", "name_en"}`; commands of the server have a name of their own."""
    actors = set(actors)
    ids = {}
    for actor in actors:
        try:
            ids[actor] = uuid.UUID(actor)
        except ValueError:
            continue
    people = {str(p.pk): p for p in User.objects.filter(pk__in=ids.values()).only("name", "name_en", "username")}
    found = {}
    for actor in actors:
        person = people.get(actor)
        if person is not None:
            name = person.name or person.username
            found[actor] = {"name": name, "name_en": person.name_en or name}
        else:
            found[actor] = {"name": _COMMANDS["zh"], "name_en": _COMMANDS["en"]}
    return found


def title_of(row: Import) -> tuple[str, str]:
    """What the layer of an import is called in Chinese and English; a layer in the making by what was said of it."""
    spec = rights.known_spec(row.layer)
    if spec is not None:
        return spec.zh, spec.en
    said = row.answers.get("description") or {}
    zh, en = str(said.get("title_zh") or ""), str(said.get("title_en") or "")
    return zh or en or row.layer, en or zh or row.layer


def actions_of(actor: Actor, row: Import) -> dict[str, bool]:
    """What the actor may do with an import as it stands: answer, commit, rollback, cancel, again."""
    prepares = rights.may_prepare(actor, row.layer)
    commits = rights.may_commit(actor, row.layer, row.areas, author=row.actor)
    return {
        "answer": prepares and row.status in ANSWERABLE,
        "commit": commits and row.status == Status.READY,
        "rollback": commits and row.status == Status.COMMITTED and row.version_after is not None,
        "cancel": prepares and row.status in _CANCELLABLE,
        "again": prepares and row.status in _REPEATABLE,
        "may_commit": commits,
    }


def import_line(row: Import, people: dict[str, Json]) -> Json:
    """An import as a line of a list."""
    zh, en = title_of(row)
    return {
        "id": str(row.pk), "layer": row.layer, "title_zh": zh, "title_en": en, "makes_layer": row.makes_layer,
        "status": row.status, "version": row.version,
        "file": {
            "name": row.file_name, "bytes": row.file_bytes, "received": row.received_bytes, "sha256": row.file_sha256,
        },
        "by": people.get(row.actor), "reason": row.reason, "progress": row.progress or None, "error": row.error,
        "diff": row.diff.get("counts") if row.diff else None,
        "base_version": row.base_version, "version_before": row.version_before, "version_after": row.version_after,
        "rollback_version": row.rollback_version,
        "effective": row.effective.isoformat() if row.effective else None,
        "created_at": row.created_at.isoformat(), "updated_at": row.updated_at.isoformat(),
        "committed_at": row.committed_at.isoformat() if row.committed_at else None,
    }  # fmt: skip


def described_import(actor: Actor, row: Import) -> Json:
    """An import with its report, what was answered, how it is mapped, what it offends, and what may be done with it."""
    people = names_of({row.actor})
    return {
        **import_line(row, people),
        "report": report_of(row), "answers": row.answers, "mapping": row.mapping or None, "columns": row.columns,
        "fields_changed": row.diff.get("fields", {}) if row.diff else {},
        "matched_by": row.diff.get("matched_by") if row.diff else None,
        "consequences": row.consequences, "offences": row.offences, "layer_version": version_of(row.layer),
        "can": actions_of(actor, row),
        "description": _description(row) if row.makes_layer else None,
    }  # fmt: skip


def _description(row: Import) -> Json:
    """What the layer that an import makes will be: as it was prepared, else as far as somebody said."""
    prepared: Json = row.diff.get("description") or row.answers.get("description") or {}
    return prepared


def described_changes(rows: Sequence[Change]) -> list[Json]:
    """Changes of one import as rows of the table, each with its box in degrees and the bearing of its move."""
    if not rows:
        return []
    places = places_of(rows[0].owner_id, [row.ordinal for row in rows])
    return [_change(row, *places.get(row.ordinal, (None, None))) for row in rows]


def _change(row: Change, box: list[float] | None, bearing: float | None) -> Json:
    return {
        "ordinal": row.ordinal, "kind": row.kind, "feature": row.feature_id, "name": row.name, "row": row.row,
        "columns": row.columns, "before": row.before, "after": row.after,
        "distance_m": _number(row.distance_m), "area_change_m2": _number(row.area_change_m2),
        "bearing_deg": None if bearing is None else round(bearing, 1),
        "bbox": None if box is None else [round(side, 7) for side in box],
    }  # fmt: skip


def _number(value: float) -> float:
    return round(value, 4) if math.isfinite(value) else 0.0
