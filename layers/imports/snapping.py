"""Slivers below the tolerance, closed. Pure.

First the vertices on both sides of a sliver are drawn together. What is left of overlaps goes to the first of two, what
is left of gaps to the neighbour with the longest border.
What is above the tolerance is left alone: it is refused, and shown as it was delivered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from layers.imports.coverage import NOTHING_M2, TOLERANCE_M2, Families, openings, overlaps_of, union_of
from layers.imports.noding import NEAR_M, noded
from layers.imports.shaping import as_layer_types

#: Metres of the lattice on which slivers are cut and joined: hairlines between borders that differ by noise collapse.
_LATTICE_M = 1e-5
#: Metres within which borders that were cut on that lattice are drawn onto each other.
CUT_M = 1e-4
#: Overlaps among shapes of one file are cut down to this: they share their vertices, so no reprojection blurs them.
_TRACE_M2 = 1e-6
#: How much wider than a sliver on the average its widest part may be, tried in turn; the widest that is drawn together.
_WIDER, _WIDEST_M = (2.5, 5.0, 10.0), 0.5


@dataclass
class Snapped:
    """Shapes after snapping, how many slivers were closed, their square metres, and which shapes changed."""

    shapes: np.ndarray
    count: int
    area_m2: float
    changed: np.ndarray

    @classmethod
    def nothing_of(cls, shapes: np.ndarray) -> Snapped:
        """Before anything was done."""
        return cls(shapes.copy(), 0, 0.0, np.zeros(len(shapes), dtype=bool))

    def put(self, place: int, shape: shapely.Geometry, area_m2: float) -> None:
        """Takes a new shape for one place, unless nothing of it would be left."""
        made, fits = as_layer_types(np.array([shape]), ("MultiPolygon",))
        if fits[0] and not shapely.is_empty(made[0]):
            self.shapes[place] = made[0]
            self.changed[place] = True
            self.count += 1
            self.area_m2 += area_m2


def snapped(shapes: np.ndarray, families: Families | None, codes: np.ndarray, parents: np.ndarray) -> Snapped:
    """`shapes` (multi-polygons) without the slivers among them and beside the areas above them.

    Without `families` there is nothing above, and only holes among the shapes themselves are closed.
    """
    done = Snapped.nothing_of(shapes)
    grounds = _grounds(families, codes, parents, len(shapes))
    for wider in _WIDER:
        if not _draw(done, grounds, parents, wider):
            break
    _part(done)
    if families is None:
        _fill(done, np.arange(len(shapes)), None)
        return done
    for code, parent in zip(codes.tolist(), parents, strict=True):
        places = families.places.get(code)
        if places is not None:
            _clip(done, places, parent)
            _fill(done, places, parent)
    return done


def _grounds(
    families: Families | None, codes: np.ndarray, parents: np.ndarray, count: int
) -> list[tuple[np.ndarray, shapely.Geometry | None]]:  # fmt: skip
    """Which shapes should fill which ground; without anything above all shapes their own outline."""
    if families is None:
        return [(np.arange(count), None)]
    above = dict(zip(codes.tolist(), parents, strict=True))
    return [(places, above[code]) for code, places in families.places.items()]


def _draw(
    done: Snapped, grounds: list[tuple[np.ndarray, shapely.Geometry | None]], parents: np.ndarray, wider: float
) -> bool:  # fmt: skip
    """Draws vertices together across the slivers, where that leaves less of them; True as long as there are any."""
    slivers = _slivers(done.shapes, grounds)
    if not len(slivers):
        return False
    widths = wider * 2 * shapely.area(slivers) / shapely.length(slivers)
    near = float(np.clip(widths.max(), NEAR_M, _WIDEST_M))
    drawn = noded(done.shapes, parents if len(parents) else None, near, union_of(slivers))
    left = _slivers(drawn.shapes, grounds)
    closed = float(shapely.area(slivers).sum() - shapely.area(left).sum())
    grown = np.abs(shapely.area(drawn.shapes) - shapely.area(done.shapes))
    if closed <= 0 or (grown > TOLERANCE_M2 * len(slivers)).any():
        return True
    done.changed |= (drawn.added > 0) | (drawn.moved > 0)
    done.count += max(len(slivers) - len(left), 1)
    done.area_m2 += closed
    done.shapes = drawn.shapes
    return bool(len(left))


def _slivers(shapes: np.ndarray, grounds: list[tuple[np.ndarray, shapely.Geometry | None]]) -> np.ndarray:
    """Overlaps, gaps and what reaches beyond, each below the tolerance, as shapes."""
    pairs = overlaps_of(shapes, _TRACE_M2)
    found = [shapely.get_parts(shapely.intersection(shapes[pairs.one], shapes[pairs.other]))]
    for places, ground in grounds:
        found.append(openings(shapes[places], ground))
        if ground is not None:
            found.append(shapely.get_parts(shapely.difference(shapes[places], ground)))
    least = np.repeat([_TRACE_M2] + [NOTHING_M2] * (len(found) - 1), list(map(len, found)))
    slivers = np.concatenate(found)
    areas = shapely.area(slivers)
    small: np.ndarray = slivers[(areas > least) & (areas <= TOLERANCE_M2)]
    return small


def _part(done: Snapped) -> None:
    """Takes small overlaps from the later of two shapes."""
    pairs = overlaps_of(done.shapes, _TRACE_M2)
    small = pairs.where(pairs.area_m2 <= TOLERANCE_M2)
    for one, other, area in zip(*small, strict=True):
        done.put(other, shapely.difference(done.shapes[other], done.shapes[one], grid_size=_LATTICE_M), float(area))


def _clip(done: Snapped, places: np.ndarray, parent: shapely.Geometry) -> None:
    """Cuts off what reaches beyond the area above by little."""
    beyond = shapely.area(shapely.difference(done.shapes[places], parent))
    for place, area in zip(places, beyond, strict=True):
        if NOTHING_M2 < area <= TOLERANCE_M2:
            done.put(int(place), shapely.intersection(done.shapes[place], parent, grid_size=_LATTICE_M), float(area))


def _fill(done: Snapped, places: np.ndarray, ground: shapely.Geometry | None) -> None:
    """Gives small openings to the neighbour that borders most on them."""
    gaps = openings(done.shapes[places], ground)
    for gap in gaps[shapely.area(gaps) <= TOLERANCE_M2]:
        near = places[shapely.dwithin(done.shapes[places], gap, 1e-6)]
        if not len(near):
            continue
        shared = shapely.length(shapely.intersection(shapely.boundary(done.shapes[near]), shapely.buffer(gap, 1e-6)))
        place = int(near[int(np.argmax(shared))])
        done.put(place, shapely.union(done.shapes[place], gap, grid_size=_LATTICE_M), float(shapely.area(gap)))


def sewn(shapes: np.ndarray, beside: np.ndarray | None) -> np.ndarray:
    """Shapes that were cut, with the nodes of the cuts on both sides.

    What drawing vertices together cannot settle is left to the cleaning of coverages, unless there are overlaps that
    will be refused and must be shown as they were delivered.
    """
    shapes = noded(shapes, beside, CUT_M).shapes
    if shapely.coverage_is_valid(list(shapes)) or len(overlaps_of(shapes, TOLERANCE_M2).one):
        return shapes
    cleaned, fits = as_layer_types(shapely.coverage_clean(list(shapes), snapping_distance=CUT_M), ("MultiPolygon",))
    good = fits & ~shapely.is_empty(cleaned)
    return np.where(good, cleaned, shapes)
