"""Reading tiles in tests: fetch, decode, walk over a zoom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import mapbox_vector_tile

from layers.geo.tilemath import tiles_over

#: The demo lies inside this box (docs: the public contract).
BOX = (113.975, 33.54, 114.065, 33.605)
Features = dict[str, list[dict[str, Any]]]


def decode(body: bytes) -> Features:
    """Layer name -> features as dicts of `geometry`, `properties`, `type`."""
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}) if body else {}
    return {name: layer["features"] for name, layer in layers.items()}


def walk(get: Callable[[str], Any], address: str, z: int) -> Iterator[tuple[int, int, Features]]:
    """(x, y, features) of every tile of the district at a zoom; `address` has {z}, {x} and {y}."""
    for x, y in tiles_over(BOX, z):
        answer = get(address.format(z=z, x=x, y=y))
        assert answer.status_code in (200, 204), answer.content[:300]
        yield x, y, decode(answer.content)


def ids_over(get: Callable[[str], Any], address: str, z: int, layer: str) -> Counter[str]:
    """How many times each id stands in a tile layer over the whole district."""
    return Counter(
        feature["properties"]["id"] for _, _, features in walk(get, address, z) for feature in features.get(layer, [])
    )


def address_of(get: Callable[[str], Any], layers: str) -> str:
    """The tile address template that TileJSON gives."""
    answer = get(f"/tiles/{layers}.json")
    assert answer.status_code == 200, answer.content[:300]
    return answer.json()["tiles"][0]
