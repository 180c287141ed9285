"""Loading a whole district profile: read, map, check, then one transaction. A second run changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction

from layers.catalog.features import FeatureRow
from layers.catalog.models import LayerVersion, Profile
from layers.catalog.registry import BUILT_IN, spec_of
from layers.catalog.rows import DEFAULTS, camera_view_rows, feature_rows
from layers.catalog.selectors import current_versions, next_version
from layers.catalog.services import Source, publish_version
from layers.errors import Forbidden, ProfileRefused, TilingBroken
from layers.imports.mapping import Problem, map_records
from layers.imports.profile import Former, ProfileSpec, file_sha256, read_profile
from layers.imports.readers import read_roster, read_source
from layers.imports.tiling import Fault, misfits, overlaps
from layers.imports.units import member_rows, unit_rows
from layers.incidents.catalogue import load_catalogue
from layers.patrols.services import replace_members
from layers.people.rights import Actor, may
from layers.roles import Capability
from layers.spec import LayerSpec
from layers.territory.services import ensure_kinds, prove_tiling
from layers.walls.services import ensure_defaults

Progress = Callable[[str, int, int], None]
_TREE = (("subdistricts", "district"), ("communities", "subdistricts"), ("grids", "communities"))


@dataclass
class Summary:
    """What one load did."""

    profile: str
    versions: dict[str, LayerVersion | None] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    items: tuple[int, int, int] = (0, 0, 0)
    members: int = 0
    scenes: int = 0

    @property
    def changed(self) -> bool:
        """True when anything at all was written."""
        return any(self.versions.values()) or any(self.items) or bool(self.members) or bool(self.scenes)

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return {
            "profile": self.profile,
            "changed": self.changed,
            "layers": {
                layer: {
                    "count": self.counts[layer],
                    "version": row.version if row else None,
                    "added": row.added if row else 0,
                    "changed": row.changed if row else 0,
                    "removed": row.removed if row else 0,
                }
                for layer, row in self.versions.items()
            },
            "items": dict(zip(("added", "changed", "retired"), self.items, strict=True)),
            "members_changed": self.members,
            "scenes_added": self.scenes,
        }


@dataclass
class _Read:
    """A profile in memory, checked and ready to write."""

    spec: ProfileSpec
    rows: dict[str, list[FeatureRow]] = field(default_factory=dict)
    shapes: dict[str, dict[str, Any]] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    members: list[dict[str, str]] = field(default_factory=list)
    act: uuid.UUID = field(default_factory=uuid.uuid4)


def _silent(step: str, done: int, total: int) -> None:
    """No progress wanted."""


def load_profile(
    *, folder: Path, actor: Actor | None, dry_run: bool = False, again: bool = False, progress: Progress = _silent
) -> Summary:
    """What was loaded or updated from a profile folder; with `dry_run` what would be, with nothing stored.

    The files loaded last are known by their hash: loading them again changes nothing, also where people have edited
    layers since. `again` compares every row all the same, and so puts the delivered state back.
    `actor` None stands for the server's own command. Raises Forbidden, ProfileRefused (a file, column or value at
    fault, named) or TilingBroken (the pairs of areas at fault, named).
    """
    who = "system:load_district" if actor is None else actor.id
    if actor is not None and not may(actor, Capability.EDIT_BOUNDARIES):
        raise Forbidden("载入辖区需要 GIS 岗位", "loading a district needs a GIS post")
    profile = read_profile(folder)
    if not again and Profile.objects.filter(id=profile.id, sha256=profile.sha256).exists():
        return _unchanged(profile)
    read = _read_all(profile, progress)
    _demand_tiling(read)
    try:
        with transaction.atomic(), _patience():
            summary = _write_all(read, who, progress)
            if dry_run:
                transaction.set_rollback(True)
    except (IntegrityError, DataError) as error:
        reason = str(error).split("\nCONTEXT", 1)[0][:400]
        raise ProfileRefused(f"数据库不接受：{reason}", f"the database refuses a row: {reason}") from error
    if summary.changed and not dry_run:
        with transaction.atomic(), _patience(), connection.cursor() as cursor:
            cursor.execute("SELECT catalog_refresh_statistics()")
    return summary


@contextmanager
def _patience() -> Iterator[None]:
    """Statements of this transaction may take as long as a load takes; the role's own limit is for requests."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")
    yield


def _unchanged(profile: ProfileSpec) -> Summary:
    """The summary of a load that had nothing to do."""
    current = current_versions(fresh=True)
    counts = {spec.id: current[spec.id].total for spec in BUILT_IN if spec.id in current}
    return Summary(profile.id, versions=dict.fromkeys(counts), counts=counts)


