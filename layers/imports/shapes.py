"""Shapes made fit: no more than flat, finite, valid; every repair and every loss named by row. Pure.

Areas are compared in the file's own system: a repair is judged before anyone may know where the data lie.
"""

from __future__ import annotations

import hashlib

import numpy as np
import shapely

from layers.imports.delivery import Column, LayerRead, shape_kinds
from layers.imports.findings import Notebook
from layers.imports.outlines import Outlines
from layers.imports.pieces import ROWS, pieces, with_bad_coordinates

#: No system on earth has coordinates this large.
ABSURD = 1e9
SPIKE_DEGREES = 0.2
_DIMENSION = {0: 0, 1: 1, 2: 1, 3: 2, 4: 0, 5: 1, 6: 2, 7: -1}


def from_wkb(wkb: np.ndarray) -> np.ndarray:
    """Shapely shapes of an array of well-known binary; None where there is none or it does not read.

    The binary array is emptied.
    """
    shapes = np.empty(len(wkb), dtype=object)
    for piece in pieces(len(wkb)):
        shapes[piece] = shapely.from_wkb(wkb[piece], on_invalid="ignore")
        # The binary is let go as it is read: both together would be twice the file.
        wkb[piece] = None
    return shapes


def made_fit(held: np.ndarray | Outlines, rows: np.ndarray, notes: Notebook) -> np.ndarray | Outlines:
    """Flat, finite, valid shapes of the same kind, None where nothing is left."""
    if isinstance(held, Outlines):
        if held.only_points:
            return _fit_points(held, rows, notes)
        held = held.shapes()
    fit = held.copy()
    fit[shapely.is_empty(fit)] = None
    _tell_null(shapely.is_missing(fit), rows, notes)
    fit = _flat(fit, rows, notes)
    fit = _finite(fit, rows, notes)
    fit = _valid(fit, rows, notes)
    spikes = spiked(fit)
    if spikes.any():
        notes.note("shapes_spiked", rows=rows[spikes], angle=f"{SPIKE_DEGREES:g}")
    kinds = shape_kinds(fit)
    if len({str(kind).removeprefix("Multi") for kind in kinds}) > 1:
        notes.note("shapes_mixed", kinds=", ".join(str(kind) for kind in kinds))
    return fit


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


def _flat(shapes: np.ndarray, rows: np.ndarray, notes: Notebook) -> np.ndarray:
    deep = np.zeros(len(shapes), dtype=bool)
    for code, there in (("z_dropped", shapely.has_z(shapes)), ("m_dropped", shapely.has_m(shapes))):
        if there.any():
            notes.note(code, rows=rows[there])
        deep |= there
    if deep.any():
        shapes[deep] = shapely.force_2d(shapes[deep])
    return shapes


def _finite(shapes: np.ndarray, rows: np.ndarray, notes: Notebook) -> np.ndarray:
    bad = with_bad_coordinates(shapes, ABSURD)
    if bad.any():
        notes.note("shapes_not_finite", rows=rows[bad])
        shapes = shapes.copy()
        shapes[bad] = None
    return shapes


def _valid(shapes: np.ndarray, rows: np.ndarray, notes: Notebook) -> np.ndarray:
    """Invalid shapes repaired by the structure of their rings; pieces of a lower dimension fall off."""
    wrong = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if not len(wrong):
        return shapes
    before = shapes[wrong]
    after = shapely.make_valid(before, method="structure", keep_collapsed=False)
    # GEOS leaves two parts that share an edge side by side; the other method joins them.
    still = ~shapely.is_valid(after)
    after[still] = shapely.make_valid(before[still], method="linework")
    after = np.array([_same_dimension(old, new) for old, new in zip(before, after, strict=True)], dtype=object)
    gone = shapely.is_missing(after) | shapely.is_empty(after)
    after[gone] = None
    change = np.abs(np.nan_to_num(shapely.area(after)) - np.abs(shapely.area(before)))
    repaired = shapes.copy()
    repaired[wrong] = after
    if gone.any():
        notes.note("shapes_collapsed", rows=rows[wrong[gone]])
    if not gone.all():
        kept = change[~gone]
        notes.note("shapes_repaired", rows=rows[wrong[~gone]], area=f"{kept.sum():.6g}", most=f"{kept.max():.6g}")
    return repaired


def _same_dimension(old: shapely.Geometry, new: shapely.Geometry) -> shapely.Geometry | None:
    """The repaired shape, without the pieces that are lines or points where it was an area."""
    wanted = _DIMENSION[shapely.get_type_id(old)]
    if wanted < 0 or _DIMENSION[shapely.get_type_id(new)] == wanted:
        return new
    parts = [part for part in shapely.get_parts(new) if _DIMENSION[shapely.get_type_id(part)] == wanted]
    return shapely.union_all(parts) if parts else None


def spiked(shapes: np.ndarray) -> np.ndarray:
    """True for areas with a corner sharper than SPIKE_DEGREES between two arms that are not tiny."""
    return np.concatenate([_spiked(shapes[piece]) for piece in pieces(len(shapes))] or [np.zeros(0, dtype=bool)])


def _spiked(shapes: np.ndarray) -> np.ndarray:
    result = np.zeros(len(shapes), dtype=bool)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areas = shapely.get_type_id(parts) == 3
    rings, part = shapely.get_rings(parts[areas], return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if len(xy) < 3:
        return result
    into, out = xy[1:-1] - xy[:-2], xy[2:] - xy[1:-1]
    arms = np.hypot(*into.T) * np.hypot(*out.T)
    same = (ring[:-2] == ring[1:-1]) & (ring[1:-1] == ring[2:]) & (arms > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        back = (into * out).sum(axis=1) / arms < -np.cos(np.radians(SPIKE_DEGREES))
    result[np.unique(owner[areas][part[ring[1:-1][same & back]]])] = True
    return result


def _objects(column: Column, places: np.ndarray) -> np.ndarray:
    values = column.values[places].astype(object)
    values[column.null[places]] = None
    return values


def repeated_rows(layer: LayerRead) -> np.ndarray:
    """True for rows that equal an earlier one in shape and in every attribute."""
    result = np.zeros(len(layer.rows), dtype=bool)
    outlines = layer.outlines("shapes")
    assert outlines is not None
    marks = outlines.marks()
    order = np.argsort(marks, kind="stable")
    ordered = marks[order]
    twin = np.zeros(len(marks), dtype=bool)
    same = (ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)
    twin[order[1:][same]] = twin[order[:-1][same]] = True
    places = np.flatnonzero(twin)
    if not len(places):
        return result
    seen: set[tuple[object, ...]] = set()
    columns = [_objects(column, places) for column in layer.columns]
    for start in range(0, len(places), ROWS):
        piece = slice(start, start + ROWS)
        wkb = shapely.to_wkb(layer.shapes[places[piece]])
        for place, row in zip(places[piece], zip(wkb, *(column[piece] for column in columns), strict=True), strict=True):
            mark = (hashlib.blake2b(row[0], digest_size=16).digest(), *row[1:])
            result[place] = mark in seen
            seen.add(mark)
    return result
