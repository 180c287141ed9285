"""Do roads make one network? Parts that nothing joins, and ends that stop just short. Pure; all roads at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

#: Lines nearer than this meet; ends that stop within the second of another road were meant to.
MEET_M, SHORT_M = 0.01, 1.0


class Dangling(NamedTuple):
    """Ends of roads that stop short: whose, short of which, where, and by how many metres."""

    road: np.ndarray
    other: np.ndarray
    at: np.ndarray
    gap_m: np.ndarray


def isolated(metric: np.ndarray) -> np.ndarray:
    """The places of the roads that are not joined, through others, to the largest part of the network."""
    if not len(metric):
        return np.zeros(0, dtype=np.int64)
    one, other = shapely.STRtree(metric).query(metric, predicate="dwithin", distance=MEET_M)
    part = components(len(metric), one, other)
    sizes = np.bincount(part, minlength=len(metric))
    apart: np.ndarray = np.flatnonzero(part != int(np.argmax(sizes)))
    return apart


def components(count: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For each of `count` things the least number of those that pairs join it to, through others."""
    part = np.arange(count)
    while True:
        least = np.minimum(part[one], part[other])
        after = part.copy()
        np.minimum.at(after, one, least)
        np.minimum.at(after, other, least)
        np.minimum.at(after, part[one], least)
        np.minimum.at(after, part[other], least)
        after = after[after]
        if np.array_equal(after, part):
            return part
        part = after


def dangling(metric: np.ndarray) -> Dangling:
    """The ends that stop less than a metre short of another road and meet none."""
    lines, owner = shapely.get_parts(metric, return_index=True)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    owner = np.concatenate([owner, owner])
    end, road = shapely.STRtree(metric).query(ends, predicate="dwithin", distance=SHORT_M)
    foreign = owner[end] != road
    end, road = end[foreign], road[foreign]
    gaps = shapely.distance(ends[end], metric[road])
    meets = np.zeros(len(ends), dtype=bool)
    meets[end[gaps <= MEET_M]] = True
    short = np.flatnonzero(~meets[end])
    short = short[np.lexsort((gaps[short], end[short]))]
    _, first = np.unique(end[short], return_index=True)
    chosen = short[first]
    return Dangling(owner[end[chosen]], road[chosen], ends[end[chosen]], gaps[chosen])
