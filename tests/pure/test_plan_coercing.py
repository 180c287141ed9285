"""Values of a column as fields hold them: types, spellings, units, code lists, codes that became decimals."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog.registry import spec_of
from layers.catalog.values import Unusable, coerce
from layers.imports.coercing import coerce_column
from layers.imports.delivery import Column
from layers.imports.plan_types import FieldMapping
from layers.imports.spellings import day_in, number_in
from layers.spec import FieldSpec
from layers.territory.layer import codes
from tests.pure.test_plan_mapping import column

BUILDINGS = spec_of("buildings")


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


def test_a_code_list_of_its_own_needs_no_translation():
    wanted = FieldSpec("k", "text", "", "", values=codes(a=("甲", "A")))
    assert coerced(wanted, column("c", "a", "甲"))[0] == ["a", "a"]
