"""What comes out goes back in: every layer, in every format that is read, in every system; within 1 mm, value by value, as *unchanged*."""

from __future__ import annotations

import zipfile

import pytest

from layers.catalog.registry import BUILT_IN
from layers.catalog.short_names import short_names
from layers.exports.asked import Selection
from layers.exports.formats import SYSTEMS
from layers.exports.selectors import read_table
from layers.exports.sight import sight_of
from layers.imports.sandbox import inspect
from tests.export_reading import (
    TOLERANCE_M,
    differences,
    farthest_m,
    read_back,
    rows_of,
    same,
    stored_metric,
    truth_of,
    written,
)

pytestmark = pytest.mark.django_db
PLACED = [spec.id for spec in BUILT_IN if spec.versioned and spec.id != "units"]
#: Layers of thousands of rows: one subdistrict of them shows as much.
LARGE = {"buildings": "411102003", "unit_grids": "411102003"}
#: What is true of the stored shapes themselves.
ALSO_STORED = {"shapes_spiked"}
READ = ("gpkg", "geojson", "shp.zip", "fgb", "csv", "xlsx")


@pytest.fixture(scope="module")
def stored(district, django_db_blocker):
    """Layer -> (rows as they are stored, their shapes in EPSG:4547)."""
    with django_db_blocker.unblock():
        tables = {layer: read_table(sight_of(None, layer), Selection(area=LARGE.get(layer, ""))) for layer in PLACED}
    return {layer: (truth_of(table), stored_metric(table), table) for layer, table in tables.items()}


@pytest.mark.parametrize("form", READ)
@pytest.mark.parametrize("layer", PLACED)
def test_a_layer_comes_back_as_it_went(layer, form, stored, tmp_path):
    truth, metric, table = stored[layer]
    fields = table.fields
    for crs in SYSTEMS:
        path = tmp_path / f"{layer}-{crs}.{form}"
        assert written(path, layer=layer, crs=crs, area=LARGE.get(layer, "")).count == len(truth)
        delivery = read_back(path)
        assert {f.code for f in delivery.findings if f.severity.value in ("error", "warning")} <= ALSO_STORED
        rows = rows_of(delivery)
        assert sorted(key for *_, key in rows) == sorted(truth)
        assert max(farthest_m(metric[key], held.metric[number]) for held, number, key in rows) < TOLERANCE_M
        names = short_names([f.name for f in fields]) if form == "shp.zip" else [f.name for f in fields]
        wrong = [
            (crs, field.name, key, truth[key][field.name], column.values[number])
            for field, name in zip(fields, names, strict=True)
            for held, number, key in rows
            if (column := held.column(name)) is not None
            and not same(truth[key][field.name], column.values[number], column.null[number])
        ]
        assert not wrong[:5]
        assert differences(table, delivery) == {"unchanged": len(truth)}
        missing = {name for held, *_ in rows for name in names if held.column(name) is None}
        assert not missing


@pytest.mark.parametrize("form", READ)
def test_the_sandbox_accepts_an_export_as_it_is(form, stored, tmp_path):
    path = tmp_path / f"grids.{form}"
    written(path, layer="grids", crs=4490)
    inspected = inspect(path, rows=True)
    assert inspected.report["verdict"] == "accept"
    assert inspected.report["layers"][0]["count"] == len(stored["grids"][0])


def test_a_layer_of_several_types_is_one_shapefile_a_type_and_one_layer_again(stored, tmp_path):
    path = tmp_path / "places.shp.zip"
    written(path, layer="places", crs=4547, encoding="GBK")
    with zipfile.ZipFile(path) as archive:
        mains = [name for name in archive.namelist() if name.endswith(".shp")]
        assert mains == ["places_point.shp", "places_line.shp", "places_polygon.shp"]
        assert archive.read("places_line.cpg") == b"GBK"
    inspected = inspect(path, rows=True)
    assert inspected.report["verdict"] == "accept"
    (held,) = inspected.delivery.layers
    assert held.name == "places" and held.encoding in ("GBK", "GB18030")
    assert differences(stored["places"][2], inspected.delivery) == {"unchanged": len(stored["places"][0])}


def test_shapefiles_of_other_columns_or_names_stay_apart(stored, tmp_path):
    places, roads = tmp_path / "places.shp.zip", tmp_path / "roads.shp.zip"
    written(places, layer="places")
    written(roads, layer="roads")
    mixed = tmp_path / "mixed.zip"
    with zipfile.ZipFile(mixed, "w") as target:
        for source, stem, ending in ((places, "places_point", "places_point"), (roads, "roads", "places_line")):
            with zipfile.ZipFile(source) as archive:
                for part in ("shp", "shx", "dbf", "prj", "cpg"):
                    target.writestr(f"{ending}.{part}", archive.read(f"{stem}.{part}"))
    delivery = read_back(mixed)
    assert [held.name for held in delivery.layers] == ["places_point", "places_line"]
    assert "several_layers" in {finding.code for finding in delivery.findings}
