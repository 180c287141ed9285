"""A process that dies between any two steps of an import leaves all of it or nothing, and the state says which."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid

import pytest
from django.db import connection

from gis.local import cluster
from layers.catalog.models import DatasetLayer, LayerVersion
from layers.imports.committing import ask_commit
from layers.imports.keeping import MOST_ATTEMPTS, sweep, work_on
from layers.imports.models import Import, Staged, Status
from layers.imports.receiving import import_path
from layers.imports.rolling import ask_rollback
from layers.territory.features import DORMANT
from tests.imports_stage import delivery, dump, found, nudged, straight
from tests.stage import ROOT, database_settings

PREPARING = ("claimed", "read", "compared", "staged", "ready")
COMMITTING = ("claimed", "laid down", "closed", "published", "committed", "tidied")
ROLLING = ("claimed", "published", "rolled back")
_DIES = """
import os, signal, sys, uuid
import django
django.setup()
from layers.imports import steps
from layers.imports.keeping import work_on
def die(point):
    if point == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
steps.at = die
work_on(uuid.UUID(sys.argv[1]))
"""


@pytest.fixture
def folder(own_database, settings, tmp_path):
    settings.IMPORTS_DIR = tmp_path / "var" / "imports"
    settings.IMPORTS_DIR.mkdir(parents=True)
    return tmp_path


def die_at(point: str, row: Import, folder) -> None:
    """The next step of an import in a process that kills itself at a moment of it."""
    done = subprocess.run(
        [sys.executable, "-c", _DIES, str(row.pk), point], cwd=ROOT, timeout=180, capture_output=True, check=False,
        env=os.environ | database_settings()
        | {"WANGGE_VAR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": "gis.settings"},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]


def cameras(folder) -> Import:
    """An import of all cameras, one moved: what they see follows."""
    frame = delivery("cameras")
    frame.loc[0, "geometry"] = nudged(frame.at[0, "geometry"])
    frame.to_file(folder / "cameras.gpkg", engine="pyogrio")
    return import_path(actor=None, path=folder / "cameras.gpkg", layer="cameras", answers={"mapping": straight(frame)})


def new_layer(folder) -> Import:
    """An import that makes a layer of the green areas."""
    delivery("greens").to_file(folder / "parks.gpkg", engine="pyogrio")
    return import_path(actor=None, path=folder / "parks.gpkg", layer="new:parks")


MAKERS = {"cameras": cameras, "new layer": new_layer}


def seen() -> dict[str, object]:
    """Everything that people see of the layers in question."""
    made = DatasetLayer.objects.filter(pk="parks", retired_at__isnull=True).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalog_feature WHERE layer = 'parks' AND version_to IS NULL")
        rows = cursor.fetchone()[0] if made else 0
    return {
        "cameras": dump("cameras"), "views": dump("camera_views"), "parks": (made, rows), "found": found("cameras"),
        "versions": sorted(LayerVersion.objects.values_list("layer", "version")),
    }  # fmt: skip


def dormant() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM cameras_camera WHERE version_from = %s)"
            " + (SELECT count(*) FROM cameras_view WHERE version_from = %s)",
            [DORMANT, DORMANT],
        )
        return cursor.fetchone()[0]


def ready(maker, folder) -> Import:
    row = work_on(maker(folder).pk)
    assert row.status == Status.READY, row.report["findings"]
    ask_commit(actor=None, import_id=row.pk, version=row.version, job=False)
    return row


@pytest.mark.parametrize("maker", MAKERS)
def test_torn_while_it_is_prepared_nothing_is_changed_and_it_is_prepared_again(folder, maker):
    before = seen()
    row = MAKERS[maker](folder)
    for number, point in enumerate(PREPARING):
        die_at(point, row, folder)
        assert seen() == before
        state = Import.objects.get(pk=row.pk).status
        assert state == (Status.READY if point == "ready" else Status.READING)
        Import.objects.filter(pk=row.pk).update(status=Status.RECEIVED, attempts=0)
        assert number < len(PREPARING)
    row = work_on(row.pk)
    assert row.status == Status.READY
    assert seen() == before
    counts = row.diff["counts"]
    assert (counts["moved"], counts["added"]) == ((1, 0) if maker == "cameras" else (0, len(delivery("greens"))))
    if maker == "cameras":
        assert Staged.objects.filter(owner=row).count() == 2  # the camera and what it sees


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("point", COMMITTING)
def test_torn_while_it_is_committed_all_is_there_or_nothing_and_the_state_says_which(folder, maker, point):
    before = seen()
    row = ready(MAKERS[maker], folder)
    die_at(point, row, folder)
    state, now = Import.objects.get(pk=row.pk).status, seen()
    assert state == (Status.COMMITTED if point in ("committed", "tidied") else Status.COMMITTING)
    assert (now == before) == (state == Status.COMMITTING)
    done = work_on(row.pk)
    assert done.status == Status.COMMITTED
    after = seen()
    assert after != before
    assert len(after["versions"]) == len(before["versions"]) + (2 if maker == "cameras" else 1)
    if state == Status.COMMITTED:
        assert after == now
    sweep()
    assert (dormant(), Staged.objects.count()) == (0, 0)
    assert seen() == after


@pytest.mark.parametrize("point", ROLLING)
def test_torn_while_it_is_taken_back_it_is_taken_back_once(folder, point):
    before = seen()
    row = work_on(ready(cameras, folder).pk)
    after = seen()
    ask_rollback(actor=None, import_id=row.pk, job=False)
    die_at(point, row, folder)
    state = Import.objects.get(pk=row.pk).status
    assert state == (Status.ROLLED_BACK if point == "rolled back" else Status.ROLLING_BACK)
    if state == Status.ROLLING_BACK:
        assert seen() == after
    row = work_on(row.pk)
    assert row.status == Status.ROLLED_BACK
    back = seen()
    assert {name: back[name] for name in ("cameras", "views", "found")} == {
        name: before[name] for name in ("cameras", "views", "found")
    }
    assert len(back["versions"]) == len(after["versions"]) + 2


def test_what_kills_its_process_every_time_is_given_up_and_says_so(folder):
    row = cameras(folder)
    for _ in range(MOST_ATTEMPTS):
        die_at("read", row, folder)
        assert Import.objects.get(pk=row.pk).status == Status.READING
    assert work_on(row.pk) is None
    row.refresh_from_db()
    assert (row.status, row.error["code"]) == (Status.FAILED, "import_given_up")


def test_nobody_works_on_what_is_not_there(folder):
    assert work_on(uuid.uuid4()) is None


_WAITS = _DIES.replace("os.kill(os.getpid(), signal.SIGKILL)", "print('here', flush=True); sys.stdin.read()")


@pytest.mark.parametrize("point", ["laid down", "closed", "published", "committed"])
def test_a_database_killed_under_a_commit_holds_all_of_it_or_nothing(
    crash_cluster, django_db_blocker, settings, tmp_path, point
):
    settings.IMPORTS_DIR = tmp_path / "var" / "imports"
    settings.IMPORTS_DIR.mkdir(parents=True)
    with django_db_blocker.unblock(), crash_cluster.as_database():
        before = seen()
        row = ready(cameras, tmp_path)
        child = subprocess.Popen(
            [sys.executable, "-c", _WAITS, str(row.pk), point], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=os.environ | crash_cluster.environment
            | {"WANGGE_VAR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "gis.settings"},
        )  # fmt: skip
        try:
            assert child.stdout.readline() == b"here\n"
            connection.close()
            crash_cluster.kill()
        finally:
            child.kill()
            child.communicate()
        crash_cluster.start_again()
        cluster.wait_ready(crash_cluster.places, crash_cluster.process)
        state, now = Import.objects.get(pk=row.pk).status, seen()
        assert state == (Status.COMMITTED if point == "committed" else Status.COMMITTING)
        assert (now == before) == (state == Status.COMMITTING)
        assert work_on(row.pk).status == Status.COMMITTED
        sweep()
        assert dormant() == 0
        ask_rollback(actor=None, import_id=row.pk, job=False)
        assert work_on(row.pk).status == Status.ROLLED_BACK
        assert {name: seen()[name] for name in ("cameras", "views")} == {
            name: before[name] for name in ("cameras", "views")
        }
