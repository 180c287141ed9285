"""A layer's rows as columns over one order of rows, on their way into a file. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely

from layers.geo.crs import STORAGE_SRID, reproject_all
from layers.spec import FieldSpec, LayerSpec


@dataclass(frozen=True)
class Table:
    """Rows ordered by id: one array of Python values a field (None for nothing), and their shapes.

    `shapes` are shapely shapes in the system of EPSG number `crs`, easting or longitude first; None where a row has none.
    """

    spec: LayerSpec
    fields: tuple[FieldSpec, ...]
    values: dict[str, np.ndarray]
    shapes: np.ndarray
    crs: int = STORAGE_SRID

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def ids(self) -> np.ndarray:
        """The public id of every row."""
        return self.values["id"]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The types of the shapes there are, in the order of the layer's description."""
        found = {shape.geom_type for shape in self.shapes if shape is not None}
        return tuple(kind for kind in self.spec.geometry_types if kind in found)

    def of(self, rows: np.ndarray) -> Table:
        """The table of some of the rows."""
        values = {name: array[rows] for name, array in self.values.items()}
        return Table(self.spec, self.fields, values, self.shapes[rows], self.crs)


def table_of_rows(spec: LayerSpec, fields: tuple[FieldSpec, ...], rows: list[tuple[Any, ...]]) -> Table:
    """The table of rows as they are read: the values of `fields` in order, then the shape as well-known binary."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(fields) + 1)
    values = {
        field.name: _objects([typed(field, value) for value in column])
        for field, column in zip(fields, columns, strict=False)
    }
    shapes: np.ndarray = shapely.from_wkb(_objects([None if wkb is None else bytes(wkb) for wkb in columns[-1]]))
    return Table(spec, fields, values, shapes)


def typed(field: FieldSpec, value: Any) -> Any:
    """A stored value as its field's type; attributes kept in a document come as text. Nothing for what is no number."""
    if isinstance(value, str) and field.type != "text":
        value = _READ[field.type](value) if value else None
    return None if isinstance(value, float) and not math.isfinite(value) else value


_READ: dict[str, Callable[[str], Any]] = {
    "integer": lambda text: int(float(text)) if "." in text else int(text),
    "number": float,
    "boolean": lambda text: text == "true",
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def _objects(values: Any) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def in_system(table: Table, crs: int) -> Table:
    """The same rows with their shapes in another system."""
    if crs == table.crs:
        return table
    return Table(table.spec, table.fields, table.values, reproject_all(table.shapes, table.crs, crs), crs)
