"""A layer as read, held against the layer it is meant for: kind, place, shift, codes, overlap and gap. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from layers.geo.datums import Suspicion, suspect, suspect_pairs
from layers.imports.delivery import LayerRead
from layers.imports.findings import Notebook
from layers.imports.locating import ask_datum
from layers.imports.places import Box, candidates, extent
from layers.imports.tiling import TOLERANCE_M2

#: Overlaps below this are rounding, not ground.
NOTHING_M2 = 1e-4
_SAMPLE = 5000
_CODE_NAMES = re.compile(r"(?:.*(?:code|代码|编码|编号)|[a-z]{0,6}(?:dm|bm|bh))", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """The stored layer: `codes` and `shapes_4326` row by row, and the ground of the district in both systems."""

    layer: str
    kinds: tuple[str, ...]
    tiles: bool
    codes: Sequence[str]
    shapes_4326: np.ndarray
    ground_4326: shapely.Geometry
    ground_metric: shapely.Geometry

    @property
    def near_4326(self) -> Box | None:
        """The box of the district; None before one is loaded."""
        return None if self.ground_4326.is_empty else tuple(self.ground_4326.bounds)


def compare(layer: LayerRead, target: Target, notes: Notebook) -> None:
    """Notes what a layer would do to its target, as far as one can say without a mapping."""
    strange = [kind for kind in layer.kinds if _single(kind) not in {_single(kind) for kind in target.kinds}]
    if strange:
        notes.note("wrong_kind", kind=", ".join(map(str, strange)), target=target.layer, wanted=", ".join(target.kinds))
        return
    if layer.degrees is None or shapely.is_missing(layer.degrees).all():
        return
    codes = code_column(layer, target)
    suspicion = _suspicion(layer, target, codes)
    if suspicion and layer.source_datum not in ("gcj02", "bd09"):
        ask_datum(
            notes, suspicion.datum,
            f"与现有图层相差约 {suspicion.offset_m:.0f} 米，方向合于其偏移",
            f"it lies about {suspicion.offset_m:.0f} m beside the stored layer, as that shift does",
        )  # fmt: skip
    elif not suspicion:
        _outside(layer, target, notes)
    if codes is not None:
        _repeated_codes(codes, layer, target, notes)
    if target.tiles:
        _tiling(layer, target, notes)


def _single(kind: object) -> str:
    return str(kind).removeprefix("Multi")


def code_column(layer: LayerRead, target: Target) -> list[str] | None:
    """The codes of the rows: the column that knows most of the stored codes, else one that is called so."""
    known = set(target.codes)
    best: tuple[float, list[str]] = (0.0, [])
    for column in layer.columns:
        texts = ["" if gone else str(value) for value, gone in zip(column.values, column.null, strict=True)]
        share = sum(text in known for text in texts) / max(len(texts), 1)
        best = max(best, (share, texts), key=lambda item: item[0])
    if best[0] >= 0.5:
        return best[1]
    named = next(
        (column for column in layer.columns if column.type == "text" and _CODE_NAMES.fullmatch(column.name)), None
    )
    return (
        None
        if named is None
        else ["" if gone else str(value) for value, gone in zip(named.values, named.null, strict=True)]
    )


def _suspicion(layer: LayerRead, target: Target, codes: list[str] | None) -> Suspicion | None:
    assert layer.degrees is not None
    stored = dict(zip(target.codes, target.shapes_4326, strict=True))
    if codes is not None:
        pairs = [
            (shape, stored[code]) for shape, code in zip(layer.degrees, codes, strict=True) if code in stored and shape
        ]
        if len(pairs) >= 3:
            here, there = (shapely.get_coordinates(shapely.centroid([pair[side] for pair in pairs])) for side in (0, 1))
            return suspect_pairs(here, there)
    vertices = shapely.get_coordinates(layer.degrees)
    return suspect(vertices[:: max(1, len(vertices) // _SAMPLE)], shapely.get_coordinates(target.shapes_4326))


def _outside(layer: LayerRead, target: Target, notes: Notebook) -> None:
    if target.ground_4326.is_empty:
        return
    shapely.prepare(target.ground_4326)
    away = ~shapely.intersects(target.ground_4326, layer.degrees) & ~shapely.is_missing(layer.degrees)
    if away.any():
        choices = candidates(extent(layer.outlines("shapes")), target.near_4326)
        notes.note("outside_district", rows=layer.rows[away], candidates=choices)


def _repeated_codes(codes: list[str], layer: LayerRead, target: Target, notes: Notebook) -> None:
    counts = Counter(code for code in codes if code)
    twice = sorted(code for code, count in counts.items() if count > 1)
    if twice:
        rows = [int(row) for row, code in zip(layer.rows, codes, strict=True) if counts[code] > 1]
        notes.note("codes_duplicate" if target.tiles else "codes_repeated", codes=", ".join(twice[:5]), rows=rows)


def _tiling(layer: LayerRead, target: Target, notes: Notebook) -> None:
    """Overlaps between rows and gaps among them, judged in metres with the house's tolerance a pair."""
    shapes = layer.metric
    assert shapes is not None
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = np.column_stack((left, right))[left < right]
    common = shapely.area(shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]]))
    above, below = common > TOLERANCE_M2, (common > NOTHING_M2) & (common <= TOLERANCE_M2)
    if above.any():
        worst = pairs[np.argmax(common)]
        notes.note(
            "overlap_above", rows=layer.rows[np.unique(pairs[above])], area=f"{common.max():.1f} m²",
            pair=" / ".join(str(layer.rows[row]) for row in worst),
        )  # fmt: skip
    if below.any():
        notes.note("overlap_below", rows=layer.rows[np.unique(pairs[below])])
    gaps = _gaps(shapes, target)
    for code, areas in (
        ("gap_above", gaps[gaps > TOLERANCE_M2]),
        ("gap_below", gaps[(gaps > NOTHING_M2) & (gaps <= TOLERANCE_M2)]),
    ):
        if len(areas):
            notes.note(code, n=len(areas), area=f"{areas.max():.1f} m²")


def _gaps(shapes: np.ndarray, target: Target) -> np.ndarray:
    """Areas in m² of what is left open: holes in the whole, and its lack towards the district when it is a whole set."""
    union = shapely.union_all(shapes[~shapely.is_missing(shapes)])
    filled = shapely.union_all([shapely.polygons(ring) for ring in _outer_rings(union)])
    if len(shapes) >= 0.9 * len(target.codes) and not target.ground_metric.is_empty:
        filled = target.ground_metric
    holes = shapely.get_parts(shapely.difference(filled, union))
    areas: np.ndarray = shapely.area(holes)
    return areas


def _outer_rings(union: shapely.Geometry) -> np.ndarray:
    parts = shapely.get_parts(union)
    rings: np.ndarray = shapely.get_exterior_ring(parts[shapely.get_type_id(parts) == 3])
    return rings
