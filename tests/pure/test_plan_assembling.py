"""From columns to rows: values as fields hold them, codes that became decimals, areas filled in, ids and digests."""

from __future__ import annotations

import uuid
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog.features import FeatureRow, stable_id
from layers.catalog.registry import spec_of
from layers.catalog.rows import feature_rows, rank_of
from layers.catalog.values import Unusable, coerce
from layers.geo.crs import reproject_all
from layers.imports.assembling import assemble, joined
from layers.imports.coercing import coerce_column
from layers.imports.delivery import Column, LayerRead
from layers.imports.digests import digests_of, stable_ids
from layers.imports.findings import Severity
from layers.imports.lying import codes_at
from layers.imports.plan_types import AreaIndex, FieldMapping, Mapping
from layers.imports.ranking import ranks_of
from layers.imports.shaping import as_layer_types
from layers.imports.spellings import day_in, number_in
from layers.spec import FieldSpec
from layers.territory.layer import codes
from tests.pure.test_plan_mapping import column

BUILDINGS, PLACES = spec_of("buildings"), spec_of("places")
EAST, NORTH = 500500.0, 3714500.0
GRIDS = AreaIndex.of(
    ["411102001001001", "411102001001002"],
    np.array(
        [shapely.box(EAST, NORTH, EAST + 100, NORTH + 100), shapely.box(EAST + 100, NORTH, EAST + 200, NORTH + 100)]
    ),
)


def layer(shapes, *columns):
    """A layer as read, of shapes in metres of EPSG:4547."""
    metric = np.empty(len(shapes), dtype=object)
    metric[:] = shapes
    degrees = reproject_all(metric, 4547, 4326)
    return LayerRead("l", metric, np.arange(1, len(shapes) + 1), list(columns), degrees=degrees, metric=metric)


def point(east, north=50.0):
    """A point so many metres from the corner of the grids."""
    return shapely.Point(EAST + east, NORTH + north)


def mapped(*pairs, **constants):
    """A mapping of field=column pairs and constants."""
    named = [FieldMapping(field, name) for field, name in pairs]
    return Mapping((*named, *(FieldMapping(field, constant=value) for field, value in constants.items())))


def coerced(field, delivered, entry=None):
    """The values of a column as a field of the buildings holds them, and the faults."""
    done = coerce_column(BUILDINGS, field, delivered, entry or FieldMapping(field.name))
    return done.values.tolist(), set(done.faults)


def field(kind, name="f", **more):
    """A field of a type."""
    return FieldSpec(name, kind, "", "", **more)


@pytest.mark.parametrize(
    ("kind", "delivered", "held", "faults"),
    [
        ("text", column("c", " 人民路 ", None, ""), ["人民路", "", ""], set()),
        ("text", column("c", 7, 12), ["7", "12"], set()),
        ("text", column("c", 4.5, 411102001001.0), ["4.5", "411102001001"], set()),
        ("text", column("c", "路\ufffd"), [""], {"values_garbled"}),
        ("integer", column("c", "7", "７", "1,200", "12 层", ""), [7, 7, 1200, 12, None], set()),
        ("integer", column("c", 7.0, 7.5), [7, None], {"numbers_not_whole"}),
        ("integer", column("c", "****", "x"), [None, None], {"numbers_overflow", "numbers_bad"}),
        ("integer", column("c", -1, 40000, 5), [None, None, 5], {"numbers_out_of_range"}),
        ("number", column("c", "-12.5", "1e3", ".5"), [-12.5, 1000.0, 0.5], set()),
        ("number", column("c", "nan", "inf", "1e999"), [None, None, None], {"numbers_bad"}),
        ("number", column("c", 3, None), [3.0, None], set()),
        ("boolean", column("c", "是", "N", "1", ""), [True, False, True, None], set()),
        ("boolean", column("c", 1, 0, 2), [True, False, None], {"booleans_bad"}),
        ("boolean", column("c", 1.0, 0.0), [True, False], set()),
        ("date", column("c", "2024-03-05", "2024/3/5", "2024.3.5", "2024年3月5日"), [date(2024, 3, 5)] * 4, set()),
        ("date", column("c", "20240305", "2024-03-05 08:30:00", "25/12/2023"), [date(2024, 3, 5)] * 2 + [date(2023, 12, 25)], set()),
        ("date", column("c", 20240305, 45356), [date(2024, 3, 5)] * 2, set()),
        ("date", column("c", "03/04/2024", "2024-02-30", ""), [None, None, None], {"dates_bad"}),
    ],
)  # fmt: skip
def test_values_become_what_the_field_says(kind, delivered, held, faults):
    assert coerced(field(kind), delivered) == (held, faults)


