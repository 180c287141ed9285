"""Cases over HTTP: exactly the contract, and a named 4xx for everything else."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

import pytest
from django.test import Client

from layers.incidents.models import Incident, Words
from layers.incidents.numbers import is_valid
from layers.live.models import Event, Receipt
from tests.cases import GUARDED, ITEM, body_of, report

pytestmark = pytest.mark.django_db
HOSTILE = [
    "<script>alert(1)</script>", "'; DROP TABLE incidents_incident; --", "{{7*7}} ${7*7} %s %(x)s", "\u202e\u0007🙂\r\n",
    "../../etc/passwd", "=cmd|' /C calc'!A0", "x" * 2000,
]  # fmt: skip


@pytest.fixture
def seat(client_for) -> Client:
    return client_for("seat")


@pytest.fixture
def grid(district) -> str:
    return district.last("grid")


def send(client: Client, path: str, body) -> object:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(path, text, content_type="application/json")


def refused(answer, status: int, field: str | None = None) -> dict:
    """The problem of a refusal, checked for what every refusal has."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["remedy"]
    assert field is None or problem["field"] == field
    return problem


def test_a_report_answers_as_the_contract_says(seat, grid):
    body = body_of(grid)
    first = send(seat, "/api/incidents", body)
    told = first.json()
    assert first.status_code == 201
    assert set(told) == {"id", "number", "state", "version", "area", "due"}
    assert (told["state"], told["version"], told["due"]) == ("reported", 1, None)
    assert told["area"] == {"district": grid[:6], "subdistrict": grid[:9], "community": grid[:12], "grid": grid}
    assert is_valid(told["number"])
    assert uuid.UUID(told["id"])
    again = send(seat, "/api/incidents", dict(reversed(body.items())))
    assert (again.status_code, again.content) == (200, first.content)
    problem = refused(send(seat, "/api/incidents", {**body, "severity": 1}), 409, "client_id")
    assert problem["stored_digest"] != problem["sent_digest"]


def test_another_sender_of_the_same_id_is_refused(seat, client_for, grid):
    body = body_of(grid)
    send(seat, "/api/incidents", body)
    refused(send(client_for("dispatcher"), "/api/incidents", body), 409, "client_id")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "body"), ("{", "body"), ("[]", "body"), ("7", "body"), ("null", "body"), ('"x"', "body"), (b"\xff\xfe", "body"),
        ("[" * 100_000, "body"), ('{"a":1,"a":2}', "a"),
        ('{"description": "\\ud800"}', "body"), ('{"\\udfff": 1}', "body"), ('{"lon": ' + "9" * 5000 + "}", "body"),
        ("{}", "client_id"), ("client_id=7&item=C01-003", "body"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/api/incidents", f"/api/incidents/{uuid.uuid4()}/accept", f"/api/incidents/{uuid.uuid4()}/relocate"]
)
def test_a_body_that_is_no_json_object_is_refused(seat, path, text, field):
    refused(send(seat, path, text), 400, field)


@pytest.mark.parametrize(
    ("raw", "status", "field"),
    [
        ('"lon": NaN', 422, "lon"), ('"lat": -Infinity', 422, "lat"), ('"severity": NaN', 400, "severity"), ('"lon": 1e400', 422, "lon"), ('"lon": "114.0"', 400, "lon"),
        ('"lat": null', 400, "lat"), ('"lat": true', 400, "lat"), ('"lat": 91', 422, "lat"), ('"lon": 113.0', 422, "lon"),
        ('"lon": 33.57, "lat": 114.02', 422, "lat"), ('"lon": 0, "lat": 0', 422, "lon"),
        ('"item": "Z99-999"', 400, "item"), ('"item": "x"', 400, "item"), ('"source": "rumour"', 400, "source"),
        ('"severity": 0', 400, "severity"), ('"severity": "1"', 400, "severity"),
        ('"occurred_at": "2026-01-01T00:00:00"', 400, "occurred_at"), ('"occurred_at": "2999-01-01T00:00:00Z"', 400, "occurred_at"),
        ('"occurred_at": "1999-01-01T00:00:00Z"', 400, "occurred_at"), ('"occurred_at": 7', 400, "occurred_at"),
        ('"description": "a\\u0000b"', 400, "description"), ('"description": null', 400, "description"),
        ('"reporter": "x"', 400, "reporter"), ('"reporter": {"phone": "<img>"}', 400, "reporter.phone"),
        ('"client_id": "7"', 400, "client_id"), ('"photos": []', 400, "photos"),
    ],
)  # fmt: skip
def test_a_bad_field_is_refused_by_name_and_leaves_nothing(seat, grid, raw, status, field):
    body = body_of(grid)
    good = json.dumps({name: value for name, value in body.items() if f'"{name}"' not in raw})
    before = (Incident.objects.count(), Receipt.objects.count(), Event.objects.count())
    refused(send(seat, "/api/incidents", f"{good[:-1]}, {raw}}}"), status, field)
    assert (Incident.objects.count(), Receipt.objects.count(), Event.objects.count()) == before


