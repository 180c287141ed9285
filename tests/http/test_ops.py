"""/ops/, /metrics and /api/health: who may read them, what they say, what they must not say."""

from __future__ import annotations

import signal
import time
import uuid
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from gis.ops.judgement import Level, judge, judge_session
from gis.ops.report import report
from gis.ops.selectors import read
from layers.live.consumers import enter
from layers.live.models import Process
from layers.live.processes import Beater, Pulse, beat, place_of
from layers.walls.models import WallPresence
from tests.live_log import link_all, reported
from tests.stage import LiveSite, database_settings
from tests.worker_process import until, worker


def families(client) -> dict[str, list]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    return {one.name: one.samples for one in text_string_to_metric_families(answer.content.decode())}


@pytest.fixture
def foreign():
    """Another role's connection to the same database, with a name of its own."""
    entry = settings.DATABASES["owner"]
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"], dbname=entry["NAME"],
        application_name="somebody else",
    ) as link:  # fmt: skip
        yield link
        link.rollback()


def test_metrics_parse_and_hold_what_operators_asked_for(db, client_for):
    client = client_for("admin")
    link_all()
    reported(1)
    enter("jobs")
    found = families(client)
    assert {
        "wangge_process_beat_age_seconds", "wangge_process_restarts", "wangge_stream_clients", "wangge_log_head_seq",
        "wangge_relay_unlinked_events", "wangge_relay_lag_seconds", "wangge_consumer_behind_events",
        "wangge_consumer_lag_seconds", "wangge_oldest_transaction_seconds", "wangge_transactions_in_log",
        "wangge_partition_days_ahead", "wangge_disk_free_bytes", "wangge_database_bytes", "wangge_database_connections",
        "wangge_database_connections_max", "wangge_jobs_waiting", "wangge_jobs_failed_24h", "wangge_warnings",
    } <= set(found)  # fmt: skip
    assert found["wangge_relay_unlinked_events"][0].value == 1
    assert found["wangge_log_head_seq"][0].value == link_all() - 1
    behind = {sample.labels["consumer"]: sample.value for sample in found["wangge_consumer_behind_events"]}
    assert behind["jobs"] == found["wangge_log_head_seq"][0].value
    assert found["wangge_database_bytes"][0].value > 1_000_000


def test_screens_of_walls_in_trouble_are_told_to_operators_and_to_prometheus(db, client_for, district):
    display = client_for("display", scope="display")
    lost, stale = (str(uuid.uuid4()) for _ in range(2))
    said = {
        "scene": "district",
        "width": 3840,
        "height": 2160,
        "build": "b",
        "phase": "live",
        "seq": 4,
        "hash_ok": True,
    }
    for screen, changes in ((lost, {}), (stale, {"phase": "stale", "hash_ok": None})):
        body = {**said, **changes, "screen": screen}
        assert display.post("/api/walls/main/presence", body, "application/json").status_code == 200, screen
    told = {"screen": stale, "kind": "hash_mismatch", "seq": 4}
    assert display.post("/api/walls/main/reports", told, "application/json").status_code == 200
    WallPresence.objects.filter(screen=lost).update(seen_at=timezone.now() - timedelta(minutes=7, seconds=30))
    admin = client_for("admin")
    state = admin.get("/ops/state").json()
    levels = {one["screen"]: one["level"] for one in state["screens"]}
    assert levels == {lost[:8]: "warn", stale[:8]: "warn"}
    english = " ".join(one["en"] for one in state["warnings"])
    assert "has not been heard of for 7 min" in english and "hears no heartbeat" in english
    found = families(admin)
    live = {sample.labels["screen"]: sample.value for sample in found["wangge_wall_screen_live"]}
    assert live == {lost[:8]: 0, stale[:8]: 0}
    age = {sample.labels["screen"]: sample.value for sample in found["wangge_wall_screen_age_seconds"]}
    assert age[lost[:8]] > 400 > age[stale[:8]]
    assert {sample.value for sample in found["wangge_wall_screen_display"]} == {1}
    reports = {
        (sample.labels["screen"], sample.labels["kind"]): sample.value
        for sample in found["wangge_wall_screen_reports"] if sample.name.endswith("_total")
    }  # fmt: skip
    assert reports[stale[:8], "hash_mismatch"] == 1 and reports[lost[:8], "hash_mismatch"] == 0


@pytest.mark.parametrize(("scope", "status"), [("read", 200), ("full", 200), ("display", 403), ("positions:any", 403)])
def test_a_scraper_needs_a_reading_token_of_an_administrator(scope, status, client_for):
    assert client_for("admin", scope=scope).get("/metrics").status_code == status


@pytest.mark.parametrize("path", ["/ops/", "/ops/state", "/metrics"])
def test_only_operators_enter(path, client_for):
    assert client_for("admin").get(path).status_code == 200
    for role in ("leader", "gis_staff", "dispatcher", "public"):
        assert client_for(role).get(path).status_code == 403
    assert Client().get(path).status_code == 401


