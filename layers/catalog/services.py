"""Publishing a layer version: the one home for writes to reference layers.

A publication closes the rows that changed or went, adds the ones that came, rebuilds the layer's search names and
tells the log, all in one transaction. What did not change is not touched; if nothing changed there is no version.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from layers.catalog.columns import DOCUMENT, stored
from layers.catalog.features import FeatureRow
from layers.catalog.laying import rouse
from layers.catalog.models import LayerVersion
from layers.catalog.searching import exchange_search, rebuild_search
from layers.catalog.selectors import current_versions, next_version, own_rows, table_of
from layers.errors import LayerMovedOn
from layers.live.services import Act, publish
from layers.spec import LayerSpec
from layers.territory.features import DORMANT

_FIXED = ("feature_id", "feature_version", "valid_from", "version_from", "import_id", "rank", "digest")


@dataclass(frozen=True)
class Source:
    """Where a publication comes from."""

    name: str
    sha256: str = ""
    import_id: uuid.UUID | None = None


@dataclass(frozen=True)
class _Stored:
    row_id: int
    digest: bytes
    open: bool
    feature_version: int


@transaction.atomic
def publish_version(
    *, spec: LayerSpec, rows: Sequence[FeatureRow], effective: date, actor: str, source: Source, whole: bool = True,
    gone: Sequence[str] = (),
) -> LayerVersion | None:  # fmt: skip
    """The new version of a layer, or None when `rows` are what is stored already.

    `whole`: rows that are not named go (an import of the whole layer); otherwise they stay (a single edit), save
    those whose ids are in `gone`. The caller has asked for the right to do this. Raises DatabaseError when a
    constraint of the layer is broken.
    """
    table = table_of(spec)
    lock_layer(spec.id)
    former = _stored(spec, table)
    new = {row.feature_id: row for row in rows}
    if len(new) != len(rows):
        raise ValueError(f"{spec.id}: the same id stands in several rows")
    still = {key for key, old in former.items() if old.open}
    added = [row for row in rows if row.feature_id not in still]
    changed = [row for row in rows if row.feature_id in still and former[row.feature_id].digest != row.digest]
    removed = sorted(still - new.keys()) if whole else sorted(still & set(gone))
    if not (added or changed or removed):
        return None
    version = next_version(spec.id)
    import_id = source.import_id or uuid.uuid4()
    _close(table, [former[key].row_id for key in [*removed, *(row.feature_id for row in changed)]], version, effective)
    _copy(spec, table, [*added, *changed], former, version, effective, import_id)
    total = len(still) + len(added) - len(removed)
    bbox = open_bounds(spec)
    row = LayerVersion.objects.create(
        layer=spec.id, version=version, effective=effective, actor=actor, source=source.name,
        source_sha256=source.sha256, import_id=import_id, added=len(added), changed=len(changed),
        removed=len(removed), total=total, west=bbox[0], south=bbox[1], east=bbox[2], north=bbox[3],
    )  # fmt: skip
    rebuild_search(spec, [*added, *changed], [*removed, *(r.feature_id for r in changed)])
    tell_version(row)
    return row


@dataclass(frozen=True)
class Prepared:
    """What a publication does, ready to be done: row ids of one layer, and where its search entries stand.

    `closes` end, `comes` were laid down (`catalog.laying`). `search` is a relation with the columns `feature_id, search`
    (JSON by column, null for none) of everything that comes, with its parameters; `gone` are features without a row.
    """

    closes: Sequence[int]
    comes: Sequence[int]
    gone: Sequence[str]
    added: int
    changed: int
    search: tuple[sql.Composable, Sequence[Any]] | None = None


@transaction.atomic
def publish_prepared(
    *, spec: LayerSpec, prepared: Prepared, effective: date, actor: str, source: Source, base_version: int
) -> LayerVersion:  # fmt: skip
    """The new version of a layer, made of rows that were laid down before; the caller has asked for the right.

    Raises LayerMovedOn when the layer's last version is not `base_version` any more; nothing is written then.
    """
    table = table_of(spec)
    lock_layer(spec.id)
    version = next_version(spec.id)
    if version - 1 != base_version:
        raise moved_on(spec.id, base_version, version - 1)
    closed = _close(table, list(prepared.closes), version, effective)
    roused = rouse(spec, prepared.comes, version, effective)
    if (closed, roused) != (len(prepared.closes), len(prepared.comes)):
        raise RuntimeError(f"{spec.id}: {closed} rows closed and {roused} roused, not those that were prepared")
    last = LayerVersion.objects.filter(layer=spec.id, version=base_version).first()
    bbox = open_bounds(spec)
    row = LayerVersion.objects.create(
        layer=spec.id, version=version, effective=effective, actor=actor, source=source.name,
        source_sha256=source.sha256, import_id=source.import_id or uuid.uuid4(), added=prepared.added,
        changed=prepared.changed, removed=len(prepared.gone),
        total=(last.total if last else 0) + prepared.added - len(prepared.gone),
        west=bbox[0], south=bbox[1], east=bbox[2], north=bbox[3],
    )  # fmt: skip
    if spec.searchable:
        exchange_search(spec.id, prepared.gone, prepared.search, len(prepared.comes))
    tell_version(row)
    return row


@transaction.atomic
def publish_written(
    *, spec: LayerSpec, effective: date, actor: str, source: Source, base_version: int, total: int,
    bounds: Sequence[float],
) -> LayerVersion:  # fmt: skip
    """The version of a layer whose rows were all written before, with that version, while nobody could see them.

    Raises LayerMovedOn when the layer's last version is not `base_version`.
    """
    lock_layer(spec.id)
    version = next_version(spec.id)
    if version - 1 != base_version:
        raise moved_on(spec.id, base_version, version - 1)
    west, south, east, north = bounds
    row = LayerVersion.objects.create(
        layer=spec.id, version=version, effective=effective, actor=actor, source=source.name,
        source_sha256=source.sha256, import_id=source.import_id or uuid.uuid4(), added=total, changed=0, removed=0,
        total=total, west=west, south=south, east=east, north=north,
    )  # fmt: skip
    tell_version(row)
    return row


def moved_on(layer: str, base_version: int, version: int) -> LayerMovedOn:
    """The refusal of a publication that was prepared against an older version."""
    return LayerMovedOn(
        f"图层已由第 {base_version} 版到第 {version} 版，须重新比对",
        f"the layer went from version {base_version} to {version} meanwhile and must be compared again",
        field="base_version", found=base_version, current=version,
    )  # fmt: skip


@transaction.atomic
def restate_version(*, spec: LayerSpec, effective: date, actor: str, source: Source) -> LayerVersion | None:
    """A version of a layer with the rows it has, drawn from a new description: tiles get new addresses.

    None before the first version. The caller has asked for the right to do this.
    """
    lock_layer(spec.id)
    last = LayerVersion.objects.filter(layer=spec.id).order_by("-version").first()
    if last is None:
        return None
    row = LayerVersion.objects.create(
        layer=spec.id, version=last.version + 1, effective=effective, actor=actor, source=source.name,
        import_id=source.import_id or uuid.uuid4(), added=0, changed=0, removed=0, total=last.total, west=last.west,
        south=last.south, east=last.east, north=last.north,
    )  # fmt: skip
    tell_version(row)
    return row


def tell_version(row: LayerVersion) -> None:
    """Tells the log of a publication, as the last step of its transaction."""
    publish(
        Act(
            kind="layer.published", object_type="layer", object_id=row.layer, object_version=row.version,
            actor=row.actor, happened_at=timezone.now(),
            payload={
                "layer": row.layer, "version": row.version, "effective": row.effective.isoformat(), "added": row.added,
                "changed": row.changed, "removed": row.removed, "total": row.total, "import_id": str(row.import_id),
            },
        )
    )  # fmt: skip
    transaction.on_commit(lambda: current_versions(fresh=True))


def lock_layer(layer: str) -> None:
    """Holds the layer's writers off until the transaction ends; taking it twice does no harm."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('layer:' || %s, 0))", [layer])


