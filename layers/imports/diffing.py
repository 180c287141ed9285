"""How a delivery differs from the rows in force, and what is stored because of it. Pure; whole arrays at once.

Unchanged is a row of which every attribute that the delivery fills is equal and no vertex is farther than 1 mm away: the
stored row then stays as it is. What a delivery does not fill keeps what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import shapely

from layers.imports.alike import differs
from layers.imports.digests import digests_of, stable_ids
from layers.imports.likeness import same_within, shifts
from layers.imports.matching import match
from layers.imports.plan_types import KINDS, Diff, Incoming, Stored
from layers.imports.ranking import ranks_of
from layers.spec import LayerSpec

#: By how much a number that follows from a shape may differ: areas are rounded to 0.01 m².
ROUNDED = 0.0101
_ADDED, _REMOVED, _MOVED, _RESHAPED, _CHANGED, _UNCHANGED = range(len(KINDS))


def diff(spec: LayerSpec, incoming: Incoming, stored: Stored) -> Diff:
    """What becomes of every incoming row, in order of delivery, then of every stored row that goes."""
    partner, matched_by = match(spec, incoming, stored)
    pairs = np.flatnonzero(partner >= 0)
    gone = np.setdiff1d(np.arange(len(stored)), partner[pairs])
    count, total = len(incoming), len(incoming) + len(gone)
    kinds = np.full(total, _ADDED, dtype=np.int8)
    kinds[count:] = _REMOVED
    distance, growth = np.zeros(total), np.zeros(total)
    kinds[pairs], distance[pairs], growth[pairs] = _shapes(incoming.metric[pairs], stored.metric[partner[pairs]])
    changed = _columns(spec, incoming, stored, pairs, partner, kinds, total)
    touched = np.zeros(total, dtype=bool)
    for which in changed.values():
        touched |= which
    kinds[(kinds == _UNCHANGED) & touched] = _CHANGED
    places = np.concatenate([partner, gone])
    numbers = np.bincount(kinds, minlength=len(KINDS))
    names = {field.db_column: field.name for field in spec.fields}
    return Diff(
        kinds=kinds,
        ids=_final_ids(spec, incoming, stored, partner, gone),
        incoming=np.concatenate([np.arange(count), np.full(len(gone), -1)]),
        stored=places,
        rows=np.concatenate([incoming.rows, np.full(len(gone), -1)]),
        row_ids=np.where(places >= 0, stored.row_ids[places] if len(stored) else -1, -1),
        changed=changed,
        distance_m=distance,
        area_change_m2=growth,
        counts={kind: int(numbers[place]) for place, kind in enumerate(KINDS)},
        fields={names.get(column, column): int(which.sum()) for column, which in changed.items() if which.any()},
        matched_by=matched_by,
    )


def _shapes(mine: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kind, metres and square metres of change for pairs of shapes."""
    kinds = np.full(len(mine), _UNCHANGED, dtype=np.int8)
    distance, growth = np.zeros(len(mine)), np.zeros(len(mine))
    other = np.flatnonzero(~same_within(mine, theirs))
    if len(other):
        metres, only_moved = shifts(theirs[other], mine[other])
        kinds[other] = np.where(only_moved, _MOVED, _RESHAPED)
        bent = other[~only_moved]
        distance[other] = metres
        distance[bent] = shapely.hausdorff_distance(mine[bent], theirs[bent])
        growth[bent] = shapely.area(mine[bent]) - shapely.area(theirs[bent])
    return kinds, distance, growth


def _columns(
    spec: LayerSpec, incoming: Incoming, stored: Stored, pairs: np.ndarray, partner: np.ndarray, kinds: np.ndarray,
    total: int,
) -> dict[str, np.ndarray]:  # fmt: skip
    """For every column that is compared, which changes touch it."""
    fields = {field.db_column: field for field in spec.fields}
    elsewhere = pairs[np.isin(kinds[pairs], (_MOVED, _RESHAPED))]
    changed: dict[str, np.ndarray] = {}
    for column, values in incoming.values.items():
        if column not in stored.values or column not in fields:
            continue
        rows = pairs if column in incoming.delivered else elsewhere if column in incoming.following else pairs[:0]
        which = np.zeros(total, dtype=bool)
        if len(rows):
            slack = ROUNDED if column in incoming.following else 0.0
            which[rows] = differs(fields[column], values[rows], stored.values[column][partner[rows]], slack)
        changed[column] = which
    return changed


def _final_ids(
    spec: LayerSpec, incoming: Incoming, stored: Stored, partner: np.ndarray, gone: np.ndarray
) -> np.ndarray:  # fmt: skip
    """Stored ids for what is matched and what goes, else the row's own; one that is taken is varied."""
    ids: np.ndarray = np.concatenate([incoming.ids, stored.ids[gone]])
    pairs = np.flatnonzero(partner >= 0)
    ids[pairs] = stored.ids[partner[pairs]]
    if len(set(ids.tolist())) == len(ids):
        return ids
    fixed = np.ones(len(ids), dtype=bool)
    fixed[: len(partner)] = partner >= 0
    taken = set(ids[fixed].tolist())
    for place in np.flatnonzero(~fixed):
        wanted, number = ids[place], 1
        while ids[place] in taken:
            number += 1
            ids[place] = stable_ids(spec.id, [f"{wanted}+{number}"])[0]
        taken.add(ids[place])
    return ids


def settled(spec: LayerSpec, incoming: Incoming, stored: Stored, difference: Diff) -> Incoming:
    """The rows as they will be stored: ids that hold, and for what a delivery does not fill what is stored already.

    Rows of an unchanged shape keep the stored shape to the bit; unchanged rows are the stored rows, digest and all.
    """
    count = len(incoming)
    kinds, partner = difference.kinds[:count], difference.stored[:count]
    pairs = np.flatnonzero(partner >= 0)
    still = pairs[np.isin(kinds[pairs], (_CHANGED, _UNCHANGED))]
    same = np.flatnonzero(kinds == _UNCHANGED)
    degrees, metric = incoming.degrees.copy(), incoming.metric.copy()
    degrees[still], metric[still] = stored.degrees[partner[still]], stored.metric[partner[still]]
    values: dict[str, np.ndarray] = {}
    for column, filled in incoming.values.items():
        values[column] = filled.copy()
        if column in stored.values:
            keep = _kept(column, incoming, pairs, still, same)
            values[column][keep] = stored.values[column][partner[keep]]
    digests = list(incoming.digests)
    for place in same:
        digests[place] = stored.digests[partner[place]]
    new = pairs[kinds[pairs] != _UNCHANGED]
    ranks = ranks_of(spec, values, metric)
    made = digests_of(degrees[new], ranks[new], {column: filled[new] for column, filled in values.items()})
    for place, digest in zip(new, made, strict=True):
        digests[place] = digest
    return replace(
        incoming,
        ids=difference.ids[:count],
        degrees=degrees,
        metric=metric,
        values=values,
        ranks=ranks,
        digests=digests,
    )


def _kept(column: str, incoming: Incoming, pairs: np.ndarray, still: np.ndarray, same: np.ndarray) -> np.ndarray:
    """The rows that keep the stored value of a column."""
    if column in incoming.delivered:
        return same
    return still if column in incoming.following else pairs


def stored_from(rows: Incoming, row_ids: np.ndarray, feature_versions: np.ndarray) -> Stored:
    """Rows of an import as rows in force: what a layer holds once they are committed."""
    values: Mapping[str, np.ndarray] = rows.values
    return Stored(rows.ids, row_ids, feature_versions, rows.degrees, rows.metric, dict(values), list(rows.digests))
