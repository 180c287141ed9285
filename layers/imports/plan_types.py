"""What the parts of an import hand to each other: mapping, rows that come in, rows in force, and how they differ. Pure.

All rows travel as arrays over the same order, never as one object a row: 400,000 points are compared as they stand.
"""

from __future__ import annotations

from collections import abc
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as factory
from typing import Any, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Kind = Literal["added", "removed", "moved", "reshaped", "changed", "unchanged"]
MatchedBy = Literal["code", "id", "geometry"]

#: The six of the contract, in its order; `Diff.kinds` holds places in this list.
KINDS: tuple[Kind, ...] = ("added", "removed", "moved", "reshaped", "changed", "unchanged")


@dataclass(frozen=True)
class FieldMapping:
    """How one field of a layer is filled: from a column of the file, else by a constant, else by what follows.

    `values` translates delivered values (as text) to those of the code list; numbers are multiplied by `factor`
    (0.01 for centimetres, 666.667 for mu). `confidence` is that of a guess, 1.0 once a person said so, and `reason`
    says what it was guessed from.
    """

    field: str
    column: str = ""
    constant: str | None = None
    values: abc.Mapping[str, str] = factory(default_factory=dict)
    factor: float = 1.0
    confidence: float = 1.0
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "field": self.field,
            "column": self.column,
            "constant": self.constant,
            "values": dict(self.values),
            "factor": self.factor,
            "confidence": self.confidence,
            "reason": self.reason,
        }

    @classmethod
    def from_dict(cls, value: abc.Mapping[str, Any]) -> FieldMapping:
        """The mapping that `as_dict` wrote; only `field` must be there, and a person's word counts fully."""
        constant = value.get("constant")
        return cls(
            field=str(value["field"]),
            column=str(value.get("column") or ""),
            constant=None if constant is None else str(constant),
            values={str(found): str(meant) for found, meant in (value.get("values") or {}).items()},
            factor=float(value.get("factor", 1.0)),
            confidence=float(value.get("confidence", 1.0)),
            reason=str(value.get("reason") or ""),
        )


@dataclass(frozen=True)
class Mapping:
    """How a delivery fills a layer: one entry for every field that a delivery can fill."""

    fields: tuple[FieldMapping, ...] = ()

    def of(self, name: str) -> FieldMapping:
        """The entry of a field; one that fills nothing when there is none."""
        return next((entry for entry in self.fields if entry.field == name), FieldMapping(name))

    def with_field(self, entry: FieldMapping) -> Mapping:
        """The mapping with one entry in place of the field's former one."""
        if all(former.field != entry.field for former in self.fields):
            return Mapping((*self.fields, entry))
        return Mapping(tuple(entry if former.field == entry.field else former for former in self.fields))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"fields": [entry.as_dict() for entry in self.fields]}

    @classmethod
    def from_dict(cls, value: abc.Mapping[str, Any]) -> Mapping:
        """The mapping that `as_dict` wrote."""
        return cls(tuple(FieldMapping.from_dict(entry) for entry in value.get("fields", ())))


@dataclass
class Incoming:
    """Rows of a delivery, ready to be compared. All arrays run over the same rows.

    `rows` are their numbers in the file, `degrees` and `metric` shapely shapes in EPSG:4326 and EPSG:4547, `values`
    attribute values by database column (objects as the model holds them, None for nothing). `coded` says which rows
    have an id that follows from a code or came with the file; the others are matched by shape and keep or get an id then.
    `delivered` names the database columns that the mapping fills, `following` those that follow from shape and place:
    these count when the shape differs; all others are no reason to call a row changed and keep what is stored.
    """

    ids: np.ndarray
    rows: np.ndarray
    degrees: np.ndarray
    metric: np.ndarray
    values: dict[str, np.ndarray]
    ranks: np.ndarray
    digests: list[bytes]
    coded: np.ndarray = factory(default_factory=lambda: np.zeros(0, dtype=bool))
    delivered: frozenset[str] = frozenset()
    following: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass
