"""A short shift against a real server: what was promised of the first seconds holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import psycopg
import pytest

from tests.stage import ROOT, Server, database_settings, spare_database

SECONDS = 14.0


@pytest.fixture(scope="module")
def shift(django_db_setup, tmp_path_factory):
    """(lines printed, exit code, seconds to stop, connection to the database) of one shift of some seconds."""
    folder = tmp_path_factory.mktemp("shift")
    with spare_database("shift") as name:
        settings = database_settings(name)
        with Server.start(settings, folder) as server:
            command = [sys.executable, "manage.py", "simulate", "--seed", "11", "--url", server.url, "--make-accounts"]
            environment = os.environ | settings | {"WANGGE_VAR": str(folder / "var")}
            with (
                subprocess.Popen(
                    command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
                ) as process,
                closing(psycopg.connect(settings["DATABASE_URL"], autocommit=True)) as database,
            ):
                wait_until(lambda: first_event(database) is not None, 90)
                wait_until(lambda: age_s(database) > SECONDS, 60)
                asked = time.monotonic()
                process.send_signal(signal.SIGTERM)
                lines, _ = process.communicate(timeout=30)
                yield lines, process.returncode, time.monotonic() - asked, database


def wait_until(true, seconds):
    limit, pause = time.monotonic() + seconds, threading.Event()
    while not true():
        assert time.monotonic() < limit
        pause.wait(0.1)


def first_event(database):
    return database.execute("SELECT min(recorded_at) FROM live_event WHERE kind = 'unit.status'").fetchone()[0]


def age_s(database):
    return database.execute(
        "SELECT extract(epoch FROM now() - min(recorded_at)) FROM live_event WHERE kind = 'unit.status'"
    ).fetchone()[0]


def test_every_team_is_on_duty_within_ten_seconds(shift):
    teams, last = shift[3].execute(
        "SELECT count(DISTINCT object_id), extract(epoch FROM max(recorded_at) - %s) FROM live_event"
        " JOIN patrols_unit ON feature_id = object_id AND patrols_unit.kind = 'team' AND version_to IS NULL"
        " WHERE live_event.kind = 'unit.status' AND object_version = feature_version + 1",
        [first_event(shift[3])],
    ).fetchone()  # fmt: skip
    assert teams == 78 and last < 10


def test_something_numbered_happens_at_least_every_five_seconds(shift):
    gap = (
        shift[3]
        .execute(
            "SELECT extract(epoch FROM max(gap)) FROM (SELECT recorded_at - lag(recorded_at) OVER (ORDER BY recorded_at)"
            " AS gap FROM live_event WHERE kind LIKE ANY (ARRAY['incident.%', 'unit.%', 'camera.%'])) AS gaps"
        )
        .fetchone()[0]
    )
    assert gap <= 5


def test_nothing_is_refused(shift):
    last = shift[0].strip().splitlines()[-1]
    assert "refused 0, fixes refused 0, overtaken 0" in last, shift[0]


def test_units_report_where_they_are_inside_the_district(shift):
    moved, outside = (
        shift[3]
        .execute(
            "SELECT count(DISTINCT f.unit), count(*) FILTER (WHERE NOT ST_DWithin(f.geom, a.geom, 0.0003))"
            " FROM patrols_fix f, territory_area a WHERE a.level = 'district' AND a.version_to IS NULL"
        )
        .fetchone()
    )
    assert moved >= 78 and outside == 0


def test_cases_are_reported_with_all_that_belongs_to_them(shift):
    count, doubles, places = (
        shift[3]
        .execute("SELECT count(*), count(*) - count(DISTINCT client_id), count(DISTINCT grid) FROM incidents_incident")
        .fetchone()
    )
    assert count >= 3 and doubles == 0 and places > 1


def test_a_shift_ends_politely_when_asked(shift):
    assert shift[1] == 0 and shift[2] < 5
