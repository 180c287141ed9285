"""A layer as read, with its mapping, as rows that can be compared and stored. Pure; whole columns at once.

What is refused is named by row; what is only doubtful becomes nothing and is told. The rules for values, ids, ranks and
what follows from a shape are those of `layers.catalog`: the profile's own files come out as the rows that are stored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import shapely

from layers.catalog.rows import derive
from layers.geo.codes import level_of
from layers.imports.delivery import LayerRead
from layers.imports.digests import digests_of, stable_ids
from layers.imports.fields import AREA_DIGITS, coded, deliverable, derived, located, tiles
from layers.imports.filling import Filling
from layers.imports.findings import Finding, Notebook
from layers.imports.lying import codes_at, strays
from layers.imports.plan_types import AreaIndex, Incoming, Mapping
from layers.imports.ranking import ranks_of
from layers.imports.restating import areas_m2
from layers.imports.shaping import as_layer_types
from layers.spec import LayerSpec

#: An id that came with a file and may stand in an address.
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{0,39}")


def assemble(
    spec: LayerSpec, layer: LayerRead, mapping: Mapping, areas: AreaIndex | None = None
) -> tuple[Incoming, list[Finding]]:
    """The rows of a delivery as the layer would hold them, and what was found on the way.

    Findings of the weight error mean that the rows must not be stored. `areas` fill the codes of where a row lies when
    the mapping has no column for them, and judge those that it has.
    """
    notes = Notebook(layer.name)
    degrees, metric, keep = _shapes(spec, layer, notes)
    delivery = Filling(spec, layer, mapping, keep, notes)
    values = {field.db_column: delivery.filled(field) for field in deliverable(spec) if field.name != "id"}
    _place(spec, values, metric, areas, delivery)
    _derive(spec, values, metric)
    ids, known = _ids(spec, values, delivery.ids(), degrees, delivery)
    ranks = ranks_of(spec, values, metric)
    digests = digests_of(degrees, ranks, values)
    incoming = Incoming(
        ids, layer.rows[keep], degrees, metric, values, ranks, digests, known,
        frozenset(delivery.delivered - {spec.field(name).db_column for name in derived(spec)}),
        frozenset(delivery.following | {spec.field(name).db_column for name in derived(spec)}),
    )  # fmt: skip
    return incoming, notes.findings


def joined(parts: Sequence[Incoming]) -> Incoming:
    """The rows of several files that make one layer together (points, lines and areas of the places)."""
    if len(parts) == 1:
        return parts[0]
    columns = parts[0].values
    return Incoming(
        ids=np.concatenate([part.ids for part in parts]),
        rows=np.concatenate([part.rows for part in parts]),
        degrees=np.concatenate([part.degrees for part in parts]),
        metric=np.concatenate([part.metric for part in parts]),
        values={column: np.concatenate([part.values[column] for part in parts]) for column in columns},
        ranks=np.concatenate([part.ranks for part in parts]),
        digests=[digest for part in parts for digest in part.digests],
        coded=np.concatenate([part.coded for part in parts]),
        delivered=frozenset.union(*(part.delivered for part in parts)),
        following=frozenset.union(*(part.following for part in parts)),
    )


def _shapes(spec: LayerSpec, layer: LayerRead, notes: Notebook) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shapes in degrees and in metres in the layer's types, and the places of the rows that have one."""
    if layer.degrees is None or layer.metric is None:
        notes.note("not_placed")
        nothing = np.zeros(0, dtype=object)
        return nothing, nothing, np.zeros(0, dtype=np.int64)
    there = ~(shapely.is_missing(layer.degrees) | shapely.is_empty(layer.degrees))
    if not there.all():
        notes.note("rows_without_shape", rows=layer.rows[~there])
    degrees, fits = as_layer_types(layer.degrees, spec.geometry_types)
    metric, _ = as_layer_types(layer.metric, spec.geometry_types)
    if (there & ~fits).any():
        notes.note("kind_unfit", rows=layer.rows[there & ~fits], target=spec.id, wanted=", ".join(spec.geometry_types))
    keep = np.flatnonzero(there & fits)
    return degrees[keep], metric[keep], keep


