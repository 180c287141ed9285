"""Preparing an import: read, map, compare, say what would follow, write down what would be written. In a job or a command.

Every step may be torn off: nothing of the layer changes here, and doing it again begins from the delivered file.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils import timezone

from layers.catalog import describing, descriptions
from layers.catalog.models import LayerVersion
from layers.errors import InvalidInput
from layers.imports import folders, rights, sandbox, staging
from layers.imports.against import compare_rows
from layers.imports.answering import as_answers
from layers.imports.assembling import assemble, joined
from layers.imports.claims import claimed
from layers.imports.consequences import consequences_of
from layers.imports.delivery import LayerRead, ordered
from layers.imports.diffing import diff, settled
from layers.imports.fields import tiles
from layers.imports.findings import Answers, Finding, Notebook, Verdict, found, unanswered, verdict_of
from layers.imports.following import following
from layers.imports.guessing import doubts
from layers.imports.inforce import grids, ground_of, last_version, stored_rows
from layers.imports.mappings import described_columns, kept_mapping, settle_mapping, signature_of
from layers.imports.models import Import, Staged, Status
from layers.imports.plan_types import Diff, Incoming, Offence, Stored
from layers.imports.scoping import within_rights
from layers.imports.staging import Planned
from layers.imports.steps import Progress, reached, silent
from layers.imports.targets import target_of
from layers.imports.telling import locked, move, tell
from layers.imports.topology import check_topology
from layers.spec import LayerSpec
from layers.territory.selectors import top_codes

#: States from which preparing begins, or begins again.
STARTING = (Status.RECEIVED, Status.READING)
_STATUS = {Verdict.ASK: Status.ASKING, Verdict.REJECT: Status.REFUSED}
#: From this share of a layer on, what goes is pointed out.
_MANY = 0.5
_STEPS = ("read", "map", "compare", "stage")
#: What nobody asks of a layer of staff: it may lie wherever they want it.
_NO_MATTER = frozenset({"outside_district"})


@dataclass
class Preparation:
    """What is known of an import while it is prepared."""

    row: Import
    answers: Answers
    findings: list[Finding] = field(default_factory=list)
    offences: list[Offence] = field(default_factory=list)
    plans: list[Planned] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    areas: list[str] = field(default_factory=list)

    @property
    def blocked(self) -> bool:
        """True when something found so far asks or refuses: nothing further is worth doing."""
        return verdict_of(self.findings) in _STATUS


def prepare_import(*, import_id: uuid.UUID, progress: Progress = silent) -> Import:
    """The import, ready, asking or refused; one that is not waiting for this is given back as it is.

    Raises Conflict when another process is at it.
    """
    with claimed(import_id):
        row = _begun(import_id)
        if row is None:
            return Import.objects.get(pk=import_id)
        reached("claimed")
        told = _telling(row, progress)
        work = Preparation(row, as_answers(row.answers))
        base = last_version(row.layer)
        report = _read(work, told)
        reached("read")
        work.values |= {"report": report, "base_version": base}
        done = _ended(work)
        reached("ready")
        return done


@transaction.atomic
def _begun(import_id: uuid.UUID) -> Import | None:
    row = locked(import_id)
    if row.status not in STARTING:
        return None
    if row.status != Status.READING:
        move(row, Status.READING, attempts=row.attempts, progress={"step": "read", "done": 0, "total": 0})
    return row


def _telling(row: Import, progress: Progress) -> Progress:
    """Tells the caller and the row how far the work is."""

    def told(step: str, done: int, total: int) -> None:
        Import.objects.filter(pk=row.pk).update(
            progress={"step": step, "done": done, "total": total}, updated_at=timezone.now()
        )
        progress(step, done, total)

    return told


def _read(work: Preparation, progress: Progress) -> dict[str, Any]:
    """The report; on the way everything that the file leads to."""
    row = work.row
    progress("read", 0, len(_STEPS))
    target = None if row.makes_layer else target_of(row.layer)
    near = target.near_4326 if target else target_of("district").near_4326
    inspected = sandbox.inspect(folders.target_of(row.pk), answers=work.answers, rows=True, near_4326=near)
    work.findings = list(inspected.delivery.findings)
    if target is not None:
        notes = Notebook()
        for layer in inspected.delivery.layers:
            compare_rows(layer, target, Notebook(layer.name, notes.findings))
        passed = _NO_MATTER if rights.of_staff(row.layer) else frozenset()
        told = [finding for finding in notes.findings if finding.code not in passed]
        work.findings = unanswered([*work.findings, *told], work.answers)
    if inspected.delivery.layers:
        work.values["columns"] = described_columns(inspected.delivery.layers[0].columns)
    if row.error and row.error.get("code") == "layer_moved_on":
        work.findings.append(found("compared_again", base=row.base_version, version=last_version(row.layer)))
    if not work.blocked and inspected.delivery.layers:
        progress("map", 1, len(_STEPS))
        _plan(work, inspected.delivery.layers[0], progress)
    report = {**inspected.report, "file": row.file_name}
    work.findings = unanswered(work.findings, work.answers)
    report["findings"] = [finding.as_dict() for finding in ordered(work.findings)]
    report["verdict"] = verdict_of(work.findings).value
    return report


def _plan(work: Preparation, layer: LayerRead, progress: Progress) -> None:
    """From columns to rows, from rows to differences, from differences to what is written down."""
    row = work.row
    spec, said = _target(work, layer)
    if spec is None:
        return
    signature = signature_of(layer.columns)
    saved = None if row.makes_layer else kept_mapping(row.layer, signature)
    mapping, findings = settle_mapping(spec, layer.columns, said, saved)
    work.values |= {"mapping": mapping.as_dict(), "signature": signature}
    work.findings += findings
    if not row.makes_layer:
        work.findings += doubts(spec, mapping, layer.columns, layer.name)
    if work.blocked:
        return
    rows, findings = assemble(spec, layer, mapping, grids())
    work.findings += findings
    if work.blocked:
        return
    progress("compare", 2, len(_STEPS))
    if row.makes_layer:
        _plan_new(work, spec, rows, progress)
    else:
        _plan_known(work, spec, rows, progress)


def _target(work: Preparation, layer: LayerRead) -> tuple[LayerSpec | None, dict[str, Any] | None]:
    """The layer's description, and what was said of its mapping; of a layer to be made, both as the file suggests."""
    row = work.row
    if not row.makes_layer:
        return rights.known_spec(row.layer), row.answers.get("mapping")
    kinds = (layer.geometry_type or "Point").split("/")
    title = row.file_name.rpartition(".")[0] or row.file_name
    started = describing.describe(row.layer, title, layer.columns, kinds, area=_owner(row), count=len(layer.rows))
    wanted = row.answers.get("description") or {}
    try:
        spec = descriptions.read(descriptions.merged(started.description, {**wanted, "id": row.layer}))
    except InvalidInput as error:
        work.findings.append(
            found("layer_unreadable", field=error.field, reason_zh=error.zh or "", reason_en=error.en or "")
        )
        return None, None
    work.values["description"] = descriptions.write(spec)
    suggested = {"fields": [{"field": name, "column": column} for name, column in started.columns.items()]}
    return spec, row.answers.get("mapping") or suggested


