"""Committing an import: asked by a person, done by whoever runs jobs, all of it or nothing.

Rows are laid down in their tables beforehand, unseen (`catalog.laying`); the one transaction that shows them closes, rouses
and tells. Torn off anywhere it is done again from where it stands: what lies there already is passed over.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from psycopg import sql

from layers.catalog import edit_rules, laying
from layers.catalog.datasets import make_layer
from layers.catalog.registry import spec_of
from layers.catalog.services import Prepared, Source, publish_prepared, publish_written
from layers.errors import Forbidden, LayerMovedOn, WanggeError
from layers.imports import rights
from layers.imports.claims import claimed
from layers.imports.inforce import last_version
from layers.imports.mappings import keep_mapping
from layers.imports.models import Import, Staged, Status
from layers.imports.steps import Progress, reached, silent
from layers.imports.telling import demand_status, demand_version, locked, locked_for, move, tell
from layers.people.rights import Actor
from layers.spec import LayerSpec
from layers.territory.services import prove_tiling

#: Rows that one transaction lays down.
CHUNK = 5_000
#: Layers that follow from another, see `layers.imports.following`.
FOLLOWING = {"cameras": ("camera_views",), "grids": ("units",)}
#: Area layers that tile what stands above them, by what `prove_tiling` calls their level.
TILING_LEVELS = {"subdistricts": "subdistrict", "communities": "community", "grids": "grid", "unit_grids": "unit grid"}


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
    progress = {"step": "commit", "done": 0, "total": 0}
    move(row, Status.COMMITTING, asked_by=rights.name_of(actor), error=None, progress=progress)
    tell(row, "import.commit_asked", actor, job=job)
    return row


def commit_import(*, import_id: uuid.UUID, progress: Progress = silent, job: bool = True) -> Import:
    """The import, committed; or prepared anew where its layer has moved on; or ready again with what stood against it.

    One that nobody asked to commit is given back as it is. Raises Conflict when another process is at it.
    """
    with claimed(import_id):
        row = Import.objects.get(pk=import_id)
        if row.status != Status.COMMITTING:
            return row
        reached("claimed")
        try:
            _demand_still(row)
            progress("lay down", 0, 2)
            _lay_down(row, progress)
            reached("laid down")
            progress("commit", 1, 2)
            row = _show(row)
        except LayerMovedOn as moved:
            return _prepared_again(row, moved, job=job)
        except WanggeError as error:
            return _given_back(row, error)
        reached("committed")
        tidy(row)
        reached("tidied")
        return row


def _demand_still(row: Import) -> None:
    """What held when the import was prepared and asked for must hold now."""
    asker = rights.actor_behind(row.asked_by)
    if not rights.may_commit(asker, row.layer, row.areas, author=row.actor):
        raise Forbidden("提交人已无编辑权限", "who asked for this may not edit there any more", field="id")
    if last_version(row.layer) != row.base_version:
        raise LayerMovedOn(field="base_version")


def layers_staged(row: Import) -> list[LayerSpec]:
    """The layers that an import writes to, its own first, then those that follow from it."""
    names = set(Staged.objects.filter(owner=row).values_list("layer", flat=True))
    return [spec_of(name) for name in sorted(names, key=lambda name: (name != row.layer, name))]


def _lay_down(row: Import, progress: Progress) -> None:
    """Brings every row that comes into its table, unseen, some thousand a transaction."""
    if row.makes_layer:
        return
    for spec in layers_staged(row):
        staged = Staged.objects.filter(owner=row, layer=spec.id)
        last = staged.order_by("-ordinal").values_list("ordinal", flat=True).first() or 0
        for start in range(0, last, CHUNK):
            with transaction.atomic():
                laying.lay_down(
                    spec=spec, rows=_COMING, parameters=[row.pk, spec.id, start, start + CHUNK], day=timezone.localdate(),
                    import_id=row.pk,
                )  # fmt: skip
            progress("lay down", min(start + CHUNK, last), last)


_COMING = sql.SQL(
    "SELECT new_row_id AS row_id, feature_id, feature_version, rank, digest, values, geom FROM imports_staged"
    " WHERE import_id = %s AND layer = %s AND ordinal > %s AND ordinal <= %s AND new_row_id IS NOT NULL"
)
_SEARCHED = sql.SQL(
    "SELECT feature_id, search FROM imports_staged WHERE import_id = %s AND layer = %s AND new_row_id IS NOT NULL"
)


@transaction.atomic
def _show(row: Import) -> Import:
    """The transaction that makes it so: versions, events, the state of the import."""
    row = locked(row.pk)
    if row.status != Status.COMMITTING:
        return row
    with edit_rules.constraints_speak():
        before = row.base_version or 0
        after = _make(row) if row.makes_layer else _publish(row)
        reached("closed")
        if row.layer in TILING_LEVELS and after != before:
            prove_tiling(day_of(row), levels=frozenset({TILING_LEVELS[row.layer]}))
    reached("published")
    keep_mapping(row)
    move(
        row, Status.COMMITTED, version_before=before, version_after=after, committed_at=timezone.now(),
        progress={"step": "done", "done": 1, "total": 1},
    )  # fmt: skip
    actor = rights.actor_behind(row.asked_by)
    tell(
        row, "import.committed", actor, reason=row.reason, version_before=before, version_after=after, author=row.actor
    )
    return row


def day_of(row: Import) -> date:
    """The day from which a committed import holds."""
    if row.makes_layer:
        return date.fromisoformat(row.diff["day"])
    return row.effective or timezone.localdate()


def source_of(row: Import) -> Source:
    """Where the versions of an import come from."""
    return Source(row.file_name, row.file_sha256, row.pk)


def _publish(row: Import) -> int:
    """The layer's version after the import; its last one when nothing differs."""
    after = row.base_version or 0
    for spec in layers_staged(row):
        base = after if spec.id == row.layer else last_version(spec.id)
        version = publish_prepared(
            spec=spec, prepared=_prepared(row, spec), effective=day_of(row), actor=row.asked_by, source=source_of(row),
            base_version=base,
        )  # fmt: skip
        after = version.version if spec.id == row.layer else after
    return after


