"""Do areas tile their parents? Judged in metres on shapely shapes, before anything is written. Pure.

House rule: coverages are noded before reprojection, and overlap and gap are judged in EPSG:4547 with a tolerance of
1 m² a pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from layers.geo.codes import parent_of

TOLERANCE_M2 = 1.0


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
    array = [shapes[code] for code in codes]
    tree = shapely.STRtree(array)
    left, right = tree.query(array, predicate="intersects")
    faults = []
    for a, b in zip(left, right, strict=True):
        if a < b:
            common = array[a].intersection(array[b]).area
            if common > tolerance_m2:
                faults.append(Fault("overlap", codes[a], codes[b], common))
    return sorted(faults, key=lambda fault: -fault.area_m2)


def misfits(
    shapes: Mapping[str, BaseGeometry], parents: Mapping[str, BaseGeometry], tolerance_m2: float = TOLERANCE_M2
) -> list[Fault]:
    """Parents whose children leave a gap or stick out by more than the tolerance; children without a parent."""
    families: dict[str, list[BaseGeometry]] = defaultdict(list)
    faults = []
    for code, shape in shapes.items():
        if parent_of(code) not in parents:
            faults.append(Fault("orphan", code, parent_of(code), shape.area))
        families[parent_of(code)].append(shape)
    for code, parent in parents.items():
        union = shapely.union_all(families.get(code, []))
        gap, excess = parent.difference(union).area, union.difference(parent).area
        if gap > tolerance_m2:
            faults.append(Fault("gap", code, "", gap))
        if excess > tolerance_m2:
            faults.append(Fault("excess", code, "", excess))
    return sorted(faults, key=lambda fault: -fault.area_m2)
