"""Taking an import back: asked by a person, done by whoever runs jobs, exactly, in one transaction."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import transaction
from django.utils import timezone

from layers.catalog import edit_rules
from layers.catalog.datasets import retire_layer
from layers.catalog.models import LayerVersion
from layers.catalog.registry import spec_of
from layers.catalog.reverting import publish_reverted
from layers.catalog.services import Source, lock_layer
from layers.errors import Conflict, WanggeError
from layers.imports import rights
from layers.imports.claims import claimed
from layers.imports.committing import FOLLOWING, TILING_LEVELS, json_safe
from layers.imports.inforce import last_version
from layers.imports.models import Import, Status
from layers.imports.standing import Undoing, settled_versions, standing_conflict, standing_on, touches, undoing
from layers.imports.steps import Progress, reached, silent
from layers.imports.telling import demand_status, locked, locked_for, move, tell
from layers.people.rights import Actor
from layers.spec import LayerSpec
from layers.territory.services import prove_tiling


@transaction.atomic
def ask_rollback(
    *, actor: Actor | None, import_id: uuid.UUID, with_later: bool = False, reason: str = "", job: bool = True
) -> Import:  # fmt: skip
    """The import on its way to being taken back, `with_later` together with what stands on it.

    Raises NotFound, Forbidden, Conflict (it is not committed, or something stands on it: `standing` names it).
    """
    row = locked_for(actor, import_id)
    if row.status in (Status.ROLLING_BACK, Status.ROLLED_BACK):
        return row
    demand_status(row, Status.COMMITTED)
    rights.demand_committing(actor, row)
    if not with_later and (standing := standing_on(row.pk)):
        raise standing_conflict(row, standing)
    progress = {"step": "roll back", "done": 0, "total": 0, "with_later": with_later}
    move(row, Status.ROLLING_BACK, asked_by=rights.name_of(actor), error=None, progress=progress)
    tell(row, "import.rollback_asked", actor, reason=reason, with_later=with_later, job=job)
    return row


def roll_back_import(*, import_id: uuid.UUID, progress: Progress = silent) -> Import:
    """The import, rolled back; or committed as it was, with what stood against it.

    One that nobody asked to take back is given back as it is. Raises Conflict when another process is at it.
    """
    with claimed(import_id):
        row = Import.objects.get(pk=import_id)
        if row.status != Status.ROLLING_BACK:
            return row
        reached("claimed")
        progress("roll back", 0, 1)
        try:
            row = _roll_back(row.pk)
        except WanggeError as error:
            return _left(row, error)
        reached("rolled back")
        return row


@transaction.atomic
def _roll_back(import_id: uuid.UUID) -> Import:
    row = locked(import_id)
    if row.status != Status.ROLLING_BACK:
        return row
    actor = rights.actor_behind(row.asked_by)
    lock_layer(row.layer)
    with edit_rules.constraints_speak():
        if row.version_after == row.version_before:
            undone, version = Undoing([], {}), row.version_after or 0
        else:
            undone, version = _undo(row, actor)
    reached("published")
    now_undone = {"rollback_version": version, "progress": {"step": "done", "done": 1, "total": 1}}
    later = Import.objects.select_for_update().filter(
        layer=row.layer, version_after__in=undone.later, status=Status.COMMITTED
    )
    for other in later.order_by("-version_after"):
        move(other, Status.ROLLED_BACK, **now_undone)
        tell(other, "import.rolled_back", actor, version=version, together_with=str(row.pk))
    move(row, Status.ROLLED_BACK, undone_versions=undone.versions, **now_undone)
    tell(row, "import.rolled_back", actor, version=version, undone=undone.versions)
    return row


def _undo(row: Import, actor: Actor | None) -> tuple[Undoing, int]:
    """What was undone, and the version that did it."""
    spec = spec_of(row.layer)
    assert row.version_after is not None
    undone = undoing(spec, row.version_after)
    if undone.later and not row.progress.get("with_later"):
        raise standing_conflict(row, standing_on(row.pk))
    if row.makes_layer:
        retire_layer(actor=actor, layer=row.layer, reason=row.reason)
        every = LayerVersion.objects.filter(layer=row.layer, version__gte=row.version_after)
        return Undoing(sorted(every.values_list("version", flat=True)), {}), last_version(row.layer)
    day = timezone.localdate()
    _demand_no_plan(spec, undone, day)
    source = Source(f"rollback/{row.file_name}"[:200], row.file_sha256)
    version = publish_reverted(spec=spec, since=undone.since, effective=day, actor=row.asked_by, source=source)
    for other in FOLLOWING.get(spec.id, ()):
        publish_reverted(
            spec=spec_of(other), since=_since_in(spec, spec_of(other), undone.versions), effective=day,
            actor=row.asked_by, source=source,
        )  # fmt: skip
    if spec.id in TILING_LEVELS:
        prove_tiling(day, levels=frozenset({TILING_LEVELS[spec.id]}))
    return undone, version.version if version else last_version(spec.id)


def _since_in(spec: LayerSpec, other: LayerSpec, versions: list[int]) -> dict[str, int]:
    """Since which version features of a layer that follows go back: its versions that came of the very same acts."""
    acts = LayerVersion.objects.filter(layer=spec.id, version__in=versions).values_list("import_id", flat=True)
    mine = set(LayerVersion.objects.filter(layer=other.id, import_id__in=list(acts)).values_list("version", flat=True))
    since: dict[str, int] = {}
    for version, keys in sorted(touches(other, min(mine)).items()) if mine else ():
        if version in mine:
            for key in keys:
                since.setdefault(key, version)
    return since


def _demand_no_plan(spec: LayerSpec, undone: Undoing, day: date) -> None:
    """A version that stays and is planned for later would come into force with this one."""
    last = undone.versions[0]
    planned = LayerVersion.objects.filter(layer=spec.id, version__gt=last, effective__gt=day)
    gone = {*undone.versions, *settled_versions(spec.id)}
    staying = [row for row in planned.order_by("version") if row.version not in gone]
    if staying:
        raise Conflict(
            f"第 {staying[0].version} 版排定于 {staying[0].effective} 生效：先撤销它，或到期后再撤销",
            f"version {staying[0].version} is planned from {staying[0].effective}: take it back first, or wait until then",
            field="id", found=staying[0].version,
        )  # fmt: skip


@transaction.atomic
def _left(row: Import, error: WanggeError) -> Import:
    """The import as it was before somebody asked, with what stood against it."""
    row = locked(row.pk)
    problem = error.problem("en") | {"detail_zh": error.problem("zh")["detail"]}
    move(row, Status.COMMITTED, error=json_safe(problem), progress={"step": "done", "done": 1, "total": 1})
    tell(row, "import.not_rolled_back", None, code=error.code)
    return row
