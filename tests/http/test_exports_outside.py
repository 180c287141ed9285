"""Exports by real processes: the command and its exit codes, the worker that writes what was asked for over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid

from layers.exports.jobs import ask_export
from layers.exports.models import Export, Status
from layers.live.models import Event
from layers.people.selectors import actor_of
from tests.cast import Cast
from tests.live_log import link_all
from tests.stage import ROOT, database_settings
from tests.worker_process import until, worker

#: Arguments of `export_layer` -> how it ends.
ENDINGS = {
    ("places", "x.doc"): 64,
    ("places",): 64,
    ("nowhere", "x.csv"): 64,
    ("places", "x.csv", "--crs", "2437"): 64,
    ("places", "missing/x.csv"): 64,
    ("places", "x.csv", "--as", "nobody"): 3,
    ("places", "x.csv", "--version", "99"): 3,
    ("grids", "x.csv", "--version", "1", "--json"): 0,
}


def export(folder, *arguments):
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "export_layer", *arguments], cwd=folder, capture_output=True, text=True,
        env={**os.environ, **database_settings(), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_the_command_ends_with_the_stated_codes(own_database, tmp_path):
    for arguments, code in ENDINGS.items():
        done = export(tmp_path, *arguments)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ([] if code else ["x.csv"])
    told = json.loads(done.stdout)
    assert (told["count"], told["version"]) == (78, 1)
    assert Event.objects.get(kind="layer.exported").payload["sha256"] == told["sha256"]


def test_the_worker_writes_what_is_asked_for(own_database, district, tmp_path):
    actor = actor_of(Cast(district).person("gis_staff"))
    asked = {"layer": "grids", "format": "fgb"}
    key = ask_export(actor=actor, client_id=uuid.uuid4(), asked=asked).result["id"]
    link_all()
    with worker(tmp_path) as running:
        until(lambda: Export.objects.get(pk=key).status in (Status.DONE, Status.FAILED), 60, running.text)
    row = Export.objects.get(pk=key)
    assert (row.status, row.count) == (Status.DONE, 78)
    assert (tmp_path / "var" / "exports" / f"{key}.fgb").stat().st_size == row.bytes
