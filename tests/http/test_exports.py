"""Exports over HTTP: asked for, written by the worker, fetched by whoever asked; text formats also as they are read."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gis.worker.following import JOBS
from layers.exports.asked import Selection
from layers.exports.jobs import MOST_WAITING, expire_exports, path_of, run_export
from layers.exports.models import Export, Status
from layers.exports.selectors import read_table
from layers.exports.sight import sight_of
from layers.live.models import Event
from layers.people.models import Assignment
from layers.people.selectors import actor_of
from layers.people.services import end_assignment
from layers.roles import Role, TokenScope
from tests.export_reading import written
from tests.staff_layers import made, publish, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.EXPORTS_DIR = tmp_path / "exports"
    return settings.EXPORTS_DIR


@pytest.fixture
def person(cast):
    return cast.person("community_staff", cast.district.first("community"))


@pytest.fixture
def client(person):
    return client_of(person)


def client_of(person, scope="full"):
    from layers.people.services import issue_token

    token = issue_token(
        actor=None, person=person, scope=TokenScope(scope), expires_at=timezone.now() + timedelta(days=1)
    )
    return Client(headers={"authorization": f"Bearer {token}"})


def body(**more):
    return {"client_id": str(uuid.uuid4()), "layer": "places", "format": "gpkg"} | more


def ask(client, **more):
    return client.post("/api/exports", body(**more), content_type="application/json")


def test_a_file_is_asked_for_written_by_the_job_and_fetched(client, person, tmp_path):
    answer = ask(client, format="geojson", crs=4547)
    assert answer.status_code == 202 and answer.json()["status"] == "asked"
    key = answer.json()["id"]
    told = client.get(f"/api/exports/{key}").json()
    assert (told["status"], told["download"], told["sha256"]) == ("asked", None, None)
    assert client.get(f"/api/exports/{key}/file").status_code == 404
    event = Event.objects.get(kind="export.asked")
    (job,) = JOBS[event.kind](event)
    assert (job.task, job.arguments) == ("write_export", {"export": key})
    assert run_export(export_id=uuid.UUID(key)) == Status.DONE
    told = client.get(f"/api/exports/{key}").json()
    file = client.get(told["download"])
    content = b"".join(file.streaming_content)
    assert (told["status"], told["bytes"], told["file"]) == ("done", len(content), "places.geojson")
    same = written(tmp_path / "own.geojson", sight_of(actor_of(person), "places"), layer="places", crs=4547)
    assert (told["sha256"], told["count"]) == (same.sha256, same.count)
    assert file["Content-Type"] == "application/geo+json" and 'filename="places.geojson"' in file["Content-Disposition"]
    assert file["Cache-Control"] == "private, no-store"
    taken = Event.objects.get(kind="layer.exported")
    assert (taken.actor, taken.payload["count"], taken.payload["sha256"]) == (str(person.pk), same.count, same.sha256)
    assert client.get("/api/exports").json()["exports"][0]["id"] == key


def test_asking_twice_makes_one_export(client):
    asked = body()
    first = client.post("/api/exports", asked, content_type="application/json")
    again = client.post("/api/exports", asked, content_type="application/json")
    assert (first.status_code, again.status_code) == (202, 200) and first.json() == again.json()
    assert Export.objects.count() == 1
    other = client.post("/api/exports", asked | {"format": "csv"}, content_type="application/json")
    assert other.status_code == 409


def test_running_a_job_again_after_a_kill_writes_the_same_file(client):
    key = uuid.UUID(ask(client).json()["id"])
    run_export(export_id=key)
    first = Export.objects.get(pk=key)
    Export.objects.filter(pk=key).update(status=Status.RUNNING)
    assert run_export(export_id=key) == Status.DONE
    assert Export.objects.get(pk=key).sha256 == first.sha256
    assert run_export(export_id=key) == Status.DONE and Event.objects.filter(kind="layer.exported").count() == 2


@pytest.mark.parametrize(
    ("more", "status", "field"),
    [
        ({"format": "dwg"}, 400, "format"),
        ({"crs": 2437}, 400, "crs"),
        ({"encoding": "GBK"}, 400, "encoding"),
        ({"at": "yesterday"}, 400, "at"),
        ({"version": 3, "at": "2026-01-01"}, 400, "at"),
        ({"version": 99}, 404, "version"),
        ({"bbox": [1, 2, 3]}, 400, "bbox"),
        ({"area": "9"}, 400, "area"),
        ({"where": {"secret": "1"}}, 400, "where"),
        ({"layer": "nothing"}, 404, "layer"),
        ({"client_id": "1"}, 400, "client_id"),
        ({"surplus": 1}, 400, "surplus"),
    ],
)
def test_what_cannot_be_exported_is_said_at_once(client, more, status, field):
    answer = ask(client, **more)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert not Export.objects.exists() and not Event.objects.filter(kind="export.asked").exists()


def test_what_a_format_cannot_hold_is_said_in_the_export(client):
    spec = made()
    publish(spec, [row(spec.id, 1, name="𠮷祥")])
    key = ask(client, layer=spec.id, format="shp.zip", encoding="gbk").json()["id"]
    assert run_export(export_id=uuid.UUID(key)) == Status.FAILED
    told = client.get(f"/api/exports/{key}", headers={"accept-language": "en"}).json()
    assert told["error"]["code"] == "unholdable" and "U+20BB7" in told["error"]["detail"]
    assert told["error"]["field"] == "name" and told["download"] is None


def test_only_whoever_asked_sees_an_export(client, cast):
    key = ask(client).json()["id"]
    run_export(export_id=uuid.UUID(key))
    other = client_of(cast.person("gis_staff"))
    assert other.get("/api/exports").json() == {"exports": []}
    for path in (f"/api/exports/{key}", f"/api/exports/{key}/file", "/api/exports/nonsense"):
        assert other.get(path).status_code == 404


def test_a_file_holds_the_rights_of_the_moment_it_is_written(client, person, cast):
    key = ask(client).json()["id"]
    for post in Assignment.objects.filter(person=person):
        end_assignment(actor=None, assignment=post, at=timezone.now())
    assert run_export(export_id=uuid.UUID(key)) == Status.FAILED
    assert Export.objects.get(pk=key).error["en"]["code"] == "unknown_layer"


def test_who_lost_rights_since_does_not_get_the_file_any_more(client, person, cast):
    key = ask(client).json()["id"]
    run_export(export_id=uuid.UUID(key))
    assert client.get(f"/api/exports/{key}/file").status_code == 200
    for post in Assignment.objects.filter(person=person):
        end_assignment(actor=None, assignment=post, at=timezone.now())
    from layers.people.services import assign

    assign(
        actor=None, person=person, role=Role.COMMUNITY_STAFF, area=cast.district.last("community"),
        valid_from=timezone.now(),
    )  # fmt: skip
    assert client.get(f"/api/exports/{key}/file").status_code == 403


def test_nobody_fills_the_queue_alone(client):
    assert [ask(client).status_code for _ in range(MOST_WAITING)] == [202] * MOST_WAITING
    answer = ask(client)
    assert answer.status_code == 429 and answer.json()["code"] == "too_many_exports"


def test_tokens_that_only_read_ask_for_no_files_and_displays_read_no_rows(cast, person):
    assert ask(client_of(person, "read")).status_code == 403
    assert client_of(person, "read").get("/api/layers/waters/export.csv").status_code == 200
    assert cast.client("display", scope="display").get("/api/layers/waters/export.csv").status_code == 403


def test_old_files_go_old_rows_go_and_what_never_ended_is_given_up(client, folder):
    done, waiting = (uuid.UUID(ask(client, format="csv").json()["id"]) for _ in range(2))
    run_export(export_id=done)
    path = path_of(Export.objects.get(pk=done))
    assert path.is_file()
    assert expire_exports() == 0 and path.is_file()
    assert expire_exports(timezone.now() + timedelta(days=1, minutes=1)) == 1
    assert not path.exists() and Export.objects.get(pk=done).status == Status.EXPIRED
    assert Export.objects.get(pk=waiting).status == Status.FAILED
    assert client.get(f"/api/exports/{done}/file").status_code == 404
    left = folder / ".unfinished-abc-places.csv"
    left.write_text("half")
    expire_exports(timezone.now() + timedelta(days=31))
    assert not Export.objects.exists() and not left.exists()


def body_of(answer):
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("form", ["csv", "geojson"])
def test_a_streamed_layer_is_the_file_to_the_byte(client, person, form, tmp_path):
    answer = client.get(f"/api/layers/places/export.{form}?crs=4547")
    written(tmp_path / f"places.{form}", sight_of(actor_of(person), "places"), layer="places", crs=4547)
    assert body_of(answer) == (tmp_path / f"places.{form}").read_bytes()
    assert f'filename="places.{form}"' in answer["Content-Disposition"]
    event = Event.objects.get(kind="layer.exported")
    assert event.payload["count"] == len(read_table(sight_of(actor_of(person), "places"), Selection()))


def test_a_stream_is_narrowed_and_asks_nothing_of_gdal(client, no_gdal):
    bodies = [
        body_of(client.get(f"/api/layers/{layer}/export.geojson?{query}"))
        for layer, query in (("places", "bbox=114,33.5,114.03,33.6"), ("grids", "area=411102001&version=1"),
                             ("roads", "at=2026-01-01"), ("buildings", "ids=nothing"))
    ]  # fmt: skip
    features = [json.loads(text)["features"] for text in bodies]
    assert features[3] == [] and all(f["id"].startswith("411102001") for f in features[1]) and features[2]
    assert no_gdal == []


def test_a_stream_refuses_before_it_sends(client):
    assert client.get("/api/layers/places/export.csv?crs=1").status_code == 400
    assert client.get("/api/layers/places/export.csv?version=99").status_code == 404
    assert client.get("/api/layers/nothing/export.csv").status_code == 404
    assert not Event.objects.filter(kind="layer.exported").exists()


def test_a_streamed_table_runs_nothing(client):
    spec = made()
    publish(spec, [row(spec.id, 1, name="=cmd|' /C calc'!A0")])
    text = body_of(client.get(f"/api/layers/{spec.id}/export.csv")).decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["name"] == "'=cmd|' /C calc'!A0"