def _owner(row: Import) -> str:
    """The area that a layer made by this import belongs to: the widest that its author may edit."""
    actor = rights.actor_behind(row.actor)
    codes = list(top_codes())
    if actor is not None:
        own = sorted({post.area for post in actor.posts if rights.may_prepare(actor, row.layer, [post.area])}, key=len)
        codes = own or codes
    return codes[0] if codes else ""


def _plan_new(work: Preparation, spec: LayerSpec, rows: Incoming, progress: Progress) -> None:
    """The rows of a layer that does not exist yet: written as they will stand, unseen."""
    row, nothing = work.row, Stored.nothing()
    if rights.known_spec(row.layer) is not None:
        work.findings.append(found("layer_exists", layer=row.layer))
    others = Import.objects.filter(layer=row.layer, makes_layer=True, status__in=(Status.READY, Status.COMMITTING))
    if others.exclude(pk=row.pk).exists():
        work.findings.append(found("layer_being_made", layer=row.layer))
    if work.blocked:
        return
    difference = diff(spec, rows, nothing)
    rows = settled(spec, rows, nothing, difference)
    reached("compared")
    day = effective_day(work)
    if work.blocked:
        return
    progress("stage", 3, len(_STEPS))
    if not row.dry_run:
        staging.write_new(row, spec, rows, version=last_version(row.layer) + 1, day=day)
    work.areas = [spec.owner]
    work.values |= {
        "diff": {
            "counts": difference.counts, "fields": {}, "matched_by": difference.matched_by, "day": day.isoformat(),
            "bounds": [float(number) for number in shapely.total_bounds(rows.degrees)], "description": work.values["description"],
        },
        "consequences": [],
    }  # fmt: skip
    reached("staged")


