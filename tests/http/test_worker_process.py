"""The worker as a process: killed, cut off from the database, told to stop; nothing is lost and nothing done twice."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from layers.incidents.counts import rebuild_counts
from layers.incidents.counts_models import IncidentCount
from layers.live.consumers import head_seq
from layers.live.models import Cursor, Process
from tests.live_log import link_all, published, reported
from tests.stage import _owner
from tests.worker_process import until, worker


def cells() -> list[tuple]:
    return sorted(IncidentCount.objects.values_list("day", "hour", "grid", "category", "severity", "reported"))


def seq(consumer: str = "counters") -> int:
    return Cursor.objects.filter(consumer=consumer).values_list("seq", flat=True).first() or 0


def cases(first: int, count: int) -> None:
    for number in range(first, first + count):
        reported(number, severity=1 + number % 4)
    link_all()


@pytest.fixture
def slow_counts(own_database):
    """Every cell of the count takes its time, so that a kill lands in the middle of a batch."""
    owner = _owner_here(own_database)
    owner.execute(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_sleep(0.7); RETURN NEW; END $$;"
        " CREATE TRIGGER slowly BEFORE INSERT OR UPDATE ON incidents_count FOR EACH ROW EXECUTE FUNCTION slowly()"
    )
    yield lambda: owner.execute("DROP TRIGGER slowly ON incidents_count")
    owner.close()


def _owner_here(name: str):
    import psycopg

    entry = settings.DATABASES["owner"]
    return psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"], dbname=name,
        autocommit=True,
    )  # fmt: skip


def writing_now() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'wangge-worker' AND wait_event = 'PgSleep'"
        )
        return cursor.fetchone()[0] > 0


def test_a_worker_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing(slow_counts, tmp_path):
    cases(0, 30)
    with worker(tmp_path, "first") as first:
        until(writing_now, says=first.text)
        first.kill()
    until(lambda: not writing_now())
    assert cells() == [], "half a batch must not be seen"
    slow_counts()
    with worker(tmp_path, "second") as second:
        until(lambda: seq() == head_seq(), says=second.text)
        cases(30, 11)
        until(lambda: seq() == head_seq(), says=second.text)
        assert sum(cell[-1] for cell in cells()) == 41
        as_it_went = cells()
        assert second.stop() < 10
    rebuild_counts()
    assert cells() == as_it_went


def test_two_workers_share_the_work_without_doubling_it(own_database, tmp_path):
    with worker(tmp_path, "one") as one, worker(tmp_path, "two") as two:
        until(lambda: Process.objects.filter(name="worker").count() == 2, says=lambda: one.text() + two.text())
        for number in range(0, 60, 10):
            cases(number, 10)
        until(lambda: seq() == head_seq() == seq("jobs"), says=lambda: one.text() + two.text())
        assert sum(cell[-1] for cell in cells()) == 60
        assert max(one.stop(), two.stop()) < 10


def test_a_worker_comes_back_after_the_database_ends_its_sessions(own_database, tmp_path):
    with worker(tmp_path) as running:
        cases(0, 5)
        until(lambda: seq() == head_seq(), says=running.text)
        with _owner() as owner:
            for _ in range(3):
                owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                    " AND application_name = 'wangge-worker'",
                    [own_database],
                )
        cases(5, 5)
        published("roads", 2)
        link_all()
        until(lambda: seq() == head_seq() == seq("jobs"), says=running.text)
        until(lambda: done("refresh_statistics"), says=running.text)
        assert running.process.poll() is None
        assert sum(cell[-1] for cell in cells()) == 10
        assert running.stop() < 10


def done(task: str) -> int:
    return ProcrastinateJob.objects.filter(task_name=task, status="succeeded").count()


def test_a_published_layer_has_its_statistics_and_tiles_made(own_database, tmp_path):
    published("roads", 2)
    link_all()
    with worker(tmp_path) as running:
        until(lambda: done("refresh_statistics") and done("warm_tiles"), says=running.text)
        assert not ProcrastinateJob.objects.filter(status="failed").exists(), running.text()
        until(lambda: (beat := Process.objects.filter(name="worker").first()) and beat.pid == running.process.pid)
        assert running.stop() < 10


def test_the_job_of_a_killed_worker_is_taken_up_by_the_next(own_database, tmp_path):
    owner = _owner_here(own_database)
    owner.execute("SELECT pg_advisory_lock(7)")
    owner.execute(
        "CREATE OR REPLACE FUNCTION catalog_refresh_statistics() RETURNS void LANGUAGE sql SECURITY DEFINER"
        " SET search_path = public AS $$ SELECT pg_advisory_xact_lock(7) $$"
    )
    owner.execute("ALTER FUNCTION catalog_refresh_statistics() SET lock_timeout = '60s'")
    published("roads", 2)
    link_all()
    running = ProcrastinateJob.objects.filter(task_name="refresh_statistics", status="doing")
    with worker(tmp_path, "first") as first:
        until(running.exists, says=first.text)
        first.kill()
    owner.execute("SELECT pg_advisory_unlock(7)")
    owner.close()
    with worker(tmp_path, "second") as second:
        until(lambda: done("refresh_statistics") == 1, seconds=60, says=second.text)
        assert ProcrastinateJob.objects.get(task_name="refresh_statistics").attempts == 2
        assert second.stop() < 10


def test_a_job_that_does_not_end_does_not_hold_the_worker(own_database, tmp_path):
    owner = _owner_here(own_database)
    owner.execute("SELECT pg_advisory_lock(7)")
    owner.execute(
        "CREATE OR REPLACE FUNCTION catalog_refresh_statistics() RETURNS void LANGUAGE sql SECURITY DEFINER"
        " SET search_path = public AS $$ SELECT pg_advisory_xact_lock(7) $$"
    )
    owner.execute("ALTER FUNCTION catalog_refresh_statistics() SET lock_timeout = '60s'")
    published("roads", 2)
    link_all()
    with worker(tmp_path) as running:
        until(ProcrastinateJob.objects.filter(task_name="refresh_statistics", status="doing").exists, says=running.text)
        assert running.stop() < 10
    owner.close()


def test_the_head_of_the_log_is_kept_outside_the_database(own_database, tmp_path, monkeypatch):
    from gis.worker.clocks import CLOCKS
    from layers.live.heads import newest_kept, still_there

    path = tmp_path / "heads.jsonl"
    monkeypatch.setattr(settings, "HEADS_FILE", path)
    assert still_there(path) is None
    cases(0, 3)
    clock = next(one for one in CLOCKS if one.name == "head_of_log")
    clock.tick(None)
    clock.tick(None)
    lines = path.read_text().splitlines()
    assert len(lines) == 1 and json.loads(lines[0])["seq"] == head_seq()
    assert still_there(path) is True
    with path.open("a") as file:
        file.write(json.dumps({"at": "2026-01-01T00:00:00Z", "seq": head_seq(), "hash": "ab" * 32}) + '\n{"seq": 9')
    assert newest_kept(path).hash == "ab" * 32
    assert still_there(path) is False
