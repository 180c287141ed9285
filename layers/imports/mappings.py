"""Mappings that people left, by layer and kind of delivery: the next one of that kind starts from them."""

from __future__ import annotations

from collections.abc import Mapping as Given
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from layers.imports.columns import glance
from layers.imports.delivery import Column
from layers.imports.fields import deliverable
from layers.imports.findings import Finding, found
from layers.imports.guessing import column_signature, guess_mapping
from layers.imports.models import Import, KeptMapping
from layers.imports.plan_types import FieldMapping, Mapping
from layers.imports.scoring import meanings
from layers.spec import LayerSpec

#: Different values of a column that a page shows, and how many of them make a list.
_SAMPLES, _LISTED = 5, 60


def kept_mapping(layer: str, signature: str) -> Mapping | None:
    """What a person left for such a delivery."""
    row = KeptMapping.objects.filter(layer=layer, signature=signature).first()
    return Mapping.from_dict(row.mapping) if row else None


def keep_mapping(row: Import) -> None:
    """Keeps how a committed import was mapped, in place of what was kept before."""
    if not row.signature or not row.mapping.get("fields"):
        return
    KeptMapping.objects.update_or_create(
        layer=row.layer, signature=row.signature,
        defaults={
            "columns": [column["name"] for column in row.columns], "mapping": row.mapping, "by": row.asked_by or row.actor,
            "at": timezone.now(),
        },
    )  # fmt: skip


def settle_mapping(
    spec: LayerSpec, columns: Sequence[Column], said: Given[str, Any] | None, saved: Mapping | None
) -> tuple[Mapping, list[Finding]]:
    """The mapping that holds: what a person said of this delivery, else what was saved for its kind, else a guess."""
    given = Mapping.from_dict(said) if said else Mapping()
    known = {field.name for field in deliverable(spec)}
    findings = [found("mapping_field_unknown", field=entry.field) for entry in given.fields if entry.field not in known]
    spoken = tuple(_spoken(spec, entry, columns) for entry in given.fields if entry.field in known)
    held = {entry.field for entry in spoken}
    former = tuple(entry for entry in (saved.fields if saved else ()) if entry.field not in held)
    mapping = guess_mapping(spec, columns, Mapping((*spoken, *former)))
    for entry in spoken:
        mapping = mapping.with_field(entry)
    return mapping, findings


def _spoken(spec: LayerSpec, entry: FieldMapping, columns: Sequence[Column]) -> FieldMapping:
    """What a person said of one field; where he named a column alone, its values are read as their words suggest."""
    field = spec.field(entry.field)
    column = next((one for one in columns if one.name.lower() == entry.column.lower()), None)
    values = entry.values
    if not values and field.values and column is not None:
        values = meanings(field, glance(column))
    return replace(entry, values=values, confidence=1.0, reason="said")


def described_columns(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """What a page shows of a file's columns: name, type, samples, and all values where they are few."""
    shown = []
    for column in columns:
        view = glance(column)
        distinct = [text[:60] for text in view.distinct]
        shown.append(
            {
                "name": column.name, "type": column.type, "filled": int((~column.null).sum()), "distinct": len(distinct),
                "samples": distinct[:_SAMPLES], "values": distinct if len(distinct) <= _LISTED else [],
            }
        )  # fmt: skip
    return shown


def signature_of(columns: Sequence[Column]) -> str:
    """The same text for deliveries with the same columns."""
    return column_signature(columns)
