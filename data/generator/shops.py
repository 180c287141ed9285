"""Shops on street fronts: more on busy streets, in clusters, none in the middle of a block."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely

from .ages import remoteness
from .buildings import Building
from .frame import Array, stream
from .names import SHOP_WORDS, SURNAMES, TRADES
from .network import Road
from .pinyin import romanise
from .places import Place
from .streets import RANK

SHOPS = 1_512
PULL = {"arterial": 1.0, "collector": 0.9, "street": 0.55, "lane": 0.22, "alley": 0.10}


def _doors(buildings: list[Building], roads: list[Road], taken: set[int]) -> tuple[Array, Array]:
    """Return door points about every 8 m along the street sides of shop buildings, and their weights."""
    tree = shapely.STRtree([r.line for r in roads])
    points, weights = [], []
    for index, building in enumerate(buildings):
        if building.tag not in ("shops", "shophouse", "market", "mall") or index in taken:
            continue
        road = roads[int(tree.nearest(building.polygon))]
        ring = np.asarray(building.polygon.exterior.coords)
        sides = [(road.line.distance(shapely.Point((a + b) / 2)), a, b) for a, b in pairwise(ring)]
        _, a, b = min(sides, key=lambda s: (round(s[0], 3), s[1][0]))
        length = float(np.hypot(*(b - a)))
        middle = building.polygon.representative_point()
        spot = building.polygon.centroid
        for t in (np.arange(max(1, int(length / 8))) + 0.5) / max(1, int(length / 8)):
            door = a + (b - a) * t
            inward = np.array([middle.x, middle.y]) - door
            points.append(door + inward / max(1.0, float(np.hypot(*inward))) * 1.6)
            busy = PULL[road.cls] * (1.45 - 0.40 * min(3.0, remoteness(spot.x, spot.y)))
            weights.append(max(0.03, busy) * (1.5 if building.tag == "market" else 1.0))
    return np.array(points), np.array(weights)


def _clusters(points: Array, rng: np.random.Generator) -> Array:
    """Return a factor per door: high near shopping corners, low between them."""
    centres = points[rng.choice(len(points), 46, replace=False)]
    reach = rng.uniform(70, 190, 46)
    gap = np.hypot(points[:, None, 0] - centres[None, :, 0], points[:, None, 1] - centres[None, :, 1])
    return 0.07 + np.max(np.exp(-((gap / reach) ** 2)), axis=1)


def make_shops(seed: int, buildings: list[Building], roads: list[Road], taken: set[int]) -> list[Place]:
    """Return the shops as points just inside the front wall of their building."""
    rng = stream(seed, "shops")
    inside = [r for r in roads if r.inside and RANK[r.cls] <= 4]
    points, weights = _doors(buildings, inside, taken)
    chance = weights * _clusters(points, rng)
    chosen = np.sort(rng.choice(len(points), SHOPS, replace=False, p=chance / chance.sum()))
    popularity = 1.0 / (np.arange(len(TRADES)) + 9.0)
    popularity /= popularity.sum()
    places, used = [], set()
    for i in chosen:
        while True:
            trade, trade_en = TRADES[int(rng.choice(len(TRADES), p=popularity))]
            word = SHOP_WORDS[int(rng.integers(len(SHOP_WORDS)))] + SURNAMES[int(rng.integers(len(SURNAMES)))]
            if word + trade not in used:
                break
        used.add(word + trade)
        places.append(Place(shapely.Point(points[i]), "shop", word + trade, f"{romanise(word)} {trade_en}"))
    return places