def test_a_body_beyond_the_limit_is_refused(seat, grid):
    refused(send(seat, "/api/incidents", {**body_of(grid), "description": "x" * 3_000_000}), 413)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_text_and_never_told(seat, grid, text):
    body = body_of(grid, description=text, reporter={"name": text[:40], "phone": "1"})
    made = send(seat, "/api/incidents", body).json()
    assert Words.objects.get(incident=made["id"]).text == text
    event = Event.objects.get(object_id=made["id"])
    assert text not in json.dumps(event.payload, ensure_ascii=False)
    assert text not in seat.get(f"/api/incidents/{made['id']}").content.decode()


def test_the_case_is_read_with_chain_history_and_names(seat, grid):
    made = send(seat, "/api/incidents", body_of(grid, severity=2)).json()
    told = seat.get(f"/api/incidents/{made['id']}").json()
    properties = told["properties"]
    assert told["id"] == properties["id"] == made["id"]
    assert properties["version"] == 1
    wanted = {
        "number",
        "item",
        "category",
        "severity",
        "state",
        "source",
        "grid",
        "community",
        "subdistrict",
        "reported_at",
        "due",
        "closed_at",
        "name",
        "name_en",
    }
    assert wanted <= set(properties)
    assert (properties["item"], properties["category"], properties["severity"]) == (ITEM, ITEM[0], 2)
    assert properties["reported_at"].endswith("Z")
    assert datetime.fromisoformat(properties["reported_at"])
    assert [area["level"] for area in told["chain"]] == ["district", "subdistrict", "community", "grid"]
    assert [row["state"] for row in told["history"]] == ["reported"]
    assert told["actions"] == ["accept", "refuse"]


def test_actions_answer_as_a_report_and_stale_ones_with_both_versions(seat, grid):
    made = send(seat, "/api/incidents", body_of(grid)).json()
    path, order = f"/api/incidents/{made['id']}/accept", {"client_id": str(uuid.uuid4()), "version": 1}
    first = send(seat, path, order)
    assert first.status_code == 200
    assert first.json() == {**made, "state": "accepted", "version": 2}
    assert send(seat, path, order).content == first.content
    stale = refused(send(seat, path, {**order, "client_id": str(uuid.uuid4())}), 409, "version")
    assert (stale["code"], stale["sent"], stale["current"]) == ("stale_version", 1, 2)
    wrong = refused(send(seat, path, {"client_id": str(uuid.uuid4()), "version": 2}), 409, "action")
    assert (wrong["code"], wrong["state"], wrong["possible"]) == (
        "action_not_possible",
        "accepted",
        ["register", "void", "self_handle"],
    )
    later = refused(send(seat, path.replace("accept", "suspend"), {"client_id": str(uuid.uuid4()), "version": 2}), 409)
    assert later["code"] == "action_not_possible"
    void = refused(send(seat, path.replace("accept", "void"), {"client_id": str(uuid.uuid4()), "version": 2}), 400)
    assert void["field"] == "reason"


def test_an_unknown_action_is_no_address(seat, grid):
    made = send(seat, "/api/incidents", body_of(grid)).json()
    problem = refused(
        send(seat, f"/api/incidents/{made['id']}/explode", {"client_id": str(uuid.uuid4()), "version": 1}), 404
    )
    assert problem["code"] == "unknown_action"


