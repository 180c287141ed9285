"""Exports read back: by the importers' own reader, without the sandbox round it, so that a whole matrix takes seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.exports.asked import read_wanted
from layers.exports.sight import Sight, sight_of
from layers.exports.tables import Table
from layers.exports.writing import Written, write_file
from layers.geo.crs import METRIC_SRID, reproject_all
from layers.imports.assembling import assemble, joined
from layers.imports.delivery import Delivery, LayerRead
from layers.imports.diffing import diff
from layers.imports.findings import Answers
from layers.imports.guessing import guess_mapping
from layers.imports.inspect import inspect_files
from layers.imports.plan_types import Stored

#: A vertex may be off by so much, in metres of EPSG:4547.
TOLERANCE_M = 0.001


def written(path: Path, sight: Sight | None = None, **asked: Any) -> Written:
    """What `asked` gives, at `path`."""
    wanted = read_wanted({"format": path.name} | asked)
    return write_file(sight or sight_of(None, wanted.layer), wanted, path)


def read_back(path: Path) -> Delivery:
    """The delivery that an exported file is."""
    work = path.parent / f"work-{path.name}"
    work.mkdir()
    copy = work / "in"
    copy.write_bytes(path.read_bytes())
    (work / "out").mkdir()
    return inspect_files(path.name, [(path.name, copy)], Answers(), work / "out")


def rows_of(delivery: Delivery) -> list[tuple[LayerRead, int, str]]:
    """(layer, number of the row in it, id) of every row of a delivery."""
    found = []
    for layer in delivery.layers:
        column = layer.column("id")
        assert column is not None
        found += [(layer, number, str(value)) for number, value in enumerate(column.values.tolist())]
    return found


def farthest_m(one: Any, other: Any) -> float:
    """Metres between two shapes of EPSG:4547 at their farthest; nothing between two that are not there."""
    if one is None or other is None:
        return 0.0 if one is other else float("inf")
    return float(shapely.hausdorff_distance(one, other))


def same(value: Any, read: Any, null: bool) -> bool:
    """True when a value came back: as itself, as its text, or as nothing for nothing."""
    if value is None or value == "":
        return bool(null)
    if isinstance(value, bool):
        return str(read).lower() == str(value).lower()
    if isinstance(value, int | float):
        return float(read) == float(value)
    return str(read) == (value if isinstance(value, str) else value.isoformat())


def as_stored(table: Table) -> Stored:
    """The rows of a table as an import compares a delivery with them."""
    own = ("id", "version", "valid_from", "valid_to")
    return Stored(
        ids=table.ids, row_ids=np.arange(len(table)), feature_versions=np.ones(len(table), dtype=int),
        degrees=table.shapes, metric=reproject_all(table.shapes, table.crs, METRIC_SRID), digests=[b""] * len(table),
        values={f.db_column: table.values[f.name] for f in table.fields if f.name not in own},
    )  # fmt: skip


def differences(table: Table, delivery: Delivery) -> dict[str, int]:
    """How a delivery differs from a table, by columns guessed as an import guesses them: the kinds there are, counted."""
    parts = [assemble(table.spec, held, guess_mapping(table.spec, held.columns))[0] for held in delivery.layers]
    return {kind: count for kind, count in diff(table.spec, joined(parts), as_stored(table)).counts.items() if count}


def stored_metric(table: Table) -> dict[str, Any]:
    """Id -> shape in EPSG:4547."""
    return dict(zip(table.ids.tolist(), reproject_all(table.shapes, table.crs, METRIC_SRID), strict=True))


def truth_of(table: Table) -> dict[str, dict[str, Any]]:
    """Id -> name of a field -> value."""
    return {
        key: {name: values[number] for name, values in table.values.items()}
        for number, key in enumerate(np.asarray(table.ids).tolist())
    }
