"""What a page asks for, a worker does: prepare, commit, take back; killed in between, it is done by the next one."""

from __future__ import annotations

import pytest

from layers.imports.committing import ask_commit
from layers.imports.models import Import, Status
from layers.imports.receiving import append_bytes, begin_import, finish_upload
from layers.imports.rolling import ask_rollback
from tests.imports_stage import delivery, dump, straight
from tests.live_log import link_all
from tests.worker_process import until, worker


@pytest.fixture
def received(own_database, settings, tmp_path):
    """An import of all green areas, one renamed, received; nothing works on it yet."""
    settings.IMPORTS_DIR = tmp_path / "var" / "imports"
    settings.IMPORTS_DIR.mkdir(parents=True)
    frame = delivery("greens")
    frame.loc[0, "name"] = "新绿地"
    frame.to_file(tmp_path / "greens.geojson", driver="GeoJSON")
    data = (tmp_path / "greens.geojson").read_bytes()
    row = begin_import(
        actor=None, file_name="greens.geojson", size=len(data), layer="greens", answers={"mapping": straight(frame)}
    )
    for start in range(0, len(data), 50_000):
        append_bytes(actor=None, import_id=row.pk, offset=start, data=data[start : start + 50_000])
    row = finish_upload(actor=None, import_id=row.pk)
    link_all()
    return row


def status(row: Import) -> str:
    return Import.objects.values_list("status", flat=True).get(pk=row.pk)


def test_a_worker_prepares_commits_and_takes_back(received, tmp_path):
    before = dump("greens")
    with worker(tmp_path) as running:
        until(lambda: status(received) == Status.READY, 60, running.text)
        row = Import.objects.get(pk=received.pk)
        assert row.diff["counts"]["changed"] == 1
        ask_commit(actor=None, import_id=row.pk, version=row.version)
        link_all()
        until(lambda: status(row) == Status.COMMITTED, 60, running.text)
        assert dump("greens") != before
        ask_rollback(actor=None, import_id=row.pk)
        link_all()
        until(lambda: status(row) == Status.ROLLED_BACK, 60, running.text)
    assert dump("greens") == before


def test_what_a_killed_worker_began_another_ends(received, tmp_path):
    with worker(tmp_path) as first:
        until(lambda: status(received) == Status.READING, 60, first.text)
        first.kill()
    assert status(received) == Status.READING
    with worker(tmp_path, "second") as second:
        until(lambda: status(received) == Status.READY, 90, second.text)
    assert Import.objects.get(pk=received.pk).diff["counts"]["changed"] == 1
