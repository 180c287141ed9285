"""The district's own files through mapping, rows, topology and diff: nothing changes, and no row costs a call of its own."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.catalog.registry import spec_of
from layers.catalog.rows import DEFAULTS, feature_rows
from layers.geo.crs import reproject_all
from layers.imports.assembling import assemble
from layers.imports.delivery import Column, LayerRead
from layers.imports.diffing import diff, settled, stored_from
from layers.imports.findings import Severity
from layers.imports.guessing import doubts, guess_mapping
from layers.imports.mapping import map_records
from layers.imports.plan_types import KINDS, AreaIndex, FieldMapping, Mapping
from layers.imports.profile import SourceSpec, read_profile
from layers.imports.readers import Table, read_source
from layers.imports.topology import Ground, check_topology, parents_of

PROFILE = read_profile(Path(__file__).resolve().parents[2] / "data" / "yuanhui")
SOURCES = [pytest.param(source, id=source.file.stem) for source in PROFILE.sources]
ABOVE = {"subdistricts": "district", "communities": "subdistricts", "grids": "communities", "unit_grids": "grids"}


@cache
def table(name: str) -> Table:
    """A delivered file of the profile, read once."""
    return read_source(source_of(name), PROFILE.srid)


def source_of(name: str) -> SourceSpec:
    """The source of a file, or the first of a layer."""
    return next(source for source in PROFILE.sources if name in (source.file.stem, source.layer))


def as_read(rows: Table) -> LayerRead:
    """The table as the readers of imports hand it on."""
    columns = []
    for name in rows.records[0]:
        values = [record[name] for record in rows.records]
        null = np.array([value is None for value in values], dtype=bool)
        if all(isinstance(value, str) or value is None for value in values):
            columns.append(Column(name, "text", np.array(values, dtype=object), null))
        else:
            whole = all(value is None or isinstance(value, int) for value in values)
            numbers = np.array([value or 0 for value in values], dtype=np.int64 if whole else float)
            columns.append(Column(name, "integer" if whole else "number", numbers, null))
    count = len(rows.records)
    return LayerRead("l", rows.metric, np.arange(1, count + 1), columns, degrees=rows.degrees, metric=rows.metric)


def as_said(source: SourceSpec) -> Mapping:
    """The mapping that the profile states."""
    named = [FieldMapping(f, c, values=dict(source.codes.get(f, {}))) for f, c in source.fields.items()]
    return Mapping((*named, *(FieldMapping(f, constant=str(value)) for f, value in source.constants.items())))


@cache
def rows_of(name: str):
    """The rows that a file of the profile becomes."""
    source = source_of(name)
    rows, found = assemble(spec_of(source.layer), as_read(table(name)), as_said(source), None)
    assert not found
    return rows


def in_force(name: str, metric=None):
    """Rows as the database gives them back: shapes through degrees, rings the other way round, in another order."""
    rows = rows_of(name)
    turned = np.arange(len(rows))[::-1]
    stored = stored_from(rows, np.arange(len(rows)), np.ones(len(rows), dtype=int))
    stored.ids, stored.row_ids = stored.ids[turned], stored.row_ids[turned]
    stored.degrees = rows.degrees[turned] if metric is None else metric
    stored.metric = shapely.reverse(reproject_all(reproject_all(stored.degrees, 4326, 3857), 3857, 4547))
    stored.values = {column: held[turned] for column, held in rows.values.items()}
    stored.digests = stored.digests[::-1]
    return stored


@pytest.mark.parametrize("source", SOURCES)
def test_every_file_becomes_the_rows_that_a_load_makes_of_it(source):
    spec, rows = spec_of(source.layer), rows_of(source.file.stem)
    delivered = table(source.file.stem)
    mapped = map_records(spec, source, delivered.records, DEFAULTS.get(spec.id, {}))
    loaded = feature_rows(spec, mapped.values, delivered.metric, delivered.degrees)
    assert rows.ids.tolist() == [row.feature_id for row in loaded]
    assert rows.digests == [row.digest for row in loaded]


@pytest.mark.parametrize("source", SOURCES)
def test_every_file_against_what_is_stored_is_unchanged(source):
    spec, name = spec_of(source.layer), source.file.stem
    rows, stored = rows_of(name), in_force(name)
    difference = diff(spec, rows, stored)
    assert difference.counts == dict.fromkeys(KINDS, 0) | {"unchanged": len(rows)}
    assert settled(spec, rows, stored, difference).digests == rows.digests


@pytest.mark.parametrize("source", SOURCES)
def test_the_columns_of_every_file_are_guessed_as_the_profile_states_them(source):
    spec, read = spec_of(source.layer), as_read(table(source.file.stem))
    mapping = guess_mapping(spec, read.columns)
    follow = (
        {"parent", "community"} if spec.id == "grids" else set()
    )  # one column says both, and both follow from codes
    assert {name: mapping.of(name).column for name in source.fields if name not in follow} == {
        name: column for name, column in source.fields.items() if name not in follow
    }
    assert not [item for item in doubts(spec, mapping, read.columns) if item.severity is Severity.QUESTION]
    guessed, found = assemble(spec, read, mapping, None)
    assert not [item for item in found if item.severity is Severity.ERROR]
    for column, held in rows_of(source.file.stem).values.items():
        assert guessed.values[column].tolist() == held.tolist(), column


@pytest.mark.parametrize("layer", ["district", *ABOVE])
def test_the_areas_of_the_district_need_no_mending(layer):
    spec, rows = spec_of(layer), rows_of(layer)
    above = None
    if layer in ABOVE:
        parents = rows_of(ABOVE[layer])
        above = AreaIndex.of(parents.values["code"], reproject_all(parents.degrees, 4326, 4547))
    lower = next((child for child, parent in ABOVE.items() if parent == layer), None)
    below = None
    if lower is not None:
        children = rows_of(lower)
        below = AreaIndex.of(parents_of(spec_of(lower), children), reproject_all(children.degrees, 4326, 4547))
    after, found, offences = check_topology(spec, rows, Ground(above, below))
    assert after is rows
    assert (found, offences) == ([], [])


def test_buildings_lie_in_the_grids_that_they_name():
    grids = rows_of("grids")
    areas = AreaIndex.of(grids.values["code"], grids.metric)
    source = source_of("buildings")
    mapping = as_said(source)
    _, found = assemble(spec_of("buildings"), as_read(table("buildings")), mapping, areas)
    assert not found
    blind = Mapping(tuple(entry for entry in mapping.fields if entry.field not in ("grid", "community", "subdistrict")))
    rows, _ = assemble(spec_of("buildings"), as_read(table("buildings")), blind, areas)
    named = rows_of("buildings").values["grid"]
    assert np.mean(rows.values["grid"] == named) > 0.99


def calls_of(work) -> int:
    """How many Python functions a piece of work calls."""
    counts: Counter[str] = Counter()

    def count(frame, event, argument):
        if event == "call":
            counts[event] += 1

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counts["call"]


def test_twelve_thousand_buildings_cost_hardly_more_calls_than_a_tenth_of_them():
    spec, read, mapping = spec_of("buildings"), as_read(table("buildings")), as_said(source_of("buildings"))
    grids = rows_of("grids")
    areas = AreaIndex.of(grids.values["code"], grids.metric)

    def run(rows: np.ndarray) -> int:
        part = LayerRead(
            "l", read.shapes[rows], read.rows[rows], [column[rows] for column in read.columns],
            degrees=read.degrees[rows], metric=read.metric[rows],
        )  # fmt: skip
        whole, _ = assemble(spec, part, mapping, areas)
        stored = stored_from(whole, np.arange(len(whole)), np.ones(len(whole), dtype=int))
        return calls_of(lambda: compared(assemble(spec, part, mapping, areas)[0], stored))

    def compared(incoming, stored):
        settled(spec, incoming, stored, diff(spec, incoming, stored))
        check_topology(spec, incoming)

    everything = np.arange(len(read.rows))
    tenth, whole = run(everything[::10]), run(everything)
    assert len(everything) > 12000
    assert whole < 3 * tenth + 2000
    assert whole < len(everything)
