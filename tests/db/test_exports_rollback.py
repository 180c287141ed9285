"""An export is the proof of a rollback: the same bytes before an import and after it was taken back."""

from __future__ import annotations

import json

import pytest

from layers.catalog.models import LayerVersion
from layers.imports.models import Status
from tests.export_reading import written
from tests.imports_stage import committed, prepared, rolled_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("imports_folder")]
FORMS = ("geojson", "csv")


def bytes_of(folder, layer, name, **asked):
    paths = [folder / f"{name}.{form}" for form in FORMS]
    for path in paths:
        written(path, layer=layer, **asked)
    return [path.read_bytes() for path in paths]


def edited(path):
    """The delivery at `path` with one road renamed, one moved and one gone."""
    whole = json.loads(path.read_text())
    first, second, *rest = whole["features"]
    first["properties"]["name"] = "改名路"
    line = second["geometry"]["coordinates"][0]
    line[0] = [line[0][0] + 0.00003, line[0][1]]
    path.write_text(json.dumps(whole | {"features": [first, second, *rest[1:]]}, ensure_ascii=False))
    return path


def test_exports_before_an_import_and_after_its_rollback_are_the_same_bytes(district, tmp_path):
    before = bytes_of(tmp_path, "roads", "before")
    written(tmp_path / "edited.geojson", layer="roads")
    row = committed(edited(tmp_path / "edited.geojson"), "roads")
    assert bytes_of(tmp_path, "roads", "during") != before
    during = bytes_of(tmp_path, "roads", "then", version=row.version_after)
    rolled_back(row)
    assert bytes_of(tmp_path, "roads", "after") == before
    assert bytes_of(tmp_path, "roads", "as-it-was", version=row.version_before) == before
    assert bytes_of(tmp_path, "roads", "of-version", version=row.version_after + 1) == before
    assert json.loads(during[0])["features"][0]["properties"]["name"] == "改名路"


@pytest.mark.parametrize("form", ["gpkg", "shp.zip", "csv", "xlsx"])
def test_an_export_that_is_imported_again_changes_nothing(form, district, tmp_path):
    for layer in ("places", "grids"):
        path = tmp_path / f"{layer}.{form}"
        count = written(path, layer=layer, crs=4490).count
        versions = LayerVersion.objects.filter(layer=layer).count()
        row = prepared(path, layer)
        assert row.status == Status.READY, row.report["findings"]
        assert {kind: n for kind, n in row.diff["counts"].items() if n} == {"unchanged": count}
        assert LayerVersion.objects.filter(layer=layer).count() == versions
