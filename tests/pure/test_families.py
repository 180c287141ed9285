"""Shapefiles that are one layer of several types are known by their names and columns, and put together whole."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.imports.blocks import Column
from layers.imports.delivery import LayerRead
from layers.imports.families import family_of, put_together


@pytest.mark.parametrize(
    ("names", "family"),
    [
        (["places_point", "places_line", "places_polygon"], "places"),
        (["地点_point", "地点_Polygon"], "地点"),
        (["places_point"], None),
        (["places_point", "roads_line"], None),
        (["places_point", "places"], None),
        (["_point", "_line"], None),
        (["points", "lines"], None),
    ],
)
def test_a_family_shares_its_name_before_the_type(names, family):
    assert family_of(names) == family


def layer(name, values, kind, rows, column="n"):
    shapes = np.array([shapely.Point(114, 33)] * len(rows), dtype=object)
    null = np.array([value is None for value in values])
    held = np.array(values, dtype=object if kind == "text" else {"integer": np.int64, "number": float}[kind])
    return LayerRead(name, shapes, np.array(rows), [Column(column, kind, held, null)])


def test_rows_are_numbered_on_and_numbers_stay_numbers():
    whole = put_together("a", [layer("a_point", [1, 2], "integer", [1, 3]), layer("a_line", [0.5], "number", [1])])
    assert whole.rows.tolist() == [1, 3, 4]
    assert (whole.columns[0].type, whole.columns[0].values.tolist()) == ("number", [1.0, 2.0, 0.5])


def test_columns_of_different_kinds_become_text_and_nothing_stays_nothing():
    whole = put_together(
        "a", [layer("a_point", [1, 2], "integer", [1, 2]), layer("a_line", ["x", None], "text", [1, 2])]
    )
    column = whole.columns[0]
    assert (column.type, column.values.tolist(), column.null.tolist()) == (
        "text", ["1", "2", "x", None], [False, False, False, True],
    )  # fmt: skip


def test_layers_of_other_columns_are_not_put_together():
    parts = [layer("a_point", [1], "integer", [1]), layer("a_line", [1], "integer", [1], column="m")]
    assert put_together("a", parts) is None
