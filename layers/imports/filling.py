"""The fields of a layer, filled from the columns of a file under a mapping; every loss named by row. Pure."""

from __future__ import annotations

import numpy as np

from layers.catalog.rows import DEFAULTS
from layers.catalog.values import Unusable
from layers.imports.coercing import coerce_column, constant_of
from layers.imports.delivery import LayerRead
from layers.imports.fields import coded, derived, needed
from layers.imports.findings import Notebook, Severity
from layers.imports.plan_types import FieldMapping, Mapping
from layers.spec import FieldSpec, LayerSpec

#: Faults that make a value poorer where a field can do without, and refuse the row where it cannot.
_HARD = frozenset({"values_too_long", "values_garbled", "values_unlisted"})


class Filling:
    """The columns of one layer under its mapping, for the rows of `keep`.

    `delivered` are the database columns that the mapping fills, `following` those that follow from elsewhere.
    """

    def __init__(
        self, spec: LayerSpec, layer: LayerRead, mapping: Mapping, keep: np.ndarray, notes: Notebook
    ) -> None:  # fmt: skip
        self.spec, self.layer, self.mapping, self.keep, self.notes = spec, layer, mapping, keep, notes
        self.rows = layer.rows[keep]
        self.delivered: set[str] = set()
        self.following: set[str] = set()
        self._needed = needed(spec)

    def filled(self, field: FieldSpec) -> np.ndarray:
        """The values of a field: from its column, else its constant, else its default."""
        values = self._given(field, self.mapping.of(field.name))
        if values is None:
            values = np.full(len(self.keep), None, dtype=object)
        else:
            self.delivered.add(field.db_column)
        default = DEFAULTS.get(self.spec.id, {}).get(field.name, "" if field.type == "text" else None)
        if default is not None:
            values[nothing_in(values)] = default
        if field.name in self._needed and field.name not in derived(self.spec):
            lacking = nothing_in(values) | (values == "")
            if lacking.any():
                self.notes.note("required_missing", field=field.name, rows=self.rows[lacking], title=field.zh)
        return values

    def _given(self, field: FieldSpec, entry: FieldMapping) -> np.ndarray | None:
        column = self.layer.column(entry.column) if entry.column else None
        if column is not None:
            done = coerce_column(self.spec, field, column[self.keep], entry)
            for rule, which in done.faults.items():
                hard = rule in _HARD and (field.name in self._needed or field.name == "code")
                self.notes.note(
                    rule, field=field.name, rows=self.rows[which], sample=done.samples[rule],
                    severity=Severity.ERROR if hard else None,
                )  # fmt: skip
            return done.values
        if entry.column:
            self.notes.note("column_unknown", field=field.name, column=entry.column)
            return None
        if entry.constant is None:
            return None
        try:
            value = constant_of(field, entry.constant)
        except (Unusable, ValueError):
            self.notes.note("constant_unusable", field=field.name, value=entry.constant)
            return None
        values = np.empty(len(self.keep), dtype=object)
        values[:] = value
        return values

    def ids(self) -> np.ndarray:
        """The ids that came with the file; empty text where none did, or where the layer makes them of its codes."""
        values = None if coded(self.spec) else self._given(self.spec.field("id"), self.mapping.of("id"))
        if values is None:
            return np.full(len(self.keep), "", dtype=object)
        values[nothing_in(values)] = ""
        return values


def nothing_in(values: np.ndarray) -> np.ndarray:
    """Where a column of objects holds None."""
    empty: np.ndarray = values == np.array(None, dtype=object)
    return empty
