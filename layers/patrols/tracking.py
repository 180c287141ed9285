"""Taking positions: a batch is judged fix by fix, stored in one statement, and moves each unit at most once, forwards.

Positions are no events. A track is kept on duty only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from layers.errors import InvalidInput
from layers.live.objects import publish_object
from layers.patrols.fixes import JudgedFix, Key, insert_fixes, move_units, stored_digests
from layers.patrols.live import live_object
from layers.patrols.models import OFF_DUTY, Unit, UnitState
from layers.patrols.permits import may_report
from layers.patrols.positions import LATE, GivenFix, Mark, Place, Refusal, marks_of, read_fix
from layers.patrols.selectors import district_frame, units_in_force
from layers.people.rights import Actor

MAX_FIXES = 500


class TooManyFixes(InvalidInput):
    """More fixes than one batch may hold."""

    code, status = "too_many_fixes", 422
    title_zh, title_en = "一批定位过多", "Too many fixes in one batch"
    remedy_zh, remedy_en = (
        f"分批发送，每批不超过 {MAX_FIXES} 条。",
        f"Send them in batches of at most {MAX_FIXES}.",
    )


@dataclass(frozen=True)
class Recorded:
    """What became of a batch."""

    accepted: int
    repeated: int
    refused: tuple[Refusal, ...]

    @property
    def nothing_taken(self) -> bool:
        """True when every fix was refused."""
        return bool(self.refused) and not self.accepted and not self.repeated

    def as_dict(self, language: str) -> dict[str, Any]:
        """The answer of the public contract."""
        return {
            "accepted": self.accepted,
            "repeated": self.repeated,
            "refused": [refusal.as_dict(language) for refusal in self.refused],
        }


@dataclass
class _Batch:
    """The batch while it is judged: what still stands by place in the batch, and what fell."""

    standing: dict[int, GivenFix] = field(default_factory=dict)
    repeated: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, index: int, code: str, zh: str, en: str) -> None:
        self.standing.pop(index, None)
        self.refused.append(Refusal(index, code, zh, en))

    def repeat(self, index: int) -> None:
        del self.standing[index]
        self.repeated += 1


@transaction.atomic
def record_fixes(*, actor: Actor, fixes: Sequence[Any], now: datetime | None = None) -> Recorded:
    """What became of a batch of up to 500 fixes, as decoded from JSON; one that is wrong is refused alone.

    Refusals: `invalid`, `future`, `too_old`, `unknown_unit` (also one that the actor may not report for), `off_duty`,
    `conflict` (the key is taken by another body). Raises TooManyFixes.
    """
    if len(fixes) > MAX_FIXES:
        raise TooManyFixes(
            f"fixes 有 {len(fixes)} 条，上限 {MAX_FIXES} 条", f"fixes holds {len(fixes)}, the limit is {MAX_FIXES}",
            field="fixes", found=len(fixes),
        )  # fmt: skip
    now = now or timezone.now()
    batch = _Batch()
    for index, value in enumerate(fixes):
        match read_fix(index, value, now):
            case Refusal() as refusal:
                batch.refused.append(refusal)
            case fix:
                batch.standing[index] = fix
    units = _permitted_units(actor, batch)
    _settle_doubles(batch)
    states = _locked_states(units)
    on_duty = {index: f for index, f in batch.standing.items() if _on_duty(states.get(f.unit))}
    marks = _judged(on_duty.values(), states, now)
    fresh = insert_fixes([JudgedFix(fix, marks[fix.key]) for fix in on_duty.values()], now)
    _settle_stored(batch, fresh)
    moved = _newest(fix for fix in batch.standing.values() if Mark.OUTSIDE not in marks[fix.key])
    _move(moved, units, states, actor, now)
    return Recorded(len(batch.standing), batch.repeated, tuple(sorted(batch.refused, key=lambda r: r.index)))


def _permitted_units(actor: Actor, batch: _Batch) -> dict[str, Unit]:
    """The units of the batch that the actor may report for; fixes of others are refused, whether they exist or not."""
    rows = units_in_force({fix.unit for fix in batch.standing.values()})
    units = {unit.feature_id: unit for unit in rows if may_report(actor, unit.grid or unit.community)}
    for index, fix in list(batch.standing.items()):
        if fix.unit not in units:
            batch.refuse(
                index, "unknown_unit", "没有这支队伍，或不归您上报：核对 unit",
                "there is no such unit, or it is not yours to report for: check unit",
            )  # fmt: skip
    return units


def _settle_doubles(batch: _Batch) -> None:
    """Of one key sent twice in a batch the first stands: the same body again is a repeat, another one a conflict."""
    first: dict[Key, bytes] = {}
    for index, fix in list(batch.standing.items()):
        if fix.key not in first:
            first[fix.key] = fix.digest
        elif first[fix.key] == fix.digest:
            batch.repeat(index)
        else:
            _conflict(batch, index)


def _locked_states(units: Iterable[str]) -> dict[str, UnitState]:
    """What the units do, held until the end; always taken in the order of their ids, so that batches can't lock in a circle."""
    rows = UnitState.objects.filter(unit__in=list(units)).order_by("unit").select_for_update(no_key=True)
    return {row.unit: row for row in rows}


