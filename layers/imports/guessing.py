"""Which column of a file fills which field of a layer: guessed from names and values, with confidence. Pure.

Every pair of a field and a column gets a score; the best pairs win, each field and each column once. What is not sure
and needed is asked about (`doubts`), never taken in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from layers.imports.coercing import label_table
from layers.imports.columns import Glance, glance
from layers.imports.delivery import Column
from layers.imports.fields import deliverable, derived, needed
from layers.imports.findings import Candidate, Finding, Notebook
from layers.imports.plan_types import FieldMapping, Mapping
from layers.imports.scoring import meanings, score
from layers.spec import FieldSpec, LayerSpec

#: Below this a guess is not made at all; below the second a needed field is asked about.
LEAST, SURE = 0.5, 0.75
#: What the kind of an area can only be, or nearly always is.
_KINDS = {
    "district": ("district", 1.0), "subdistricts": ("subdistrict", 0.8), "communities": ("community", 1.0),
    "grids": ("resident", 0.6),
}  # fmt: skip
#: Metres of height that a storey has where nobody measured.
_STOREY_M = 3.0
_SHOWN = 8


def column_signature(columns: Sequence[Column]) -> str:
    """A text that is the same for deliveries with the same columns, in whatever order."""
    names = sorted(f"{column.name.lower()}:{column.type}" for column in columns)
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:32]


def guess_mapping(spec: LayerSpec, columns: Sequence[Column], saved: Mapping | None = None) -> Mapping:
    """One entry for every field that a delivery can fill. What was saved for such columns comes first."""
    fields = deliverable(spec)
    entries = _kept(saved, columns)
    taken = {entry.column.lower() for entry in entries.values()}
    open_fields = [field for field in fields if field.name not in entries]
    views = [glance(column) for column in columns if column.name.lower() not in taken]
    pairs = []
    for place, field in enumerate(open_fields):
        for number, view in enumerate(views):
            confidence, reason, factor = score(spec, field, view)
            if confidence >= LEAST:
                pairs.append((-confidence, place, number, reason, factor))
    used: set[int] = set()
    for confidence, place, number, reason, factor in sorted(pairs):
        field = open_fields[place]
        if field.name not in entries and number not in used:
            used.add(number)
            view = views[number]
            values = {} if not field.values else meanings(field, view)
            entries[field.name] = FieldMapping(
                field.name, view.name, values=values, factor=factor, confidence=round(-confidence, 2), reason=reason
            )
    _without_column(spec, entries)
    return Mapping(tuple(entries.get(field.name) or FieldMapping(field.name, confidence=0.0) for field in fields))


def _kept(saved: Mapping | None, columns: Sequence[Column]) -> dict[str, FieldMapping]:
    """The entries of a saved mapping that hold for these columns."""
    there = {column.name.lower(): column.name for column in columns}
    kept = {}
    for entry in saved.fields if saved else ():
        if entry.column.lower() in there and entry.column:
            kept[entry.field] = replace(entry, column=there[entry.column.lower()], confidence=1.0, reason="saved")
        elif not entry.column and entry.constant is not None:
            kept[entry.field] = replace(entry, confidence=1.0, reason="saved")
    return kept


def _without_column(spec: LayerSpec, entries: dict[str, FieldMapping]) -> None:
    """What can be said of a needed field that no column fills."""
    if "kind" not in entries and spec.id in _KINDS:
        value, confidence = _KINDS[spec.id]
        entries["kind"] = FieldMapping("kind", constant=value, confidence=confidence, reason="layer")
    floors = entries.get("floors")
    if spec.id == "buildings" and "height_m" not in entries and floors and floors.column:
        entries["height_m"] = FieldMapping("height_m", floors.column, factor=_STOREY_M, confidence=0.6, reason="floors")


def doubts(spec: LayerSpec, mapping: Mapping, columns: Sequence[Column], layer: str | None = None) -> list[Finding]:
    """What a person must say before the mapping holds, and what it leaves out."""
    notes = Notebook(layer)
    wanted = needed(spec) - derived(spec)
    by_name = {column.name.lower(): column for column in columns}
    for field in deliverable(spec):
        entry = mapping.of(field.name)
        column = by_name.get(entry.column.lower()) if entry.column else None
        if field.name in wanted and column is None and entry.constant is None:
            notes.note("mapping_missing", field=field.name, title=field.zh, candidates=_choices(spec, field, columns))
        elif field.name in wanted and entry.confidence < SURE:
            notes.note(
                "mapping_unsure", field=field.name, title=field.zh, column=entry.column or entry.constant or "",
                confidence=f"{entry.confidence:.0%}", candidates=_choices(spec, field, columns),
            )  # fmt: skip
        elif entry.column and LEAST <= entry.confidence < SURE:
            notes.note(
                "mapping_guessed", field=field.name, title=field.zh, column=entry.column,
                confidence=f"{entry.confidence:.0%}",
            )  # fmt: skip
        if column is not None and field.values and field.name in wanted:
            _unknown_values(field, entry, column, notes)
    unused = [column.name for column in columns if column.name.lower() not in _used(mapping)]
    if unused:
        notes.note("columns_unused", names=", ".join(unused[:20]))
    return notes.findings


def _used(mapping: Mapping) -> set[str]:
    return {entry.column.lower() for entry in mapping.fields}


def _unknown_values(field: FieldSpec, entry: FieldMapping, column: Column, notes: Notebook) -> None:
    """Asks about values of a needed code list that mean nothing yet."""
    view, labels = glance(column), label_table(field)
    strange = [
        text for text in view.distinct
        if text and text not in entry.values and text not in field.values and not _meant(field, labels, text)
    ]  # fmt: skip
    if strange:
        choices = [Candidate(code, words.zh, words.en) for code, words in field.values.items()]
        notes.note(
            "values_unknown", field=field.name, title=field.zh, column=column.name, sample=", ".join(strange[:_SHOWN]),
            candidates=choices,
        )  # fmt: skip


def _meant(field: FieldSpec, labels: dict[str, str], text: str) -> bool:
    return text.strip().casefold().replace(" ", "").replace("_", "") in labels


def _choices(spec: LayerSpec, field: FieldSpec, columns: Sequence[Column]) -> list[Candidate]:
    """The columns that could fill a field, the likeliest first."""
    views: list[Glance] = [glance(column) for column in columns]
    scored = sorted(views, key=lambda view: (-score(spec, field, view)[0], view.name))
    return [Candidate(view.name, view.name, view.name) for view in scored[:20]]
