"""Writing cases: report, act, relocate. Each exactly once by its `client_id`; order: permission, rule, write, event."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from layers.errors import Forbidden, InvalidInput, StaleVersion
from layers.incidents.bodies import Move, Order, Report, canonical
from layers.incidents.errors import NumbersUsedUp
from layers.incidents.live import live_object
from layers.incidents.models import Incident, ItemType, Reporter, Words
from layers.incidents.numbers import LAST_SERIAL, day_of, number_of
from layers.incidents.places import Place, place_at
from layers.incidents.selectors import course_of, granting, seen
from layers.incidents.serials import take_serial
from layers.incidents.states import ENDED, FULL, State, advance, refusal, step_of
from layers.live.objects import LiveObject, publish_object
from layers.live.receipts import Outcome, once
from layers.live.services import salted_hash
from layers.people.models import Department
from layers.people.rights import Actor, Post
from layers.roles import Capability

Json = dict[str, Any]
#: How far a device's clock may be ahead, and how old a report may be.
AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=366)


def report_incident(*, actor: Actor, report: Report) -> Outcome:
    """The new case's `{"id","number","state","version","area","due"}`, the stored one when it was sent before.

    Raises OutsideDistrict, Forbidden where the actor may not report, InvalidInput for an item that is not in force or
    an impossible time, Conflict for a `client_id` used otherwise, NumbersUsedUp.
    """
    return once(
        client_id=report.client_id, sender=actor.id, operation="incident.report", body=canonical(report),
        act=lambda: _report(actor, report),
    )  # fmt: skip


def act_on_incident(*, actor: Actor, incident_id: str | uuid.UUID, order: Order) -> Outcome:
    """The case as an action left it, the stored result when it was sent before.

    Raises NotFound (unknown or not to be seen), Forbidden, StaleVersion with both versions, ActionNotPossible,
    SamePerson, InvalidInput, Conflict.
    """
    return once(
        client_id=order.client_id, sender=actor.id, operation=f"incident.{order.action}",
        body=[str(incident_id).lower(), canonical(order)], act=lambda: _act(actor, incident_id, order),
    )  # fmt: skip


def relocate_incident(*, actor: Actor, incident_id: str | uuid.UUID, move: Move) -> Outcome:
    """The case at its new place, with the chain of areas there; the stored result when it was sent before.

    Needs `accept` at both places. Raises as `act_on_incident`, and OutsideDistrict.
    """
    return once(
        client_id=move.client_id, sender=actor.id, operation="incident.relocate",
        body=[str(incident_id).lower(), canonical(move)], act=lambda: _relocate(actor, incident_id, move),
    )  # fmt: skip


def result_of(incident: Incident, *, to_reporter: bool = False) -> Json:
    """What every write of a case answers: ids, codes and numbers.

    Of a guarded case only its reporter, who gave the place, is told the grid.
    """
    hidden = incident.item.guarded and not to_reporter
    return {
        "id": str(incident.pk), "number": incident.number, "state": str(incident.state), "version": incident.version,
        "area": {
            "district": incident.district, "subdistrict": incident.subdistrict, "community": incident.community,
            "grid": "" if hidden else incident.grid,
        },
        "due": None if incident.due is None else incident.due.isoformat(),
    }  # fmt: skip


def _report(actor: Actor, report: Report) -> Json:
    place = place_at(report.lon, report.lat)
    post = _demand_at(actor, Capability.REPORT, place)
    item = _item_in_force(report.item)
    now = timezone.now()
    _demand_time(report.occurred_at, now)
    incident = Incident(
        client_id=report.client_id, item=item, category=item.category, severity=report.severity or item.severity,
        source=report.source, department_id=item.department_id, occurred_at=report.occurred_at, reported_at=now,
        reported_by_id=uuid.UUID(actor.id), number=_number(place.district, now), **place.columns(guarded=item.guarded),
    )  # fmt: skip
    incident.save(force_insert=True)
    words = _keep_words(incident, report)
    publish_object(
        kind="incident.reported", before=None, after=live_object(incident), actor=actor.id, role_used=post.role,
        on_behalf_of=post.deputy_of, client_id=report.client_id, happened_at=report.occurred_at,
        facts={"action": "report", "state": incident.state, **({"words": words} if words else {})},
    )  # fmt: skip
    return result_of(incident, to_reporter=True)


def _act(actor: Actor, incident_id: str | uuid.UUID, order: Order) -> Json:
    incident = seen(actor, incident_id, lock=True)
    course = course_of(incident)
    step = step_of(order.action)
    if step is None:
        raise refusal(course.state, order.action)
    post = granting(
        actor, step.capability, area=incident.grid, department=incident.department_id, modes=step.modes
    )  # fmt: skip
    if post is None:
        raise Forbidden(f"无权 {order.action} 该案卷", f"you may not {order.action} this case", field="action")
    _demand_version(incident, order.version)
    course = advance(course, order.action, actor.id, order.given)
    before, now = live_object(incident), timezone.now()
    if order.to:
        incident.department = _department_for(actor, incident, order.to)
    incident.state = course.state.value
    incident.handled_by = sorted(map(uuid.UUID, course.handled_by))
    incident.closed_at = now if course.state in ENDED else None
    _write(
        incident, before, actor, post, kind=f"incident.{course.state}", at=now, action=order.action,
        client_id=order.client_id, reason=order.reason,
        columns=("state", "handled_by", "closed_at", "department"),
    )  # fmt: skip
    return result_of(incident)


def _relocate(actor: Actor, incident_id: str | uuid.UUID, move: Move) -> Json:
    incident = seen(actor, incident_id, lock=True)
    post = granting(actor, Capability.ACCEPT, area=incident.grid, department=incident.department_id)
    if post is None:
        raise Forbidden("无权改动该案卷的位置", "you may not relocate this case", field="id")
    place = place_at(move.lon, move.lat)
    _demand_at(actor, Capability.ACCEPT, place)
    _demand_version(incident, move.version)
    if State(incident.state) in ENDED:
        raise refusal(State(incident.state), "relocate")
    before = live_object(incident)
    columns = place.columns(guarded=incident.item.guarded)
    for name, value in columns.items():
        setattr(incident, name, value)
    _write(
        incident, before, actor, post, kind="incident.moved", at=timezone.now(), action="relocate",
        client_id=move.client_id, reason=move.reason, columns=tuple(columns),
    )  # fmt: skip
    return result_of(incident)


def _write(
    incident: Incident, before: LiveObject, actor: Actor, post: Post, *, kind: str, at: datetime, action: str,
    client_id: uuid.UUID, reason: str, columns: tuple[str, ...],
) -> None:  # fmt: skip
    """Stores the changed columns as the next version and tells the log."""
    incident.version += 1
    incident.save(update_fields=[*columns, "version"])
    publish_object(
        kind=kind, before=before, after=live_object(incident), actor=actor.id, role_used=post.role,
        on_behalf_of=post.deputy_of, client_id=client_id, reason=reason, happened_at=at,
        facts={"action": action, "state": incident.state},
    )  # fmt: skip


def _demand_at(actor: Actor, capability: Capability, place: Place) -> Post:
    """The post that grants a capability at a place; Forbidden naming the area when there is none."""
    post = granting(actor, capability, area=place.grid)
    if post is None:
        own = "、".join(sorted({p.area for p in actor.posts})) or "-"
        raise Forbidden(
            f"位置在网格 {place.grid} 内，超出您的辖区 {own}",
            f"the place lies in grid {place.grid}, outside your area {own.replace('、', ', ')}",
            field="lon", found=place.grid,
        )  # fmt: skip
    return post


def _demand_version(incident: Incident, version: int) -> None:
    if incident.version != version:
        raise StaleVersion(
            f"案卷已是第 {incident.version} 版，您依据的是第 {version} 版",
            f"the case is at version {incident.version} now, yours is {version}",
            field="version", found=version, sent=version, current=incident.version,
        )  # fmt: skip


def _demand_time(occurred_at: datetime, now: datetime) -> None:
    if occurred_at > now + AHEAD:
        raise InvalidInput(
            "occurred_at 在将来", "occurred_at lies in the future: check the device's clock", field="occurred_at",
            found=occurred_at.isoformat(),
        )  # fmt: skip
    if occurred_at < now - OLDEST:
        raise InvalidInput(
            "occurred_at 在一年以前", "occurred_at lies more than a year back", field="occurred_at",
            found=occurred_at.isoformat(),
        )  # fmt: skip


def _item_in_force(code: str) -> ItemType:
    item = ItemType.objects.filter(code=code, current=True).first()
    if item is None:
        raise InvalidInput(f"清单里没有事项 {code}", f"the catalogue has no item {code}", field="item", found=code)
    if item.retired:
        raise InvalidInput(f"事项 {code} 已停用", f"the item {code} is retired", field="item", found=code)
    return item


def _number(district: str, now: datetime) -> str:
    """The next number of the day. Taken as late as may be: what fails before it leaves no gap."""
    day = day_of(now)
    serial = take_serial(day)
    if serial > LAST_SERIAL:
        raise NumbersUsedUp(
            f"{day} 的编号已用完", f"the {LAST_SERIAL} numbers of {day} are used up", field="number",
            retry_after_s=3600,
        )  # fmt: skip
    return number_of(district, day, serial)


def _keep_words(incident: Incident, report: Report) -> dict[str, str]:
    """Stores what may have to be erased; gives field -> salted hash, which is all that the log learns of it."""
    hashes = {}
    if report.description:
        row = Words.objects.create(incident=incident, field="description", text=report.description)
        hashes["description"] = salted_hash(row.text, bytes(row.salt))
    if report.reporter is not None:
        who = Reporter.objects.create(incident=incident, name=report.reporter.name, phone=report.reporter.phone)
        hashes["reporter"] = salted_hash(f"{who.name}\n{who.phone}", bytes(who.salt))
    return hashes


def _department_for(actor: Actor, incident: Incident, code: str) -> Department:
    """The department a case is dispatched to; who dispatches inside his own department only cannot give it away."""
    department = Department.objects.filter(code=code).first()
    if department is None:
        raise InvalidInput(f"没有部门 {code}", f"there is no department {code}", field="to", found=code)
    if granting(actor, Capability.DISPATCH, area=incident.grid, department=code, modes=FULL) is None:
        raise Forbidden(f"无权派遣给 {code}", f"you may not dispatch to {code}", field="to", found=code)
    return department
