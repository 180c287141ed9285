"""Which incoming row is which stored row: by code, by id, else by shape. Pure; one to one, whatever the order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

import numpy as np
import shapely

from layers.imports.fields import coded
from layers.imports.plan_types import Incoming, MatchedBy, Stored
from layers.spec import LayerSpec

#: Points and lines this near are the same feature, areas that share this part of the larger one.
NEAR_M, SHARED = 1.0, 0.8
_ROUNDS = 40


def match(spec: LayerSpec, incoming: Incoming, stored: Stored) -> tuple[np.ndarray, MatchedBy]:
    """The place of the stored row that every incoming row is, -1 for none; and what most rows were matched by."""
    claims = _Claims(len(incoming), len(stored))
    if not len(stored) or not len(incoming):
        return claims.partner, "code"
    codes, theirs = incoming.values["code"], stored.values["code"]
    by_id = _places(stored.ids, incoming.ids)
    agreed = (by_id >= 0) & incoming.coded & (codes != "")
    agreed[agreed] = codes[agreed] == theirs[by_id[agreed]]
    claims.take(np.flatnonzero(agreed), by_id[agreed])
    open_codes = np.flatnonzero(~claims.used & (theirs != ""))
    wanted = np.flatnonzero(claims.free & (codes != ""))
    places = _places(theirs[open_codes], codes[wanted])
    hit = places >= 0
    claims.take(wanted[hit], open_codes[places[hit]])
    counts: dict[MatchedBy, int] = {"code": claims.count}
    rows = np.flatnonzero(claims.free & incoming.coded & (by_id >= 0))
    claims.take(rows, by_id[rows])
    counts["id"] = claims.count - counts["code"]
    renumbered = claims.count == 0 and not coded(spec)
    by_shape(incoming, stored, claims, np.flatnonzero(claims.free & (~incoming.coded | renumbered)))
    rows = np.flatnonzero(claims.free & (by_id >= 0))
    claims.take(rows, by_id[rows])
    counts["geometry"] = claims.count - counts["code"] - counts["id"]
    return claims.partner, max(counts, key=lambda how: counts[how])


class _Claims:
    """Who has been matched to whom; the first claim holds."""

    def __init__(self, incoming: int, stored: int) -> None:
        self.partner = np.full(incoming, -1, dtype=np.int64)
        self.used = np.zeros(stored, dtype=bool)

    @property
    def free(self) -> np.ndarray:
        """Incoming rows without a partner."""
        free: np.ndarray = self.partner < 0
        return free

    @property
    def count(self) -> int:
        """Rows matched so far."""
        return int(self.used.sum())

    def take(self, rows: np.ndarray, places: np.ndarray) -> None:
        """Matches rows to places that are still open; of several rows for one place the first."""
        open_ = ~self.used[places] & (self.partner[rows] < 0)
        rows, places = rows[open_], places[open_]
        _, first = np.unique(places, return_index=True)
        _, again = np.unique(rows[first], return_index=True)
        chosen = first[again]
        self.partner[rows[chosen]] = places[chosen]
        self.used[places[chosen]] = True


def _places(known: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Where every asked text stands among the known ones, -1 for nowhere; of several the first."""
    table = dict(zip(known[::-1].tolist(), range(len(known) - 1, -1, -1), strict=True))
    return np.fromiter(map(table.get, asked.tolist(), repeat(-1)), dtype=np.int64, count=len(asked))


def by_shape(incoming: Incoming, stored: Stored, claims: _Claims, rows: np.ndarray) -> None:
    """Matches rows to what lies where they lie, each only once: first what is alike in all, then what is nearest and
    most alike: two shops at one door are told apart by their names."""
    places = np.flatnonzero(~claims.used)
    if not len(rows) or not len(places):
        return
    columns = sorted(incoming.delivered & stored.values.keys())
    mine = _contents(incoming.metric[rows], [incoming.values[column][rows] for column in columns])
    theirs = _contents(stored.metric[places], [stored.values[column][places] for column in columns])
    same = _places(theirs, mine)
    claims.take(rows[same >= 0], places[same[same >= 0]])
    rows, places = rows[claims.partner[rows] < 0], places[~claims.used[places]]
    if not len(rows) or not len(places):
        return
    rows = rows[_order(incoming.metric[rows], [incoming.values[column][rows] for column in columns])]
    one, other, away = _pairs(incoming.metric[rows], stored.metric[places])
    alike = np.zeros(len(one), dtype=np.int64)
    for column in columns:
        alike += incoming.values[column][rows[one]] == stored.values[column][places[other]]
    unlike = 1 - alike / len(columns) if columns else np.zeros(len(one))
    chosen = _best(one, other, np.round(away, 3) + unlike)
    claims.take(rows[one[chosen]], places[other[chosen]])