def _prepared(row: Import, spec: LayerSpec) -> Prepared:
    facts = Staged.objects.filter(owner=row, layer=spec.id).values_list("row_id", "new_row_id", "feature_id")
    closes, comes, gone, added = [], [], [], 0
    for old, new, key in facts:
        if old is not None:
            closes.append(old)
        if new is not None:
            comes.append(new)
        if new is None:
            gone.append(key)
        added += old is None
    return Prepared(
        closes=closes,
        comes=comes,
        gone=gone,
        added=added,
        changed=len(comes) - added,
        search=(_SEARCHED, [row.pk, spec.id]),
    )


def _make(row: Import) -> int:
    """The first version of the layer that the import makes: its rows are there, its description makes them seen."""
    actor = rights.actor_behind(row.asked_by)
    spec = make_layer(actor=actor, description=row.diff["description"], reason=row.reason)
    version = publish_written(
        spec=spec, effective=day_of(row), actor=row.asked_by, source=source_of(row), base_version=row.base_version or 0,
        total=row.diff["counts"]["added"], bounds=tuple(row.diff["bounds"]),
    )  # fmt: skip
    return version.version


@transaction.atomic
def _prepared_again(row: Import, moved: LayerMovedOn, *, job: bool) -> Import:
    """The layer has another version: the import goes back to be compared with it, and is not committed."""
    row = locked(row.pk)
    problem = moved.problem("en") | {"detail_zh": moved.problem("zh")["detail"]}
    move(row, Status.RECEIVED, error=problem, progress={"step": "received", "done": 0, "total": 0})
    tell(row, "import.moved_on", None, base_version=row.base_version, version=last_version(row.layer), job=job)
    return row


@transaction.atomic
def _given_back(row: Import, error: WanggeError) -> Import:
    """The import as it was before somebody asked, with what stood against it."""
    row = locked(row.pk)
    problem = error.problem("en") | {"detail_zh": error.problem("zh")["detail"]}
    move(row, Status.READY, error=json_safe(problem), progress={"step": "done", "done": 1, "total": 1})
    tell(row, "import.not_committed", None, code=error.code)
    return row


def json_safe(problem: dict[str, Any]) -> dict[str, Any]:
    """A problem whose further members are such as JSON holds."""
    return {key: value if isinstance(value, str | int | float | list | dict | None) else str(value) for key, value in problem.items()}  # fmt: skip


def tidy(row: Import) -> None:
    """Forgets what was staged for an import that is committed; the delivered file stays."""
    Staged.objects.filter(owner=row).delete()
