"""What an import changes, written down: once for people (imports_change), once ready to be taken over (imports_staged).

A layer that an import makes is not staged: its rows are written as they will stand. Nobody sees a row of a layer without
a description in force, so that 400,000 points are one short transaction away from every map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from django.db import connection, transaction
from psycopg import sql

from layers.catalog import laying
from layers.catalog.columns import DOCUMENT
from layers.catalog.models import DatasetLayer, SearchName
from layers.catalog.pinyin import full_pinyin, initials
from layers.catalog.selectors import table_of
from layers.imports import copying
from layers.imports.inforce import next_numbers
from layers.imports.models import Change, Import, Staged
from layers.imports.plan_types import KINDS, Diff, Incoming, Stored
from layers.spec import LayerSpec

#: Rows of one transaction when a new layer is written.
CHUNK = 50_000
_OWN = ("code", "name", "name_en", "community")


@dataclass(frozen=True)
class Planned:
    """What becomes of one layer: the rows as they will be stored, those in force, and how they differ."""

    spec: LayerSpec
    rows: Incoming
    stored: Stored
    difference: Diff


def clear(row: Import) -> None:
    """Forgets what an earlier preparation wrote down and laid down."""
    Staged.objects.filter(owner=row).delete()
    Change.objects.filter(owner=row).delete()


@transaction.atomic
def stage(row: Import, plans: Sequence[Planned]) -> None:
    """Writes down what an import does to its layer, the first of `plans`, and to those that follow from it."""
    clear(row)
    for plan in plans:
        laying.forget(plan.spec, row.pk)
    if plans:
        _write_changes(row, plans[0])
    for plan in plans:
        _write_staged(row, plan)


def _write_changes(row: Import, plan: Planned) -> None:
    places = plan.difference.differing
    if not len(places):
        return
    kinds = [KINDS[kind] for kind in plan.difference.kinds[places]]
    mine, theirs = plan.difference.incoming[places], plan.difference.stored[places]
    names = {f.db_column: f.name for f in plan.spec.fields}
    touched: list[list[str]] = [[] for _ in places]
    for column, which in plan.difference.changed.items():
        for place in np.flatnonzero(which[places]):
            touched[place].append(names.get(column, column))
    before = _values(plan.spec, plan.stored.values, theirs, touched, [kind == "removed" for kind in kinds])
    after = _values(plan.spec, plan.rows.values, mine, touched, [kind == "added" for kind in kinds])
    count = len(places)
    rows, row_ids = plan.difference.rows[places].tolist(), plan.difference.row_ids[places].tolist()
    copying.copy_in("imports_change", {
        "import_id": copying.repeated(row.pk, count),
        "ordinal": list(map(str, range(1, count + 1))),
        "kind": kinds,
        "feature_id": copying.texts(plan.difference.ids[places].tolist()),
        "name": copying.texts(_names(plan, mine, theirs)),
        "row": copying.numbers([number if place >= 0 else None for number, place in zip(rows, mine, strict=True)]),
        "row_id": copying.numbers([key if place >= 0 else None for key, place in zip(row_ids, theirs, strict=True)]),
        "columns": copying.lists(touched),
        "before": copying.texts(before),
        "after": copying.texts(after),
        "distance_m": copying.numbers(plan.difference.distance_m[places].tolist()),
        "area_change_m2": copying.numbers(plan.difference.area_change_m2[places].tolist()),
        "geom_before": copying.shapes(_taken(plan.stored.degrees, theirs)),
        "geom_after": copying.shapes(_taken(plan.rows.degrees, mine)),
    })  # fmt: skip


def _values(
    spec: LayerSpec, values: dict[str, np.ndarray], places: np.ndarray, touched: list[list[str]], whole: list[bool]
) -> list[str | None]:  # fmt: skip
    """The attributes that differ as JSON by field name, all of a row where `whole`; None where there is no row."""
    texts = {f.name: copying.as_json(_taken(values[f.db_column], places)) for f in spec.fields if f.db_column in values}
    made: list[str | None] = []
    for number, place in enumerate(places):
        if place < 0:
            made.append(None)
            continue
        names = [n for n in texts if texts[n][number] not in ("null", '""')] if whole[number] else touched[number]
        made.append("{" + ",".join(f'"{name}":{texts[name][number]}' for name in names if name in texts) + "}")
    return made


def _taken(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The values at places, None where there is no place."""
    taken = np.full(len(places), None, dtype=object)
    there = places >= 0
    taken[there] = values[places[there]]
    return taken


