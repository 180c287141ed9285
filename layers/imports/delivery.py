"""What was read from a file: layers with their columns and shapes, and what was found. Pure.

The report is the one of the contract; the arrays are what mapping, diff and commit work on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import shapely

from layers.imports.blocks import Column
from layers.imports.findings import Finding, Verdict, verdict_of
from layers.imports.outlines import Outlines
from layers.imports.places import Box
from layers.imports.projections import System

__all__ = ["Column", "Delivery", "LayerRead", "ordered"]
Held = np.ndarray | Outlines
T = TypeVar("T", np.ndarray, Outlines)


class LayerRead:
    """One layer as read. All arrays run over the same rows; `rows` holds their numbers in the file, from 1.

    `shapes` are flat shapely shapes in the file's own system (None where there is none), `degrees` and `metric` the
    same in EPSG:4326 and EPSG:4547, once it is known where they lie. Each is held as shapely shapes or as `Outlines`,
    whichever was asked for last: both together would be twice the file.
    """

    def __init__(
        self,
        name: str,
        shapes: Held,
        rows: np.ndarray,
        columns: list[Column] | None = None,
        kind: str = "",
        system: System | None = None,
        source_datum: str | None = None,
        encoding: str | None = None,
        encoding_confidence: float | None = None,
        degrees: Held | None = None,
        metric: Held | None = None,
    ) -> None:
        """The layer; shapes as arrays of shapely shapes or as `Outlines`."""
        self.name = name
        self.rows = rows
        self.columns = columns or []
        self.kind = kind
        self.system = system
        self.source_datum = source_datum
        self.encoding = encoding
        self.encoding_confidence = encoding_confidence
        self._held: dict[str, Held] = {}
        self.hold(shapes=shapes, degrees=degrees, metric=metric)

    def hold(self, **shapes: Held | None) -> None:
        """Takes over `shapes`, `degrees` or `metric`; None is left out."""
        self._held |= {name: held for name, held in shapes.items() if held is not None}

    def outlines(self, name: str) -> Outlines | None:
        """`shapes`, `degrees` or `metric` as arrays of coordinates; None as long as nobody knows them."""
        held = self._held.get(name)
        return held if held is None or isinstance(held, Outlines) else self._swapped(held, Outlines.of(held))

    @property
    def held(self) -> Held:
        """The shapes in the file's own system, as they are held just now."""
        return self._held["shapes"]

    def _as_shapes(self, name: str) -> np.ndarray | None:
        held = self._held.get(name)
        return self._swapped(held, held.shapes()) if isinstance(held, Outlines) else held

    def _swapped(self, held: Held, other: T) -> T:
        """`other` in the place of `held`, wherever it is held."""
        self._held = {name: other if item is held else item for name, item in self._held.items()}
        return other

    @property
    def shapes(self) -> np.ndarray:
        """Shapely shapes in the file's own system."""
        shapes = self._as_shapes("shapes")
        assert shapes is not None
        return shapes

    @shapes.setter
    def shapes(self, shapes: np.ndarray) -> None:
        self.hold(shapes=shapes)

    @property
    def degrees(self) -> np.ndarray | None:
        """Shapely shapes in EPSG:4326; None as long as nobody knows where the layer lies."""
        return self._as_shapes("degrees")

    @degrees.setter
    def degrees(self, shapes: np.ndarray | None) -> None:
        self.hold(degrees=shapes)

    @property
    def metric(self) -> np.ndarray | None:
        """Shapely shapes in EPSG:4547; None as long as nobody knows where the layer lies."""
        return self._as_shapes("metric")

    @metric.setter
    def metric(self, shapes: np.ndarray | None) -> None:
        self.hold(metric=shapes)

    def same(self, one: str, other: str) -> bool:
        """True when two of the three are one and the same thing."""
        return one in self._held and self._held[one] is self._held.get(other)

    @property
    def bounds_4326(self) -> Box | None:
        """West, south, east, north; None as long as nobody knows where it lies, or when nothing does."""
        held = self._held.get("degrees")
        if held is None:
            return None
        low_high = held.bounds if isinstance(held, Outlines) else shapely.total_bounds(held)
        return None if np.isnan(low_high).any() else tuple(float(number) for number in low_high)  # type: ignore[return-value]

    @property
    def kinds(self) -> list[str]:
        """The type names of the shapes there are."""
        outlines = self.outlines("shapes")
        return [] if outlines is None else outlines.kinds

    @property
    def geometry_type(self) -> str | None:
        """The shapes' types, joined by `/`; what the file promises when it holds none."""
        kinds = sorted(self.kinds, key=lambda kind: (len(kind), kind))
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
