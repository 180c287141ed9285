"""Whole columns into a table by COPY: text is made a column at a time, never a row at a time. No identifiers of strangers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from json.encoder import encode_basestring
from typing import Any

import numpy as np
import shapely
from django.db import connection
from psycopg import sql

#: What COPY reads as nothing.
NULL = "\\N"
#: Rows that travel in one piece.
BLOCK = 20_000
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def texts(values: Sequence[str | None]) -> list[str]:
    """Texts as COPY wants them."""
    return [NULL if value is None else value.translate(_SPECIAL) for value in values]


def numbers(values: Sequence[Any]) -> list[str]:
    """Whole or other numbers, None for nothing."""
    return [NULL if value is None else repr(value) for value in values]


def repeated(value: object, count: int) -> list[str]:
    """One value for all rows."""
    return [NULL if value is None else str(value).translate(_SPECIAL)] * count


def octets(values: Sequence[bytes | None]) -> list[str]:
    """Bytes."""
    return [NULL if value is None else "\\\\x" + value.hex() for value in values]


def shapes(values: np.ndarray) -> list[str]:
    """Shapely shapes of EPSG:4326."""
    wkb = shapely.to_wkb(shapely.set_srid(values, 4326), hex=True, include_srid=True)
    return [NULL if one is None else one for one in wkb.tolist()]


def lists(values: Sequence[Sequence[str]]) -> list[str]:
    """Lists of texts."""
    return [
        "{" + ",".join(json.dumps(text, ensure_ascii=False) for text in one).translate(_SPECIAL) + "}" for one in values
    ]


def as_json(values: np.ndarray) -> list[str]:
    """Every value as JSON writes it; days and moments as ISO 8601."""
    held = values.tolist()
    kinds = set(map(type, held))
    writers = {kind: _WRITERS.get(kind, _other) for kind in kinds}
    if len(kinds) == 1:
        return list(map(writers[kinds.pop()], held))
    return [writers[type(value)](value) for value in held]


def json_objects(columns: Mapping[str, np.ndarray], count: int, *, omit: bool = False) -> list[str]:
    """One JSON object a row; `omit` leaves out what is nothing (None, empty text)."""
    if not columns:
        return ["{}"] * count
    parts = []
    for name, values in columns.items():
        start = json.dumps(name) + ":"
        if omit:
            nothing = {"null", '""'}
            parts.append(["" if text in nothing else start + text for text in as_json(values)])
        else:
            parts.append([start + text for text in as_json(values)])
    if omit:
        return ["{" + ",".join(filter(None, row)) + "}" for row in zip(*parts, strict=True)]
    return ["{" + ",".join(row) + "}" for row in zip(*parts, strict=True)]


def copy_in(table: str, columns: Mapping[str, Sequence[str]]) -> int:
    """The number of rows added; `columns` are what the functions above made, of equal length."""
    count = len(next(iter(columns.values())))
    if not count:
        return 0
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement.as_string(None)) as copy:
        for start in range(0, count, BLOCK):
            piece = zip(*(column[start : start + BLOCK] for column in columns.values()), strict=True)
            copy.write("\n".join(map("\t".join, piece)) + "\n")
    return count


def _other(value: Any) -> str:
    if isinstance(value, date):
        return encode_basestring(value.isoformat())
    if isinstance(value, np.generic):
        return json.dumps(value.item())
    return json.dumps(value, ensure_ascii=False, default=str)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring, int: int.__repr__, float: float.__repr__,
    bool: lambda value: "true" if value else "false", type(None): lambda value: "null",
}  # fmt: skip
