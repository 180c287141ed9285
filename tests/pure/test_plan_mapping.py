"""Which column fills which field: mappings as JSON, guesses from names and values, what is asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog.registry import spec_of
from layers.imports.delivery import Column
from layers.imports.findings import Severity
from layers.imports.guessing import column_signature, doubts, guess_mapping
from layers.imports.plan_types import FieldMapping, Mapping

BUILDINGS, GRIDS, CAMERAS = spec_of("buildings"), spec_of("grids"), spec_of("cameras")


def column(name, *values):
    """A column of whatever type its values have; None is nothing."""
    null = np.array([value is None for value in values], dtype=bool)
    there = [value for value in values if value is not None]
    if there and all(isinstance(value, int) for value in there):
        return Column(name, "integer", np.array([value or 0 for value in values]), null)
    if there and all(isinstance(value, int | float) for value in there):
        return Column(name, "number", np.array([value or 0.0 for value in values], dtype=float), null)
    return Column(name, "text", np.array(values, dtype=object), null)


def guessed(spec, *columns):
    """Field -> column of what was guessed."""
    return {entry.field: entry.column for entry in guess_mapping(spec, columns).fields if entry.column}


entries = st.builds(
    FieldMapping,
    field=st.text(min_size=1, max_size=12),
    column=st.text(max_size=12),
    constant=st.none() | st.text(max_size=8),
    values=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4),
    factor=st.floats(1e-6, 1e6),
    confidence=st.floats(0, 1),
    reason=st.text(max_size=8),
)


@given(st.lists(entries, max_size=6, unique_by=lambda entry: entry.field))
def test_a_mapping_comes_back_from_json_as_it_was(made):
    mapping = Mapping(tuple(made))
    assert Mapping.from_dict(mapping.as_dict()) == mapping


@given(st.lists(entries, min_size=1, max_size=6, unique_by=lambda entry: entry.field))
def test_an_entry_put_into_a_mapping_is_the_one_found_there(made):
    mapping = Mapping(tuple(made[:-1])).with_field(made[-1]).with_field(made[-1])
    assert mapping.of(made[-1].field) == made[-1]
    assert [entry.field for entry in mapping.fields].count(made[-1].field) == 1


def test_what_a_person_wrote_down_in_short_counts_fully():
    assert Mapping.from_dict({"fields": [{"field": "name", "column": "MC"}]}).of("name").confidence == 1.0


CODES = ("FW0001", "FW0002", "FW0003")


@pytest.mark.parametrize(
    ("spec", "field", "found"),
    [
        (BUILDINGS, "name", column("名称", "一号楼", "二号楼", "三号楼")),
        (BUILDINGS, "name", column("NAME", "一号楼", "二号楼", "三号楼")),
        (BUILDINGS, "name", column("NAME_1", "一号楼", "二号楼", "三号楼")),
        (BUILDINGS, "name_en", column("英文名称", "One", "Two", "Three")),
        (BUILDINGS, "floors", column("层数", 6, 18, 3)),
        (BUILDINGS, "floors", column("FLOORS", "6", "18", "3")),
        (BUILDINGS, "floors", column("总层数(层)", 6, 18, 3)),
        (BUILDINGS, "height_estimated", column("HEIGHT_EST", 1, 0, 1)),
        (BUILDINGS, "built_year", column("建成年代", 1998, 2003, None)),
        (BUILDINGS, "use", column("建筑用途", "住宅", "商业", "学校")),
        (BUILDINGS, "use", column("ZDLX9", "住宅", "商业", "学校")),
        (BUILDINGS, "code", column("JZBM", *CODES)),
        (BUILDINGS, "code", column("BSM", *CODES)),
        (BUILDINGS, "grid", column("所属网格", "411102001001001", "411102001001002", "411102001001001")),
        (BUILDINGS, "community", column("XZ", "411102001001", "411102001002", "411102001001")),
        (GRIDS, "code", column("社区网格代码", "411102001001001", "411102001001002", "411102001001003")),
        (GRIDS, "code", column("WGBH", "411102001001001", "411102001001002", "411102001001003")),
        (GRIDS, "code", column("F7", "411102001001001", "411102001001002", "411102001001003")),
        (spec_of("communities"), "code", column("社区代码", "411102001001", "411102001002", "411102001003")),
        (CAMERAS, "bearing_deg", column("朝向（度）", 10.0, 270.5, 33.0)),
        (spec_of("roads"), "class", column("道路等级", "主干道", "支路", "巷道")),
    ],
)
def test_a_field_is_found_by_what_it_is_called_or_holds(spec, field, found):
    assert guessed(spec, column("备注", "a", "b", "c"), found).get(field) == found.name


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("楼高(cm)", 0.01),
        ("楼高(m)", 1.0),
        ("楼高_米", 1.0),
        ("高度[毫米]", 0.001),
        ("height_m", 1.0),
        ("楼高(英尺)", 0.3048),
    ],
)
def test_a_unit_in_the_name_becomes_the_factor(name, factor):
    entry = guess_mapping(BUILDINGS, [column(name, 900, 1200, 1500)]).of("height_m")
    assert (entry.column, entry.factor) == (name, factor)


def test_a_column_is_taken_once_and_by_the_field_it_suits_best():
    found = guessed(
        BUILDINGS, column("NAME", "一号楼", "二号楼"), column("NAME_1", "One", "Two"), column("CODE", "A1", "A2")
    )
    assert found == {"name": "NAME", "name_en": "NAME_1", "code": "CODE"}


def test_numbers_of_rows_are_no_codes():
    assert "code" not in guessed(BUILDINGS, column("OBJECTID", 1, 2, 3), column("FID", 0, 1, 2))


def test_a_column_that_holds_something_else_is_not_taken_for_its_name():
    assert "floors" not in guessed(BUILDINGS, column("层数", "砖混", "框架", "钢"))


def test_words_that_only_resemble_the_code_list_are_translated_where_they_point_to_one_value():
    roads = guess_mapping(spec_of("roads"), [column("道路等级", "主干道", "巷道", "小巷", "胡同", "支路")])
    meant = roads.of("class").values
    assert meant == {"主干道": "arterial", "巷道": "lane", "小巷": "alley", "胡同": "alley", "支路": "street"}


def test_what_was_saved_for_such_columns_comes_before_any_guess():
    saved = Mapping((FieldMapping("name", "备注", confidence=0.2), FieldMapping("use", constant="office")))
    mapping = guess_mapping(BUILDINGS, [column("名称", "一"), column("备注", "二")], saved)
    assert (mapping.of("name").column, mapping.of("name").confidence) == ("备注", 1.0)
    assert mapping.of("use").constant == "office"


def test_a_saved_column_that_is_gone_is_guessed_anew():
    saved = Mapping((FieldMapping("name", "BZ"),))
    assert guess_mapping(BUILDINGS, [column("名称", "一号楼")], saved).of("name").column == "名称"


def test_needed_fields_without_a_column_are_asked_about_with_the_columns_there_are():
    columns = [column("名称", "一号楼", "二号楼")]
    found = doubts(BUILDINGS, guess_mapping(BUILDINGS, columns), columns)
    asked = {item.field: item for item in found if item.code == "mapping_missing"}
    assert asked.keys() == {"use", "floors", "height_m"}
    assert all(item.severity is Severity.QUESTION and item.option == "--mapping" for item in asked.values())
    assert [choice.value for choice in asked["floors"].candidates] == ["名称"]


def test_a_height_taken_from_storeys_is_asked_about_never_taken_in_silence():
    columns = [column("层数", 6, 18), column("用途", "住宅", "商业")]
    mapping = guess_mapping(BUILDINGS, columns)
    assert (mapping.of("height_m").column, mapping.of("height_m").factor) == ("层数", 3.0)
    assert ("mapping_unsure", "height_m") in {(item.code, item.field) for item in doubts(BUILDINGS, mapping, columns)}


def test_an_answered_mapping_raises_no_question():
    columns = [column("层数", 6, 18), column("用途", "住宅", "商业")]
    mapping = guess_mapping(BUILDINGS, columns).with_field(FieldMapping("height_m", "层数", factor=3.0))
    assert not [item for item in doubts(BUILDINGS, mapping, columns) if item.severity is Severity.QUESTION]


def test_words_of_a_needed_code_list_that_mean_nothing_are_asked_about():
    columns = [column("层数", 6, 18, 3), column("用途", "住宅", "商业", "碉堡"), column("高度", 9, 20, 9)]
    asked = [i for i in doubts(BUILDINGS, guess_mapping(BUILDINGS, columns), columns) if i.code == "values_unknown"]
    assert [item.field for item in asked] == ["use"]
    assert "碉堡" in asked[0].message_zh
    assert "residential" in {choice.value for choice in asked[0].candidates}


def test_columns_that_fill_nothing_are_named():
    columns = [column("名称", "一号楼"), column("秘密", "x")]
    unused = [i for i in doubts(BUILDINGS, guess_mapping(BUILDINGS, columns), columns) if i.code == "columns_unused"]
    assert "秘密" in unused[0].message_zh


@given(st.permutations(["名称", "层数", "用途", "JZBM", "备注", "NAME_1"]))
def test_the_order_of_columns_changes_nothing(order):
    held = {
        "名称": column("名称", "一号楼", "二号楼"), "层数": column("层数", 6, 7), "用途": column("用途", "住宅", "商业"),
        "JZBM": column("JZBM", "A1", "A2"), "备注": column("备注", "x", "y"), "NAME_1": column("NAME_1", "One", "Two"),
    }  # fmt: skip
    columns = [held[name] for name in order]
    assert guessed(BUILDINGS, *columns) == guessed(BUILDINGS, *held.values())
    assert column_signature(columns) == column_signature(list(held.values()))
