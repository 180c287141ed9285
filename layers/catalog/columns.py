"""Where the attributes of a layer stand in its table: the one place that knows a column from a key of a JSON document.

Pure: SQL is text here, made of names that descriptions give and that are checked to be plain identifiers; values always
travel as parameters of whoever runs it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from layers.spec import FieldSpec, LayerSpec

#: The JSON column of the layers that staff made.
DOCUMENT = "attributes"
#: Columns of such a layer that always hold a text.
_OWN = ("code", "name", "name_en", "community")
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_NUMBERS = {"integer": "::numeric::int8", "number": "::float8"}


def identifier(name: str) -> str:
    """A quoted SQL identifier; ValueError when `name` is not lower-case letters, digits and underscores."""
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"not an identifier: {name!r}")
    return f'"{name}"'


def expression(field: FieldSpec, row: str = "") -> str:
    """SQL for the value of an attribute, typed as the field says; `row` is the alias of the table, if it has one.

    Out of a document, a value that is not of the field's type is null, and moments are ISO 8601 texts.
    """
    prefix = f"{row}." if row else ""
    if not field.json:
        return prefix + identifier(field.db_column)
    identifier(field.name)
    document = prefix + identifier(DOCUMENT)
    text = f"({document}->>'{field.name}')"
    if field.type in _NUMBERS:
        return f"(CASE jsonb_typeof({document}->'{field.name}') WHEN 'number' THEN {text}{_NUMBERS[field.type]} END)"
    if field.type == "boolean":
        return f"(CASE jsonb_typeof({document}->'{field.name}') WHEN 'boolean' THEN {text}::bool END)"
    return text


def area_expression(spec: LayerSpec) -> str | None:
    """SQL for the most specific area code a row carries; None when its rows carry none."""
    if not spec.area_columns:
        return None
    if len(spec.area_columns) == 1:
        return identifier(spec.area_columns[0])
    return "coalesce(" + ", ".join(f"nullif({identifier(column)}, '')" for column in spec.area_columns) + ")"


def area_condition(spec: LayerSpec, patterns: str) -> str:
    """SQL that keeps the rows of some areas, as `people.rights.sees_row` does; `patterns` stands for a list of them."""
    area = area_expression(spec)
    if area is None:
        return "false"
    inside = f"{area} LIKE ANY({patterns})"
    return f"({area} = '' OR {inside})" if spec.staff else inside


def stored(spec: LayerSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` (by column, of a document by attribute name) as the columns of the table hold them.

    What a document does not hold is nothing: nulls and empty texts are left out of it.
    """
    if not spec.staff:
        return dict(values)
    inside = {field.name: field for field in spec.fields if field.json}
    columns = dict.fromkeys(_OWN, "") | {name: value for name, value in values.items() if name not in inside}
    document = {name: _plain(values[name]) for name in inside if values.get(name) not in (None, "")}
    return {**columns, DOCUMENT: document}


def spread(spec: LayerSpec, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of `stored`: every attribute of the document by its name, typed as its field says."""
    if not spec.staff:
        return dict(columns)
    inside = [field for field in spec.fields if field.json]
    document = columns.get(DOCUMENT) or {}
    values = {name: value for name, value in columns.items() if name != DOCUMENT}
    return values | {field.name: _typed(field, document.get(field.name)) for field in inside}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(field: FieldSpec, value: Any) -> Any:
    """A value of a document as Python holds it; what is not of the field's type counts as nothing, as in SQL."""
    if field.type == "text":
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, bool):
        return value if field.type == "boolean" else None
    if isinstance(value, int | float):
        return float(value) if field.type == "number" else round(value) if field.type == "integer" else None
    if isinstance(value, str) and field.type in ("date", "datetime"):
        try:
            return date.fromisoformat(value) if field.type == "date" else datetime.fromisoformat(value)
        except ValueError:
            return None
    return None