def _contents(shapes: np.ndarray, columns: Sequence[np.ndarray]) -> np.ndarray:
    """What is the same for rows of the same box and attributes, numbered where it repeats."""
    boxes = (side.tolist() for side in np.round(shapely.bounds(shapes), 2).T)
    keys = list(zip(*boxes, *(column.tolist() for column in columns), strict=True))
    contents = np.empty(len(keys), dtype=object)
    if len(set(keys)) == len(keys):
        contents[:] = [(key, 0) for key in keys]
        return contents
    seen: dict[tuple[object, ...], int] = {}
    for place, key in enumerate(keys):
        count = seen.get(key, 0)
        seen[key] = count + 1
        contents[place] = (key, count)
    return contents


def _order(shapes: np.ndarray, columns: Sequence[np.ndarray]) -> np.ndarray:
    """The rows from west to east, then by what they hold, so that ties fall out alike in whatever order rows come."""
    west, south, _, _ = np.round(shapely.bounds(shapes), 3).T
    order: np.ndarray = np.lexsort((south, west))
    again = (np.diff(west[order]) == 0) & (np.diff(south[order]) == 0)
    if not again.any():
        return order
    tied = np.zeros(len(order), dtype=bool)
    tied[order[1:][again]] = tied[order[:-1][again]] = True
    texts = np.full(len(order), "", dtype=object)
    texts[tied] = list(map(repr, zip(*(column[tied].tolist() for column in columns), strict=True))) if columns else ""
    sorted_rows: np.ndarray = np.lexsort((texts.astype(str), south, west))
    return sorted_rows


def _pairs(mine: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of shapes of one dimension that may be the same, and how far apart they are (0 is alike, 1 the limit)."""
    tree = shapely.STRtree(theirs)
    one, other = tree.query(mine, predicate="dwithin", distance=NEAR_M)
    level = shapely.get_dimensions(mine)[one]
    keep = level == shapely.get_dimensions(theirs)[other]
    one, other, level = one[keep], other[keep], level[keep]
    away = np.full(len(one), np.inf)
    points, lines, areas = (level == dimension for dimension in (0, 1, 2))
    away[points] = shapely.distance(mine[one[points]], theirs[other[points]]) / NEAR_M
    away[lines] = shapely.hausdorff_distance(mine[one[lines]], theirs[other[lines]]) / NEAR_M
    a, b = mine[one[areas]], theirs[other[areas]]
    larger = np.maximum(shapely.area(a), shapely.area(b))
    shared = shapely.area(shapely.intersection(a, b)) / np.where(larger > 0, larger, 1.0)
    away[areas] = np.where(shared >= SHARED, (1 - shared) / (1 - SHARED), np.inf)
    near = away <= 1.0
    return one[near], other[near], away[near]


def _best(one: np.ndarray, other: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Pairs such that each side is the other's best among what is left, each row and place at most once."""
    order = np.lexsort((one, other, cost))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    left, chosen = order, []
    for _ in range(_ROUNDS):
        if not len(left):
            break
        best_one = np.full(one.max() + 1, len(order), dtype=np.int64)
        best_other = np.full(other.max() + 1, len(order), dtype=np.int64)
        np.minimum.at(best_one, one[left], rank[left])
        np.minimum.at(best_other, other[left], rank[left])
        mutual = left[(best_one[one[left]] == rank[left]) & (best_other[other[left]] == rank[left])]
        chosen.append(mutual)
        open_one, open_other = np.ones(len(best_one), dtype=bool), np.ones(len(best_other), dtype=bool)
        open_one[one[mutual]] = open_other[other[mutual]] = False
        left = left[open_one[one[left]] & open_other[other[left]]]
    chosen.append(left)
    return np.concatenate(chosen)
