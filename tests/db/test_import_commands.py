"""import_layer and rollback_import: exit codes, JSON alone on stdout, nothing stored where nothing was to be."""

import pytest

from layers.catalog.models import DatasetFeature, DatasetLayer, LayerVersion
from layers.imports.models import Change, Import, Staged, Status
from layers.live.models import Event
from tests.imports_stage import delivery, dump, nudged, run, written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("imports_folder")]


@pytest.fixture
def greens(district, tmp_path):
    """A shapefile of all green areas, of which one was renamed and another moved."""
    frame = delivery("greens")
    frame.loc[0, "name"] = "新绿地"
    frame.loc[1, "geometry"] = nudged(frame.at[1, "geometry"])
    return written(frame.drop(columns=["id"]), tmp_path / "greens.shp")


def test_a_shapefile_goes_in_and_comes_out(greens):
    before = dump("greens")
    code, report = run("import_layer", greens, "--layer", "greens")
    assert code == 0, report["findings"]
    assert report["verdict"] in ("accept", "warn")
    assert {kind: count for kind, count in report["diff"].items() if count} == {
        "changed": 1, "moved": 1, "unchanged": len(before) - 2
    }  # fmt: skip
    assert report["version_after"] == report["version_before"] + 1
    assert dump("greens") != before
    code, report = run("rollback_import", report["import_id"])
    assert (code, report["status"]) == (0, "rolled_back")
    assert dump("greens") == before


def test_a_dry_run_tells_the_same_and_leaves_nothing(greens):
    before, events = dump("greens"), Event.objects.count()
    code, report = run("import_layer", greens, "--layer", "greens", "--dry-run")
    assert (code, report["diff"]["changed"], report["version_after"]) == (0, 1, None)
    assert dump("greens") == before
    assert not (Import.objects.exists() or Change.objects.exists() or Staged.objects.exists())
    assert Event.objects.count() == events


def test_a_file_becomes_a_layer_and_the_layer_goes_again(greens):
    code, report = run("import_layer", greens, "--layer", "new:parks_2026")
    assert code == 0, report["findings"]
    assert DatasetLayer.objects.get(pk="parks_2026").retired_at is None
    version = LayerVersion.objects.get(layer="parks_2026")
    assert (version.version, version.total) == (1, DatasetFeature.objects.filter(layer="parks_2026").count())
    code, again = run("import_layer", greens, "--layer", "parks_2026")
    assert code == 0, again["findings"]
    assert (code, again["diff"]["unchanged"]) == (0, version.total)
    code, report = run("rollback_import", report["import_id"])
    assert code == 0
    assert DatasetLayer.objects.get(pk="parks_2026").retired_at is not None
    assert not DatasetFeature.objects.filter(layer="parks_2026", version_to__isnull=True).exists()
    code, report = run("import_layer", greens, "--layer", "new:parks_2026")
    assert code == 0, report
    assert DatasetFeature.objects.filter(layer="parks_2026", version_to__isnull=True).count() == version.total


def test_a_question_ends_with_two_and_its_answer_with_nought(greens):
    greens.with_suffix(".prj").unlink()
    code, report = run("import_layer", greens, "--layer", "greens")
    assert (code, report["verdict"]) == (2, "ask")
    assert "crs_missing" in [finding["code"] for finding in report["findings"]]
    assert Import.objects.get(pk=report["import_id"]).status == Status.ASKING
    code, report = run("import_layer", greens, "--layer", "greens", "--crs", "EPSG:4326")
    assert (code, report["status"]) == (0, "committed")


def test_what_is_refused_ends_with_three_and_stores_nothing(greens, tmp_path):
    before = dump("greens")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 not really")
    code, report = run("import_layer", broken, "--layer", "greens")
    assert (code, report["verdict"], report["status"]) == (3, "reject", "refused")
    code, report = run("import_layer", tmp_path / "nowhere.shp", "--layer", "greens")
    assert (code, report["verdict"]) == (3, "reject")
    assert dump("greens") == before


@pytest.mark.parametrize(
    "options",
    [("--layer", "no_such"), ("--layer", "greens", "--map", "name"), ("--layer", "greens", "--effective", "soon"),
     ("--layer", "greens", "--as", "nobody")],
)  # fmt: skip
def test_wrong_usage_ends_with_sixty_four(greens, options):
    from django.core.management.base import CommandError

    with pytest.raises(CommandError) as refused:
        run("import_layer", greens, *options)
    assert refused.value.returncode == 64


def test_who_may_only_propose_prepares_and_another_commits(greens, cast):
    worker = cast.person("grid_member")
    before = dump("greens")
    code, _ = run("import_layer", greens, "--layer", "greens", "--as", worker.username)
    assert code in (2, 3)
    assert dump("greens") == before


def test_what_stands_on_an_import_ends_with_two(greens, tmp_path):
    before = dump("greens")
    _, first = run("import_layer", greens, "--layer", "greens")
    frame = delivery("greens")
    frame.loc[0, "name"] = "又一绿地"
    run("import_layer", written(frame.drop(columns=["id"]), tmp_path / "later.shp"), "--layer", "greens")
    code, problem = run("rollback_import", first["import_id"])
    assert (code, len(problem["standing"])) == (2, 1)
    code, _ = run("rollback_import", first["import_id"], "--with-later")
    assert code == 0
    assert dump("greens") == before
