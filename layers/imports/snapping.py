"""Slivers below the tolerance, closed: overlaps go to the first of two, gaps to the neighbour with the longest border. Pure.

What is above the tolerance is left alone: it is refused, and shown as it was delivered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from layers.imports.coverage import NOTHING_M2, TOLERANCE_M2, Families, openings, overlaps_of, union_of
from layers.imports.shaping import as_layer_types


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


def _part(done: Snapped) -> None:
    """Takes small overlaps from the later of two shapes."""
    pairs = overlaps_of(done.shapes)
    small = pairs.where(pairs.area_m2 <= TOLERANCE_M2)
    for one, other, area in zip(*small, strict=True):
        done.put(other, shapely.difference(done.shapes[other], done.shapes[one]), float(area))


def _clip(done: Snapped, places: np.ndarray, parent: shapely.Geometry) -> None:
    """Cuts off what reaches beyond the area above by little."""
    beyond = shapely.area(shapely.difference(done.shapes[places], parent))
    for place, area in zip(places, beyond, strict=True):
        if NOTHING_M2 < area <= TOLERANCE_M2:
            done.put(int(place), shapely.intersection(done.shapes[place], parent), float(area))


def _fill(done: Snapped, places: np.ndarray, ground: shapely.Geometry | None) -> None:
    """Gives small openings to the neighbour that borders most on them."""
    gaps = openings(done.shapes[places], ground)
    for gap in gaps[shapely.area(gaps) <= TOLERANCE_M2]:
        near = places[shapely.dwithin(done.shapes[places], gap, 1e-6)]
        if not len(near):
            continue
        shared = shapely.length(shapely.intersection(shapely.boundary(done.shapes[near]), shapely.buffer(gap, 1e-6)))
        place = int(near[int(np.argmax(shared))])
        done.put(place, union_of(np.array([done.shapes[place], gap])), float(shapely.area(gap)))
