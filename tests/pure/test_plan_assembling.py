"""From columns to rows: values as fields hold them, codes that became decimals, areas filled in, ids and digests."""

from __future__ import annotations

import uuid

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog.features import FeatureRow, stable_id
from layers.catalog.registry import spec_of
from layers.catalog.rows import feature_rows, rank_of
from layers.geo.crs import reproject_all
from layers.imports.assembling import assemble, joined
from layers.imports.delivery import LayerRead
from layers.imports.digests import digests_of, stable_ids
from layers.imports.findings import Severity
from layers.imports.lying import codes_at
from layers.imports.plan_types import AreaIndex, FieldMapping, Mapping
from layers.imports.ranking import ranks_of
from layers.imports.shaping import as_layer_types
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