def _stored(spec: LayerSpec, table: str) -> dict[str, _Stored]:
    """The last row of every feature a layer ever had, with the greatest number that a row of it ever got."""
    where, values = own_rows(spec)
    query = sql.SQL(
        "SELECT DISTINCT ON (feature_id) feature_id, row_id, digest, version_to IS NULL,"
        " max(feature_version) OVER (PARTITION BY feature_id)"
        " FROM {} WHERE version_from <> %s AND {} ORDER BY feature_id, version_from DESC, row_id DESC"
    ).format(sql.Identifier(table), where)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [DORMANT, *values])
        return {row[0]: _Stored(row[1], bytes(row[2]), row[3], row[4]) for row in cursor.fetchall()}


def _close(table: str, row_ids: list[int], version: int, effective: date) -> int:
    """Ends rows that are open at a version; a row that never was in force gets an empty period. How many there were."""
    if not row_ids:
        return 0
    statement = sql.SQL(
        "UPDATE {} SET version_to = %s, valid_to = GREATEST(valid_from, %s) WHERE row_id = ANY(%s)"
        " AND version_to IS NULL"
    ).format(sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), [version, effective, row_ids])
        return int(cursor.rowcount)


def _copy(
    spec: LayerSpec, table: str, rows: Sequence[FeatureRow], former: dict[str, _Stored], version: int,
    effective: date, import_id: uuid.UUID,
) -> None:  # fmt: skip
    """Adds rows by COPY; columns are those the first row names, and every row must name the same."""
    if not rows:
        return
    columns = sorted(stored(spec, rows[0].values))
    constants = list(spec.where.values())
    names = [*_FIXED, *spec.where, *columns, "geom"]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    shapes = np.array([row.geometry for row in rows], dtype=object)
    wkb = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True)
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement.as_string(None)) as copy:
        for row, shape in zip(rows, wkb, strict=True):
            old, values = former.get(row.feature_id), stored(spec, row.values)
            if DOCUMENT in values:
                values[DOCUMENT] = json.dumps(values[DOCUMENT], ensure_ascii=False)
            copy.write_row(
                [
                    row.feature_id, old.feature_version + 1 if old else 1, effective, version, import_id, row.rank,
                    row.digest, *constants, *(values[column] for column in columns), shape,
                ]
            )  # fmt: skip


def open_bounds(spec: LayerSpec) -> tuple[float | None, ...]:
    """West, south, east, north of the open rows of a layer."""
    where, values = own_rows(spec)
    query = sql.SQL(
        "SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM"
        " (SELECT ST_Extent(geom) AS b FROM {} WHERE version_to IS NULL AND {}) AS whole"
    ).format(sql.Identifier(table_of(spec)), where)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), values)
        west, south, east, north = cursor.fetchone()
    return west, south, east, north
