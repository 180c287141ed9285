"""manage.py inspect_file: exit codes, JSON alone on stdout, and the comparison with a stored layer."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from data.samples.raw import CGCS2000, WGS84, gauss
from data.samples.shapefiles import zipped
from layers.catalog.registry import spec_of
from layers.catalog.selectors import current_rows
from layers.geo.datums import gcj02_from_wgs84

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples" / "files"


def inspect(*words: object) -> tuple[int, object]:
    """(exit code, the JSON printed) of the command."""
    out = io.StringIO()
    try:
        call_command("inspect_file", *map(str, words), "--json", stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.mark.parametrize(
    ("name", "code", "verdict"),
    [("plain.zip", 0, "accept"), ("overflow.zip", 0, "warn"), ("prj_missing.zip", 2, "ask"), ("slip.zip", 3, "reject")],
)
def test_the_exit_code_is_the_verdict(name, code, verdict):
    ended, report = inspect(SAMPLES / name)
    assert (ended, report["verdict"]) == (code, verdict)  # type: ignore[index]


def test_several_files_give_a_list_in_order_and_the_worst_exit_code():
    ended, reports = inspect(SAMPLES / "vrt_named.shp", SAMPLES / "prj_missing.zip", SAMPLES / "plain.geojson")
    assert ended == 3
    assert [report["verdict"] for report in reports] == ["reject", "ask", "accept"]  # type: ignore[index,union-attr]


def test_it_runs_from_a_plain_shell_without_any_database(tmp_path):
    """No variable of ours, no cluster: exit codes and words as promised."""
    environment = {"PATH": os.environ["PATH"], "WANGGE_VAR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "manage.py", "inspect_file", str(SAMPLES / "prj_missing.zip")],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 2, told.stderr
    assert "没有坐标系说明" in told.stdout and "--crs 4547" in told.stdout
    wrong = subprocess.run(
        [sys.executable, "manage.py", "inspect_file"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (wrong.returncode, wrong.stdout) == (64, "")


def test_an_unknown_layer_is_wrong_usage(db):
    with pytest.raises(CommandError) as caught:
        call_command("inspect_file", str(SAMPLES / "plain.zip"), "--layer", "nowhere")
    assert caught.value.returncode == 64


def test_the_stored_grids_again_are_accepted(db, district):
    ended, report = inspect(ROOT / "data/yuanhui/boundaries/wg_fwwg.shp", "--layer", "grids")
    assert (ended, report["findings"]) == (0, [])  # type: ignore[index]


def test_places_shifted_as_a_consumer_map_does_are_asked_about(db, district, tmp_path):
    rows = current_rows(spec_of("places"))[:200]
    stored = [row.geom.centroid.coords for row in rows if row.geom.geom_type == "Point"]
    (tmp_path / "shops.csv").write_text(
        "name,lon,lat\n" + "".join(f"a,{lon},{lat}\n" for lon, lat in gcj02_from_wgs84(np.array(stored)))
    )
    ended, report = inspect(tmp_path / "shops.csv", "--layer", "places")
    suspected = [item for item in report["findings"] if item["code"] == "datum_suspected"]  # type: ignore[index]
    assert ended == 2 and suspected[0]["candidates"][0]["value"] == "gcj02"


def test_a_wrong_central_meridian_is_asked_about_with_what_lands_in_the_district(db, district, tmp_path):
    (tmp_path / "areas.zip").write_bytes(zipped(prj=gauss("CGCS2000_3_Degree_GK_CM_117E", CGCS2000, 117)))
    ended, report = inspect(tmp_path / "areas.zip", "--layer", "buildings")
    asked = next(item for item in report["findings"] if item["code"] == "outside_district")  # type: ignore[index]
    assert ended == 2 and asked["candidates"][0]["value"] == "4547"


def test_a_layer_far_away_is_outside_the_district(db, district, tmp_path):
    far = ([[(2.0, 48.0), (2.0, 48.1), (2.1, 48.1), (2.0, 48.0)]],)
    (tmp_path / "areas.zip").write_bytes(zipped(prj=WGS84, shapes=far * 3))
    assert inspect(tmp_path / "areas.zip", "--layer", "buildings")[0] == 2
