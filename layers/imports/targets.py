"""The stored layer that a file is meant for, fetched once for the comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.catalog.registry import spec_of
from layers.catalog.selectors import current_rows
from layers.errors import UnknownLayer
from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject
from layers.imports import sandbox
from layers.imports.against import Target, compare
from layers.imports.findings import Answers, Notebook

#: Layers whose features must tile the ground.
TILING = ("district", "subdistricts", "communities", "grids", "unit_grids")
#: Layers that go on beyond the district to the edge of the sheet.
_BEYOND = ("roads", "waters", "greens")


def target_of(layer: str) -> Target:
    """The stored layer of an id, as a comparison needs it. Raises UnknownLayer when no file can be meant for it."""
    spec = spec_of(layer)
    if not spec.versioned or not spec.editable:
        raise UnknownLayer(f"图层 {layer} 不接受导入", f"layer {layer} takes no imports", field="layer", found=layer)
    codes, shapes = _rows(layer)
    _, district = _rows("district")
    ground = shapely.union_all(district)
    if layer in _BEYOND and len(shapes):
        ground = shapely.union_all([ground, shapely.box(*shapely.total_bounds(shapes))])
    return Target(
        layer,
        tuple(spec.geometry_types),
        layer in TILING,
        codes,
        shapes,
        ground,
        reproject(ground, STORAGE_SRID, METRIC_SRID),
    )


def _rows(layer: str) -> tuple[list[str], np.ndarray]:
    rows = [
        (str(code), bytes(shape.wkb)) for code, shape in current_rows(spec_of(layer)).values_list("feature_id", "geom")
    ]
    shapes: np.ndarray = shapely.from_wkb(np.array([wkb for _, wkb in rows], dtype=object))
    return [code for code, _ in rows], shapes


def inspect_against(file: Path, target: Target, answers: Answers | None = None) -> dict[str, Any]:
    """The report of a file held against its target layer."""
    given = answers or Answers()
    inspected = sandbox.inspect(file, answers=given, rows=True, near_4326=target.near_4326)
    notes = Notebook()
    for layer in inspected.delivery.layers:
        compare(layer, target, Notebook(layer.name, notes.findings))
    return sandbox.with_findings(inspected, notes.findings, given)
