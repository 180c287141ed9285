"""Layers that follow from another: what cameras see, which team each grid has. Their rows change with it, in one version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from layers.catalog.features import FeatureRow
from layers.catalog.registry import spec_of
from layers.catalog.rows import camera_view_rows
from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject_all
from layers.imports.inforce import stored_rows
from layers.imports.plan_types import KINDS, Diff, Incoming, Stored
from layers.imports.staging import Planned
from layers.imports.units import unit_rows

_ADDED, _REMOVED, _CHANGED = (KINDS.index(kind) for kind in ("added", "removed", "changed"))


def following(plan: Planned) -> list[Planned]:
    """What else an import changes; empty for most layers."""
    if plan.spec.id == "cameras":
        return _planned("camera_views", camera_view_rows(_rows(plan)), lambda values: True)
    if plan.spec.id == "grids":
        spec = spec_of("units")
        teams = unit_rows(spec, [row.values for row in _rows(plan)], teams=True)
        return _planned("units", teams, lambda values: values["kind"] == "team")
    return []


def _rows(plan: Planned) -> list[FeatureRow]:
    """All rows of the layer as they will be: those of the delivery, and stored ones that it leaves alone."""
    places = plan.difference.incoming[plan.difference.incoming >= 0]
    rows = [_row(plan.rows.ids, plan.rows.degrees, plan.rows.values, plan.rows.ranks, place) for place in places]
    named = set(plan.difference.row_ids.tolist())
    ranks = np.full(len(plan.stored), 3)
    return rows + [
        _row(plan.stored.ids, plan.stored.degrees, plan.stored.values, ranks, place)
        for place, key in enumerate(plan.stored.row_ids.tolist())
        if key not in named
    ]


def _row(
    ids: np.ndarray, degrees: np.ndarray, values: dict[str, np.ndarray], ranks: np.ndarray, place: int
) -> FeatureRow:
    return FeatureRow(
        str(ids[place]), degrees[place], {column: held[place] for column, held in values.items()}, int(ranks[place])
    )


def _planned(layer: str, rows: Sequence[FeatureRow], ours: Any) -> list[Planned]:
    """How the rows of a layer that follows differ from those in force; only rows of `ours` may go."""
    spec = spec_of(layer)
    stored = stored_rows(spec)
    places = {key: place for place, key in enumerate(stored.ids.tolist())}
    kinds, incoming, partner = [], [], []
    for number, row in enumerate(rows):
        place = places.pop(row.feature_id, -1)
        if place < 0 or stored.digests[place] != row.digest:
            kinds.append(_ADDED if place < 0 else _CHANGED)
            incoming.append(number)
            partner.append(place)
    for place in places.values():
        if ours({column: held[place] for column, held in stored.values.items()}):
            kinds.append(_REMOVED)
            incoming.append(-1)
            partner.append(place)
    return (
        [Planned(spec, _incoming(rows), stored, _difference(kinds, incoming, partner, rows, stored))] if kinds else []
    )


def _difference(
    kinds: list[int], incoming: list[int], partner: list[int], rows: Sequence[FeatureRow], stored: Stored
) -> Diff:  # fmt: skip
    count = len(kinds)
    ids = [rows[i].feature_id if i >= 0 else stored.ids[s] for i, s in zip(incoming, partner, strict=True)]
    return Diff(
        kinds=np.array(kinds, dtype=np.int8), ids=np.array(ids, dtype=object), incoming=np.array(incoming, dtype=np.int64),
        stored=np.array(partner, dtype=np.int64), rows=np.array(incoming, dtype=np.int64),
        row_ids=np.array([stored.row_ids[s] if s >= 0 else -1 for s in partner], dtype=np.int64), changed={},
        distance_m=np.zeros(count), area_change_m2=np.zeros(count),
        counts={kind: kinds.count(place) for place, kind in enumerate(KINDS)}, fields={}, matched_by="id",
    )  # fmt: skip


def _incoming(rows: Sequence[FeatureRow]) -> Incoming:
    degrees = np.array([row.geometry for row in rows], dtype=object)
    columns = list(rows[0].values) if rows else []
    values: dict[str, np.ndarray] = {}
    for column in columns:
        held = np.empty(len(rows), dtype=object)
        held[:] = [row.values[column] for row in rows]
        values[column] = held
    there = not shapely.is_missing(degrees).all() if len(rows) else False
    return Incoming(
        ids=np.array([row.feature_id for row in rows], dtype=object), rows=np.arange(len(rows)), degrees=degrees,
        metric=reproject_all(degrees, STORAGE_SRID, METRIC_SRID) if there else degrees, values=values,
        ranks=np.array([row.rank for row in rows], dtype=np.int64), digests=[row.digest for row in rows],
    )  # fmt: skip
