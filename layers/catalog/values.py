"""One value as one attribute of a layer holds it. Pure."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone
from typing import Any

from layers.spec import FieldSpec

#: Asia/Shanghai has had one offset since 1991; surveys older than that date whole days.
_HERE = timezone(timedelta(hours=8))
_TRUE = frozenset({"1", "y", "yes", "true", "t", "是", "有"})
_FALSE = frozenset({"0", "n", "no", "false", "f", "否", "无", ""})


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
    if abs(number) >= 2**63:
        raise Unusable("too large")
    return int(number)


def _moment(spec: FieldSpec, value: Any, text: str) -> date | datetime | None:
    if isinstance(value, datetime):
        return _aware(value) if spec.type == "datetime" else value.date()
    if isinstance(value, date):
        return value
    if not text:
        return None
    try:
        return _aware(datetime.fromisoformat(text)) if spec.type == "datetime" else date.fromisoformat(text)
    except ValueError as error:
        raise Unusable("not a date") from error


def _aware(moment: datetime) -> datetime:
    """The moment with an offset: what names none is told in the district's own time."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=_HERE)