def _place(
    spec: LayerSpec, values: dict[str, np.ndarray], metric: np.ndarray, areas: AreaIndex | None, delivery: Filling
) -> None:  # fmt: skip
    """Fills the area codes that are lacking: from a narrower code that is there, else from where the row lies."""
    fields = sorted(located(spec), key=lambda field: -AREA_DIGITS[field.name])
    at: np.ndarray | None = None
    for number, field in enumerate(fields):
        here, digits = values[field.db_column], AREA_DIGITS[field.name]
        if field.db_column not in delivery.delivered:
            delivery.following.add(field.db_column)
        elif areas is not None:
            wrong = strays(metric, here, areas)
            if number:
                narrow = values[fields[number - 1].db_column].astype(str)
                wrong |= (narrow != "") & (here != "") & ~np.char.startswith(narrow, here.astype(str))
            if wrong.any():
                delivery.notes.note("area_codes_contradict", field=field.name, rows=delivery.rows[wrong])
        lacking = here == ""
        if number and lacking.any():
            here[lacking] = [code[:digits] for code in values[fields[number - 1].db_column][lacking]]
            lacking = here == ""
        if areas is not None and lacking.any():
            at = codes_at(metric, areas) if at is None else at
            here[lacking] = [code[:digits] if len(code) >= digits else "" for code in at[lacking]]


def _derive(spec: LayerSpec, values: dict[str, np.ndarray], metric: np.ndarray) -> None:
    """What follows from shapes and codes, as `derive` says row by row; areas are few, other layers are not."""
    if spec.model == "territory.Area":
        rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
        for row, shape in zip(rows, metric, strict=True):
            derive(spec, row, shape)
        for column in rows[0] if rows else ():
            values[column] = np.array([row[column] for row in rows], dtype=object)
        return
    if "area_m2" in values and not spec.staff:
        values["area_m2"] = areas_m2(metric)
    if "bearing_deg" in values and not spec.staff:
        turned = values["bearing_deg"]
        there = turned != None  # noqa: E711 - elementwise
        turned[there] = turned[there] % 360.0


def _ids(
    spec: LayerSpec, values: dict[str, np.ndarray], given: np.ndarray, degrees: np.ndarray, delivery: Filling
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The ids of the rows, and which of them follow from a code or came with the file.

    A row with neither gets an id that follows from what it holds: the same row has the same id in the next file.
    """
    codes = values["code"]
    have = codes != ""
    again = _occurrence(codes, have)
    if again.any():
        twice = np.isin(codes.astype(str), np.unique(codes[again > 0].astype(str)))
        samples = ", ".join(sorted(set(codes[twice]))[:5])
        delivery.notes.note(
            "codes_duplicate" if tiles(spec) else "codes_repeated", codes=samples, rows=delivery.rows[twice & have]
        )
    if coded(spec):
        _judge_codes(spec, codes, have, delivery)
        prefix = "u" if spec.id == "unit_grids" else ""
        return np.array([f"{prefix}{code}" for code in codes], dtype=object), have
    ids = np.full(len(codes), "", dtype=object)
    fit = np.array([bool(_ID.fullmatch(text)) for text in given], dtype=bool) & (_occurrence(given, given != "") == 0)
    ids[fit] = given[fit]
    by_code = have & ~fit
    names = [
        f"{code}#{count + 1}" if count else code for code, count in zip(codes[by_code], again[by_code], strict=True)
    ]
    ids[by_code] = stable_ids(spec.id, names)
    bare = np.flatnonzero(~have & ~fit)
    if len(bare):
        ids[bare] = _ids_of_content(spec, {column: values[column][bare] for column in values}, degrees[bare])
    return ids, have | fit


def _judge_codes(spec: LayerSpec, codes: np.ndarray, have: np.ndarray, delivery: Filling) -> None:
    wanted = spec.where.get("level", "grid")
    unit = spec.id == "unit_grids"
    odd = [
        bool(code) and level_of(code) != wanted and not (unit and len(code) in (14, 15) and code.isdigit())
        for code in codes
    ]
    if any(odd):
        wrong = np.array(odd, dtype=bool)
        delivery.notes.note(
            "codes_malformed", field="code", rows=delivery.rows[wrong], sample=str(codes[wrong][0])[:40], level=wanted
        )


def _ids_of_content(spec: LayerSpec, values: dict[str, np.ndarray], degrees: np.ndarray) -> np.ndarray:
    content = np.array(
        [digest.hex() for digest in digests_of(degrees, np.zeros(len(degrees), dtype=np.int64), values)], dtype=object
    )
    again = _occurrence(content, np.ones(len(content), dtype=bool))
    return stable_ids(spec.id, [f"#{text}:{count}" for text, count in zip(content, again, strict=True)])


def _occurrence(texts: np.ndarray, which: np.ndarray) -> np.ndarray:
    """How often the text of a row occurred before it, among the rows asked for; 0 elsewhere."""
    counts = np.zeros(len(texts), dtype=np.int64)
    asked = texts[which].tolist()
    if len(set(asked)) == len(asked):
        return counts
    order = np.argsort(np.array(asked, dtype=str), kind="stable")
    ordered = np.array(asked, dtype=str)[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    run = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
    counted = np.empty(len(ordered), dtype=np.int64)
    counted[order] = run
    counts[which] = counted
    return counts
