"""Codes that a spreadsheet or a table turned into decimals, brought back as text. Pure.

Area codes have 9, 12 or 15 digits and service-grid codes 20: as numbers they become 411102001001.0 or 4.11102E+11 on
the way. What a decimal can hold exactly (2^53) comes back right; longer codes have lost their last digits for good.
"""

from __future__ import annotations

import re

import numpy as np

from layers.imports.blocks import Column
from layers.imports.findings import Notebook

LEAST_DIGITS = 9
_EXACT = 2**53
_POINT_ZERO = re.compile(r"(\d{9,20})\.0+")
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})")


def restored(column: Column, rows: np.ndarray, notes: Notebook) -> Column:
    """The column with codes as text when it holds codes as decimals; else the same column."""
    if column.type == "number":
        return _from_numbers(column, rows, notes)
    return _from_texts(column, rows, notes) if column.type == "text" and _may_hold_decimals(column) else column


def _may_hold_decimals(column: Column) -> bool:
    """False when too few texts can be decimals, by the marks that every one of them needs."""
    marks = column.block.count(b".") + column.block.count(b"e") + column.block.count(b"E")
    return marks > 0 and marks >= 0.5 * int((~column.null).sum())


def _from_numbers(column: Column, rows: np.ndarray, notes: Notebook) -> Column:
    there = ~column.null
    values = column.values[there]
    if (
        not len(values)
        or (values != np.floor(values)).any()
        or values.min() < 10 ** (LEAST_DIGITS - 1)
        or values.max() >= 1e20
    ):
        return column
    texts = np.empty(len(column.values), dtype=object)
    texts[there] = [str(int(value)) for value in values]
    if len({len(text) for text in texts[there]}) > 2:
        return column
    _tell(column.name, rows, there, there & (column.values > _EXACT), notes)
    return Column(column.name, "text", texts, column.null)


def _from_texts(column: Column, rows: np.ndarray, notes: Notebook) -> Column:
    there = np.flatnonzero(~column.null)
    back: dict[int, str] = {}
    lost = np.zeros(len(column.values), dtype=bool)
    for place in there:
        text = column.values[place].strip()
        if match := _POINT_ZERO.fullmatch(text):
            back[place] = match[1]
        elif (match := _SCIENTIFIC.fullmatch(text)) and int(match[3]) + 1 >= LEAST_DIGITS:
            digits = match[1] + (match[2] or "")
            if len(digits) == int(match[3]) + 1:
                back[place] = digits
            else:
                lost[place] = True
    if len(back) + lost.sum() < 0.5 * len(there) or not (back or lost.any()):
        return column
    texts = column.values.copy()
    for place, text in back.items():
        texts[place] = text
    changed = np.zeros(len(texts), dtype=bool)
    changed[list(back)] = True
    _tell(column.name, rows, changed, lost, notes)
    return Column(column.name, "text", texts, column.null)


def _tell(name: str, rows: np.ndarray, changed: np.ndarray, lost: np.ndarray, notes: Notebook) -> None:
    if changed.any():
        notes.note("codes_floated", field=name, rows=rows[changed])
    if lost.any():
        notes.note("codes_lost_digits", field=name, rows=rows[lost])
