"""Delivered values to typed attributes: the mapping names the column, the field names the type. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from layers.imports.profile import SourceSpec
from layers.spec import FieldSpec, LayerSpec

_TRUE = frozenset({"1", "y", "yes", "true", "t", "是", "有"})
_FALSE = frozenset({"0", "n", "no", "false", "f", "否", "无", ""})


@dataclass(frozen=True)
class Problem:
    """One value that could not be used."""

    row: int
    field: str
    found: str
    reason: str


@dataclass
class Mapped:
    """Attribute values by database column, one mapping a row, and what was wrong."""

    values: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Unusable(ValueError):
    """A value that does not fit its field's type."""


def coerce(spec: FieldSpec, value: Any) -> Any:
    """`value` as the field's type, None for nothing. Raises Unusable with the reason."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value).strip()
    match spec.type:
        case "text":
            return _text(spec, value, text)
        case "integer" | "number":
            return _number(spec, value, text)
        case "boolean":
            lowered = text.lower()
            if lowered not in _TRUE | _FALSE:
                raise Unusable("neither yes nor no")
            return lowered in _TRUE
        case "date" | "datetime":
            return _moment(spec, value, text)


def _text(spec: FieldSpec, value: Any, text: str) -> str:
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))  # a code that a spreadsheet turned into a number
    if "\x00" in text or "\ufffd" in text:
        raise Unusable("characters that could not be decoded")
    if len(text) > spec.max_length:
        raise Unusable(f"longer than {spec.max_length} characters")
    if text and spec.values and text not in spec.values:
        raise Unusable("not in the code list")
    return text


def _number(spec: FieldSpec, value: Any, text: str) -> int | float | None:
    if not text or set(text) == {"*"}:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise Unusable("not a number") from error
    if not math.isfinite(number):
        raise Unusable("not a finite number")
    if spec.type == "number":
        return number
    if not number.is_integer():
        raise Unusable("not a whole number")
    return int(number)


def _moment(spec: FieldSpec, value: Any, text: str) -> date | datetime | None:
    if isinstance(value, datetime):
        return value if spec.type == "datetime" else value.date()
    if isinstance(value, date):
        return value
    if not text:
        return None
    try:
        return datetime.fromisoformat(text) if spec.type == "datetime" else date.fromisoformat(text)
    except ValueError as error:
        raise Unusable("not a date") from error


def map_records(spec: LayerSpec, source: SourceSpec, records: Any, defaults: Mapping[str, Any]) -> Mapped:
    """The rows of a source as attribute values by database column.

    Every field of the layer gets a value, so that all rows name the same columns: the mapped column, else the
    source's constant, else the layer's default (empty text for texts, None for the rest).
    """
    fields = [f for f in spec.fields if f.name not in ("id", "version", "valid_from", "valid_to")]
    mapped = Mapped()
    for number, record in enumerate(records, start=1):
        values: dict[str, Any] = {}
        for f in fields:
            column = source.fields.get(f.name)
            raw = record.get(column) if column else source.constants.get(f.name)
            if column and f.name in source.codes and raw is not None:
                raw = source.codes[f.name].get(str(raw).strip(), raw)
            try:
                value = coerce(f, raw)
            except Unusable as reason:
                mapped.problems.append(Problem(number, f.name, str(raw)[:60], str(reason)))
                value = None
            if value is None:
                value = defaults.get(f.name, "" if f.type == "text" else None)
            if f.required and value in (None, ""):
                mapped.problems.append(Problem(number, f.name, str(raw)[:60], "a value is required"))
            values[f.db_column] = value
        mapped.values.append(values)
    return mapped
