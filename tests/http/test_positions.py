"""Positions and statuses over HTTP: devices, people, and everything that is not a clean body."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from layers.cameras.selectors import cameras_in_force
from layers.patrols.selectors import read_positions, units_in_force


def post(client, path, body, **headers):
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(path, data, content_type="application/json", headers=headers or None)


@pytest.fixture
def unit(cast):
    """The first grid's team, on duty."""
    row = units_in_force().get(kind="team", grid=cast.district.first("grid"))
    answer = post(
        cast.client("dispatcher"), f"/api/units/{row.feature_id}/status",
        {"client_id": str(uuid.uuid4()), "version": row.feature_version, "status": "on_duty"},
    )  # fmt: skip
    assert answer.json() == {"id": row.feature_id, "version": row.feature_version + 1, "status": "on_duty"}
    return row


def fix(unit, /, **changes):
    return {
        "client_id": str(uuid.uuid4()), "unit": unit.feature_id, "at": timezone.now().isoformat(), "lon": 114.02,
        "lat": 33.57, "accuracy_m": 6, "speed_mps": 1.1, "bearing_deg": 10,
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        ("grid_member", "positions:own"), ("grid_leader", "positions:own"), ("grid_leader", "full"),
        ("admin", "positions:any"), ("community_staff", "full"),
    ],
)  # fmt: skip
def test_a_team_is_reported_by_its_own_and_by_gateways(cast, unit, role, scope):
    answer = post(cast.client(role, scope=scope), "/api/positions", {"fixes": [fix(unit)]})
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "repeated": 0, "refused": []})
    assert unit.feature_id in {position.unit for position in read_positions()}


@pytest.mark.parametrize("scope", ["read", "display", "open311"])
def test_tokens_for_something_else_stay_outside(cast, unit, scope):
    for path in ("/api/positions", f"/api/units/{unit.feature_id}/status"):
        answer = post(cast.client("dispatcher", scope=scope), path, {"fixes": [fix(unit)]})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_scope")


def test_one_bad_fix_is_refused_alone_and_all_bad_is_422(cast, unit):
    gateway = cast.client("admin", scope="positions:any")
    bad = [
        fix(unit, lon="114"), fix(unit, lat=None), fix(unit, unit="a\x00b"), fix(unit, bearing_deg=True), 7,
        fix(unit, at="2026-01-01"),
    ]  # fmt: skip
    mixed = post(gateway, "/api/positions", {"fixes": [fix(unit), *bad]}).json()
    assert mixed["accepted"] == 1
    assert [entry["index"] for entry in mixed["refused"]] == [1, 2, 3, 4, 5, 6]
    assert all(set(entry) == {"index", "code", "message"} for entry in mixed["refused"])
    assert "lon" in mixed["refused"][0]["message"]
    answer = post(gateway, "/api/positions", {"fixes": bad})
    assert answer.status_code == 422
    assert (answer.json()["accepted"], len(answer.json()["refused"])) == (0, 6)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" * 400])
def test_a_number_without_a_value_is_refused_alone(cast, unit, number):
    body = json.dumps({"fixes": [fix(unit), fix(unit, lon="HERE")]}).replace('"HERE"', number)
    answer = post(cast.client("admin", scope="positions:any"), "/api/positions", body)
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 1
    (refused,) = answer.json()["refused"]
    assert (refused["index"], refused["code"]) == (1, "invalid")
    assert "lon" in refused["message"]


@pytest.mark.parametrize("field", ["unit", "client_id", "at"])
def test_half_a_character_is_refused_alone(cast, unit, field):
    batch = {"fixes": [fix(unit), fix(unit) | {field: "\ud800"}]}
    answer = post(cast.client("admin", scope="positions:any"), "/api/positions", batch)
    assert answer.json()["accepted"] == 1
    assert [(entry["index"], entry["code"]) for entry in answer.json()["refused"]] == [(1, "invalid")]


