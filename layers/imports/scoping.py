"""Where an import changes things, and whether its author may: rows of others stay as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import shapely

from layers.imports import rights
from layers.imports.findings import Finding, found
from layers.imports.plan_types import KINDS, Diff, Incoming, Stored
from layers.people.rights import Actor
from layers.spec import LayerSpec
from layers.territory.selectors import smallest_area_around, top_codes

#: So many area codes are named one by one; of more, the areas above them.
MOST_AREAS = 100
_LEVELS = (15, 12, 9, 6)


def areas_of(spec: LayerSpec, values: dict[str, np.ndarray], degrees: np.ndarray, places: np.ndarray) -> list[str]:
    """The area code of rows: what they carry, else the smallest area around their shape."""
    codes = np.full(len(places), "", dtype=object)
    for column in reversed(spec.area_columns):
        if column in values:
            given = values[column][places]
            here = (given != "") & (given != None)  # noqa: E711 - elementwise
            codes[here] = given[here]
    for number in np.flatnonzero(codes == ""):
        shape = degrees[places[number]]
        codes[number] = smallest_area_around(shapely.to_wkb(shape)) if shape is not None else ""
    return [str(code) for code in codes]


def everywhere(actor: Actor | None, spec: LayerSpec) -> bool:
    """True when the actor may write the rows of a layer wherever they lie."""
    codes = top_codes()
    return actor is None or (bool(codes) and all(rights.may_write_row(actor, spec, code) for code in codes))


def within_rights(
    actor: Actor | None, spec: LayerSpec, rows: Incoming, stored: Stored, difference: Diff, *, keep_missing: bool
) -> tuple[Diff, list[Finding], list[str]]:  # fmt: skip
    """The difference without what is not asked for, what the actor may not do, and the areas that are touched.

    `keep_missing`: stored rows that the delivery lacks stay. Stored rows outside the actor's areas stay too; rows of the
    delivery that would change something there are named.
    """
    if keep_missing:
        difference = without(difference, difference.places("removed"))
    if everywhere(actor, spec):
        return difference, [], touched_areas(spec, rows, stored, difference)
    places = difference.differing
    mine, theirs = difference.incoming[places], difference.stored[places]
    after = _codes_at(spec, rows, mine)
    before = _codes_at(spec, stored, theirs)
    refused = [
        not all(rights.may_write_row(actor, spec, code) for code, place in ((one, a), (other, b)) if place >= 0)
        for one, other, a, b in zip(after, before, mine, theirs, strict=True)
    ]
    foreign = places[np.array(refused, dtype=bool)]
    gone = foreign[difference.kinds[foreign] == KINDS.index("removed")]
    wrong = foreign[difference.kinds[foreign] != KINDS.index("removed")]
    findings = [found("rows_of_others", rows=difference.rows[wrong].tolist())] if len(wrong) else []
    allowed = [bool(not no) for no in refused]
    codes = {code for code, fine in zip([*after, *before], allowed * 2, strict=True) if fine and code}
    return without(difference, gone), findings, compact(sorted(codes))


def touched_areas(spec: LayerSpec, rows: Incoming, stored: Stored, difference: Diff) -> list[str]:
    """The areas in which something changes; the district's code where rows carry none."""
    places = difference.differing
    if not len(places):
        return []
    if not spec.area_columns:
        return list(top_codes())
    codes: set[str] = set()
    for side, which in ((rows, difference.incoming[places]), (stored, difference.stored[places])):
        there = which[which >= 0]
        for column in spec.area_columns:
            if column in side.values and len(there):
                codes |= {str(code) for code in side.values[column][there] if code}
    if spec.staff and not codes:
        codes = {spec.owner}
    return compact(sorted(_narrowest(codes) or set(top_codes())))


def compact(codes: Sequence[str]) -> list[str]:
    """At most so many codes as fit, by naming the areas above where there are more."""
    held = list(codes)
    for length in _LEVELS:
        if len(held) <= MOST_AREAS:
            break
        held = sorted({code[:length] for code in held})
    return held


def without(difference: Diff, places: np.ndarray) -> Diff:
    """The difference less some changes: the stored rows that they name stay as they are."""
    if not len(places):
        return difference
    keep = np.ones(len(difference), dtype=bool)
    keep[places] = False
    kinds = difference.kinds[keep]
    numbers = np.bincount(kinds, minlength=len(KINDS))
    counts: dict[str, int] = {kind: int(numbers[place]) for place, kind in enumerate(KINDS)}
    counts["unchanged"] += int((~keep).sum())
    changed = {column: which[keep] for column, which in difference.changed.items()}
    return dataclasses.replace(
        difference, kinds=kinds, ids=difference.ids[keep], incoming=difference.incoming[keep],
        stored=difference.stored[keep], rows=difference.rows[keep], row_ids=difference.row_ids[keep], changed=changed,
        distance_m=difference.distance_m[keep], area_change_m2=difference.area_change_m2[keep], counts=counts,
    )  # fmt: skip


def _codes_at(spec: LayerSpec, side: Incoming | Stored, places: np.ndarray) -> list[str]:
    codes = [""] * len(places)
    there = np.flatnonzero(places >= 0)
    for number, code in zip(there, areas_of(spec, side.values, side.degrees, places[there]), strict=True):
        codes[number] = code
    return codes


def _narrowest(codes: set[str]) -> set[str]:
    """The codes that hold no other one."""
    above = {code[:length] for code in codes for length in _LEVELS if length < len(code)}
    return codes - above
