"""Asking for cases: which one may be seen, what may be done with it, what happened to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from layers.errors import NotFound
from layers.incidents.live import LAYER, area_shown, dress, live_object, utc, visibility_of
from layers.incidents.models import Incident
from layers.incidents.numbers import day_of
from layers.incidents.states import FULL, STEPS, Course, State
from layers.live.models import Event
from layers.people.rights import Actor, Post, may
from layers.roles import Capability, Mode
from layers.territory.selectors import chain_of

Json = dict[str, Any]
#: Kinds of events that fixed the areas of a case.
_PLACED = ("incident.reported", "incident.moved")


def sees(actor: Actor, incident: Incident) -> bool:
    """True when the actor may see a case, ended or not."""
    return may(actor, visibility_of(incident), area=area_shown(incident), department=incident.department_id)


def granting(
    actor: Actor, capability: Capability, *, area: str, department: str = "", modes: Iterable[Mode] = FULL
) -> Post | None:
    """The post by which the actor may do something over an area, or None."""
    wanted = frozenset(modes)
    for post in actor.posts:
        if may(Actor(actor.id, (post,)), capability, area=area, department=department, modes=wanted):
            return post
    return None


def seen(actor: Actor, incident_id: str | uuid.UUID, *, lock: bool = False) -> Incident:
    """The case of that id, its item with it; with `lock` held until the transaction ends.

    Raises NotFound, the same for an id that is no UUID, that no case has and whose case the actor may not see.
    """
    rows = Incident.objects.select_related("item")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    try:
        incident = rows.filter(pk=uuid.UUID(str(incident_id))).first()
    except ValueError:
        incident = None
    if incident is None or not sees(actor, incident):
        raise NotFound("没有这件案卷", "there is no such case", field="id")
    return incident


def course_of(incident: Incident) -> Course:
    """How far a case has come, for the rules."""
    return Course(State(incident.state), frozenset(map(str, incident.handled_by)))


def actions_for(actor: Actor, incident: Incident) -> list[str]:
    """The actions that this actor could do now, in the order of the table."""
    course = course_of(incident)
    return [
        step.action
        for step in STEPS
        if course.state in step.before
        and not (step.other_eyes and actor.id in course.handled_by)
        and granting(
            actor, step.capability, area=incident.grid, department=incident.department_id, modes=step.modes
        )
    ]  # fmt: skip


def detail(actor: Actor, incident_id: str | uuid.UUID) -> Json:
    """The feature of a case with names, its `chain` of areas as of the day it was placed, its `history` of states
    and the `actions` open to the actor; no words. Raises NotFound."""
    incident = seen(actor, incident_id)
    feature = live_object(incident).feature()
    dress([feature])
    events = list(
        Event.objects.filter(object_type=LAYER, object_id=str(incident.pk), kind__startswith="incident.").order_by(
            "object_version", "id"
        )
    )
    placed = next((e.recorded_at for e in reversed(events) if e.kind in _PLACED), incident.reported_at)
    chain = chain_of(area_shown(incident), on=day_of(placed))
    return {
        **feature,
        "chain": [area.as_dict() for area in chain],
        "history": [_told(event) for event in events],
        "actions": actions_for(actor, incident),
    }


def _told(event: Event) -> Json:
    """One line of a case's history: codes and times."""
    facts = event.payload["facts"]
    return {
        "kind": event.kind, "version": event.object_version, "at": utc(event.happened_at),
        "recorded_at": utc(event.recorded_at), "role": event.role_used, "action": facts["action"],
        "state": facts["state"],
    }  # fmt: skip