@given(
    st.sampled_from(["text", "integer", "number", "boolean"]),
    st.lists(st.text(max_size=6) | st.none(), min_size=1, max_size=6),
)
def test_whole_columns_mean_what_single_values_mean(kind, values):
    wanted = field(kind, max_length=5)
    held, _ = coerced(
        wanted, Column("c", "text", np.array(values, dtype=object), np.array([v is None for v in values]))
    )
    for value, kept in zip(values, held, strict=True):
        try:
            alone = coerce(wanted, value)
        except Unusable:
            continue
        if kind == "boolean" and not (value or "").strip():
            continue  # a cell that says nothing is nothing, whatever a form makes of it
        if kind == "integer" and alone is not None and not 0 <= alone <= 32767:
            assert kept is None
        else:
            assert (kept or None) == (alone or None)


@given(st.lists(st.integers(0, 32767), min_size=1, max_size=8))
def test_whole_numbers_come_through_numbers_and_texts_alike(numbers):
    wanted = field("integer")
    for delivered in (
        column("c", *numbers), column("c", *map(float, numbers)), column("c", *map(str, numbers)),
        column("c", *(f"{number}.0" for number in numbers)),
    ):  # fmt: skip
        assert coerced(wanted, delivered) == (numbers, set())


@pytest.mark.parametrize(
    "delivered",
    [
        column("c", 411102001001.0, 411102001002.0), column("c", 411102001001, 411102001002),
        column("c", "411102001001.0", "411102001002.00"), column("c", "4.11102001001E+11", "4.11102001002e11"),
        column("c", " 411102001001", "411102001002 "),
    ],
)  # fmt: skip
def test_codes_that_became_decimals_come_back_right(delivered):
    assert coerced(field("text", "code", max_length=40), delivered)[0] == ["411102001001", "411102001002"]


def test_leading_zeros_and_long_codes_stay_as_they_are():
    assert coerced(field("text", "code", max_length=40), column("c", "007", "00000041110200100101"))[0] == [
        "007", "00000041110200100101",
    ]  # fmt: skip


def test_code_lists_take_their_own_words_in_both_languages_and_those_of_the_mapping():
    use = BUILDINGS.field("use")
    held, faults = coerced(
        use,
        column("c", "住宅", "Residential", "residential", "居民楼", "碉堡", ""),
        FieldMapping("use", values={"居民楼": "residential"}),
    )
    assert held == ["residential"] * 4 + ["", ""]
    assert faults == {"values_unlisted"}


def test_a_text_that_is_too_long_is_cut_and_told():
    assert coerced(field("text", max_length=3), column("c", "人民路北段")) == (["人民路"], {"values_too_long"})


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("3 米", "m", 3.0),
        ("280cm", "m", 2.8),
        ("2 亩", "m²", 1333.333333333),
        ("1.5公顷", "m²", 15000.0),
        ("90°", "°", 90.0),
    ],
)
def test_numbers_with_units_are_read_in_the_unit_of_the_field(text, unit, number):
    assert number_in(text, unit) == number


@pytest.mark.parametrize("text", ["3 亩", "12 apples", " ", "-", "1 2"])
def test_numbers_in_a_unit_that_measures_something_else_are_no_numbers(text):
    with pytest.raises(ValueError, match=text):
        number_in(text, "m")


@given(st.dates(date(1956, 1, 1), date(2100, 1, 1)))
def test_every_spelling_of_a_day_is_that_day(day):
    for text in (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
    ):
        assert day_in(text) == day


def test_centimetres_become_metres():
    held, _ = coerced(field("number", unit="m"), column("c", 280, 300), FieldMapping("f", factor=0.01))
    assert held == [2.8, 3.0]


def building(*columns, shapes=None, areas=GRIDS, **constants):
    """Rows of buildings made of columns, with what they need as constants."""
    given_shapes = shapes or [point(10 + 20 * n).buffer(4, quad_segs=2) for n in range(len(columns[0].values))]
    needed = {"use": "residential", "floors": "6", "height_m": "18"} | constants
    pairs = [(one.name, one.name) for one in columns]
    return assemble(BUILDINGS, layer(given_shapes, *columns), mapped(*pairs, **needed), areas)