def _on_duty(state: UnitState | None) -> bool:
    return state is not None and state.status != OFF_DUTY


def _judged(fixes: Iterable[GivenFix], states: Mapping[str, UnitState], now: datetime) -> dict[Key, Mark]:
    """Marks by key: each fix is compared with the one before it in time, of its batch or the unit's last position."""
    frame = district_frame()
    before: dict[str, Place] = {}
    marks: dict[Key, Mark] = {}
    for fix in sorted(fixes, key=lambda f: f.key):
        last = before.get(fix.unit) or _last_place(states[fix.unit])
        marks[fix.key] = marks_of(fix, last if last and last.at <= fix.at else None, now=now, frame_4326=frame)
        before[fix.unit] = Place(fix.at, fix.lon, fix.lat)
    return marks


def _last_place(state: UnitState) -> Place | None:
    if state.at is None or state.geom is None:
        return None
    return Place(state.at, state.geom.x, state.geom.y)


def _settle_stored(batch: _Batch, fresh: set[Key]) -> None:
    """What was not new: stored before with the same body (repeated), with another (conflict), or not on duty."""
    rest = {index: fix for index, fix in batch.standing.items() if fix.key not in fresh}
    stored = stored_digests([fix.key for fix in rest.values()])
    for index, fix in rest.items():
        digest = stored.get(fix.key)
        if digest is None:
            batch.refuse(
                index,
                "off_duty",
                "该队伍不在岗，不记录轨迹：先上岗",
                "the unit is off duty, and tracks are kept on duty only",
            )
        elif digest == fix.digest:
            batch.repeat(index)
        else:
            _conflict(batch, index)


def _conflict(batch: _Batch, index: int) -> None:
    batch.refuse(
        index, "conflict", "相同的 unit、at、client_id 已有另一内容：换新的 client_id",
        "the same unit, at and client_id came with another body before: use a new client_id",
    )  # fmt: skip


def _newest(fixes: Iterable[GivenFix]) -> list[GivenFix]:
    """The latest fix of each unit, in the order of their ids."""
    newest: dict[str, GivenFix] = {}
    for fix in fixes:
        if fix.unit not in newest or fix.key > newest[fix.unit].key:
            newest[fix.unit] = fix
    return [newest[unit] for unit in sorted(newest)]


def _move(
    newest: Sequence[GivenFix], units: Mapping[str, Unit], states: Mapping[str, UnitState], actor: Actor, now: datetime
) -> None:
    """Moves the units forward; one that was stale and is heard of again is told of, last."""
    moved = move_units(newest, now)
    for fix in newest:
        state = states[fix.unit]
        if fix.unit in moved and state.stale and fix.at >= now - LATE:
            before = live_object(units[fix.unit], state)
            state.stale, state.version = False, state.version + 1
            UnitState.objects.filter(unit=state.unit).update(stale=state.stale, version=state.version, changed_at=now)
            publish_object(
                kind="unit.fresh", before=before, after=live_object(units[fix.unit], state), actor=actor.id,
                happened_at=now,
            )  # fmt: skip