def test_a_case_is_put_elsewhere(seat, grid, district):
    made = send(seat, "/api/incidents", body_of(grid)).json()
    there = body_of(district.first("grid"))
    move = {
        "client_id": str(uuid.uuid4()),
        "version": 1,
        "lon": there["lon"],
        "lat": there["lat"],
        "reason": "定位有误",
    }
    moved = send(seat, f"/api/incidents/{made['id']}/relocate", move)
    assert moved.status_code == 200
    assert moved.json()["area"]["grid"] == district.first("grid")
    refused(
        send(seat, f"/api/incidents/{made['id']}/relocate", {**move, "lon": 0, "client_id": str(uuid.uuid4())}),
        422,
        "lon",
    )


def test_unknown_hidden_and_garbled_ids_get_the_same_answer(client_for, cast, district, grid):
    hidden = report(cast, grid=grid)
    guarded = report(cast, grid=district.first("grid"), item=GUARDED)
    staff = client_for("community_staff", district.first("community"))
    leader = client_for("leader")
    order = {"client_id": str(uuid.uuid4()), "version": 1}
    answers = [staff.get(f"/api/incidents/{one}") for one in (hidden.pk, uuid.uuid4(), "x", "1%20OR%201=1", "%00")]
    answers += [leader.get(f"/api/incidents/{guarded.pk}"), send(staff, f"/api/incidents/{hidden.pk}/accept", order)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_one_who_sees_but_may_not_is_told_so(client_for, cast, grid):
    incident = report(cast, grid=grid)
    order = {"client_id": str(uuid.uuid4()), "version": 1}
    refused(send(client_for("supervisor"), f"/api/incidents/{incident.pk}/accept", order), 403, "action")


def test_a_report_from_outside_the_own_area_is_refused_by_name(client_for, district, grid):
    problem = refused(
        send(client_for("grid_member", district.first("grid")), "/api/incidents", body_of(grid)), 403, "lon"
    )
    assert problem["found"] == grid


@pytest.mark.parametrize("scope", ["read", "open311", "display", "positions:own", "positions:any"])
def test_only_a_full_token_writes(client_for, grid, scope):
    client = client_for("seat", scope=scope)
    assert refused(send(client, "/api/incidents", body_of(grid)), 403)["code"] == "wrong_scope"


def test_a_session_writes_with_the_pages_token_only(cast, grid):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.person("seat"), backend="layers.people.backends.AssignmentBackend")
    assert refused(send(client, "/api/incidents", body_of(grid)), 403)["code"] == "csrf_failed"
    client.cookies["csrftoken"] = "a" * 32
    sent = client.post(
        "/api/incidents", json.dumps(body_of(grid)), content_type="application/json", headers={"x-csrftoken": "a" * 32}
    )
    assert sent.status_code == 201
    refused(Client(enforce_csrf_checks=True).post("/api/incidents", "{}", content_type="application/json"), 401)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_allowed(seat, method):
    assert getattr(seat, method)("/api/incidents").status_code == 405


def test_the_interface_describes_the_bodies(seat):
    paths = seat.get("/api/openapi.json").json()["paths"]
    schema = paths["/api/incidents"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == {"client_id", "item", "lon", "lat", "source", "occurred_at", "description"}
    assert "/api/incidents/{incident}/{action}" in paths


def test_the_layer_is_described_and_has_no_rows_of_its_own(seat, grid):
    described = {layer["id"]: layer for layer in seat.get("/api/layers").json()["layers"]}
    layer = described["incidents"]
    assert (layer["group"], layer["tiles"], layer["count"], layer["public"], layer["editable"]) == (
        "live",
        None,
        None,
        False,
        False,
    )
    fields = {field["name"]: field for field in layer["fields"]}
    assert set(fields["state"]["values"]) >= {"reported", "closed"}
    made = send(seat, "/api/incidents", body_of(grid)).json()
    properties = seat.get(f"/api/incidents/{made['id']}").json()["properties"]
    assert set(properties) == set(fields)
    refused(seat.get(f"/api/layers/incidents/features/{made['id']}"), 404)
    refused(seat.get("/tiles/incidents.json"), 404)
