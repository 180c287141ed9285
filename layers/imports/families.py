"""Shapefiles that are one layer of several types, as our own exports deliver it: put together again. Pure.

A shapefile holds one type, so a layer of points, lines and areas leaves as `places_point`, `places_line` and
`places_polygon`. Files named so, with the same columns in the same system, are one layer; all others stay apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from layers.imports.blocks import Column
from layers.imports.delivery import LayerRead
from layers.spec import FieldType

_MEMBER = re.compile(r"(.+)_(?:point|multipoint|line|polygon)", re.IGNORECASE)


def family_of(names: Sequence[str]) -> str | None:
    """The name that several layers share before their type; None when they are no such family."""
    stems = {match[1] if (match := _MEMBER.fullmatch(name)) else "" for name in names}
    return stems.pop() if len(stems) == 1 and len(names) > 1 and "" not in stems else None


def put_together(name: str, layers: Sequence[LayerRead]) -> LayerRead | None:
    """The layers as one, its rows numbered on from file to file; None when their columns are not the same."""
    first = layers[0]
    titles = [column.name for column in first.columns]
    if any([column.name for column in layer.columns] != titles for layer in layers):
        return None
    starts = np.cumsum([0, *(layer.rows.max(initial=0) for layer in layers)])
    whole = LayerRead(
        name,
        np.concatenate([layer.shapes for layer in layers]),
        np.concatenate([layer.rows + start for layer, start in zip(layers, starts, strict=False)]),
        [_joined([layer.columns[place] for layer in layers]) for place in range(len(titles))],
    )
    whole.encoding = first.encoding
    whole.encoding_confidence = min((layer.encoding_confidence or 0.0 for layer in layers), default=None)
    return whole


def _joined(columns: Sequence[Column]) -> Column:
    """The columns below each other; where whole numbers meet decimals they are decimals, else what differs is text."""
    kinds: set[FieldType] = {column.type for column in columns}
    null = np.concatenate([column.null for column in columns])
    name = columns[0].name
    if len(kinds) == 1:
        return Column(name, columns[0].type, np.concatenate([column.values for column in columns]), null)
    if kinds == {"integer", "number"}:
        return Column(name, "number", np.concatenate([column.values.astype(float) for column in columns]), null)
    values = [
        None if gone else str(value)
        for column in columns
        for value, gone in zip(column.values.tolist(), column.null, strict=True)
    ]
    texts = np.empty(len(values), dtype=object)
    texts[:] = values
    return Column(name, "text", texts, null)
