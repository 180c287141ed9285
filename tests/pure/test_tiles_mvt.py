"""The SQL of tiles: what is in it, what never is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog.columns import area_expression
from layers.catalog.registry import BUILT_IN, spec_of
from layers.geo.tilemath import edges
from layers.people.rights import EVERYTHING, RowScope
from layers.roles import Role
from layers.spec import Detail
from layers.tiles.mvt import (
    Source,
    identifier,
    label_shape,
    labelled_at,
    statement,
    tile_fields,
)

TILED = [spec for spec in BUILT_IN if spec.tiled]


def sql(layer: str, z: int, *, limited: bool = False, **changes) -> str:
    made = statement([Source(replace(spec_of(layer), **changes), "some_table", limited)], z)
    assert made is not None
    return made.text


@pytest.mark.parametrize("spec", TILED, ids=lambda spec: spec.id)
def test_every_feature_carries_what_the_contract_promises(spec):
    text = sql(spec.id, spec.max_zoom)
    for name in ("id", "version", "name", "name_en", "code"):
        assert f'AS "{name}"' in text


@pytest.mark.parametrize("spec", TILED, ids=lambda spec: spec.id)
def test_rows_come_in_rank_order_under_a_cap_at_every_zoom(spec):
    for z in range(spec.min_zoom, spec.max_zoom + 1):
        cap = spec.detail_at(z).cap
        assert f'ORDER BY rank, feature_id COLLATE "C" LIMIT {cap}' in sql(spec.id, z)


def test_nothing_is_drawn_below_a_layers_first_zoom():
    assert statement([Source(spec_of("unit_grids"), "t")], 14) is None
    assert (
        statement([Source(spec_of("unit_grids"), "t"), Source(spec_of("roads"), "u")], 14).text.count("ST_AsMVT(") == 2
    )


def test_labels_come_by_themselves_from_their_zoom_on():
    assert "grids_label" not in sql("grids", 12)
    assert "'grids_label'" in sql("grids", 13)
    assert "ST_PointOnSurface" in sql("grids", 13)


def test_streets_are_labelled_by_one_line_a_name():
    text = sql("roads", 14)
    assert 'GROUP BY "name", name_en' in text and "ST_LineMerge" in text and "ST_PointOnSurface" not in text


def test_points_carry_their_own_names():
    assert label_shape(spec_of("cameras")) is None
    assert not labelled_at(spec_of("cameras"), 16)


def test_ranks_and_simplification_follow_the_zoom():
    rule = (Detail(9, tolerance_m=20, max_rank=1), Detail(14))
    assert "rank <= 1" in sql("roads", 10, details=rule) and "ST_Simplify(geom_3857, 20.0, true)" in sql(
        "roads", 10, details=rule
    )
    assert "rank <=" not in sql("roads", 14, details=rule) and "ST_Simplify" not in sql("roads", 14, details=rule)


def test_simplifying_finer_than_the_tiles_own_grid_is_left_out():
    assert "ST_Simplify" not in sql("roads", 9, details=(Detail(0, tolerance_m=1),))


def test_attributes_of_some_roles_never_travel():
    spec = spec_of("buildings")
    secret = replace(spec.field("use"), visible_to=frozenset({Role.DPO}))
    spec = replace(spec, fields=tuple(secret if f.name == "use" else f for f in spec.fields))
    assert "use" not in [field.name for field in tile_fields(spec, 16)]


def test_attributes_wait_for_their_zoom():
    names = [field.name for field in tile_fields(spec_of("buildings"), 13)]
    assert "height_m" in names and "floors" not in names


def test_a_limited_scope_filters_by_the_most_specific_area_code():
    text = sql("places", 14, limited=True)
    assert """coalesce(nullif("grid", ''), nullif("community", '')) LIKE ANY(""" in text
    assert "LIKE ANY" not in sql("places", 14)


def test_a_limited_scope_on_a_layer_without_areas_shows_nothing():
    assert area_expression(spec_of("roads")) is None
    assert "AND false" in sql("roads", 14, limited=True)


def test_parameters_stand_in_placeholder_order():
    made = statement([Source(spec_of("places"), "t", True), Source(spec_of("grids"), "u")], 14)
    values = made.parameters(14, 13381, 6568, (7, 9), (RowScope(prefixes=("411102001", "411102002003")), EVERYTHING))
    assert len(values) == len(made.slots) == len(set(re.findall(r"\$[0-9]+", made.text)))
    named = dict(zip(made.slots, values, strict=True))
    assert named[("version", 0)] == "7" and named[("version", 1)] == "9"
    assert named[("areas", 0)] == ["411102001%", "411102002003%"]
    assert named[("constant", "grid")] == "grid"
    assert named[("clip", 0)].startswith("BOX(")


def test_constants_of_a_shared_table_travel_as_parameters():
    assert "'grid'" not in sql("grids", 14) and '"level" = $' in sql("grids", 14)


@pytest.mark.parametrize("name", ['a"b', "a b", "A", "1a", "", "a;drop", "é", "a" * 64])
def test_only_plain_names_become_identifiers(name):
    with pytest.raises(ValueError):
        identifier(name)


def test_the_same_question_has_the_same_text():
    sources = [Source(spec, "t", not spec.public) for spec in TILED]
    assert statement(sources, 16) == statement(sources, 16)


@given(z=st.integers(0, 22), data=st.data())
def test_neighbours_share_the_very_same_edge(z, data):
    x = data.draw(st.integers(0, (1 << z) - 1))
    y = data.draw(st.integers(0, (1 << z) - 1))
    _, south, east, _ = edges(z, x, y)
    assert edges(z, x + 1, y)[0] == east
    assert edges(z, x, y + 1)[3] == south
