"""Whatever is delivered and in whatever order it is taken back: the layer stands as it stood, to the byte."""

from __future__ import annotations

import uuid

import hypothesis.strategies as st
import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from layers.catalog.models import LayerVersion
from layers.catalog.registry import spec_of
from layers.catalog.rows import rank_of
from layers.geo.crs import reproject_all
from layers.imports import staging
from layers.imports.committing import ask_commit, commit_import
from layers.imports.diffing import diff, settled
from layers.imports.digests import digests_of
from layers.imports.inforce import last_version, stored_rows
from layers.imports.models import Import, Status
from layers.imports.plan_types import Incoming
from layers.imports.standing import standing_on
from tests.imports_stage import dump, found, nudged, rolled_back

pytestmark = pytest.mark.django_db
SPEC = spec_of("waters")

#: What happens to one stored row: its place among the rows, and how.
CHANGE = st.tuples(st.integers(0, 8), st.sampled_from(["rename", "move", "drop", "copy", "keep"]))
DELIVERY = st.lists(CHANGE, min_size=1, max_size=6)


def incoming(changes: list[tuple[int, str]], mark: str) -> Incoming:
    """The open rows with the changes made, as a delivery would bring them."""
    stored = stored_rows(SPEC)
    rows = []
    for place in range(len(stored)):
        values = {column: held[place] for column, held in stored.values.items()}
        shape, key, keep = stored.degrees[place], stored.ids[place], True
        extra = []
        for number, (at, how) in enumerate(changes):
            if at % len(stored) != place:
                continue
            if how == "rename":
                values = values | {"name": f"{mark}{number}"}
            elif how == "move":
                shape = nudged(shape, 2.0 + number)
            elif how == "drop":
                keep = False
            elif how == "copy":
                extra.append((str(uuid.uuid5(uuid.NAMESPACE_OID, f"{mark}{number}")), nudged(shape, 30.0 + number), values | {"code": f"{mark}{number}"}))  # fmt: skip
        rows += [(key, shape, values)] * keep + extra
    return _arrays(rows)


def _arrays(rows: list[tuple[str, object, dict]]) -> Incoming:
    def objects(values):
        made = np.empty(len(rows), dtype=object)
        made[:] = values
        return made

    degrees = objects([shape for _, shape, _ in rows])
    columns = list(rows[0][2])
    values = {column: objects([held[column] for _, _, held in rows]) for column in columns}
    ranks = np.array([rank_of(SPEC, held, None) for _, _, held in rows], dtype=np.int64)
    return Incoming(
        objects([key for key, _, _ in rows]), np.arange(1, len(rows) + 1), degrees, reproject_all(degrees, 4326, 4547),
        values, ranks, digests_of(degrees, ranks, values), np.ones(len(rows), dtype=bool), frozenset(columns),
    )  # fmt: skip


def committed(changes: list[tuple[int, str]], mark: str) -> Import:
    """An import of these changes, committed; what reading a file does is not of interest here."""
    row = Import.objects.create(
        layer="waters",
        status=Status.READY,
        file_name=f"{mark}.gpkg",
        file_bytes=1,
        actor="system:test",
        base_version=last_version("waters"),
    )
    rows, stored = incoming(changes, mark), stored_rows(SPEC)
    difference = diff(SPEC, rows, stored)
    staging.stage(row, [staging.Planned(SPEC, settled(SPEC, rows, stored, difference), stored, difference)])
    ask_commit(actor=None, import_id=row.pk, version=row.version, job=False)
    row = commit_import(import_id=row.pk)
    assert row.status == Status.COMMITTED, row.error
    return row


def state():
    return dump("waters"), found("waters")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DELIVERY, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_imports_taken_back_newest_first_leave_every_state_behind_them(district, deliveries, chance):
    with transaction.atomic():
        states, rows = [state()], []
        for number, changes in enumerate(deliveries):
            rows.append(committed(changes, f"甲{number}x"))
            states.append(state())
        for row in reversed(rows):
            assert state() == states.pop()
            assert rolled_back(row).status == Status.ROLLED_BACK
        assert state() == states.pop()
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DELIVERY, DELIVERY)
def test_an_import_goes_alone_or_with_what_stands_on_it(district, one, two):
    with transaction.atomic():
        before = state()
        first = committed(one, "甲x")
        second = committed(two, "乙x")
        standing = standing_on(first.pk)
        rolled_back(first, with_later=bool(standing))
        second.refresh_from_db()
        if standing:
            assert second.status == Status.ROLLED_BACK
        elif second.version_after != second.version_before:
            rolled_back(second)
        assert state() == before
        numbers = list(
            LayerVersion.objects.filter(layer="waters").order_by("version").values_list("version", flat=True)
        )
        assert numbers == list(range(1, len(numbers) + 1))
        transaction.set_rollback(True)