class Stored:
    """The rows of a layer in force, as arrays of the same kinds; `row_ids` are those of the stored rows."""

    ids: np.ndarray
    row_ids: np.ndarray
    feature_versions: np.ndarray
    degrees: np.ndarray
    metric: np.ndarray
    values: dict[str, np.ndarray]
    digests: list[bytes]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def nothing(cls) -> Stored:
        """What a layer without rows holds."""
        empty = np.zeros(0, dtype=object)
        whole = np.zeros(0, dtype=np.int64)
        return cls(empty, whole, whole, empty, empty, {}, [])


@dataclass(frozen=True)
class Change:
    """What becomes of one feature. `row` is its number in the file, `row_id` the stored row it replaces or ends."""

    kind: Kind
    feature_id: str
    row: int | None
    row_id: int | None
    columns: tuple[str, ...] = ()
    distance_m: float = 0.0
    area_change_m2: float = 0.0


@dataclass
class Diff:
    """How a delivery differs from what is in force, as arrays over the changes.

    First every incoming row in order of delivery, then the stored rows that go. `kinds` are places in KINDS,
    `incoming` and `stored` places in the two sets of rows (-1 for none), `ids` the feature ids that hold from then on,
    `changed` for every database column which changes touch it.
    """

    kinds: np.ndarray
    ids: np.ndarray
    incoming: np.ndarray
    stored: np.ndarray
    rows: np.ndarray
    row_ids: np.ndarray
    changed: dict[str, np.ndarray]
    distance_m: np.ndarray
    area_change_m2: np.ndarray
    counts: dict[str, int]
    fields: dict[str, int]
    matched_by: MatchedBy = "code"

    def __len__(self) -> int:
        return len(self.kinds)

    def places(self, *kinds: Kind) -> np.ndarray:
        """Which changes are of these kinds, in order."""
        wanted = [KINDS.index(kind) for kind in kinds]
        return np.flatnonzero(np.isin(self.kinds, wanted))

    @property
    def differing(self) -> np.ndarray:
        """The places of all changes but the unchanged rows."""
        return np.flatnonzero(self.kinds != KINDS.index("unchanged"))

    def change(self, place: int) -> Change:
        """One change as an object."""
        row, row_id = int(self.rows[place]), int(self.row_ids[place])
        return Change(
            kind=KINDS[int(self.kinds[place])],
            feature_id=str(self.ids[place]),
            row=row if self.incoming[place] >= 0 else None,
            row_id=row_id if self.stored[place] >= 0 else None,
            columns=tuple(column for column, which in self.changed.items() if which[place]),
            distance_m=float(self.distance_m[place]),
            area_change_m2=float(self.area_change_m2[place]),
        )

    def each(self) -> Iterator[Change]:
        """Every change but the unchanged rows, for the table of the page."""
        for place in self.differing:
            yield self.change(int(place))


@dataclass(frozen=True)
class Offence:
    """Two features, or one alone, that break a rule of the layer; `geometry` is where, in EPSG:4326, for the map."""

    kind: str
    one: str
    other: str
    area_m2: float
    geometry: BaseGeometry | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON; the geometry as GeoJSON text is left to whoever writes it."""
        return {"kind": self.kind, "one": self.one, "other": self.other, "area_m2": round(self.area_m2, 2)}


@dataclass(frozen=True)
class AreaIndex:
    """The areas in force of one level, from which a row gets the codes of where it lies.

    `codes` are those of grids (15 digits), communities (12) or subdistricts (9); `metric` their shapes in EPSG:4547.
    """

    codes: np.ndarray
    metric: np.ndarray

    @classmethod
    def of(cls, codes: abc.Sequence[str], metric: np.ndarray) -> AreaIndex:
        """An index from codes and shapes; the shapes are prepared for many questions."""
        shapely.prepare(metric)
        return cls(np.asarray(codes, dtype=object), metric)
