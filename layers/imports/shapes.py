"""Shapes made fit: no more than flat, finite, valid, without spikes; every repair and every loss named by row. Pure.

Areas are those of the file's own system, in square metres: where its numbers can only be degrees they are converted at
the latitude of each shape. A repair is judged before anyone may know where the data lie.
"""

from __future__ import annotations

import hashlib

import numpy as np
import shapely

from layers.imports.blocks import Column
from layers.imports.delivery import LayerRead
from layers.imports.findings import Notebook
from layers.imports.outlines import Outlines
from layers.imports.pieces import ROWS
from layers.imports.spikes import SPIKE_DEGREES, blunted

#: No system on earth has coordinates this large.
ABSURD = 1e9
_METRES_A_DEGREE = 111_320.0
_NAMED = 5
_DIMENSION = {0: 0, 1: 1, 2: 1, 3: 2, 4: 0, 5: 1, 6: 2, 7: -1}


def made_fit(held: np.ndarray | Outlines, rows: np.ndarray, notes: Notebook) -> Outlines:
    """Flat, finite, valid shapes of the same kind, nothing where nothing is left."""
    if isinstance(held, Outlines):
        if held.only_points:
            return _fit_points(held, rows, notes)
        held = held.shapes()
    shapes = held.copy()
    shapes[shapely.is_empty(shapes)] = None
    _tell_null(shapely.is_missing(shapes), rows, notes)
    _flatten(shapes, rows, notes)
    outlines = Outlines.of(shapes)
    nowhere = outlines.beyond(ABSURD)
    if len(nowhere):
        notes.note("shapes_not_finite", rows=rows[nowhere])
        shapes[nowhere] = None
    changed = _repair(shapes, rows, notes)
    if changed or len(nowhere):
        outlines = Outlines.of(shapes)
    outlines = _merge_twins(outlines, shapes, rows, notes)
    outlines = _blunt(outlines, shapes, rows, notes)
    kinds = outlines.kinds
    if len({kind.removeprefix("Multi") for kind in kinds}) > 1:
        notes.note("shapes_mixed", kinds=", ".join(kinds))
    return outlines


def _tell_null(null: np.ndarray, rows: np.ndarray, notes: Notebook) -> None:
    if null.any() and not null.all():
        notes.note("shapes_null", rows=rows[null])


def _fit_points(points: Outlines, rows: np.ndarray, notes: Notebook) -> Outlines:
    """Flat points can only be missing or nowhere."""
    _tell_null(~points.there, rows, notes)
    nowhere = points.beyond(ABSURD)
    if len(nowhere):
        notes.note("shapes_not_finite", rows=rows[nowhere])
    return points.without(lambda _: nowhere)


def _flatten(shapes: np.ndarray, rows: np.ndarray, notes: Notebook) -> None:
    """Heights and measures fall off, in place."""
    deep = np.zeros(len(shapes), dtype=bool)
    for code, there in (("z_dropped", shapely.has_z(shapes)), ("m_dropped", shapely.has_m(shapes))):
        if there.any():
            notes.note(code, rows=rows[there])
        deep |= there
    if deep.any():
        shapes[deep] = shapely.force_2d(shapes[deep])


def _repair(shapes: np.ndarray, rows: np.ndarray, notes: Notebook) -> bool:
    """Invalid shapes repaired in place by the structure of their rings; pieces of a lower dimension fall off."""
    wrong = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if not len(wrong):
        return False
    before = shapes[wrong]
    after = shapely.make_valid(before, method="structure", keep_collapsed=False)
    # GEOS leaves two parts that share an edge side by side; the other method joins them.
    still = ~shapely.is_valid(after)
    after[still] = shapely.make_valid(before[still], method="linework")
    after = np.array([_same_dimension(old, new) for old, new in zip(before, after, strict=True)], dtype=object)
    gone = shapely.is_missing(after) | shapely.is_empty(after)
    after[gone] = None
    shapes[wrong] = after
    if gone.any():
        notes.note("shapes_collapsed", rows=rows[wrong[gone]])
    if not gone.all():
        notes.note(
            "shapes_repaired",
            rows=rows[wrong[~gone]],
            **areas_changed(shapely.area(before[~gone]), after[~gone], rows[wrong[~gone]]),
        )
    return True