def _names(plan: Planned, mine: np.ndarray, theirs: np.ndarray) -> list[str]:
    names: list[str] = []
    for here, there in zip(mine, theirs, strict=True):
        values, place = (plan.rows.values, here) if here >= 0 else (plan.stored.values, there)
        names.append(str(values["name"][place] or values["code"][place] or "")[:120])
    return names


def _write_staged(row: Import, plan: Planned) -> None:
    places = plan.difference.differing
    if not len(places):
        return
    mine, theirs = plan.difference.incoming[places], plan.difference.stored[places]
    numbers = next_numbers(plan.spec)
    ids = plan.difference.ids[places].tolist()
    comes = mine >= 0
    fresh = iter(laying.new_row_ids(plan.spec, int(comes.sum())))
    count = len(places)
    rows = _subset(plan.rows, mine[comes])
    search, values = iter(_search(plan.spec, rows)), iter(_stored_values(plan.spec, rows))
    ranks, digests = iter(rows.ranks.tolist()), iter(rows.digests)
    keys = plan.difference.row_ids[places].tolist()
    come = comes.tolist()
    copying.copy_in("imports_staged", {
        "import_id": copying.repeated(row.pk, count),
        "layer": copying.repeated(plan.spec.id, count),
        "ordinal": list(map(str, range(1, count + 1))),
        "feature_id": copying.texts(ids),
        "row_id": copying.numbers([key if place >= 0 else None for key, place in zip(keys, theirs, strict=True)]),
        "new_row_id": copying.numbers([next(fresh) if there else None for there in come]),
        "feature_version": copying.numbers([numbers.get(key, 1) if there else None for key, there in zip(ids, come, strict=True)]),
        "rank": copying.numbers([next(ranks) if there else 5 for there in come]),
        "digest": copying.octets([next(digests) if there else None for there in come]),
        "values": copying.texts([next(values) if there else None for there in come]),
        "search": copying.texts([next(search) if there else None for there in come]),
        "geom": copying.shapes(_taken(plan.rows.degrees, mine)),
    })  # fmt: skip


def _subset(rows: Incoming, places: np.ndarray) -> Incoming:
    return Incoming(
        ids=rows.ids[places], rows=rows.rows[places], degrees=rows.degrees[places], metric=rows.metric[places],
        values={column: values[places] for column, values in rows.values.items()}, ranks=rows.ranks[places],
        digests=[rows.digests[place] for place in places],
    )  # fmt: skip


def _stored_values(spec: LayerSpec, rows: Incoming) -> list[str]:
    """The attributes of rows as JSON by database column, those of a staff layer inside their document."""
    if not spec.staff:
        known = set(laying.value_columns(spec))
        return copying.json_objects({name: v for name, v in rows.values.items() if name in known}, len(rows))
    own = copying.json_objects(_own_texts(rows), len(rows))
    documents = _documents(spec, rows)
    return [f'{one[:-1]},"{DOCUMENT}":{inner}}}' for one, inner in zip(own, documents, strict=True)]


def _own_texts(rows: Incoming) -> dict[str, np.ndarray]:
    """The texts that every row of a staff layer has."""
    return {name: rows.values.get(name, np.full(len(rows), "", dtype=object)) for name in _OWN}


def _documents(spec: LayerSpec, rows: Incoming) -> list[str]:
    inside = {f.name: rows.values[f.name] for f in spec.fields if f.json and f.name in rows.values}
    return copying.json_objects(inside, len(rows), omit=True)


def _search(spec: LayerSpec, rows: Incoming) -> list[str | None]:
    """The entry of every row in the search index as JSON, None where it has none; as `catalog.services` makes them."""
    count = len(rows)
    entries = _search_columns(spec, rows) if spec.searchable else None
    if entries is None:
        return [None] * count
    columns, there = entries
    made = copying.json_objects(columns, count)
    return [text if found else None for text, found in zip(made, there.tolist(), strict=True)]