def _read_all(profile: ProfileSpec, progress: Progress) -> _Read:
    read = _Read(profile)
    problems: list[str] = []
    for number, source in enumerate(profile.sources):
        progress(f"read {source.file.name}", number, len(profile.sources))
        table = read_source(source, profile.srid)
        spec = spec_of(source.layer)
        mapped = map_records(spec, source, table.records, DEFAULTS.get(spec.id, {}))
        problems += [_sentence(source.file.name, problem) for problem in mapped.problems]
        read.rows.setdefault(spec.id, []).extend(feature_rows(spec, mapped.values, table.metric, table.degrees))
        if spec.model == "territory.Area":
            read.shapes.setdefault(spec.id, {}).update(
                zip((value["code"] for value in mapped.values), table.metric, strict=True)
            )
        read.sha256[spec.id] = file_sha256(source.file)
    if problems:
        raise ProfileRefused(
            f"{len(problems)} 个值不能用：{problems[0]}", f"{len(problems)} values cannot be used: {problems[0]}",
            problems=problems[:50],
        )  # fmt: skip
    read.rows["camera_views"] = camera_view_rows(read.rows.get("cameras", []))
    _read_units(read)
    return read


def _read_units(read: _Read) -> None:
    """Teams from the grids, vehicles and team members from the rosters."""
    profile, spec = read.spec, spec_of("units")
    if profile.teams is not None:
        read.members = member_rows(read_roster(profile.teams, profile.roster_encoding))
        read.rows["units"] = unit_rows(spec, [row.values for row in read.rows.get("grids", [])], teams=True)
    if profile.vehicles is not None:
        vehicles = read_roster(profile.vehicles, profile.roster_encoding)
        read.rows.setdefault("units", []).extend(unit_rows(spec, vehicles))


def _sentence(file: str, problem: Problem) -> str:
    return f"{file} row {problem.row}, {problem.field} = {problem.found!r}: {problem.reason}"


def _demand_tiling(read: _Read) -> None:
    """The delivered areas must tile before anything is written, so that the pairs at fault can be named."""
    faults: list[Fault] = []
    for layer, above in _TREE:
        if layer in read.shapes:
            faults += overlaps(read.shapes[layer])
            faults += misfits(read.shapes[layer], read.shapes[above]) if above in read.shapes else []
    if faults:
        worst = faults[0]
        raise TilingBroken(
            f"{len(faults)} 处，最大的是 {worst.one} {worst.other} {worst.area_m2:.1f} m²",
            f"{len(faults)} faults, the largest a {worst.kind} of {worst.area_m2:.1f} m² at {worst.one} {worst.other}",
            pairs=[
                {"kind": f.kind, "one": f.one, "other": f.other, "area_m2": round(f.area_m2, 2)} for f in faults[:50]
            ],
        )


def _write_all(read: _Read, who: str, progress: Progress) -> Summary:
    profile = read.spec
    summary = Summary(profile.id)
    ensure_kinds(valid_from=profile.earliest)
    layers = [spec for spec in BUILT_IN if spec.id in read.rows]
    for number, spec in enumerate(layers):
        progress(f"write {spec.id}", number, len(layers))
        summary.versions[spec.id] = _publish(spec, read, who)
        summary.counts[spec.id] = len(read.rows[spec.id])
    progress("prove tiling", len(layers), len(layers))
    if any(summary.versions.get(layer) for layer in ("district", "subdistricts", "communities", "grids", "unit_grids")):
        prove_tiling(profile.effective)
    if read.members:
        summary.members = replace_members(rows=read.members, effective=profile.effective, actor=who)
    if profile.catalogue is not None:
        summary.items = load_catalogue(path=profile.catalogue, actor=who)
    summary.scenes = ensure_defaults(actor=who)
    Profile.objects.exclude(id=profile.id).delete()
    Profile.objects.update_or_create(
        id=profile.id,
        defaults={
            "title_zh": profile.title_zh, "title_en": profile.title_en, "synthetic": profile.synthetic,
            "notice_zh": profile.notice_zh, "notice_en": profile.notice_en, "sha256": profile.sha256,
        },
    )  # fmt: skip
    return summary


def _publish(spec: LayerSpec, read: _Read, who: str) -> LayerVersion | None:
    """The new version of one layer; before its very first, the state that held until a stated day, if any."""
    rows: Sequence[FeatureRow] = read.rows[spec.id]
    source = Source(f"{read.spec.id}/{spec.id}", read.sha256.get(spec.id, ""), read.act)
    effective = read.spec.effective
    former = [old for delivered in read.spec.of_layer(spec.id) for old in delivered.former]
    if former and next_version(spec.id) == 1:
        since, effective = min(old.since for old in former), max(old.until for old in former)
        publish_version(spec=spec, rows=as_they_were(rows, former), effective=since, actor=who, source=source)
    return publish_version(spec=spec, rows=rows, effective=effective, actor=who, source=source)


def as_they_were(rows: Sequence[FeatureRow], former: Sequence[Former]) -> list[FeatureRow]:
    """The rows with the values that some of them had before."""
    changes = {old.code: old.values for old in former}
    return [
        FeatureRow(row.feature_id, row.geometry, {**row.values, **changes.get(str(row.values["code"]), {})}, row.rank)
        for row in rows
    ]
