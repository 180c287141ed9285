"""Descriptions of staff layers: what is read is what was written, and what can't be meant is refused by its path."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog import descriptions
from layers.catalog.columns import expression, spread, stored
from layers.catalog.describing import describe, layer_id, safe_name
from layers.errors import InvalidInput
from layers.people.rights import ANONYMOUS, Actor, Post, sees_row, visible
from layers.roles import Role
from layers.spec import FieldSpec
from tests.staff_layers import described, field

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20)
NAMES = st.from_regex(descriptions.FIELD_NAME, fullmatch=True).filter(lambda n: n not in descriptions.RESERVED_FIELDS)
FIELDS = st.builds(
    lambda name, zh, en, kind, unit, zoom, required, longest: field(
        name, kind, title_zh=zh, title_en=en, unit=unit, tile_zoom=zoom, required=required, max_length=longest
    ),
    NAMES, WORDS, WORDS, st.sampled_from(["text", "integer", "number", "boolean", "date", "datetime"]),
    st.sampled_from(["", "m", "kPa", "m²"]), st.none() | st.integers(0, 16), st.booleans(), st.integers(1, 4000),
)  # fmt: skip
DESCRIPTIONS = st.builds(
    lambda fields, sight, kinds, zooms, label, colour, size: described(
        fields=fields, seen_by=sight, geometry_types=kinds, min_zoom=min(zooms), max_zoom=max(zooms), label_zoom=label,
        style={"geometry": "mixed", "colour": colour, "size": size, "width": 1.0, "opacity": 0.5},
    ),
    st.lists(FIELDS, max_size=8, unique_by=lambda one: one["name"]),
    st.sampled_from(["public", "map"]) | st.lists(st.sampled_from(descriptions.readers()), min_size=1, unique=True),
    st.lists(st.sampled_from(descriptions.GEOMETRY_TYPES), min_size=1, unique=True),
    st.tuples(st.integers(6, 16), st.integers(6, 16)), st.none() | st.integers(6, 16),
    st.sampled_from(sorted(descriptions.COLOURS)), st.floats(1, 12),
)  # fmt: skip


@given(DESCRIPTIONS)
def test_what_is_written_reads_the_same(description):
    spec = descriptions.read(description)
    assert descriptions.read(descriptions.write(spec)) == spec


@given(DESCRIPTIONS)
def test_a_layer_of_staff_is_described_as_a_built_in_one(description):
    spec = descriptions.read(description)
    assert [f.name for f in spec.fields][:7] == ["id", "version", "code", "name", "name_en", "valid_from", "valid_to"]
    assert spec.fields[-1].name == "community"
    assert spec.staff and spec.where == {"layer": "hydrants"} and spec.detail_at(14).cap > 0
    assert spec.public == (description["seen_by"] == "public")


WRONG = [
    ("id", "Hydrants", "id"), ("id", "h", "id"), ("id", "1a", "id"), ("id", "a" * 41, "id"), ("id", "all", "id"),
    ("id", "buildings_label", "id"), ("id", 7, "id"), ("title_zh", "", "title_zh"), ("title_en", " x", "title_en"),
    ("title_zh", "a\nb", "title_zh"), ("title_zh", "x" * 81, "title_zh"), ("area", "4111", "area"),
    ("seen_by", "everybody", "seen_by"), ("seen_by", [], "seen_by"), ("seen_by", ["public"], "seen_by"),
    ("seen_by", ["gis_staff", "gis_staff"], "seen_by"), ("geometry_types", [], "geometry_types"),
    ("geometry_types", ["Polygon"], "geometry_types"), ("min_zoom", 17, "min_zoom"), ("min_zoom", 12.0, "min_zoom"),
    ("max_zoom", 11, "max_zoom"), ("max_zoom", True, "max_zoom"), ("label_zoom", "15", "label_zoom"),
    ("label", "nothing", "label"), ("label", "id", "label"), ("style", None, "style"), ("fields", {}, "fields"),
    ("fields", [3], "fields.0"), ("fields", [field("id")], "fields.0.name"), ("fields", [field("Ab")], "fields.0.name"),
    ("fields", [field("a"), field("a")], "fields.1.name"), ("fields", [field("a", "geometry")], "fields.0.type"),
    ("fields", [field("a'b")], "fields.0.name"), ("fields", [field("a", max_length=0)], "fields.0.max_length"),
    ("fields", [field("a", "integer", values={"1": {"zh": "一", "en": "One"}})], "fields.0.values"),
    ("fields", [field("a", values={"x": {"zh": "一"}})], "fields.0.values.x.en"),
    ("fields", [field("a", values={"": {"zh": "一", "en": "One"}})], "fields.0.values"),
    ("fields", [field("a", colour="red")], "fields.0.colour"), ("fields", [field(f"f{n}") for n in range(256)], "fields"),
]  # fmt: skip


@pytest.mark.parametrize(("member", "value", "path"), WRONG)
def test_what_cannot_be_meant_is_refused_by_its_path(member, value, path):
    with pytest.raises(InvalidInput) as refused:
        descriptions.read(described() | {member: value})
    assert refused.value.field == path
    assert refused.value.zh and refused.value.en


STYLE = described()["style"]


@pytest.mark.parametrize(
    ("style", "path"),
    [
        (STYLE | {"colour": "#ff0000"}, "style.colour"), (STYLE | {"colour": "sev1"}, "style.colour"),
        (STYLE | {"size": float("nan")}, "style.size"), (STYLE | {"size": 13}, "style.size"),
        (STYLE | {"opacity": 0}, "style.opacity"), (STYLE | {"width": True}, "style.width"),
        (STYLE | {"glow": 1}, "style.glow"), ({"colour": "ink"}, "style.geometry"),
    ],
)  # fmt: skip
def test_a_style_keeps_to_the_visual_language(style, path):
    with pytest.raises(InvalidInput) as refused:
        descriptions.read(described(style=style))
    assert refused.value.field == path


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_garbage_is_refused_and_never_crashes(garbage):
    with pytest.raises(InvalidInput):
        descriptions.read(garbage)
    for member in described():
        try:
            descriptions.read(described() | {member: garbage})
        except InvalidInput as refused:
            assert refused.field


def spec_with(**more):
    return descriptions.read(described(**more))


def test_rows_must_be_able_to_follow_a_change():
    before = spec_with()
    for changes in (
        {"geometry_types": ["MultiPolygon"]},
        {"fields": [field("pressure_kpa", "integer")]},
        {"fields": [field("built", "datetime")]},
        {"fields": [field("state", "number")]},
    ):
        with pytest.raises(InvalidInput):
            descriptions.check_change(before, spec_with(**changes))
    for changes in (
        {"fields": []},
        {"fields": [field("pressure_kpa", "text"), field("outlets", "number"), field("more", "date")]},
        {"geometry_types": ["MultiPolygon", "Point"]},
    ):
        descriptions.check_change(before, spec_with(**changes))


def test_only_what_is_in_tiles_draws_them_anew():
    before, style = spec_with(), STYLE | {"colour": "ink"}
    same = ({"title_zh": "栓"}, {"style": style}, {"seen_by": "public"}, {"area": "411102001"})
    other = ({"min_zoom": 13}, {"label": "state"}, {"fields": []}, {"label_zoom": None})
    assert not any(descriptions.redraws_tiles(before, spec_with(**changes)) for changes in same)
    assert all(descriptions.redraws_tiles(before, spec_with(**changes)) for changes in other)


def test_a_field_that_names_features_travels_in_every_tile():
    assert spec_with(label="state").field("state").tile_zoom == 12
    assert spec_with(label="built").field("built").tile_zoom == 12


def test_parts_are_changed_and_the_rest_stays():
    whole = descriptions.merged(described(), {"style": {"colour": "ink"}, "min_zoom": 9})
    assert whole["style"] == STYLE | {"colour": "ink"} and whole["min_zoom"] == 9 and whole["title_zh"] == "消火栓"


VALUES = {
    "code": "H1", "name": "一", "name_en": "", "community": "411102001001", "pressure_kpa": 310.5, "works": False,
    "built": date(2020, 2, 29), "seen_at": datetime(2026, 11, 1, 8, tzinfo=UTC), "outlets": 2, "state": "ok",
}  # fmt: skip


def test_attributes_stand_in_one_document_and_come_back():
    spec = spec_with()
    columns = stored(spec, VALUES)
    assert set(columns) == {"code", "name", "name_en", "community", "attributes"}
    assert columns["attributes"]["built"] == "2020-02-29" and columns["attributes"]["works"] is False
    assert spread(spec, columns) == VALUES


def test_nothing_is_kept_of_nothing():
    columns = stored(spec_with(), {"code": "H1", "state": "", "outlets": None})
    assert columns == {"code": "H1", "name": "", "name_en": "", "community": "", "attributes": {}}
    assert spread(spec_with(), columns)["state"] == "" and spread(spec_with(), columns)["outlets"] is None


def test_a_value_of_another_type_counts_as_nothing():
    wrong = {"pressure_kpa": "much", "built": "2020-13-45", "works": 1, "outlets": True, "state": 5}
    read = spread(spec_with(), {"attributes": wrong})
    assert (read["pressure_kpa"], read["built"], read["works"], read["outlets"], read["state"]) == (
        None,
        None,
        None,
        None,
        "5",
    )


@pytest.mark.parametrize("name", ["a'; DROP TABLE x --", "A", 'a"b', "", "é"])
def test_no_name_gets_into_sql_unless_it_is_plain(name):
    with pytest.raises(ValueError, match="identifier"):
        expression(FieldSpec(name, "text", "x", "x", json=True))
    with pytest.raises(ValueError, match="identifier"):
        expression(FieldSpec("x", "text", "x", "x", column=name or " "))


def actor(*posts):
    return Actor("x", tuple(Post(role, area) for role, area in posts))


def test_who_sees_a_layer_is_said_by_its_description():
    everybody, roles = spec_with(), spec_with(seen_by=["video_operator"])
    member, staff, video = (
        actor((Role.GRID_MEMBER, "411102001001001")),
        actor((Role.GIS_STAFF, "411102")),
        actor((Role.VIDEO_OPERATOR, "411102")),
    )
    assert visible(ANONYMOUS, spec_with(seen_by="public")).everything
    assert visible(ANONYMOUS, everybody).nothing and visible(Actor("x"), everybody).nothing
    assert visible(member, everybody).prefixes == ("411102001001",)
    assert visible(member, roles).nothing and visible(video, roles).prefixes == ("411102",)
    assert visible(staff, roles).prefixes == ("411102",), "whoever keeps a layer sees it"


def test_a_layer_of_one_subdistrict_is_not_seen_from_the_next():
    spec = spec_with(area="411102001")
    assert visible(actor((Role.SUBDISTRICT_HEAD, "411102002")), spec).nothing
    assert not visible(actor((Role.SUBDISTRICT_HEAD, "411102001")), spec).nothing
    assert not visible(actor((Role.DISPATCHER, "411102")), spec).nothing


def test_rows_without_an_area_are_seen_with_the_layer():
    spec, member = spec_with(), actor((Role.GRID_MEMBER, "411102001001001"))
    scope = visible(member, spec)
    assert (
        sees_row(spec, scope, "")
        and sees_row(spec, scope, "411102001001")
        and not sees_row(spec, scope, "411102001002")
    )
    assert not sees_row(spec, visible(ANONYMOUS, spec), "")


class Column:
    def __init__(self, name, kind, *values):
        self.name, self.type = name, kind
        self.values = np.array([v if v is not None else "" for v in values], dtype=object)
        self.null = np.array([v is None for v in values])


def test_a_file_becomes_a_layer_in_one_step():
    columns = [
        Column("名称", "text", "一号栓", "二号栓", None), Column("编号", "text", "A1", "A2", "A3"),
        Column("压力(kPa)", "number", 1.0, 2.0, None), Column("压力（kPa）", "number", 1.0, 2.0, None),
        Column("COMMUNITY", "text", "x", "y", "z"), Column("2021年", "integer", 1, 2, 3), Column("geom", "text", "a", "b", None),
    ]  # fmt: skip
    found = describe("hydrants", "消火栓.shp", columns, ["Point"], area="411102", count=3)
    spec = descriptions.read(found.description)
    assert found.columns == {
        "name": "名称", "code": "编号", "ya_li_kpa": "压力(kPa)", "ya_li_kpa_2": "压力（kPa）", "community_2": "COMMUNITY",
        "f_2021_nian": "2021年", "geom_2": "geom",
    }  # fmt: skip
    assert spec.field("ya_li_kpa").zh == "压力(kPa)" and spec.label == "name"
    assert spec.style is not None and spec.style.geometry == "point"


def test_few_words_said_often_are_a_code_list():
    states = ["正常", "损坏"] * 20
    found = describe(
        "x1",
        "x",
        [Column("状态", "text", *states), Column("备注", "text", *map(str, range(40)))],
        ["Polygon"],
        area="411102",
        count=40,
    )
    by_name = {one["name"]: one for one in found.description["fields"]}
    assert set(by_name["zhuang_tai"]["values"]) == {"正常", "损坏"} and by_name["bei_zhu"]["values"] == {}
    assert found.description["geometry_types"] == ["MultiPolygon"] and found.description["style"]["geometry"] == "fill"
    assert found.description["label"] == "" and found.description["label_zoom"] is None


@given(
    st.lists(st.text(max_size=30), max_size=12),
    st.sets(st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon"]), min_size=1),
)
def test_whatever_columns_are_called_the_description_can_be_read(names, kinds):
    columns = [Column(name, "text", "a", "b") for name in names]
    found = describe(layer_id("图层"), "图 层\n", columns, sorted(kinds), area="411102", count=2)
    spec = descriptions.read(found.description)
    assert sorted(found.columns.values()) == sorted(column.name for column in columns)
    assert {f.name for f in spec.fields if f.json} <= set(found.columns)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("路灯编号", "lu_deng_bian_hao"),
        ("Street Light!", "street_light"),
        ("3号", "f_3_hao"),
        ("", "f"),
        ("___", "f"),
        ("é", "f"),
    ],
)
def test_names_are_safe_everywhere(title, name):
    assert safe_name(title) == name


@pytest.mark.parametrize("title", ["", "全部", "all", "Buildings_label", "路灯", "x" * 60, "9"])
def test_an_id_made_of_a_title_can_be_one(title):
    assert descriptions.read(described(layer_id(title))).id == layer_id(title)


def test_a_description_is_not_changed_by_reading_it():
    given = described()
    before = copy.deepcopy(given)
    descriptions.read(given)
    assert given == before