def _plan_known(work: Preparation, spec: LayerSpec, rows: Incoming, progress: Progress) -> None:
    """Rows of a layer that is there, against those in force."""
    row = work.row
    actor = rights.actor_behind(row.actor)
    keep = row.answers.get("missing") == "keep"
    stored = stored_rows(spec)
    rows = completed(
        spec, rows, stored, lambda found: within_rights(actor, spec, rows, stored, found, keep_missing=keep)[0]
    )
    rows, findings, work.offences = check_topology(spec, rows, ground_of(spec))
    work.findings += findings
    difference = diff(spec, rows, stored)
    difference, findings, work.areas = within_rights(actor, spec, rows, stored, difference, keep_missing=keep)
    work.findings += findings
    effective_day(work)
    gone = difference.counts["removed"]
    if gone > len(stored) * _MANY:
        work.findings.append(found("many_removed", count=gone, stored=len(stored)))
    rows = settled(spec, rows, stored, difference)
    planned = Planned(spec, rows, stored, difference)
    work.plans = [planned, *following(planned)]
    reached("compared")
    progress("stage", 3, len(_STEPS))
    staging.stage(row, work.plans)
    reached("staged")
    work.values |= {
        "diff": {"counts": difference.counts, "fields": difference.fields, "matched_by": difference.matched_by},
        "consequences": consequences_of(row, spec),
    }  # fmt: skip


def completed(spec: LayerSpec, rows: Incoming, stored: Stored, asked: Callable[[Diff], Diff]) -> Incoming:
    """The rows of a delivery, for areas with the stored ones that it leaves alone: only together can they be judged."""
    if not tiles(spec) or not len(stored):
        return rows
    whole = diff(spec, rows, stored)
    goes = set(asked(whole).row_ids.tolist())
    left = np.array([place for place in whole.places("removed") if whole.row_ids[place] not in goes], dtype=np.int64)
    if not len(left):
        return rows
    places = whole.stored[left]
    kept = Incoming(
        ids=stored.ids[places], rows=np.zeros(len(places), dtype=np.int64), degrees=stored.degrees[places],
        metric=stored.metric[places], values={column: stored.values[column][places] for column in rows.values},
        ranks=np.full(len(places), 3), digests=[stored.digests[place] for place in places],
        coded=np.ones(len(places), dtype=bool),
    )  # fmt: skip
    return joined([rows, kept])


def effective_day(work: Preparation) -> date:
    """The day from which the import is to hold (today, or later, or as far back as the last version); else a finding."""
    last = (
        LayerVersion.objects.filter(layer=work.row.layer)
        .order_by("-version")
        .values_list("effective", flat=True)
        .first()
    )
    chosen = work.row.effective
    day = date.fromisoformat(chosen) if isinstance(chosen, str) else chosen or timezone.localdate()
    if last is not None and day < last:
        work.findings.append(found("effective_too_early", field="effective", day=day.isoformat(), last=last.isoformat()))  # fmt: skip
    return day


@transaction.atomic
def _ended(work: Preparation) -> Import:
    """The import in the state that its verdict leads to; what was written down stays only where it is ready."""
    row = locked(work.row.pk)
    verdict = verdict_of(work.findings)
    status = _STATUS.get(verdict, Status.READY)
    values = {
        "mapping": {}, "columns": [], "signature": "", "diff": {}, "consequences": [], **work.values,
        "areas": work.areas, "offences": [_offence(one) for one in work.offences], "progress": {"step": "done", "done": 1, "total": 1},
    }  # fmt: skip
    values.pop("description", None)
    if status != Status.READY:
        Staged.objects.filter(owner=row).delete()
    move(row, status, **values)
    tell(row, "import.prepared", None, verdict=verdict.value, counts=row.diff.get("counts", {}))
    return row


def _offence(offence: Offence) -> dict[str, Any]:
    shape = None if offence.geometry is None else json.loads(shapely.to_geojson(offence.geometry))
    return {**offence.as_dict(), "geometry": shape}
