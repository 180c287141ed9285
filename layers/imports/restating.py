"""Rows whose shapes were mended, with all that follows from a shape told again. Pure."""

from __future__ import annotations

from dataclasses import replace
from itertools import repeat

import numpy as np
import shapely

from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject_all
from layers.imports.digests import digests_of
from layers.imports.fields import derived
from layers.imports.plan_types import Incoming
from layers.imports.ranking import ranks_of
from layers.spec import LayerSpec


def areas_m2(metric: np.ndarray) -> np.ndarray:
    """Square metres as layers store them, rounded as `derive` rounds."""
    return np.array(list(map(round, shapely.area(metric).tolist(), repeat(2))), dtype=object)


def reshaped(spec: LayerSpec, incoming: Incoming, metric: np.ndarray) -> Incoming:
    """The rows with other shapes in metres. Rows whose shape is the same stay as they are, to the bit."""
    places = np.flatnonzero(~shapely.equals_exact(incoming.metric, metric, tolerance=0.0))
    if not len(places):
        return incoming
    degrees, values = incoming.degrees.copy(), dict(incoming.values)
    degrees[places] = reproject_all(metric[places], METRIC_SRID, STORAGE_SRID)
    if "area_m2" in derived(spec):
        values["area_m2"] = values["area_m2"].copy()
        values["area_m2"][places] = areas_m2(metric[places])
    ranks = ranks_of(spec, values, metric)
    digests = list(incoming.digests)
    made = digests_of(degrees[places], ranks[places], {column: filled[places] for column, filled in values.items()})
    for place, digest in zip(places, made, strict=True):
        digests[place] = digest
    return replace(incoming, degrees=degrees, metric=metric, values=values, ranks=ranks, digests=digests)