def test_area_codes_that_are_lacking_are_those_of_where_a_row_lies():
    rows, found = building(column("code", "a", "b", "c"), shapes=[point(x).buffer(3) for x in (10, 150, 900)])
    assert rows.values["grid"].tolist() == ["411102001001001", "411102001001002", ""]
    assert rows.values["community"].tolist() == ["411102001001", "411102001001", ""]
    assert rows.values["subdistrict"].tolist() == ["411102001", "411102001", ""]
    assert not found


def test_a_wider_code_follows_from_a_narrower_one_that_is_given():
    rows, _ = building(column("code", "a"), column("grid", "411102009009009"), areas=None)
    assert rows.values["community"].tolist() == ["411102009009"]


def test_codes_that_contradict_the_place_are_told_and_kept():
    rows, found = building(
        column("code", "a", "b"),
        column("grid", "411102001001002", "411102001001001"),
        shapes=[point(10).buffer(3), point(20).buffer(3)],
    )
    assert [(item.code, item.field, item.rows) for item in found] == [("area_codes_contradict", "grid", (1,))]
    assert rows.values["grid"].tolist() == ["411102001001002", "411102001001001"]


def test_a_row_on_the_border_agrees_with_both_sides():
    _, found = building(
        column("code", "a", "b"),
        column("grid", "411102001001001", "411102001001002"),
        shapes=[point(100.5).buffer(3)] * 2,
    )
    assert not found


def test_a_wider_code_beside_a_narrower_one_of_another_family_is_told():
    _, found = building(column("code", "a"), column("grid", "411102001001001"), column("community", "411102001002"))
    assert {(item.code, item.field) for item in found} == {("area_codes_contradict", "community")}


@given(st.permutations([0, 1]))
def test_a_point_on_a_border_belongs_to_the_lower_code_in_whatever_order(order):
    areas = AreaIndex.of([GRIDS.codes[place] for place in order], GRIDS.metric[list(order)])
    assert codes_at(np.array([point(100)]), areas).tolist() == ["411102001001001"]


def test_rows_that_lack_what_is_required_are_refused_by_number():
    _, found = building(column("code", "a", "b", "c"), column("floors", 6, None, 3))
    assert [(item.code, item.field, item.rows, item.severity) for item in found] == [
        ("required_missing", "floors", (2,), Severity.ERROR)
    ]


def test_a_column_that_the_file_does_not_have_is_refused():
    _, found = assemble(BUILDINGS, layer([point(1)], column("a", "x")), mapped(("name", "b")), None)
    assert "column_unknown" in {item.code for item in found}


def test_rows_without_a_shape_are_left_out_and_named():
    rows, found = building(column("code", "a", "b"), shapes=[None, point(10).buffer(3)])
    assert rows.rows.tolist() == [2]
    assert [(item.code, item.rows) for item in found] == [("rows_without_shape", (1,))]


def test_rows_of_another_kind_are_refused_by_number():
    _, found = building(column("code", "a", "b"), shapes=[point(1), point(10).buffer(3)])
    assert [(item.code, item.rows, item.severity) for item in found] == [("kind_unfit", (1,), Severity.ERROR)]


def test_a_code_twice_is_refused_for_areas_and_numbered_elsewhere():
    rows, found = building(column("code", "a", "b", "a"))
    assert [(item.code, item.rows, item.severity) for item in found] == [("codes_repeated", (1, 3), Severity.WARNING)]
    assert rows.ids.tolist() == [stable_id("buildings", code) for code in ("a", "b", "a#2")]
    grids = spec_of("grids")
    read = layer(list(GRIDS.metric), column("code", "411102001001001", "411102001001001"))
    _, found = assemble(grids, read, mapped(("code", "code"), kind="resident"), None)
    assert ("codes_duplicate", Severity.ERROR) in {(item.code, item.severity) for item in found}


def test_codes_of_another_level_are_refused():
    read = layer(list(GRIDS.metric), column("code", "411102001001", "411102001001002"))
    _, found = assemble(spec_of("grids"), read, mapped(("code", "code"), kind="resident"), None)
    assert [(item.code, item.rows) for item in found] == [("codes_malformed", (1,))]