@pytest.mark.parametrize(("name", "field"), [("\\ud800", "body"), ("\\u0000", "\\x00"), ("x" * 5000, "x" * 40)])
def test_a_field_too_many_is_named_however_it_is_written(client_for, name, field):
    answer = post(client_for("grid_member"), "/api/positions", '{"fixes": [], "' + name + '": 1}')
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_refusals_speak_the_callers_language(cast, unit):
    gateway = cast.client("admin", scope="positions:any")
    for language, word in (("zh", "缺少"), ("en", "missing")):
        body = post(gateway, "/api/positions", {"fixes": [fix(unit, lon=None)]}, **{"accept-language": language})
        assert word in body.json()["refused"][0]["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("", "body"), ("{", "body"), ("[]", "body"), ("null", "body"), ('"x"', "body"), (b"\xff\xfe", "body"),
        ("[" * 100_000, "body"), ("{}", "fixes"), ('{"fixes": {}}', "fixes"), ('{"fixes": null}', "fixes"),
        ('{"fixes": "x"}', "fixes"), ('{"fixes": [], "more": 1}', "more"), ('{"fixes": [], "fixes": []}', "fixes"),
        ('{"fixes": [{"lon": 1, "lon": 2}]}', "lon"), ('{"fixes": [' + "9" * 5000 + "]}", "body"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_batch_is_refused_whole_and_by_name(client_for, body, field):
    answer = post(client_for("grid_member"), "/api/positions", body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["field"] == field
    assert answer.json()["remedy"]


def test_501_fixes_are_refused_with_the_limit(client_for, cast, unit):
    answer = post(client_for("grid_member"), "/api/positions", {"fixes": [fix(unit)] * 501})
    assert (answer.status_code, answer.json()["field"]) == (422, "fixes")
    assert "500" in answer.json()["detail"] + answer.json()["remedy"]


def test_an_empty_batch_is_an_empty_answer(client_for):
    answer = post(client_for("grid_member"), "/api/positions", {"fixes": []})
    assert (answer.status_code, answer.json()) == (200, {"accepted": 0, "repeated": 0, "refused": []})


def test_more_than_a_megabyte_is_too_large(client_for):
    answer = post(client_for("grid_member"), "/api/positions", '{"fixes": [' + " " * 1_100_000 + "]}")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_id": "x"}, "client_id"), ({"client_id": 5}, "client_id"), ({"version": "2"}, "version"),
        ({"version": 2.5}, "version"), ({"version": -1}, "version"), ({"version": 2**40}, "version"),
        ({"version": True}, "version"), ({"status": "asleep"}, "status"), ({"status": "on_duty\x00"}, "status"),
        ({"status": ["on_duty"]}, "status"), ({"status": None}, "status"), ({"extra": 1}, "extra"),
    ],
)  # fmt: skip
def test_a_status_that_is_not_clean_is_refused_by_name(cast, unit, changes, field):
    body = {"client_id": str(uuid.uuid4()), "version": 2, "status": "en_route"} | changes
    answer = post(cast.client("dispatcher"), f"/api/units/{unit.feature_id}/status", body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_a_stale_version_is_a_409_with_both(cast, unit):
    body = {"client_id": str(uuid.uuid4()), "version": 1, "status": "off_duty"}
    answer = post(cast.client("dispatcher"), f"/api/units/{unit.feature_id}/status", body)
    assert answer.status_code == 409
    assert (answer.json()["sent"], answer.json()["current"]) == (1, 2)


def test_a_unit_elsewhere_and_an_unknown_one_get_the_same_404(cast, unit):
    far = cast.client("community_head", cast.district.last("community"))
    body = {"client_id": str(uuid.uuid4()), "version": 2, "status": "off_duty"}
    answers = [post(far, f"/api/units/{key}/status", body) for key in (unit.feature_id, str(uuid.uuid4()))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["title"] == answers[1].json()["title"]


def test_a_camera_is_told_of_by_whoever_holds_video_over_it(cast):
    camera = cameras_in_force().filter(status="online").order_by("grid").first()
    path = f"/api/cameras/{camera.feature_id}/status"
    body = {"client_id": str(uuid.uuid4()), "status": "offline", "at": timezone.now().isoformat()}
    told = post(cast.client("video_operator"), path, body)
    assert (told.status_code, told.json()) == (200, {"id": camera.feature_id, "version": 2, "status": "offline"})
    older = body | {"client_id": str(uuid.uuid4()), "status": "fault"}
    older["at"] = (timezone.now() - timedelta(hours=1)).isoformat()
    assert post(cast.client("video_operator"), path, older).json()["status"] == "offline"
    far = next(c for c in cast.district.codes["community"] if c != camera.community)
    assert post(cast.client("community_head", far), path, body).status_code == 404
    assert post(cast.client("grid_member"), path, body).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": "2026-01-01T00:00:00"}, "at"), ({"at": 17}, "at"), ({"at": "2999-01-01T00:00:00Z"}, "at"),
        ({"status": "broken"}, "status"), ({"client_id": None}, "client_id"),
    ],
)  # fmt: skip
def test_a_word_about_a_camera_that_is_not_clean_is_refused_by_name(cast, changes, field):
    camera = cameras_in_force().first()
    body = {"client_id": str(uuid.uuid4()), "status": "offline", "at": timezone.now().isoformat()} | changes
    answer = post(cast.client("video_operator"), f"/api/cameras/{camera.feature_id}/status", body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_the_description_tells_the_bodies(client_for):
    paths = client_for("gis_staff").get("/api/openapi.json").json()["paths"]
    for path in ("/api/positions", "/api/units/{unit}/status", "/api/cameras/{camera}/status"):
        schema = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert "$ref" not in json.dumps(schema)
        assert schema["required"]
