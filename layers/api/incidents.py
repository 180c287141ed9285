"""Cases over HTTP: report, read, act, relocate. Thin: bodies are read by pure rules, services do the rest."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, JsonResponse
from ninja import Query, Router

from layers.api.asking import asked_area, asked_instant, asked_words
from layers.api.bodies import json_object
from layers.incidents.bodies import SOURCES, read_move, read_order, read_report
from layers.incidents.layer import CATEGORIES, SEVERITIES
from layers.incidents.listing import MOST, Filters, list_incidents
from layers.incidents.selectors import detail
from layers.incidents.services import act_on_incident, relocate_incident, report_incident
from layers.incidents.states import ACTIONS, FIELDS, State
from layers.people.rights import Actor

router = Router(tags=["incidents"])

Text = Annotated[str, Query(max_length=120)]
_ID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_VERSION = {"type": "integer", "minimum": 1}
_PLACE = {"lon": {"type": "number"}, "lat": {"type": "number"}}


def _body(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    """The description of a body for the OpenAPI page."""
    schema = {
        "type": "object", "properties": properties, "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
    }  # fmt: skip
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_REPORT = _body(
    {
        "client_id": _ID, "item": {"type": "string", "example": "C01-003"}, **_PLACE,
        "source": {"type": "string", "enum": list(SOURCES)}, "occurred_at": {"type": "string", "format": "date-time"},
        "description": {"type": "string", "maxLength": 2000},
        "severity": {"type": "integer", "minimum": 1, "maximum": 4},
        "reporter": {"type": "object", "properties": {"name": _TEXT, "phone": _TEXT}, "additionalProperties": False},
    },
    "severity", "reporter",
)  # fmt: skip


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _answer(result: dict[str, Any], status: int = 200) -> JsonResponse:
    """The result with its members in one order, so that a repeated sending gets the same bytes."""
    return JsonResponse(result, status=status, json_dumps_params={"sort_keys": True})


@router.post("", summary="Report an incident", openapi_extra=_REPORT)
def report(request: HttpRequest) -> Any:
    """201 with id, number, state, version, area and due; 200 with the same when this `client_id` was sent before."""
    outcome = report_incident(actor=_actor(request), report=read_report(json_object(request)))
    return _answer(outcome.result, 200 if outcome.repeated else 201)


@router.get("", summary="Cases you may see, newest first: the list behind every number")
def many(
    request: HttpRequest, state: Text = "", open: Annotated[bool, Query()] = False, category: Text = "",
    severity: Text = "", area: Text = "", reported_since: Text = "", closed_since: Text = "", cursor: Text = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Any:  # fmt: skip
    """A FeatureCollection as the stream carries cases, with `total`, and `next` for `cursor` (null: the last page).

    `state`, `category` and `severity` take several values with commas.
    """
    filters = Filters(
        area=asked_area(area), states=asked_words("state", state, list(State)), open=open,
        categories=asked_words("category", category, list(CATEGORIES)),
        severities=[int(word) for word in asked_words("severity", severity, list(SEVERITIES))],
        reported_since=asked_instant("reported_since", reported_since),
        closed_since=asked_instant("closed_since", closed_since), after=cursor, limit=limit,
    )  # fmt: skip
    return list_incidents(_actor(request), filters)


@router.get("/{incident}", summary="One case: feature, area chain, history of states, actions open to you")
def one(request: HttpRequest, incident: str) -> Any:
    """No words of the case. An unknown id and one you may not see get the same 404."""
    return detail(_actor(request), incident)


@router.post(
    "/{incident}/relocate", summary="Put a case at another place",
    openapi_extra=_body({"client_id": _ID, "version": _VERSION, **_PLACE, "reason": _TEXT}),
)  # fmt: skip
def relocate(request: HttpRequest, incident: str) -> Any:
    """Needs `accept` at both places; answers as a report does."""
    move = read_move(json_object(request))
    return _answer(relocate_incident(actor=_actor(request), incident_id=incident, move=move).result)


@router.post(
    "/{incident}/{action}", summary="Do one action of the life-cycle",
    openapi_extra=_body({"client_id": _ID, "version": _VERSION, **dict.fromkeys(FIELDS, _TEXT)}, *FIELDS),
    description="Actions: " + ", ".join(ACTIONS) + ". What is possible when stands in docs/incidents.md.",
)  # fmt: skip
def act(request: HttpRequest, incident: str, action: str) -> Any:
    """Answers as a report does, with the new state and version."""
    order = read_order(action, json_object(request))
    return _answer(act_on_incident(actor=_actor(request), incident_id=incident, order=order).result)
