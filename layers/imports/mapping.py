"""Delivered records to typed attributes: the mapping names the column, the field names the type. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.catalog.values import Unusable, coerce
from layers.imports.profile import SourceSpec
from layers.spec import LayerSpec


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
