"""From delivered values to rows: types, code lists, tiling faults, pinyin."""

import math
from datetime import date

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog.features import FeatureRow, stable_id
from layers.catalog.pinyin import full_pinyin, initials
from layers.catalog.registry import spec_of
from layers.catalog.rows import as_layer_type, camera_view_rows, feature_rows
from layers.catalog.values import Unusable, coerce
from layers.errors import ProfileRefused
from layers.imports.mapping import map_records
from layers.imports.profile import SourceSpec, read_profile
from layers.imports.tiling import misfits, overlaps
from layers.spec import FieldSpec
from layers.territory.layer import codes

TEXT = FieldSpec("t", "text", "", "", max_length=15)
CODED = FieldSpec("c", "text", "", "", values=codes(a=("甲", "A")))


def typed(kind):
    return FieldSpec("f", kind, "", "")


@pytest.mark.parametrize(
    ("field", "given_value", "stored"),
    [
        (TEXT, "  人民路 ", "人民路"),
        (TEXT, 411102004003.0, "411102004003"),  # a code that a spreadsheet turned into a number
        (TEXT, None, None),
        (TEXT, math.nan, None),
        (CODED, "a", "a"),
        (CODED, "", ""),
        (typed("integer"), "7", 7),
        (typed("integer"), 7.0, 7),
        (typed("integer"), "****", None),
        (typed("integer"), "", None),
        (typed("number"), "-12.5", -12.5),
        (typed("boolean"), "是", True),
        (typed("boolean"), 0, False),
        (typed("date"), "2025-01-01", date(2025, 1, 1)),
        (typed("date"), date(2025, 1, 1), date(2025, 1, 1)),
        (typed("date"), "", None),
    ],
)
def test_values_become_what_the_field_says(field, given_value, stored):
    assert coerce(field, given_value) == stored


@pytest.mark.parametrize(
    ("field", "given_value"),
    [
        (TEXT, "0123456789abcdef"),
        (TEXT, "人\x00民"),
        (TEXT, "人\ufffd"),
        (CODED, "b"),
        (typed("integer"), "7.5"),
        (typed("integer"), "seven"),
        (typed("integer"), "1e400"),
        (typed("number"), "inf"),
        (typed("boolean"), "perhaps"),
        (typed("date"), "2025-13-01"),
    ],
)
def test_what_does_not_fit_is_refused(field, given_value):
    with pytest.raises(Unusable):
        coerce(field, given_value)


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.booleans()), st.sampled_from(
    ["text", "integer", "number", "boolean", "date", "datetime"]))  # fmt: skip
def test_any_value_is_typed_or_refused(value, kind):
    try:
        result = coerce(typed(kind), value)
    except Unusable:
        return
    assert result is None or not (isinstance(result, float) and not math.isfinite(result))


def source(layer, fields, **more):
    return SourceSpec(layer, None, "GBK", fields, more.get("constants", {}), more.get("codes", {}))


def test_problems_name_row_field_and_value():
    spec = spec_of("waters")
    mapped = map_records(
        spec,
        source("waters", {"code": "BM", "kind": "LX"}, codes={"kind": {"河流": "river"}}),
        [{"BM": "H1", "LX": "河流"}, {"BM": "H2", "LX": "沟"}],
        {},
    )
    assert mapped.values[0]["kind"] == "river"
    assert [(p.row, p.field, p.found) for p in mapped.problems] == [(2, "kind", "沟")]


def square(x, y, size=10.0):
    return shapely.box(x, y, x + size, y + size)


def test_neighbours_that_share_a_border_tile():
    parent = {"411102001": shapely.box(0, 0, 20, 10)}
    children = {"411102001001": square(0, 0), "411102001002": square(10, 0)}
    assert overlaps(children) == []
    assert misfits(children, parent) == []


