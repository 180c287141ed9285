"""Every sample gets the verdict and the findings that stand in expected.toml; answers make questions fall away."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from data.samples.make import main as make_samples
from layers.imports import handover
from layers.imports.delivery import Delivery
from layers.imports.findings import Answers, Finding, Severity
from layers.imports.inspect import inspect_files, paths_of
from layers.imports.rules import RULES

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
FILES = SAMPLES / "files"
EXPECTED = tomllib.loads((SAMPLES / "expected.toml").read_text(encoding="utf-8"))
PROFILE = SAMPLES.parent / "yuanhui"


def inspected(path: Path, work: Path, **answers: object) -> Delivery:
    """What a file holds, read in this process from copies."""
    copies = work / "copies"
    copies.mkdir()
    paths = []
    for number, (name, source) in enumerate(paths_of(path)):
        copy = copies / str(number)
        copy.write_bytes(source.read_bytes())
        paths.append((name, copy))
    return inspect_files(path.name, paths, Answers(**answers), work)  # type: ignore[arg-type]


def test_every_sample_is_expected_and_everything_expected_is_there():
    assert {path.name for path in FILES.iterdir()} == set(EXPECTED)


def test_the_samples_are_made_again_to_the_byte(tmp_path):
    make_samples(tmp_path)
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert path.read_bytes() == (FILES / path.relative_to(tmp_path)).read_bytes(), path.name


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_found_to_be_what_it_is(name, tmp_path):
    delivery = inspected(FILES / name, tmp_path)
    assert (delivery.verdict.value, sorted(item.code for item in delivery.findings)) == (
        EXPECTED[name]["verdict"], sorted(EXPECTED[name]["codes"]),
    )  # fmt: skip


@pytest.mark.parametrize("name", [name for name, entry in EXPECTED.items() if "answer" in entry])
def test_an_answer_makes_its_question_fall_away(name, tmp_path):
    delivery = inspected(FILES / name, tmp_path, **EXPECTED[name]["answer"])
    assert delivery.verdict.value == EXPECTED[name]["then"]
    assert all(layer.bounds_4326 for layer in delivery.layers)


def test_every_question_names_its_option_and_offers_choices_where_there_are_any(tmp_path):
    for number, name in enumerate(name for name, entry in EXPECTED.items() if entry["verdict"] == "ask"):
        (tmp_path / str(number)).mkdir()
        for item in inspected(FILES / name, tmp_path / str(number)).findings:
            assert item.severity is not Severity.QUESTION or item.option or item.code == "sidecar_twice"
            assert item.option != "--crs" or item.candidates or name in ("prj_local_grid.zip",), (name, item.code)


@pytest.mark.parametrize("path", sorted(PROFILE.rglob("*.shp")), ids=lambda path: path.stem)
def test_the_district_profile_is_accepted(path, tmp_path):
    delivery = inspected(path, tmp_path)
    # One green has a spike of 4.6 m that is a millimetre wide, and four places share their spot with others: all true.
    true = {"ld_m": [("spikes_removed", (108,))], "cs_d": [("shapes_coincide", (120, 146, 186, 187))]}
    assert [(item.code, item.rows) for item in delivery.findings] == true.get(path.stem, [])
    (layer,) = delivery.layers
    assert layer.system and layer.system.label == "EPSG:4547" and layer.encoding == "GB18030"


def test_a_folder_of_several_layers_asks_which_is_meant(tmp_path):
    delivery = inspected(PROFILE / "boundaries", tmp_path)
    assert [item.code for item in delivery.findings] == ["several_layers"]
    assert len(delivery.layers) == 5


def test_every_rule_speaks_both_languages_and_fills_its_words():
    for code, rule in RULES.items():
        assert rule.zh and rule.en and rule.remedy_zh and rule.remedy_en, code
        assert Severity(rule.severity) is not Severity.QUESTION or rule.option or code == "sidecar_twice"


def test_the_report_has_the_members_of_the_contract(tmp_path):
    report = inspected(FILES / "prj_missing.zip", tmp_path).report()
    assert set(report) >= {
        "file",
        "verdict",
        "layers",
        "findings",
        "diff",
        "consequences",
        "import_id",
        "version_before",
        "version_after",
    }
    assert set(report["layers"][0]) == {
        "name", "geometry_type", "count", "crs", "source_datum", "encoding", "encoding_confidence", "bounds_4326", "fields",
    }  # fmt: skip
    finding = report["findings"][0]
    assert set(finding) >= {
        "code",
        "severity",
        "layer",
        "field",
        "rows",
        "message_zh",
        "message_en",
        "remedy",
        "option",
        "candidates",
    }
    assert Finding.from_dict(json.loads(json.dumps(finding))).as_dict() == finding


def test_what_is_handed_over_comes_back_the_same(tmp_path):
    delivery = inspected(FILES / "overflow.zip", tmp_path)
    handover.write(delivery, tmp_path, rows=True, extra={})
    body, findings = handover.read(tmp_path) or ({}, [])
    (before,), (after,) = delivery.layers, handover.read_layers(body, tmp_path)
    assert findings == delivery.findings and after.as_dict() == before.as_dict()
    for mine, theirs in zip(before.columns, after.columns, strict=True):
        assert mine.type == theirs.type and (mine.null == theirs.null).all()
        assert (mine.values[~mine.null] == theirs.values[~theirs.null]).all()
    assert (before.metric == after.metric).all() and (before.rows == after.rows).all()


def test_shifted_coordinates_are_brought_home(tmp_path):
    layer = inspected(FILES / "csv_amap.csv", tmp_path, source_datum="gcj02").layers[0]
    (lon, lat), *_ = [shape.coords[0] for shape in layer.degrees]
    assert np.hypot(lon - 114.016, lat - 33.558) > 0.003
