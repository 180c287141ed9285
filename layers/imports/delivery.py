"""What was read from a file: layers with their columns and shapes, and what was found. Pure.

The report is the one of the contract; the arrays are what mapping, diff and commit work on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from layers.imports.findings import Finding, Verdict, verdict_of
from layers.imports.places import Box
from layers.imports.projections import System
from layers.spec import FieldType


@dataclass
class Column:
    """One attribute: `values` are objects for text and dates (ISO 8601), else numbers; `null` marks what is not there."""

    name: str
    type: FieldType
    values: np.ndarray
    null: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> Column:
        """The column of some rows."""
        return Column(self.name, self.type, self.values[rows], self.null[rows])


@dataclass
class LayerRead:
    """One layer as read. All arrays run over the same rows; `rows` holds their numbers in the file, from 1.

    `shapes` are flat shapely shapes in the file's own system (None where there is none), `degrees` and `metric` the
    same in EPSG:4326 and EPSG:4547, once it is known where they lie.
    """

    name: str
    shapes: np.ndarray
    rows: np.ndarray
    columns: list[Column] = field(default_factory=list)
    kind: str = ""
    system: System | None = None
    source_datum: str | None = None
    encoding: str | None = None
    encoding_confidence: float | None = None
    degrees: np.ndarray | None = None
    metric: np.ndarray | None = None

    @property
    def bounds_4326(self) -> Box | None:
        """West, south, east, north; None as long as nobody knows where it lies, or when nothing does."""
        if self.degrees is None:
            return None
        low_high = shapely.total_bounds(self.degrees)
        return None if np.isnan(low_high).any() else tuple(float(number) for number in low_high)  # type: ignore[return-value]

    @property
    def geometry_type(self) -> str | None:
        """The shapes' types, joined by `/`; what the file promises when it holds none."""
        kinds = sorted({str(kind) for kind in shape_kinds(self.shapes)}, key=lambda kind: (len(kind), kind))
        return "/".join(kinds) or self.kind or None

    def column(self, name: str) -> Column | None:
        """The column of a name, in whatever case."""
        return next((column for column in self.columns if column.name.lower() == name.lower()), None)

    def as_dict(self) -> dict[str, Any]:
        """The entry of the report."""
        bounds = self.bounds_4326
        return {
            "name": self.name,
            "geometry_type": self.geometry_type,
            "count": len(self.rows),
            "crs": self.system.label if self.system else None,
            "source_datum": self.source_datum,
            "encoding": self.encoding,
            "encoding_confidence": self.encoding_confidence,
            "bounds_4326": None if bounds is None else [round(number, 7) for number in bounds],
            "fields": [{"name": column.name, "type": column.type} for column in self.columns],
        }


_KINDS = np.array(
    [
        "Point",
        "LineString",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
    ]
)


def shape_kinds(shapes: np.ndarray) -> np.ndarray:
    """The type name of every shape there is."""
    codes = shapely.get_type_id(shapes)
    kinds: np.ndarray = np.unique(_KINDS[codes[codes >= 0]])
    return kinds


@dataclass
class Delivery:
    """One file read: its layers and everything found in it."""

    file: str
    layers: list[LayerRead] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """The strongest finding decides."""
        return verdict_of(self.findings)

    def report(self) -> dict[str, Any]:
        """The report of the contract; nothing was compared with a stored layer, so diff and versions are empty."""
        return {
            "file": self.file,
            "verdict": self.verdict.value,
            "layers": [layer.as_dict() for layer in self.layers],
            "findings": [finding.as_dict() for finding in ordered(self.findings)],
            "diff": None,
            "consequences": [],
            "import_id": None,
            "version_before": None,
            "version_after": None,
        }


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The weightiest first, else in the order in which they were made."""
    weight = {"error": 0, "question": 1, "warning": 2, "info": 3}
    return sorted(findings, key=lambda finding: weight[finding.severity.value])
