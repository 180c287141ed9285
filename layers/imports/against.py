"""A layer as read, held against the layer it is meant for: kind, place, shift, codes, overlap and gap. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from layers.geo.datums import Suspicion, suspect, suspect_pairs
from layers.imports.coverage import TOLERANCE_M2, openings, overlaps_of
from layers.imports.delivery import LayerRead
from layers.imports.findings import Notebook
from layers.imports.locating import ask_datum
from layers.imports.places import Box, candidates, extent

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
    if compare_rows(layer, target, notes) and target.tiles:
        _tiling(layer, target, notes)


def compare_rows(layer: LayerRead, target: Target, notes: Notebook) -> bool:
    """As `compare` without topology, which an import judges on the rows it makes; False when nothing is left to judge."""
    codes = code_column(layer, target)
    if not _compare_place(layer, target, notes, codes):
        return False
    if codes is not None:
        _repeated_codes(codes, layer, target, notes)
    return True


def _compare_place(layer: LayerRead, target: Target, notes: Notebook, codes: list[str] | None) -> bool:
    """Notes a wrong kind, a shifted datum and rows outside the district; False when there is nothing to go on with."""
    strange = [kind for kind in layer.kinds if _single(kind) not in {_single(kind) for kind in target.kinds}]
    if strange:
        notes.note("wrong_kind", kind=", ".join(map(str, strange)), target=target.layer, wanted=", ".join(target.kinds))
        return False
    if layer.degrees is None or shapely.is_missing(layer.degrees).all():
        return False
    suspicion = _suspicion(layer, target, codes)
    if suspicion and layer.source_datum not in ("gcj02", "bd09"):
        ask_datum(
            notes, suspicion.datum,
            f"与现有图层相差约 {suspicion.offset_m:.0f} 米，方向合于其偏移",
            f"it lies about {suspicion.offset_m:.0f} m beside the stored layer, as that shift does",
        )  # fmt: skip
    elif not suspicion:
        _outside(layer, target, notes)
    return True


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
    """Overlaps between rows and gaps among them; towards the district when the rows are a whole set."""
    shapes = layer.metric
    assert shapes is not None
    pairs = overlaps_of(shapes)
    above, below = (pairs.where(which) for which in (pairs.area_m2 > TOLERANCE_M2, pairs.area_m2 <= TOLERANCE_M2))
    if len(above.one):
        notes.note(
            "overlap_above", rows=layer.rows[np.unique(np.r_[above.one, above.other])],
            area=f"{above.area_m2[0]:.1f} m²", pair=f"{layer.rows[above.one[0]]} / {layer.rows[above.other[0]]}",
        )  # fmt: skip
    if len(below.one):
        notes.note("overlap_below", rows=layer.rows[np.unique(np.r_[below.one, below.other])])
    whole = len(shapes) >= 0.9 * len(target.codes) and not target.ground_metric.is_empty
    gaps = shapely.area(openings(shapes, target.ground_metric if whole else None))
    for code, areas in (("gap_above", gaps[gaps > TOLERANCE_M2]), ("gap_below", gaps[gaps <= TOLERANCE_M2])):
        if len(areas):
            notes.note(code, n=len(areas), area=f"{areas.max():.1f} m²")