def _search_columns(spec: LayerSpec, rows: Incoming) -> tuple[dict[str, np.ndarray], np.ndarray] | None:
    """The columns of the search index for all rows, and which of them have an entry; None when none can have."""
    values, blank = rows.values, np.full(len(rows), "", dtype=object)
    names, codes = values.get("name", blank), values.get("code", blank)
    there = ((names != "") | ((codes != "") & (not spec.staff))) & ~shapely.is_missing(rows.degrees)
    if not there.any():
        return None
    spots = shapely.point_on_surface(rows.degrees)
    box = shapely.bounds(rows.degrees)
    area = blank.copy()
    for column in reversed(spec.area_columns):
        given = values.get(column, blank)
        area = np.where((given != "") & (given != None), given, area)  # noqa: E711 - elementwise
    kind = blank if spec.staff else next((values[c] for c in ("kind", "use", "class") if c in values), blank)
    spoken = {name: (full_pinyin(name), initials(name)) for name in set(names.tolist())}
    return {
        "code": codes, "kind": kind, "name": np.where(names != "", names, codes), "name_en": values.get("name_en", blank),
        "pinyin": np.array([spoken[name][0] for name in names], dtype=object),
        "initials": np.array([spoken[name][1] for name in names], dtype=object),
        "area": area, "rank": rows.ranks, "lon": shapely.get_x(spots), "lat": shapely.get_y(spots),
        "west": box[:, 0], "south": box[:, 1], "east": box[:, 2], "north": box[:, 3],
    }, there  # fmt: skip


def write_new(row: Import, spec: LayerSpec, rows: Incoming, *, version: int, day: date) -> None:
    """Writes the rows of a layer that this import makes as they will stand, a chunk a transaction; also a second time."""
    forget_new(row)
    numbers = next_numbers(spec) if version > 1 else {}
    order = along_the_ground(rows.degrees)
    for start in range(0, len(rows), CHUNK):
        piece = _subset(rows, order[start : start + CHUNK])
        with transaction.atomic():
            _write_piece(row, spec, piece, version, day, numbers)


def along_the_ground(degrees: np.ndarray) -> np.ndarray:
    """The places of shapes in an order in which neighbours follow each other: indexes grow page by page, maps read so."""
    box = shapely.bounds(degrees)
    low, high = np.nanmin(box[:, :2], axis=0, initial=np.inf), np.nanmax(box[:, 2:], axis=0, initial=-np.inf)
    span = np.maximum(high - low, 1e-12)
    cells = np.nan_to_num((box[:, :2] - low) / span * 65535).astype(np.uint32)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cells = (cells | (cells << np.uint32(shift))) & np.uint32(mask)  # every bit moves to the even places
    return np.argsort(cells[:, 0] | (cells[:, 1] << np.uint32(1)), kind="stable")


def _write_piece(
    row: Import, spec: LayerSpec, rows: Incoming, version: int, day: date, numbers: dict[str, int]
) -> None:  # fmt: skip
    count = len(rows)
    copying.copy_in(table_of(spec), {
        "feature_id": copying.texts(rows.ids.tolist()),
        "feature_version": [str(numbers.get(key, 1)) for key in rows.ids] if numbers else ["1"] * count,
        "valid_from": copying.repeated(day.isoformat(), count),
        "version_from": copying.repeated(version, count),
        "import_id": copying.repeated(row.pk, count),
        "rank": copying.numbers(rows.ranks.tolist()),
        "digest": copying.octets(rows.digests),
        **{column: copying.repeated(value, count) for column, value in spec.where.items()},
        **{name: copying.texts(values.tolist()) for name, values in _own_texts(rows).items()},
        DOCUMENT: copying.texts(_documents(spec, rows)),
        "geom": copying.shapes(rows.degrees),
    })  # fmt: skip
    entries = _search_columns(spec, rows) if spec.searchable else None
    if entries is None:
        return
    columns, there = entries
    named = np.flatnonzero(there)
    text = {"code", "kind", "name", "name_en", "pinyin", "initials", "area"}
    copying.copy_in("catalog_search", {
        "layer": copying.repeated(spec.id, len(named)),
        "feature_id": copying.texts(rows.ids[named].tolist()),
        **{
            name: (copying.texts if name in text else copying.numbers)(values[named].tolist())
            for name, values in columns.items()
        },
    })  # fmt: skip


def forget_new(row: Import) -> None:
    """Removes the rows of a layer that an import was to make and that was never made."""
    where = "DELETE FROM catalog_feature WHERE layer = %s AND import_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(where).as_string(None), [row.layer, row.pk])
    if not DatasetLayer.objects.filter(pk=row.layer, retired_at__isnull=True).exists():
        SearchName.objects.filter(layer=row.layer).delete()
