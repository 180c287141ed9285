"""Attribute tables: texts, numbers, dates and codes as what they mean, every loss named by row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.samples.raw import Field, dbf
from layers.imports.attributes import columns_of
from layers.imports.codes import restored
from layers.imports.csv_read import coordinate_columns
from layers.imports.dbf import Damaged, read
from layers.imports.delivery import Column
from layers.imports.findings import Notebook


def column(field: Field, *values: bytes, encoding: str = "GB18030") -> tuple[Column, dict[str, tuple[int, ...]]]:
    """(the column, rows by finding) of one field's values."""
    notes = Notebook()
    table = read(dbf([field], [(value,) for value in values]))
    (result,) = columns_of(table, np.arange(len(values)), np.arange(1, len(values) + 1), encoding, notes)
    return result, {item.code: item.rows for item in notes.findings}


def values_of(result: Column) -> list[object]:
    """The values, None where there is none."""
    return [None if gone else value for value, gone in zip(result.values.tolist(), result.null.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("field", "given", "kind", "meant", "findings"),
    [
        (Field(b"a", "N", 5), [b"12", b"*****", b"", b"-3"], "integer", [12, None, None, -3], {"numbers_overflow": (2,)}),
        (Field(b"a", "N", 8, 2), [b"1.5", b"x1", b"1e999"], "number", [1.5, None, None], {"numbers_bad": (2, 3)}),
        (Field(b"a", "F", 12, 3), [b"1.5e3", b"nan", b"0"], "number", [1500.0, None, 0.0], {"numbers_bad": (2,)}),
        (Field(b"a", "N", 12), [b"411102001001"], "integer", [411102001001], {}),
        (Field(b"a", "N", 20), [b"41110200100101020001"], "text", ["41110200100101020001"], {}),
        (Field(b"a", "N", 19, 5), [b"411102001001.00000", b""], "text", ["411102001001", None], {"codes_floated": (1,)}),
        (Field(b"a", "N", 19, 5), [b"3500.50000", b"411102001.00000"], "number", [3500.5, 411102001.0], {}),
        (Field(b"a", "D", 8), [b"20240229", b"20230229", b"00000000", b"2024"], "date", ["2024-02-29", None, None, None], {"dates_bad": (2, 4)}),
        (Field(b"a", "L", 1), [b"T", b"n", b"?", b"Y"], "boolean", [True, False, None, True], {}),
        (Field(b"a"), ["老街".encode("gbk"), b"", b"  x "], "text", ["老街", None, "  x"], {}),
        (Field(b"a", width=5), ["老街社区".encode("gbk")], "text", ["老街"], {"values_cut": (1,)}),
        (Field(b"a"), ["好".encode("gbk"), b"\xb0\xff\xff x"], "text", ["好", None], {"values_undecodable": (2,)}),
        (Field(b"a"), [b"411102001001.0", b"4.11102001002E+11"], "text", ["411102001001", "411102001002"], {"codes_floated": (1, 2)}),
        (Field(b"a"), [b"4.11102E+11", b"411102001002.0"], "text", ["4.11102E+11", "411102001002"], {"codes_floated": (2,), "codes_lost_digits": (1,)}),
    ],
)  # fmt: skip
def test_a_value_is_what_it_means(field, given, kind, meant, findings):
    result, found = column(field, *given)
    assert (result.type, values_of(result), found) == (kind, meant, findings)


def test_codes_too_long_for_a_decimal_are_named():
    notes = Notebook()
    numbers = Column("code", "number", np.array([4.111020010010102e19]), np.array([False]))
    assert restored(numbers, np.array([1]), notes).type == "text"
    assert {item.code for item in notes.findings} == {"codes_floated", "codes_lost_digits"}


@given(st.lists(st.integers(411102001001, 411102999999), min_size=1, max_size=20))
def test_twelve_digit_codes_come_back_right_from_decimals(codes):
    numbers = Column("code", "number", np.array(codes, dtype=float), np.zeros(len(codes), bool))
    assert restored(numbers, np.arange(len(codes)), Notebook()).values.tolist() == [str(code) for code in codes]


def test_names_cut_inside_a_character_and_names_that_clash_are_told():
    notes = Notebook()
    table = read(dbf([Field("行政区划代码".encode("gbk")[:9]), Field(b"NAME"), Field(b"NAME")], [(b"1", b"2", b"3")]))
    columns = columns_of(table, np.arange(1), np.array([1]), "GB18030", notes)
    assert [item.name for item in columns] == ["行政区划", "NAME", "NAME_1"]
    assert [item.code for item in notes.findings] == ["names_cut", "names_clash"]


def test_deleted_rows_are_known_and_a_truncated_table_ends_early():
    data = dbf([Field(b"a", width=4)], [(b"1",), (b"2",), (b"3",)], deleted=[1])
    assert read(data).deleted.tolist() == [False, True, False]
    short = read(data[:-6])
    assert (short.declared, len(short.records)) == (3, 2)


@given(st.binary(max_size=400))
def test_noise_is_no_table_or_a_small_one(noise):
    try:
        table = read(b"\x03" + noise)
    except Damaged:
        return
    assert table.records.size <= 400


@pytest.mark.parametrize(
    ("header", "where"),
    [
        (["name", "lon", "lat"], (1, 2, True)), (["名称", "经度", "纬度"], (1, 2, True)), (["Y坐标", "X坐标"], (1, 0, False)),
        (["longitude(°)", "latitude(°)"], (0, 1, True)), (["x", "y", "lon", "lat"], (2, 3, True)), (["高德经度", "高德纬度"], (0, 1, True)),
        (["a", "b"], None), (["lon"], None), (["blong", "flat"], None),
    ],
)  # fmt: skip
def test_the_columns_of_the_place_are_found_by_their_names(header, where):
    found = coordinate_columns(header)
    assert (None if found is None else (found.x, found.y, found.degrees)) == where
