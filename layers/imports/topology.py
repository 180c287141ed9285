"""Do the rows of a layer lie as its rules demand? Mended where it is rounding, told or refused where it is not. Pure.

Areas are noded before anything is reprojected; overlap and gap are judged in EPSG:4547 with 1 m² a pair, below it they
are snapped and reported, above it refused. Roads and buildings are only warned about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from layers.geo.codes import parent_of
from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject_all
from layers.imports import network
from layers.imports.coverage import NOTHING_M2, TOLERANCE_M2, Families, Misfit, misfits_of, openings, overlaps_of
from layers.imports.fields import tiles
from layers.imports.findings import MAX_ROWS, Finding, Notebook
from layers.imports.noding import NEAR_M, noded
from layers.imports.plan_types import AreaIndex, Incoming, Offence
from layers.imports.restating import reshaped
from layers.imports.snapping import CUT_M, Snapped, sewn, snapped
from layers.spec import LayerSpec

#: Rounds of snapping: one nearly always does.
_ROUNDS = 3


@dataclass(frozen=True)
class Ground:
    """What the rows of a layer must fit, as it is in force.

    `above` are the areas that they tile (None before any is loaded); `below` the areas that tile them, each under the
    code of the area above it.
    """

    above: AreaIndex | None = None
    below: AreaIndex | None = None


@dataclass
class _Judge:
    """The rows under judgement, what was found and what offends."""

    spec: LayerSpec
    incoming: Incoming
    notes: Notebook
    offences: list[tuple[Offence, shapely.Geometry]] = field(default_factory=list)

    @property
    def names(self) -> np.ndarray:
        """What the rows are called in findings: their codes, else their numbers in the file."""
        codes = self.incoming.values["code"]
        return np.where(codes == "", self.incoming.rows.astype(str).astype(object), codes)

    def note(self, rule: str, places: np.ndarray, **values: object) -> None:
        """Notes a rule for rows; stored rows that stand among the delivered ones have no number in the file."""
        rows = self.incoming.rows[places]
        self.notes.note(rule, rows=rows[rows > 0], n=len(places), **values)

    def offend(self, kind: str, one: str, other: str, area_m2: float, where: shapely.Geometry) -> None:
        """Adds an offence with its place in metres."""
        self.offences.append((Offence(kind, one, other, area_m2), where))

    def told(self) -> list[Offence]:
        """The offences, the largest first, with their places in degrees; as many as a map can show."""
        worst = sorted(self.offences, key=lambda pair: -pair[0].area_m2)[:MAX_ROWS]
        places = np.empty(len(worst), dtype=object)
        places[:] = [shape for _, shape in worst]
        degrees = reproject_all(places, METRIC_SRID, STORAGE_SRID)
        return [
            Offence(offence.kind, offence.one, offence.other, offence.area_m2, shape)
            for (offence, _), shape in zip(worst, degrees, strict=True)
        ]


def check_topology(
    spec: LayerSpec, incoming: Incoming, ground: Ground | None = None, layer: str | None = None
) -> tuple[Incoming, list[Finding], list[Offence]]:
    """The rows with nodes added and slivers snapped, what was found, and the pairs that offend, for the map."""
    judge = _Judge(spec, incoming, Notebook(layer))
    if not len(incoming):
        return incoming, [], []
    if tiles(spec):
        _areas(judge, ground or Ground())
    elif spec.id == "buildings":
        _apart(judge)
    elif spec.id == "roads":
        _roads(judge)
    return judge.incoming, judge.notes.findings, judge.told()


def parents_of(spec: LayerSpec, incoming: Incoming) -> np.ndarray:
    """The code of the area that every row lies under: of its own code, for unit grids the grid that it names."""
    if spec.id == "unit_grids":
        return incoming.values["grid"]
    return np.array([parent_of(code) for code in incoming.values["code"]], dtype=object)


def _areas(judge: _Judge, ground: Ground) -> None:
    above = ground.above if judge.spec.id != "district" else None
    families = None if above is None else Families.of(parents_of(judge.spec, judge.incoming), above.codes)
    _mend(judge, above, families)
    shapes = judge.incoming.metric
    _overlaps(judge, "overlap_above")
    if above is None or families is None:
        _holes(judge)
    else:
        _fit(judge, families, misfits_of(shapes, families, above.codes, above.metric))
    if ground.below is not None:
        _below(judge, ground.below)


def _mend(judge: _Judge, above: AreaIndex | None, families: Families | None) -> None:
    """Adds nodes, closes slivers, and adds the nodes that closing made, until nothing is left to close.

    What fits already is not drawn together again: what was mended once comes back as it went out.
    """
    nothing = np.zeros(0, dtype=object)
    codes, parents = (nothing, nothing) if above is None else (above.codes, above.metric)
    beside = None if above is None else parents
    fits = _fits(judge.incoming.metric, families, codes, parents)
    first = noded(judge.incoming.metric, beside, CUT_M if fits else NEAR_M)
    closed, shapes = Snapped.nothing_of(first.shapes), first.shapes
    for _ in range(_ROUNDS):
        again = snapped(shapes, families, codes, parents)
        if not again.count:
            break
        shapes = sewn(again.shapes, beside)
        closed.changed |= again.changed
        closed.count, closed.area_m2 = closed.count + again.count, closed.area_m2 + again.area_m2
    touched = np.flatnonzero((first.added > 0) | (first.moved > 0))
    if len(touched):
        judge.note("nodes_added", touched, count=int(first.added.sum()), moved=int(first.moved.sum()))
    if closed.count:
        changed = np.flatnonzero(closed.changed)
        judge.note("slivers_snapped", changed, count=closed.count, area=f"{closed.area_m2:.2f} m²")
    judge.incoming = reshaped(judge.spec, judge.incoming, shapes)


def _fits(shapes: np.ndarray, families: Families | None, codes: np.ndarray, parents: np.ndarray) -> bool:
    """True when the shapes share all their vertices and fill what is above them."""
    if families is None:
        return bool(shapely.coverage_is_valid(list(shapes), gap_width=NEAR_M))
    if not shapely.coverage_is_valid(list(shapes)):
        return False
    return all(max(m.gap_m2, m.excess_m2) <= NOTHING_M2 for m in misfits_of(shapes, families, codes, parents))


def _overlaps(judge: _Judge, rule: str) -> None:
    """Pairs of rows that share more ground than the tolerance."""
    shapes, names = judge.incoming.metric, judge.names
    pairs = overlaps_of(shapes, TOLERANCE_M2)
    if not len(pairs.one):
        return
    shared = shapely.intersection(shapes[pairs.one], shapes[pairs.other])
    for one, other, area, where in zip(*pairs, shared, strict=True):
        judge.offend("overlap", str(names[one]), str(names[other]), float(area), where)
    judge.note(
        rule, np.unique(np.r_[pairs.one, pairs.other]), area=f"{pairs.area_m2[0]:.1f} m²",
        pair=f"{names[pairs.one[0]]} / {names[pairs.other[0]]}",
    )  # fmt: skip


def _holes(judge: _Judge) -> None:
    """Ground that the rows leave open among themselves."""
    holes = openings(judge.incoming.metric, None, TOLERANCE_M2)
    for hole in holes:
        judge.offend("gap", "", "", float(hole.area), hole)
    if len(holes):
        judge.notes.note("gap_above", n=len(holes), area=f"{shapely.area(holes[0]):.1f} m²")


def _fit(judge: _Judge, families: Families, misfits: Sequence[Misfit]) -> None:
    """Areas above that the rows leave open or go beyond, and rows under no area."""
    names = judge.names
    if len(families.orphans):
        for place in families.orphans:
            shape = judge.incoming.metric[place]
            judge.offend("orphan", str(names[place]), "", float(shape.area), shape)
        judge.note("parent_unknown", families.orphans, pair=str(names[families.orphans[0]]))
    gaps = sorted((m for m in misfits if m.gap_m2 > TOLERANCE_M2), key=lambda m: -m.gap_m2)
    for misfit in gaps:
        judge.offend("gap", misfit.code, "", misfit.gap_m2, misfit.gap)
    if gaps:
        judge.notes.note("parent_gap", count=len(gaps), area=f"{gaps[0].gap_m2:.1f} m²", pair=gaps[0].code)
    beyond = sorted((m for m in misfits if m.excess_m2 > TOLERANCE_M2), key=lambda m: -m.excess_m2)
    guilty: list[int] = []
    for misfit in beyond:
        judge.offend("excess", misfit.code, "", misfit.excess_m2, misfit.excess)
        places = families.places[misfit.code]
        shared = shapely.area(shapely.intersection(judge.incoming.metric[places], misfit.excess))
        guilty += places[shared > 0].tolist()
    if beyond:
        places = np.array(sorted(set(guilty)), dtype=np.int64)
        judge.note("parent_excess", places, area=f"{beyond[0].excess_m2:.1f} m²", pair=beyond[0].code)


def _below(judge: _Judge, below: AreaIndex) -> None:
    """Areas whose parts below, as they stand, fill them no longer."""
    codes = judge.incoming.values["code"]
    misfits = misfits_of(below.metric, Families.of(below.codes, codes), codes, judge.incoming.metric, whole=False)
    away = [(misfit.gap_m2 + misfit.excess_m2, misfit) for misfit in misfits]
    away = sorted((pair for pair in away if pair[0] > TOLERANCE_M2), key=lambda pair: -pair[0])
    for area, misfit in away:
        judge.offend("child", misfit.code, "", area, shapely.union(misfit.gap, misfit.excess))
    if away:
        judge.notes.note("children_unfit", count=len(away), area=f"{away[0][0]:.1f} m²", pair=away[0][1].code)


def _apart(judge: _Judge) -> None:
    _overlaps(judge, "rows_overlap")


def _roads(judge: _Judge) -> None:
    metric, names = judge.incoming.metric, judge.names
    alone = network.isolated(metric)
    for place in alone[:MAX_ROWS]:
        judge.offend("isolated", str(names[place]), "", 0.0, metric[place])
    if len(alone):
        judge.note("roads_isolated", alone)
    ends = network.dangling(metric)
    for road, other, at in zip(ends.road, ends.other, ends.at, strict=True):
        judge.offend("dangling", str(names[road]), str(names[other]), 0.0, at)
    if len(ends.road):
        judge.note("roads_dangling", np.unique(ends.road), count=len(ends.road))
