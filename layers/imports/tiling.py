"""Do areas by code tile their parents? What a load of a profile asks before anything is written. Pure.

The ground itself is judged by `layers.imports.coverage`; here its findings get the codes of the areas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from layers.geo.codes import parent_of
from layers.imports.coverage import TOLERANCE_M2, Families, misfits_of, overlaps_of


@dataclass(frozen=True)
class Fault:
    """Two areas that overlap, or an area and what is missing or too much beside its parent."""

    kind: str
    one: str
    other: str
    area_m2: float


def overlaps(shapes: Mapping[str, BaseGeometry], tolerance_m2: float = TOLERANCE_M2) -> list[Fault]:
    """Pairs whose common ground exceeds the tolerance, largest first."""
    codes = sorted(shapes)
    pairs = overlaps_of(_array(shapes, codes), tolerance_m2)
    return [Fault("overlap", codes[a], codes[b], float(area)) for a, b, area in zip(*pairs, strict=True)]


def misfits(
    shapes: Mapping[str, BaseGeometry], parents: Mapping[str, BaseGeometry], tolerance_m2: float = TOLERANCE_M2
) -> list[Fault]:
    """Parents whose children leave a gap or stick out by more than the tolerance; children without a parent."""
    codes, above = list(shapes), list(parents)
    children = _array(shapes, codes)
    families = Families.of(_texts([parent_of(code) for code in codes]), _texts(above))
    faults = [
        Fault("orphan", codes[place], parent_of(codes[place]), float(children[place].area))
        for place in families.orphans
    ]
    for misfit in misfits_of(children, families, _texts(above), _array(parents, above)):
        if misfit.gap_m2 > tolerance_m2:
            faults.append(Fault("gap", misfit.code, "", misfit.gap_m2))
        if misfit.excess_m2 > tolerance_m2:
            faults.append(Fault("excess", misfit.code, "", misfit.excess_m2))
    return sorted(faults, key=lambda fault: -fault.area_m2)


def _texts(texts: list[str]) -> np.ndarray:
    return np.array(texts, dtype=object)


def _array(shapes: Mapping[str, BaseGeometry], codes: list[str]) -> np.ndarray:
    array = np.empty(len(codes), dtype=object)
    array[:] = [shapes[code] for code in codes]
    return array
