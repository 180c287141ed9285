"""Imports over HTTP: deliver whole or in pieces, read, answer, commit, take back; a named 4xx for everything else."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from layers.imports.models import Change, Import, Status
from layers.live.models import Event
from tests.imports_made import FINDINGS, make_import

pytestmark = pytest.mark.django_db
#: Not a file of any kind: whoever receives it does not look.
BYTES = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Deliveries of these tests lie in a folder of their own."""
    settings.IMPORTS_DIR = tmp_path


@pytest.fixture
def staff(client_for):
    return client_for("gis_staff")


@pytest.fixture
def person(cast):
    return cast.person("gis_staff")


def send(client, path: str, body=None):
    return client.post(path, json.dumps({} if body is None else body), content_type="application/json")


def refused(answer, status: int, field: str | None = None) -> dict:
    """The problem of a refusal, checked for what every refusal has."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"]
    assert problem["remedy"]
    assert field is None or problem["field"] == field
    return problem


def begin(client, **changes):
    body = {"client_id": str(uuid.uuid4()), "layer": "places", "file_name": "shops.csv", "size": len(BYTES), **changes}
    return send(client, "/api/imports", body)


def put(client, import_id: str, offset: int, data: bytes):
    return client.put(
        f"/api/imports/{import_id}/content?offset={offset}", data, content_type="application/octet-stream"
    )


class TestDelivering:
    def test_a_whole_file_is_received_with_its_answers(self, staff):
        form = {
            "file": SimpleUploadedFile("shops.csv", BYTES), "layer": "places", "client_id": str(uuid.uuid4()),
            "crs": "4547", "swap_axes": "true", "map": ["name=店名", "kind=类别"], "reason": "三季度",
        }  # fmt: skip
        answer = staff.post("/api/imports", form)
        told = answer.json()
        assert answer.status_code == 202
        assert {"id", "status", "report"} <= set(told)
        assert told["status"] == "received"
        row = Import.objects.get(pk=told["id"])
        assert row.file_sha256 == hashlib.sha256(BYTES).hexdigest()
        assert (row.answers["crs"], row.answers["swap_axes"], row.reason) == (4547, True, "三季度")
        assert [entry["column"] for entry in row.answers["mapping"]["fields"]] == ["店名", "类别"]

    def test_the_same_form_again_is_the_same_import_and_another_file_is_a_conflict(self, staff):
        form = {"layer": "places", "client_id": str(uuid.uuid4())}
        first = staff.post("/api/imports", {**form, "file": SimpleUploadedFile("a.csv", BYTES)}).json()
        again = staff.post("/api/imports", {**form, "file": SimpleUploadedFile("a.csv", BYTES)}).json()
        assert first["id"] == again["id"]
        other = staff.post("/api/imports", {**form, "file": SimpleUploadedFile("a.csv", BYTES[::-1])})
        refused(other, 409)

    def test_a_file_comes_in_pieces_and_goes_on_where_the_server_stands(self, staff):
        told = begin(staff).json()
        assert (told["status"], told["received"]) == ("uploading", 0)
        assert put(staff, told["id"], 0, BYTES[:4000]).json()["received"] == 4000
        problem = refused(put(staff, told["id"], 6000, BYTES[6000:]), 409)
        assert problem["offset"] == 4000
        refused(send(staff, f"/api/imports/{told['id']}/finish"), 409, "offset")
        assert put(staff, told["id"], 4000, BYTES[4000:]).json()["received"] == len(BYTES)
        done = send(staff, f"/api/imports/{told['id']}/finish", {"sha256": hashlib.sha256(BYTES).hexdigest()})
        assert done.status_code == 202
        assert done.json()["status"] == "received"
        assert Import.objects.get(pk=told["id"]).file_sha256 == hashlib.sha256(BYTES).hexdigest()

    def test_finishing_twice_does_no_harm(self, staff):
        told = begin(staff).json()
        put(staff, told["id"], 0, BYTES)
        for _ in range(2):
            assert send(staff, f"/api/imports/{told['id']}/finish").json()["status"] == "received"
        assert Event.objects.filter(kind="import.received", object_id=told["id"]).count() == 1

    def test_what_arrived_otherwise_than_announced_is_said(self, staff):
        told = begin(staff).json()
        put(staff, told["id"], 0, BYTES)
        refused(send(staff, f"/api/imports/{told['id']}/finish", {"sha256": "0" * 64}), 409, "sha256")

    def test_a_piece_is_neither_empty_nor_too_large_nor_more_than_announced(self, staff):
        told = begin(staff).json()
        refused(put(staff, told["id"], 0, b""), 400, "content")
        refused(put(staff, told["id"], 0, b"x" * (8 * 1024 * 1024 + 1)), 413, "content")
        refused(put(staff, told["id"], 0, BYTES + b"x"), 400, "size")

    def test_a_body_beyond_the_limit_is_refused_before_it_is_read(self, staff):
        answer = staff.post(
            "/api/imports", b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(10**9)
        )
        refused(answer, 413, "file")

    @pytest.mark.parametrize(
        ("changes", "status", "field"),
        [
            ({"layer": "nowhere"}, 404, "layer"), ({"layer": "camera_views"}, 404, "layer"),
            ({"layer": "new:Bad Name"}, 400, "layer"), ({"layer": "new:roads"}, 409, "layer"),
            ({"size": 0}, 400, "size"), ({"size": 300_000_000}, 400, "size"), ({"file_name": "///"}, 400, "file_name"),
            ({"client_id": "7"}, 400, "client_id"), ({"answers": {"colour": 1}}, 400, "colour"),
            ({"answers": {"crs": "moon"}}, 400, "crs"), ({"surprise": 1}, 400, "surprise"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_by_name(self, staff, changes, status, field):
        refused(begin(staff, **changes), status, field)
        assert not Import.objects.exists()

    def test_a_form_without_a_file_is_refused(self, staff):
        refused(staff.post("/api/imports", {"layer": "places"}), 400, "file")

    def test_whoever_may_prepare_nothing_of_a_layer_begins_nothing(self, client_for):
        refused(begin(client_for("video_operator"), layer="grids"), 403, "layer")


class TestReading:
    def test_an_import_tells_its_report_and_what_may_be_done(self, staff, person):
        row = make_import(person)
        told = staff.get(f"/api/imports/{row.pk}").json()
        assert told["status"] == "ready"
        report = told["report"]
        assert {
            "file",
            "verdict",
            "layers",
            "findings",
            "diff",
            "consequences",
            "import_id",
            "version_before",
            "version_after",
        } <= set(report)
        assert report["diff"] == told["diff"]
        assert set(report["diff"]) == {"added", "removed", "moved", "reshaped", "changed", "unchanged"}
        assert report["import_id"] == str(row.pk)
        assert told["by"]["name"] == "测试员"
        assert told["can"] == {
            "answer": True,
            "commit": True,
            "rollback": False,
            "cancel": True,
            "again": False,
            "may_commit": True,
        }

    def test_the_list_is_newest_first_by_layer_and_state(self, staff, person):
        ready, asking = make_import(person, changes=0), make_import(person, Status.ASKING)
        ids = [one["id"] for one in staff.get("/api/imports").json()["imports"]]
        assert ids == [str(asking.pk), str(ready.pk)]
        assert [one["id"] for one in staff.get("/api/imports?status=asking").json()["imports"]] == [str(asking.pk)]
        assert staff.get("/api/imports?layer=roads").json()["imports"] == []
        refused(staff.get("/api/imports?status=happy"), 400, "status")

    def test_unknown_and_forbidden_are_the_same_answer(self, client_for, person, district):
        row = make_import(person, areas=[district.first("community")])
        other = client_for("community_staff", district.last("community"))
        for path in ("", "/changes", "/changes.geojson", "/standing", "/report.csv"):
            forbidden = refused(other.get(f"/api/imports/{row.pk}{path}"), 404)
            unknown = refused(other.get(f"/api/imports/{uuid.uuid4()}{path}"), 404)
            assert forbidden["title"] == unknown["title"]
        assert refused(other.get("/api/imports/not-an-id"), 404)
        assert other.get("/api/imports").json()["imports"] == []

    def test_who_proposes_is_told_that_he_may_not_commit(self, client_for, cast, district):
        planner = cast.person("planner")
        row = make_import(planner, layer="grids", areas=[district.first("district")])
        client = client_for("planner")
        own = make_import(planner)
        told = client.get(f"/api/imports/{row.pk}").json()
        assert told["can"]["may_commit"] is False
        assert told["can"]["commit"] is False
        assert own.pk != row.pk
        refused(send(client, f"/api/imports/{row.pk}/commit"), 403)


class TestChanges:
    def test_the_table_comes_in_pages_by_kind_field_and_name(self, staff, person):
        row = make_import(person)
        whole = staff.get(f"/api/imports/{row.pk}/changes?size=10").json()
        assert (whole["total"], whole["pages"], len(whole["changes"])) == (Change.objects.count(), 7, 10)
        moved = staff.get(f"/api/imports/{row.pk}/changes?kind=moved").json()["changes"]
        assert {one["kind"] for one in moved} == {"moved"}
        assert all(abs(one["bearing_deg"] - 90) < 1 for one in moved), "they were shifted to the east"
        assert all(one["bbox"][0] < one["bbox"][2] for one in moved)
        edited = staff.get(f"/api/imports/{row.pk}/changes?field=floors").json()["changes"]
        assert edited
        assert all(one["before"]["floors"] + 1 == one["after"]["floors"] for one in edited)
        name = edited[0]["name"]
        assert name in [
            one["name"] for one in staff.get(f"/api/imports/{row.pk}/changes", {"q": name}).json()["changes"]
        ]

    def test_rows_of_the_file_lead_to_their_changes(self, staff, person):
        row = make_import(person)
        found = staff.get(f"/api/imports/{row.pk}/changes?rows=2000,2001,9999").json()
        assert sorted(one["row"] for one in found["changes"]) == [2000, 2001]

    def test_the_map_has_both_states_in_a_box(self, staff, person):
        row = make_import(person)
        answer = staff.get(f"/api/imports/{row.pk}/changes.geojson")
        whole = answer.json()
        assert answer["Content-Type"] == "application/geo+json"
        assert whole["capped"] is False
        states = {(f["properties"]["kind"], f["properties"]["state"]) for f in whole["features"]}
        assert ("added", "before") not in states
        assert ("removed", "after") not in states
        assert {("moved", "before"), ("moved", "after"), ("added", "after"), ("removed", "before")} <= states
        west, south, east, north = whole["bounds"]
        half = f"{west},{south},{(west + east) / 2},{north}"
        assert (
            0
            < len(staff.get(f"/api/imports/{row.pk}/changes.geojson?bbox={half}").json()["features"])
            < len(whole["features"])
        )

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("kind=gone", "kind"),
            ("rows=1;2", "rows"),
            ("rows=" + ",".join(["1"] * 300), "rows"),
            ("page=0", "page"),
            ("size=9999", "size"),
        ],
    )
    def test_what_cannot_be_asked_is_refused_by_name(self, staff, person, query, field):
        row = make_import(person, changes=0)
        refused(staff.get(f"/api/imports/{row.pk}/changes?{query}"), 400, field)

    @pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "nan,nan,nan,nan", "114,33,113,34", "1e400,0,1,1"])
    def test_a_box_that_is_none_is_refused(self, staff, person, box):
        row = make_import(person, changes=0)
        refused(staff.get(f"/api/imports/{row.pk}/changes.geojson?bbox={box}"), 400, "bbox")


class TestReportFiles:
    def test_json_is_the_report_and_csv_is_safe_in_a_spreadsheet(self, staff, person):
        evil = {**FINDINGS[0], "message_zh": "=cmd|' /C calc'!A0", "layer": "@here"}
        row = make_import(
            person, changes=0, report={"file": "x", "verdict": "warn", "layers": [], "findings": [evil, FINDINGS[1]]}
        )
        assert staff.get(f"/api/imports/{row.pk}/report.json").json()["findings"][0]["code"] == "shapes_repaired"
        answer = staff.get(f"/api/imports/{row.pk}/report.csv")
        assert "attachment" in answer["Content-Disposition"]
        text = answer.content.decode()
        assert text.startswith("\ufeff")
        lines = list(csv.reader(io.StringIO(text[1:])))
        assert len(lines) == 3
        assert not [cell for line in lines for cell in line if cell[:1] in ("=", "@", "+", "-")]


class TestMoving:
    def test_an_answer_sends_it_to_be_prepared_again(self, staff, person):
        row = make_import(person, Status.ASKING)
        answer = send(staff, f"/api/imports/{row.pk}/answer", {"version": row.version, "answers": {"crs": 4547}})
        assert answer.status_code == 202
        assert answer.json()["status"] == "received"
        row.refresh_from_db()
        assert row.answers == {"crs": 4547}
        send(staff, f"/api/imports/{row.pk}/cancel")
        row.refresh_from_db()
        assert row.status == Status.CANCELLED

    def test_answers_may_stand_beside_the_version(self, staff, person):
        row = make_import(person, Status.ASKING)
        assert send(staff, f"/api/imports/{row.pk}/answer", {"crs": 4547}).status_code == 202

    def test_an_older_version_is_told_both_numbers(self, staff, person):
        row = make_import(person, version=5)
        for act, body in (
            ("answer", {"version": 4, "answers": {"missing": "keep"}}),
            ("cancel", {"version": 4}),
            ("commit", {"version": 3}),
        ):
            problem = refused(send(staff, f"/api/imports/{row.pk}/{act}", body), 409, "version")
            assert (problem["current"], problem["sent"]) == (5, body["version"])

    def test_a_commit_is_asked_for_once(self, staff, person):
        row = make_import(person)
        assert send(staff, f"/api/imports/{row.pk}/commit", {"version": row.version}).json()["status"] == "committing"
        assert send(staff, f"/api/imports/{row.pk}/commit", {"version": row.version}).status_code == 202
        assert Event.objects.filter(kind="import.commit_asked", object_id=str(row.pk)).count() == 1

    def test_what_is_not_ready_is_not_committed(self, staff, person):
        row = make_import(person, Status.ASKING)
        problem = refused(send(staff, f"/api/imports/{row.pk}/commit"), 409, "status")
        assert problem["allowed"] == ["ready"]
        refused(send(staff, f"/api/imports/{row.pk}/rollback"), 409, "status")

    def test_a_rollback_is_asked_for_with_its_reason(self, staff, person):
        row = make_import(person, Status.COMMITTED, changes=0, version_before=0, version_after=1)
        answer = send(staff, f"/api/imports/{row.pk}/rollback", {"reason": "量错了"})
        assert answer.json()["status"] == "rolling_back"
        event = Event.objects.get(kind="import.rollback_asked", object_id=str(row.pk))
        assert event.texts.get().text == "量错了"
        assert "量错了" not in json.dumps(event.payload, ensure_ascii=False)

    @pytest.mark.parametrize("act", ["answer", "commit", "rollback", "cancel"])
    @pytest.mark.parametrize("body", ["{", "[]", '{"version": "one"}', '{"version": 1, "version": 2}', '"x"'])
    def test_no_body_crashes(self, staff, person, act, body):
        row = make_import(person, changes=0)
        refused(staff.post(f"/api/imports/{row.pk}/{act}", body, content_type="application/json"), 400)

    def test_a_page_of_another_site_cannot_move_it(self, cast, live_client_of):
        client = live_client_of(cast.person("gis_staff"))
        refused(send(client, "/api/imports", {}), 403)


@pytest.fixture
def live_client_of():
    """A session without the page's token against forged requests."""
    from django.test import Client

    def signed_in(person):
        client = Client(enforce_csrf_checks=True)
        client.force_login(person)
        return client

    return signed_in