def test_every_screen_may_read_the_warnings(client_for):
    body = client_for("grid_member").get("/api/health").json()
    assert set(body) == {"at", "warnings"}
    named = {one["code"] for one in body["warnings"]}
    assert "process.stream" in named, "no stream runs here, and that is said"
    for one in body["warnings"]:
        assert set(one) == {"code", "level", "zh", "en", "since"} and one["level"] in ("warn", "alarm")


def test_a_foreign_transaction_is_named_without_its_values(foreign, client_for):
    foreign.execute("UPDATE people_department SET name = 'secret value 4711' WHERE false")
    foreign.execute("INSERT INTO live_receipt (client_id, digest, result) VALUES (gen_random_uuid(), 'secret', '{}')")
    (session,) = [one for one in read().sessions if one.application == "somebody else"]
    assert session.pid == foreign.info.backend_pid
    assert (session.state, session.verb, session.writes, session.in_log) == (
        "idle in transaction", "INSERT", True, False,
    )  # fmt: skip
    text = client_for("admin").get("/ops/state").content.decode()
    assert "somebody else" in text and "secret" not in text
    named = judge_session(replace(session, age_s=60.0), report().at)
    assert named.level is Level.ALARM and str(session.pid) in named.en and "somebody else" in named.zh


def test_a_transaction_that_wrote_events_or_is_waited_for_is_marked(foreign, own_database):
    foreign.execute("SELECT 1")
    entry = settings.DATABASES["owner"]
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"], dbname=own_database,
        application_name="writer of events",
    ) as writer:  # fmt: skip
        writer.execute("LOCK TABLE live_event IN ROW EXCLUSIVE MODE")
        (session,) = [one for one in read().sessions if one.application == "writer of events"]
        assert session.in_log and session.holds


def test_hidden_sessions_are_said_not_passed_over(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role('wangge_owner', 'pg_read_all_stats', 'usage')")
        assert cursor.fetchone() == (True,), "the cluster's preparation grants it"
    assert read().machine.hidden == 0


def test_a_process_is_seen_with_its_restarts(own_database):
    beat("relay", "1", {"leading": True})
    beat("relay", "1", {"leading": True})
    seen = {(one.name, one.instance): one for one in read().processes}[("relay", "1")]
    assert seen.restarts == 0 and seen.age_s < 5 and seen.facts == {"leading": True}
    Process.objects.filter(name="relay").update(pid=1)
    beat("relay", "1")
    assert {one.name: one.restarts for one in read().processes}["relay"] == 1


def test_signs_of_life_go_on_after_the_database_was_away(own_database):
    beater = Beater("stream", "1", lambda: {"streams": 3}, interval_s=0.05)
    beater.start()
    mine = Process.objects.filter(name="stream")
    until(mine.exists)
    with psycopg.connect(connection_string("owner"), autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [own_database],
        )
    connection.close()
    before = mine.get().beat_at
    until(lambda: mine.get().beat_at > before)
    beater.stop()
    beater.join(5)
    assert report().readings.processes[0].facts == {"streams": 3}


def connection_string(alias: str) -> str:
    entry = settings.DATABASES[alias]
    return psycopg.conninfo.make_conninfo(
        host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"], dbname=entry["NAME"]
    )


def test_a_whole_site_shows_its_processes_and_names_the_relay_within_ten_seconds_of_its_death(own_database, tmp_path):
    with LiveSite.open(database_settings(), tmp_path) as site, worker(tmp_path / "var", WANGGE_VAR=str(site.folder)):
        running = {"web", "relay", "stream", "worker"}
        until(lambda: {one.name for one in read().processes} == running, says=lambda: str(read().processes))
        assert not [one for one in judge(read()) if one.code.startswith("process.") and one.level is not Level.OK]
        site.stop("relay", signal.SIGKILL)
        killed = time.monotonic()
        until(lambda: [one for one in judge(read()) if one.code == "process.relay" and one.level is not Level.OK])
        assert time.monotonic() - killed < 10
        site.start("relay")
        until(lambda: [one for one in judge(read()) if one.code == "process.relay" and one.level is Level.OK])
        assert {one.name: one.restarts for one in read().processes}["relay"] == 1


def test_processes_of_one_name_take_numbers_of_their_own(tmp_path):
    assert [place_of("web", tmp_path), place_of("web", tmp_path), place_of("relay", tmp_path)] == ["1", "2", "1"]
    assert place_of("web", tmp_path / "web-1.alive").startswith("pid-")


def test_a_loop_that_tells_nothing_has_no_pulse():
    pulse = Pulse("relay")
    assert pulse.newest() is None
    pulse.tell({"seq": 4})
    assert pulse.newest() == {"seq": 4}
    stuck = Pulse("relay", pulse_s=-1)
    stuck.tell({"seq": 4})
    assert stuck.newest() is None, "the thread lives on, the loop does not"
