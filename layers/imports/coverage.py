"""Where shapes overlap and where they leave ground open, in metres of EPSG:4547. Pure; whole arrays at once.

House rule: overlap and gap are judged in EPSG:4547 with 1 m² a pair; what is smaller is snapped, what is larger refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

TOLERANCE_M2 = 1.0
#: Overlaps and gaps below this are rounding, not ground.
NOTHING_M2 = 1e-4


class Overlaps(NamedTuple):
    """Pairs of places in an array of shapes, one before the other, and the square metres that they share."""

    one: np.ndarray
    other: np.ndarray
    area_m2: np.ndarray

    def where(self, which: np.ndarray) -> Overlaps:
        """Some of the pairs."""
        return Overlaps(self.one[which], self.other[which], self.area_m2[which])


def overlaps_of(shapes: np.ndarray, least_m2: float = NOTHING_M2) -> Overlaps:
    """The pairs of shapes that share more than `least_m2`, the largest first."""
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    apart = left < right
    left, right = left[apart], right[apart]
    touching = shapely.touches(shapes[left], shapes[right])
    left, right = left[~touching], right[~touching]
    areas = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    keep = np.flatnonzero(areas > least_m2)
    keep = keep[np.argsort(-areas[keep], kind="stable")]
    return Overlaps(left[keep], right[keep], areas[keep])


def union_of(shapes: np.ndarray) -> shapely.Geometry:
    """All the ground that shapes cover together."""
    return shapely.union_all(shapes[~shapely.is_missing(shapes)])


def openings(shapes: np.ndarray, ground: shapely.Geometry | None = None, least_m2: float = NOTHING_M2) -> np.ndarray:
    """What shapes leave open: of `ground` where it is given, else the holes among them. Largest first."""
    union = union_of(shapes)
    if ground is None:
        parts = shapely.get_parts(union)
        rings = shapely.get_exterior_ring(parts[shapely.get_type_id(parts) == 3])
        ground = shapely.union_all(shapely.polygons(rings))
    holes = shapely.get_parts(shapely.difference(ground, union))
    areas = shapely.area(holes)
    order = np.argsort(-areas, kind="stable")
    kept: np.ndarray = holes[order[areas[order] > least_m2]]
    return kept


@dataclass(frozen=True)
class Families:
    """Shapes gathered under the area above each: `places` of the shapes by code, those of unknown codes apart."""

    places: dict[str, np.ndarray]
    orphans: np.ndarray

    @classmethod
    def of(cls, above: np.ndarray, known: np.ndarray) -> Families:
        """Families of the rows whose parents' codes are `above`, under the areas of codes `known`."""
        order = np.argsort(above.astype(str), kind="stable")
        names, starts = np.unique(above[order].astype(str), return_index=True)
        groups = np.split(order, starts[1:]) if len(names) else []
        there = set(known.tolist())
        places = {str(code): group for code, group in zip(names, groups, strict=True) if str(code) in there}
        orphans = np.flatnonzero(~np.isin(above.astype(str), list(there)))
        return cls(places, orphans)


@dataclass(frozen=True)
class Misfit:
    """What is open and what is too much where areas should fill the one above them; `None` shapes for nothing."""

    code: str
    gap: shapely.Geometry
    excess: shapely.Geometry

    @property
    def gap_m2(self) -> float:
        """Ground of the area above that is not covered."""
        return float(self.gap.area)

    @property
    def excess_m2(self) -> float:
        """Ground covered beyond the area above."""
        return float(self.excess.area)


def misfits_of(
    shapes: np.ndarray, families: Families, codes: np.ndarray, parents: np.ndarray, *, whole: bool = True
) -> list[Misfit]:
    """What every area above lacks and what reaches beyond it; unless `whole`, areas without any child are passed over."""
    done = []
    for code, parent in zip(codes.tolist(), parents, strict=True):
        places = families.places.get(code)
        if places is None and not whole:
            continue
        union = union_of(shapes[places]) if places is not None else shapely.MultiPolygon()
        done.append(Misfit(code, shapely.difference(parent, union), shapely.difference(union, parent)))
    return done
