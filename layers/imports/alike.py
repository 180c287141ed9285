"""Does a delivered value say the same as the stored one, seen through what formats do to values? Pure.

Texts are compared trimmed. A number may have lost what its column does not print: a shapefile's N(10,2) is no reason to
call a row changed, one rounded value among many that are not is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from layers.spec import FieldSpec

#: Relative difference below which two numbers are the same: what 15 printed digits leave.
_NOISE = 1e-12
#: Rows with finer stored values that must all be explained by rounding before it is taken for the format's.
_ENOUGH, _SHARE = 3, 0.95


def differs(field: FieldSpec, mine: np.ndarray, theirs: np.ndarray, slack: float = 0.0) -> np.ndarray:
    """Which delivered values differ from the stored ones beside them; numbers by more than `slack`."""
    unequal: np.ndarray = np.asarray(mine != theirs, dtype=bool)
    rows = np.flatnonzero(unequal)
    if not len(rows):
        return unequal
    if field.type == "number":
        unequal[rows] = _numbers_differ(mine, theirs, rows, slack)
    else:
        unequal[rows] = [_said(one) != _said(other) for one, other in zip(mine[rows], theirs[rows], strict=True)]
    return unequal


def _said(value: Any) -> object:
    """What a value says, whatever holds it: nothing is empty text, days are their text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.strip() if isinstance(value, str) else value


def _numbers_differ(mine: np.ndarray, theirs: np.ndarray, rows: np.ndarray, slack: float) -> np.ndarray:
    one, other = _floats(mine[rows]), _floats(theirs[rows])
    differ: np.ndarray = ~(np.abs(one - other) <= np.maximum(_NOISE * np.maximum(np.abs(other), 1.0), slack))
    differ[np.isnan(one) & np.isnan(other)] = False
    if not differ.any():
        return differ
    places = _printed(_floats(mine))
    whole = _floats(theirs)
    finer = np.abs(np.round(whole, places) - whole) > _NOISE * np.maximum(np.abs(whole), 1.0)
    rounded = np.abs(np.round(whole, places) - _floats(mine)) <= _NOISE * np.maximum(np.abs(whole), 1.0)
    if finer.sum() >= _ENOUGH and rounded[finer].mean() >= _SHARE:
        differ &= ~rounded[rows]
    return differ


def _floats(values: np.ndarray) -> np.ndarray:
    return np.array([np.nan if value is None or value == "" else value for value in values], dtype=float)


def _printed(numbers: np.ndarray) -> int:
    """The most decimals that any number of a column is printed with."""
    there = numbers[~np.isnan(numbers)]
    for places in range(16):
        if (np.abs(np.round(there, places) - there) <= _NOISE * np.maximum(np.abs(there), 1.0)).all():
            return places
    return 16