def _merge_twins(outlines: Outlines, shapes: np.ndarray, rows: np.ndarray, notes: Notebook) -> Outlines:
    """Vertices that stand twice in a row made one, where that leaves a valid shape (it may not within 1e-150)."""
    places = outlines.stuttering()
    if not len(places):
        return outlines
    merged = shapely.remove_repeated_points(shapes[places], 0.0)
    good = shapely.is_valid(merged) & ~shapely.is_empty(merged)
    if not good.any():
        return outlines
    notes.note("vertices_repeated", rows=rows[places[good]])
    shapes[places[good]] = merged[good]
    return Outlines.of(shapes)


def areas_changed(before: np.ndarray, after: np.ndarray, rows: np.ndarray) -> dict[str, str]:
    """What a repair did to the area: in all, at most, and for the rows where it did most; in m².

    `before` are areas in the plane of the file, `after` the shapes as they are now.
    """
    boxes = shapely.bounds(after)
    lat = (boxes[:, 1] + boxes[:, 3]) / 2
    in_degrees = (np.abs(boxes[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(lat) <= 90)
    unit = np.where(in_degrees, _METRES_A_DEGREE**2 * np.cos(np.radians(lat)), 1.0)
    change = np.abs(np.abs(shapely.area(after)) - np.abs(before)) * unit
    worst = np.argsort(-change, kind="stable")[:_NAMED]
    named = ", ".join(f"{int(rows[place])}: {change[place]:.6g} m²" for place in worst)
    return {"area": f"{change.sum():.6g} m²", "most": f"{change.max():.6g} m²", "changes": named}


def _same_dimension(old: shapely.Geometry, new: shapely.Geometry) -> shapely.Geometry | None:
    """The repaired shape, without the pieces that are lines or points where it was an area."""
    wanted = _DIMENSION[shapely.get_type_id(old)]
    if wanted < 0 or _DIMENSION[shapely.get_type_id(new)] == wanted:
        return new
    parts = [part for part in shapely.get_parts(new) if _DIMENSION[shapely.get_type_id(part)] == wanted]
    return shapely.union_all(parts) if parts else None


def _blunt(outlines: Outlines, shapes: np.ndarray, rows: np.ndarray, notes: Notebook) -> Outlines:
    """Spikes removed where that changes next to nothing; the others named and kept."""
    sharp = outlines.sharp_rows(SPIKE_DEGREES)
    if not len(sharp):
        return outlines
    before = shapes[sharp]
    after = blunted(before)
    kept = shapely.is_missing(after)
    if kept.any():
        notes.note("shapes_spiked", rows=rows[sharp[kept]], angle=f"{SPIKE_DEGREES:g}")
    if kept.all():
        return outlines
    cut = sharp[~kept]
    notes.note(
        "spikes_removed",
        rows=rows[cut],
        angle=f"{SPIKE_DEGREES:g}",
        **areas_changed(shapely.area(before[~kept]), after[~kept], rows[cut]),
    )
    shapes[cut] = after[~kept]
    return Outlines.of(shapes)


def _objects(column: Column, places: np.ndarray) -> np.ndarray:
    values: np.ndarray = column.values[places].astype(object)
    values[column.null[places]] = None
    return values


def repeated_rows(layer: LayerRead) -> tuple[np.ndarray, np.ndarray]:
    """(rows that equal an earlier one in shape and every attribute, rows that equal an earlier one in shape alone)."""
    places = _with_twins(layer)
    repeated, coinciding = (np.zeros(len(layer.rows), dtype=bool) for _ in range(2))
    if not len(places):
        return repeated, coinciding
    seen: set[bytes] = set()
    whole: set[tuple[object, ...]] = set()
    columns = [_objects(column, places) for column in layer.columns]
    for start in range(0, len(places), ROWS):
        piece = slice(start, start + ROWS)
        wkb = shapely.to_wkb(layer.shapes[places[piece]])
        for place, row in zip(
            places[piece], zip(wkb, *(column[piece] for column in columns), strict=True), strict=True
        ):
            shape = hashlib.blake2b(row[0], digest_size=16).digest()
            mark = (shape, *row[1:])
            repeated[place] = mark in whole
            coinciding[place] = shape in seen and mark not in whole
            seen.add(shape)
            whole.add(mark)
    return repeated, coinciding


def _with_twins(layer: LayerRead) -> np.ndarray:
    """Rows whose shape may be that of another row."""
    outlines = layer.outlines("shapes")
    assert outlines is not None
    marks = outlines.marks()
    order = np.argsort(marks, kind="stable")
    ordered = marks[order]
    twin = np.zeros(len(marks), dtype=bool)
    same = (ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)
    twin[order[1:][same]] = twin[order[:-1][same]] = True
    return np.flatnonzero(twin)
