"""What exports write as text: cells no spreadsheet runs, names of ten bytes, tables that say every loss, fixed bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog.cells import SIGNS, plain_cell, safe_cell
from layers.catalog.short_names import MOST_BYTES, short_names
from layers.errors import InvalidInput
from layers.exports.asked import read_wanted
from layers.exports.formats import FORMATS, encoding_of, format_of, system_of
from layers.exports.notes import Unholdable
from layers.exports.tables import Table, in_system, table_of_rows
from layers.exports.writers.dbf import dbf_bytes, number
from layers.exports.writers.texts import BOM, csv_lines, geojson_lines, place_columns
from layers.exports.writers.zipped import write_zip
from layers.imports import csv_read
from layers.imports.attributes import columns_of
from layers.imports.dbf import read as read_table
from layers.imports.findings import Answers, Notebook
from layers.spec import FieldSpec, Group, LayerSpec

FIELDS = (
    FieldSpec("id", "text", "编号", "Id"), FieldSpec("name", "text", "名称", "Name"),
    FieldSpec("floors", "integer", "层数", "Floors"), FieldSpec("height_m", "number", "高度", "Height"),
    FieldSpec("estimated", "boolean", "估算", "Estimated"), FieldSpec("valid_from", "date", "生效", "From"),
    FieldSpec("seen_at", "datetime", "时间", "Seen"),
)  # fmt: skip
DAY, MOMENT = date(2026, 1, 31), datetime(2026, 1, 31, 1, 2, 3, tzinfo=UTC)
NASTY = ["=1+1", "@SUM(A1)", "-2", "+3", "\tx", "\rx", "＝1", "'=1", "''+2", "'plain", "plain", 'a,"b"\nc']
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)


def spec_of_types(*kinds):
    return LayerSpec("things", "物", "Things", "x.Y", kinds, Group.BUILT, FIELDS, ())


def table(names, spec=None, fields=FIELDS):
    shapes = [shapely.to_wkb(shapely.Point(114 + 0.001 * i, 33.5)) for i in range(len(names))]
    rows = [
        (f"t{i}", name, i, i / 7, bool(i % 2), DAY, MOMENT, shape)
        for i, (name, shape) in enumerate(zip(names, shapes, strict=True))
    ]
    return table_of_rows(spec or spec_of_types("Point"), fields, rows)


def written_csv(held):
    return "".join(csv_lines([held], held.spec, held.fields, held.crs))


@given(texts)
def test_a_safe_cell_never_begins_with_a_sign_and_goes_back(text):
    safe = safe_cell(text)
    assert plain_cell(safe) == text
    assert not safe or safe[0] not in SIGNS
    assert safe == text or text.lstrip("'")[0] in SIGNS


@given(texts, texts)
def test_two_texts_never_become_the_same_cell(one, other):
    assert (safe_cell(one) == safe_cell(other)) == (one == other)


@given(st.lists(st.text(min_size=1, max_size=24), unique=True, max_size=30), st.sampled_from(["utf-8", "gb18030"]))
def test_short_names_fit_are_distinct_and_the_same_every_time(names, codec):
    names = [name for name in names if name.isprintable()]
    short = short_names(names, codec)
    assert all(0 < len(name.encode(codec)) <= MOST_BYTES for name in short) or not names
    assert len({name.lower() for name in short}) == len(names)
    assert short == short_names(names, codec)


def test_names_that_fit_stay_and_long_ones_lose_their_end():
    assert short_names(["height_m", "height_estimated", "subdistrict", "建筑物高度", "height_est"]) == (
        "height_m", "height_e_1", "subdistric", "建筑物", "height_est",
    )  # fmt: skip
    assert short_names(["建筑物高度估算值"], "gbk") == ("建筑物高度",)


def test_every_nasty_text_of_a_csv_comes_back_and_none_is_a_formula():
    text = written_csv(table(NASTY))
    assert text.startswith(BOM)
    read = list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))
    assert not any(row["name"][0] in SIGNS for row in read)
    notes = Notebook()
    layer, _ = csv_read.read(text.encode(), "things.csv", Answers(), notes)
    assert layer.column("name").values.tolist() == NASTY


def test_numbers_of_a_csv_are_no_texts():
    held = table(["a"])
    held.values["height_m"][0] = -12.5
    assert ",-12.5," in written_csv(held) and "'-12.5" not in written_csv(held)


def test_a_csv_says_its_system_in_the_names_of_its_columns():
    held = in_system(table(["a", "b"]), 4547)
    layer, stated = csv_read.read(written_csv(held).encode(), "things.csv", Answers(), Notebook())
    assert stated == "EPSG:4547"
    assert shapely.equals_exact(layer.shapes, held.shapes).all()
    assert place_columns(spec_of_types("Point"), 4326) == ("lon", "lat")
    assert place_columns(spec_of_types("MultiPolygon"), 3857) == ("wkt_3857",)


def test_a_geojson_is_one_feature_a_line_and_states_another_system_than_wgs_84():
    held = table(NASTY)
    lines = "".join(geojson_lines([held], held.spec, 4326, "示意图，非测绘成果"))
    read = json.loads(lines)
    assert [f["properties"]["name"] for f in read["features"]] == NASTY
    assert read["description"] == "示意图，非测绘成果" and "crs" not in read
    assert read["features"][0]["properties"]["seen_at"] == "2026-01-31T01:02:03Z"
    other = json.loads("".join(geojson_lines([held], held.spec, 4490, "")))
    assert other["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4490"
    assert json.loads("".join(geojson_lines([], held.spec, 4326, "")))["features"] == []


def test_outer_rings_of_a_geojson_run_counter_clockwise():
    ring = shapely.box(114, 33, 114.1, 33.1, ccw=False)
    held = Table(
        spec_of_types("Polygon"), FIELDS[:1], {"id": np.array(["a"], dtype=object)}, np.array([ring], dtype=object)
    )
    shape = shapely.from_geojson(
        json.dumps(json.loads("".join(geojson_lines([held], held.spec, 4326, "")))["features"][0]["geometry"])
    )
    assert shapely.is_ccw(shape.exterior)


def read_dbf(data, encoding):
    raw = read_table(data)
    keep = np.arange(len(raw.records))
    return columns_of(raw, keep, keep + 1, encoding, Notebook())


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB18030"])
def test_a_dbase_table_gives_back_texts_numbers_days_and_truths(encoding):
    held = table(["中文名", "", None])
    held.values["floors"][1] = None
    data, notes = dbf_bytes(held, short_names([f.name for f in FIELDS]), encoding)
    columns = {column.name: column for column in read_dbf(data, encoding)}
    assert columns["name"].values.tolist() == ["中文名", None, None]
    assert columns["floors"].null.tolist() == [False, True, False]
    assert columns["height_m"].values.tolist() == held.values["height_m"].tolist()
    assert columns["estimated"].values.tolist() == [False, True, False]
    assert columns["valid_from"].values.tolist() == ["2026-01-31"] * 3
    assert columns["seen_at"].values.tolist() == ["2026-01-31T01:02:03Z"] * 3
    assert not notes


def test_characters_that_an_encoding_lacks_are_named_and_nothing_is_written():
    held = table(["好", "𠮷野", "é→ॐ"])
    with pytest.raises(Unholdable) as refused:
        dbf_bytes(held, short_names([f.name for f in FIELDS]), "GBK")
    assert "𠮷 (U+20BB7)" in refused.value.zh and "ॐ" in refused.value.en
    assert refused.value.extra["ids"] == ["t1", "t2"]
    data, _ = dbf_bytes(held, short_names([f.name for f in FIELDS]), "GB18030")
    assert "𠮷野".encode("gb18030") in data and b"?" not in data


def test_texts_too_long_for_a_table_are_cut_between_characters_and_named():
    long = "网" * 100
    data, notes = dbf_bytes(table(["短", long]), short_names([f.name for f in FIELDS]), "UTF-8")
    names = {column.name: column for column in read_dbf(data, "UTF-8")}["name"].values.tolist()
    assert names == ["短", "网" * 84]
    assert [(note.code, note.field, note.ids) for note in notes] == [("text_cut", "name", ("t1",))]


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63 - 1))
def test_a_number_of_a_table_reads_back_exactly(value):
    assert len(number(value)) <= 24
    assert type(value)(number(value)) == value


def test_archives_of_the_same_content_have_the_same_bytes(tmp_path):
    (tmp_path / "big").write_bytes(b"x" * 5000)
    for name in ("a.zip", "b.zip"):
        write_zip(tmp_path / name, [("README.txt", "说明".encode()), ("big", tmp_path / "big")])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read("README.txt").decode() == "说明" and len(archive.read("big")) == 5000


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"format": "dwg"}, "format"),
        ({"crs": 2437}, "crs"),
        ({"crs": True}, "crs"),
        ({"encoding": "gbk", "format": "gpkg"}, "encoding"),
        ({"encoding": "latin-1"}, "encoding"),
        ({"version": 0}, "version"),
        ({"version": "1.5"}, "version"),
        ({"version": True}, "version"),
        ({"version": 10**10}, "version"),
        ({"version": 1, "at": "2026-01-01"}, "at"),
        ({"at": "2026-02-30"}, "at"),
        ({"at": "20260101"}, "at"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "115,33,114,34"}, "bbox"),
        ({"bbox": [113, 33, float("nan"), 34]}, "bbox"),
        ({"area": "4111"}, "area"),
        ({"area": "41110x"}, "area"),
        ({"ids": [1]}, "ids"),
        ({"ids": ["x"] * 10_001}, "ids"),
        ({"where": "kind"}, "where"),
        ({"where": {"kind": []}}, "where"),
        ({"where": {"kind": [{}]}}, "where"),
    ],
)
def test_what_cannot_be_asked_for_is_named(asked, field):
    with pytest.raises(InvalidInput) as refused:
        read_wanted({"layer": "places", "format": "shp.zip"} | asked)
    assert refused.value.field == field


def test_what_is_asked_for_is_kept_and_read_again():
    wanted = read_wanted(
        {
            "layer": "places", "format": "out/x.SHP.ZIP", "crs": "EPSG:4547", "encoding": "cp936", "at": "2026-01-01",
            "bbox": "114,33,115,34", "area": "411102", "ids": "b,a,b", "where": {"kind": ["park", 3, True]},
        }
    )  # fmt: skip
    assert (wanted.form.id, wanted.crs, wanted.encoding, wanted.rows.ids) == ("shp.zip", 4547, "GBK", ("a", "b"))
    assert wanted.rows.where == {"kind": ("park", "3", "true")}
    assert read_wanted(wanted.as_dict()) == wanted


def test_every_format_is_known_by_its_ending():
    assert [format_of(f"a.b{form.ending}") for form in FORMATS.values()] == list(FORMATS.values())
    assert (system_of("epsg:4490"), encoding_of("utf8", FORMATS["csv"])) == (4490, "UTF-8")


def test_points_of_a_layer_with_attributes_named_as_coordinates_stand_as_text():
    fields = (*FIELDS[:1], FieldSpec("lon", "number", "经度", "Lon"), FieldSpec("lat", "number", "纬度", "Lat"))
    spec = LayerSpec("things", "物", "Things", "x.Y", ("Point",), Group.BUILT, fields, ())
    held = table_of_rows(spec, fields, [("a", 1.5, 2.5, shapely.to_wkb(shapely.Point(114, 33)))])
    layer, stated = csv_read.read(written_csv(held).encode(), "things.csv", Answers(), Notebook())
    assert stated == "EPSG:4326" and shapely.to_wkt(layer.shapes[0], trim=True) == "POINT (114 33)"
    assert [column.name for column in layer.columns] == ["id", "lon", "lat"]


def test_a_shape_that_is_too_long_for_a_cell_is_made_whole_again():
    header, lines = csv_read.joined_parts(
        ["id", "wkt_4326", "name", "wkt_4326_part2"], [["1", "POINT (1", "x", "14 33)"], ["2", "POINT (1 2)", "y"]]
    )
    assert header == ["id", "wkt_4326", "name"]
    assert lines == [["1", "POINT (114 33)", "x"], ["2", "POINT (1 2)", "y"]]
    assert csv_read.joined_parts(["id", "x_part2"], [["1", "a"]]) == (["id", "x_part2"], [["1", "a"]])
