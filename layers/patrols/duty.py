"""What units do: on duty and off, on their way, on scene; and whether anything is still heard of them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from layers.errors import Forbidden, InvalidInput, NotFound, StaleVersion
from layers.live.objects import publish_object
from layers.live.receipts import Outcome, once
from layers.patrols.layer import UNITS
from layers.patrols.live import live_object, live_version
from layers.patrols.models import OFF_DUTY, STATUSES, Unit, UnitState
from layers.patrols.permits import may_set_status
from layers.patrols.selectors import units_in_force
from layers.people.rights import Actor, visible

Json = dict[str, Any]
CLOCK = "system:clock"
STALE_AFTER_S = 120


@transaction.atomic
def set_unit_status(*, actor: Actor, unit: str, client_id: uuid.UUID, version: int, status: str) -> Outcome:
    """`{"id", "version", "status"}` of the unit afterwards, and whether this was a repeat. Off duty it is nowhere.

    The status it has already changes nothing. Raises NotFound (also for a unit the actor may not see), Forbidden,
    InvalidInput, StaleVersion, Conflict (the client_id was used otherwise).
    """
    row = _permitted(actor, unit)
    if status not in STATUSES:
        raise InvalidInput(
            f"status 应为 {'、'.join(STATUSES)} 之一", f"status must be one of {', '.join(STATUSES)}",
            field="status", found=status,
        )  # fmt: skip

    def act() -> Json:
        return _change(row, _locked(row.feature_id), version, status, actor, client_id)

    body = {"unit": row.feature_id, "version": version, "status": status}
    return once(client_id=client_id, sender=actor.id, operation="unit.status", body=body, act=act)


def _permitted(actor: Actor, unit: str) -> Unit:
    row = units_in_force([unit]).first() if unit.isprintable() else None
    area = (row.grid or row.community) if row else ""
    if row is not None and may_set_status(actor, area):
        return row
    if row is None or not visible(actor, UNITS).allows(area):
        raise NotFound(f"没有队伍 {unit[:40]!a}", f"no unit {unit[:40]!a}", field="id", found=unit)
    raise Forbidden("您可以看到该队伍，但不能改它的状态", "you may see this unit, but not set its status")


def _locked(unit: str) -> UnitState:
    """The state of a unit, made when it has none, held until the end of the transaction."""
    fresh = UnitState(unit=unit, status=OFF_DUTY, changed_at=timezone.now())
    UnitState.objects.bulk_create([fresh], ignore_conflicts=True)
    return UnitState.objects.select_for_update(no_key=True).get(unit=unit)


def _change(row: Unit, state: UnitState, version: int, status: str, actor: Actor, client_id: uuid.UUID) -> Json:
    current = live_version(row, state)
    if version != current:
        raise StaleVersion(
            f"您改的是第 {version} 版，现在是第 {current} 版",
            f"you changed version {version}, it is version {current} now",
            field="version", found=version, current=current, sent=version,
        )  # fmt: skip
    if status != state.status:
        before, now = live_object(row, state), timezone.now()
        state.status, state.version, state.changed_at = status, state.version + 1, now
        if status == OFF_DUTY:
            state.stale = False
            state.geom = state.at = state.received_at = None
            state.accuracy_m = state.speed_mps = state.bearing_deg = None
        state.save()
        publish_object(
            kind="unit.status", before=before, after=live_object(row, state), actor=actor.id, happened_at=now,
            client_id=client_id,
        )  # fmt: skip
    return {"id": row.feature_id, "version": live_version(row, state), "status": state.status}


@transaction.atomic
def mark_stale(*, now: datetime | None = None, after_s: float = STALE_AFTER_S) -> int:
    """How many units on duty became stale: nothing was heard of them for longer than `after_s`. One event each.

    Called every few seconds by the worker; two at once do no harm, and a second call finds nothing to do. A unit that
    sent nothing yet counts from its last change of status. The state itself never depends on the clock.
    """
    now = now or timezone.now()
    heard = Coalesce(Least("at", "received_at"), "changed_at")
    quiet = (
        UnitState.objects.exclude(status=OFF_DUTY)
        .filter(stale=False)
        .annotate(heard=heard)
        .filter(heard__lt=now - timedelta(seconds=after_s))
        .order_by("unit")
        .select_for_update(skip_locked=True, no_key=True)
    )
    states = list(quiet)
    rows = {row.feature_id: row for row in units_in_force([state.unit for state in states])}
    states = [state for state in states if state.unit in rows]
    UnitState.objects.filter(unit__in=[state.unit for state in states]).update(
        stale=True, version=F("version") + 1, changed_at=now
    )
    for state in states:
        before = live_object(rows[state.unit], state)
        state.stale, state.version = True, state.version + 1
        publish_object(
            kind="unit.stale", before=before, after=live_object(rows[state.unit], state), actor=CLOCK, happened_at=now
        )
    return len(states)
