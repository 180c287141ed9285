"""The drawing ranks of many rows at once, those that `rank_of` gives one by one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from layers.catalog.rows import rank_of
from layers.spec import LayerSpec

#: The attribute on which the rank of a layer hangs alone.
_BY_ATTRIBUTE = {"roads": "class", "places": "kind", "greens": "kind"}

#: Ranks of buildings change at whole hundreds of square metres.
_STEP_M2 = 100


class _Ground:
    """As much of a shape as a rank asks for."""

    def __init__(self, area: float) -> None:
        self.area = area


def ranks_of(spec: LayerSpec, values: Mapping[str, np.ndarray], metric: np.ndarray) -> np.ndarray:
    """How early every row is drawn. `rank_of` is asked once for every value on which it depends."""
    count = len(metric)
    if spec.id == "buildings":
        return _of_buildings(spec, values, metric)
    attribute = _BY_ATTRIBUTE.get(spec.id)
    if attribute is None:
        return np.full(count, rank_of(spec, {}, None), dtype=np.int64)
    column = values[attribute].tolist()
    table = {value: rank_of(spec, {attribute: value}, None) for value in set(column)}
    return np.fromiter(map(table.__getitem__, column), dtype=np.int64, count=count)


def _of_buildings(spec: LayerSpec, values: Mapping[str, np.ndarray], metric: np.ndarray) -> np.ndarray:
    """By use, storeys and ground: rows of the same use, storeys and hundred square metres share an answer."""
    areas = (np.ceil(shapely.area(metric) / _STEP_M2) * _STEP_M2).tolist()
    floors = [count or 0 for count in values["floors"].tolist()]
    keys = list(zip(values["use"].tolist(), floors, areas, strict=True))
    table = {key: _rank(spec, *key) for key in set(keys)}
    return np.fromiter(map(table.__getitem__, keys), dtype=np.int64, count=len(keys))


def _rank(spec: LayerSpec, use: str, floors: int, area: float) -> int:
    ground: Any = _Ground(area)
    return rank_of(spec, {"use": use, "floors": floors}, ground)