@pytest.mark.parametrize(
    ("children", "kinds"),
    [
        ({"411102001001": square(0, 0, 11), "411102001002": square(10, 0)}, {"overlap", "excess"}),
        ({"411102001001": square(0, 0)}, {"gap"}),
        ({"411102001001": square(0, 0), "411102001002": square(12, 0)}, {"gap", "excess"}),
        ({"411102001001": square(0, 0), "411102001002": square(10, 0), "411102009001": square(40, 0)}, {"orphan"}),
    ],
)
def test_faults_of_a_tiling_are_named(children, kinds):
    parent = {"411102001": shapely.box(0, 0, 20, 10)}
    assert {fault.kind for fault in [*overlaps(children), *misfits(children, parent)]} == kinds


def test_a_square_metre_is_tolerated_and_more_is_not():
    parent = {"411102001": shapely.box(0, 0, 20, 10)}
    for width, sound in ((0.09, True), (0.11, False)):
        children = {"411102001001": shapely.box(0, 0, 10 + width, 10), "411102001002": square(10, 0)}
        assert (overlaps(children) == []) is sound
        short = {"411102001001": shapely.box(0, 0, 10 - width, 10), "411102001002": square(10, 0)}
        assert (misfits(short, parent) == []) is sound


def test_single_shapes_become_multi_where_the_layer_says_so():
    assert as_layer_type(spec_of("roads"), shapely.LineString([(0, 0), (1, 1)])).geom_type == "MultiLineString"
    with pytest.raises(ValueError, match="roads holds"):
        as_layer_type(spec_of("roads"), shapely.Point(0, 0))


def test_area_rows_derive_the_codes_above_and_the_standard_code():
    spec = spec_of("grids")
    values = [{"code": "411102004003007", "name": "a", "name_en": "b", "kind": "resident"}]
    shape = [shapely.box(114, 33.5, 114.01, 33.51)]
    (row,) = feature_rows(spec, values, [shapely.box(0, 0, 100, 100)], shape)
    assert row.feature_id == "411102004003007"
    assert row.values["parent"] == row.values["community"] == "411102004003"
    assert row.values["subdistrict"] == "411102004"
    assert row.values["service_code20"] == "00000041110200400307"
    assert row.values["area_m2"] == 10000


def test_a_camera_sees_a_sector_of_its_range():
    values = {
        "code": "C1", "name": "n", "name_en": "n", "status": "online", "tier": "district", "grid": "411102004003007",
        "community": "411102004003", "bearing_deg": 45.0, "fov_deg": 60.0, "range_m": 80.0,
    }  # fmt: skip
    (view,) = camera_view_rows([FeatureRow(stable_id("cameras", "C1"), shapely.Point(114.02, 33.57), values)])
    assert view.values["camera"] == stable_id("cameras", "C1")
    assert 1e-7 < view.geometry.area < 1e-6


def test_the_digest_tells_every_change():
    base = FeatureRow("x", shapely.Point(114, 33), {"name": "a", "floors": 6})
    same = FeatureRow("x", shapely.Point(114, 33), {"floors": 6, "name": "a"})
    assert base.digest == same.digest
    assert base.digest != FeatureRow("x", shapely.Point(114, 33), {"name": "a", "floors": 7}).digest
    assert base.digest != FeatureRow("x", shapely.Point(114, 33.0000001), {"name": "a", "floors": 6}).digest
    assert base.digest != FeatureRow("x", None, {"name": "a", "floors": 6}).digest


@pytest.mark.parametrize(
    ("name", "full", "short"),
    [
        ("人民路", "renminlu", "rml"),
        ("3 号楼", "3haolou", "3hl"),
        ("双汇广场", "shuanghuiguangchang", "shgc"),
        ("", "", ""),
    ],
)
def test_names_can_be_typed_on_a_latin_keyboard(name, full, short):
    assert full_pinyin(name) == full
    assert initials(name) == short


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, "there is no"),
        ("[", "cannot be read"),
        ('id="x"', "lacks the key"),
        ('id="x"\ncrs="CGCS2000"\nsource=[]', "EPSG:number"),
        ('id="x"\ncrs="EPSG:4547"\n[[source]]\nlayer="roads"\nfile="../../etc/passwd"\n[source.fields]\n', "outside"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(tmp_path, text, found):
    if text is not None:
        (tmp_path / "profile.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProfileRefused) as caught:
        read_profile(tmp_path)
    assert found in caught.value.en