def test_ids_that_came_with_the_file_stay_and_rows_without_code_have_one_that_follows_from_what_they_hold():
    own = str(uuid.uuid4())
    read = layer([point(1), point(2), point(2)], column("id", own, "", "a b/c"), column("name", "x", "y", "y"))
    rows, _ = assemble(PLACES, read, mapped(("id", "id"), ("name", "name"), kind="shop"), None)
    again, _ = assemble(PLACES, read, mapped(("id", "id"), ("name", "name"), kind="shop"), None)
    assert rows.ids[0] == own
    assert rows.coded.tolist() == [True, False, False]
    assert rows.ids.tolist() == again.ids.tolist()
    assert len(set(rows.ids)) == 3


def test_files_that_make_one_layer_are_joined_in_order():
    one, _ = assemble(PLACES, layer([point(1)], column("code", "a")), mapped(("code", "code"), kind="shop"), None)
    two, _ = assemble(PLACES, layer([point(2)], column("code", "b")), mapped(("code", "code"), kind="park"), None)
    both = joined([one, two])
    assert (both.values["code"].tolist(), len(both), both.digests) == (["a", "b"], 2, one.digests + two.digests)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_many_ids_are_the_single_ids(texts):
    assert stable_ids("places", texts).tolist() == [stable_id("places", text) for text in texts]


cells = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.dates()
)


@given(st.lists(st.tuples(cells, cells, st.integers(1, 9), st.floats(-90, 90)), min_size=1, max_size=5))
def test_many_digests_are_the_single_digests(rows):
    shapes = np.array([shapely.Point(place, place) for *_, place in rows])
    values = {name: np.array([row[side] for row in rows], dtype=object) for side, name in enumerate(("b%", "a"))}
    ranks = np.array([rank for _, _, rank, _ in rows])
    alone = [
        FeatureRow("x", shape, {"b%": row[0], "a": row[1]}, row[2]).digest
        for shape, row in zip(shapes, rows, strict=True)
    ]
    assert digests_of(shapes, ranks, values) == alone


@given(
    st.lists(
        st.tuples(st.sampled_from(["residential", "shed", "office"]), st.integers(0, 30), st.floats(1, 3000)),
        min_size=1,
        max_size=8,
    )
)
def test_many_ranks_are_the_single_ranks(rows):
    shapes = np.array([shapely.box(0, 0, 1, area) for *_, area in rows])
    values = {
        "use": np.array([row[0] for row in rows], dtype=object),
        "floors": np.array([row[1] for row in rows], dtype=object),
    }
    alone = [
        rank_of(BUILDINGS, {"use": use, "floors": floors}, shape)
        for (use, floors, _), shape in zip(rows, shapes, strict=True)
    ]
    assert ranks_of(BUILDINGS, values, shapes).tolist() == alone


def test_a_row_is_what_a_load_of_the_profile_makes_of_it():
    rows, _ = building(column("code", "a"), column("name", "一号楼"), areas=None)
    values = {name: held[0] for name, held in rows.values.items()}
    (alone,) = feature_rows(BUILDINGS, [values], rows.metric, rows.degrees)
    assert (rows.ids[0], rows.digests[0], rows.ranks[0]) == (alone.feature_id, alone.digest, alone.rank)


def test_shapes_become_what_a_layer_holds():
    square = shapely.box(0, 0, 1, 1)
    mixed = shapely.GeometryCollection([square, shapely.LineString([(0, 0), (5, 5)])])
    made, fits = as_layer_types(
        np.array([square, shapely.Point(0, 0), mixed, shapely.force_3d(square, 5)]), ("MultiPolygon",)
    )
    assert fits.tolist() == [True, False, True, True]
    assert {shape.geom_type for shape in made[fits]} == {"MultiPolygon"}
    assert not shapely.has_z(made).any()


def test_a_multi_shape_of_one_part_becomes_single_where_only_those_are_held():
    made, fits = as_layer_types(
        np.array([shapely.MultiPoint([(1, 2)]), shapely.MultiPoint([(1, 2), (3, 4)])]), ("Point",)
    )
    assert fits.tolist() == [True, False]
    assert made[0].equals(shapely.Point(1, 2))


def test_a_constant_that_a_field_cannot_hold_is_refused():
    _, found = building(column("code", "a"), use="碉堡")
    assert {"constant_unusable", "required_missing"} <= {item.code for item in found}


def test_a_code_list_of_its_own_needs_no_translation():
    wanted = FieldSpec("k", "text", "", "", values=codes(a=("甲", "A")))
    assert coerced(wanted, column("c", "a", "甲"))[0] == ["a", "a"]
