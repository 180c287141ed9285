"""The history of a layer: every version with who, when, from what file, what it changed, and whether it was taken back."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from layers.imports import rights
from layers.imports.describing import actions_of, names_of
from layers.imports.models import Import
from layers.imports.selectors import history_of
from layers.people.rights import Actor
from layers.spec import LayerSpec

Json = dict[str, Any]
_EDIT = "edit/"


def layer_history(actor: Actor, spec: LayerSpec) -> list[Json]:
    """Newest first. `kind`: import, rollback, edit (by hand, one feature), load (the district's profile).

    `import` is null where none made the version, and tells no more than that there is one where the actor may not see
    it. `state` says whether a version is in force, to come, or past, and `undone_by` which version took it back.
    """
    entries = history_of(spec.id)
    people = names_of(
        {entry["version"].actor for entry in entries} | {entry["import"].actor for entry in entries if entry["import"]}
    )
    today = timezone.localdate()
    in_force = max((entry["version"].version for entry in entries if entry["version"].effective <= today), default=0)
    return [_entry(actor, entry, people, in_force) for entry in entries]


def _entry(actor: Actor, entry: Json, people: dict[str, Json], in_force: int) -> Json:
    version, made, undoes, undone_by = entry["version"], entry["import"], entry["undoes"], entry["undone_by"]
    kind = "rollback" if undoes else "import" if made else "edit" if version.source.startswith(_EDIT) else "load"
    shown = made or undoes
    return {
        "version": version.version, "kind": kind,
        "state": "in_force" if version.version == in_force else "coming" if version.version > in_force else "past",
        "effective": version.effective.isoformat(), "published_at": version.published_at.isoformat(),
        "by": people.get(version.actor),
        "source": version.source, "sha256": version.source_sha256 or (made.file_sha256 if made else ""),
        "added": version.added, "changed": version.changed, "removed": version.removed, "total": version.total,
        "import": _import(actor, shown, people) if shown else None,
        "undoes": undoes.version_after if undoes else None,
        "undone_by": undone_by.rollback_version if undone_by else None,
    }  # fmt: skip


def _import(actor: Actor, row: Import, people: dict[str, Json]) -> Json | None:
    if not rights.may_see(actor, row):
        return None
    return {
        "id": str(row.pk), "status": row.status, "version": row.version, "file": row.file_name,
        "bytes": row.file_bytes, "by": people.get(row.actor), "reason": row.reason,
        "diff": row.diff.get("counts") if row.diff else None, "can_roll_back": actions_of(actor, row)["rollback"],
    }  # fmt: skip
