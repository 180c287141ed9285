"""Rows of a layer at a version or on a day, narrowed as asked, by the rights of whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from layers.catalog.columns import area_expression, expression
from layers.catalog.models import LayerVersion
from layers.catalog.reading import scope_condition
from layers.catalog.selectors import current_versions, next_version, own_rows, table_of
from layers.errors import NotFound
from layers.exports.asked import Selection
from layers.exports.cases import check_cases, read_cases
from layers.exports.sight import Sight
from layers.exports.tables import Table, table_of_rows
from layers.spec import FieldSpec, LayerSpec
from layers.territory.features import in_force
from layers.territory.models import Area

#: Rows that one answer of the database brings.
BATCH = 2000
Row = tuple[Any, ...]
Told = Callable[[str, int, int], None]
_Piece = tuple[sql.Composable, list[Any]]


class UnknownVersion(NotFound):
    """A version that a layer does not have."""

    code = "unknown_version"
    title_zh, title_en = "没有这个版本", "No such version"


@dataclass(frozen=True)
class Moment:
    """What rows are read of: a layer version, and the newest publication that they may know of."""

    version: int
    known: int


def moment_of(spec: LayerSpec, rows: Selection) -> Moment:
    """The version a selection names, else the one in force (0 before the first). Raises UnknownVersion.

    A version says of its rows what was known when it was published, whatever ended them since. What has no versions is
    of version 0.
    """
    if not spec.versioned:
        return Moment(0, 0)
    if rows.version is None:
        current = current_versions(fresh=True).get(spec.id)
        return Moment(current.version if current else 0, next_version(spec.id) - 1)
    if not LayerVersion.objects.filter(layer=spec.id, version=rows.version).exists():
        raise UnknownVersion(
            f"图层 {spec.id} 没有第 {rows.version} 版", f"layer {spec.id} has no version {rows.version}",
            field="version", found=rows.version,
        )  # fmt: skip
    return Moment(rows.version, rows.version)


def untold(step: str, done: int, total: int) -> None:
    """Progress that nobody listens to."""


def read_table(sight: Sight, rows: Selection, told: Told = untold, moment: Moment | None = None) -> Table:
    """The rows of a selection as arrays, ordered by id, in EPSG:4326; `told` hears (step, rows done, rows in all)."""
    found: list[Row] = []
    moment = moment or moment_of(sight.spec, rows)
    total = count_rows(sight, rows, moment) if sight.spec.versioned else 0
    for batch in read_batches(sight, rows, moment):
        found += batch
        told("read", len(found), total)
    return table_of_rows(sight.spec, sight.fields, found)


def read_batches(sight: Sight, rows: Selection, moment: Moment | None = None) -> Iterator[list[Row]]:
    """The rows of a selection, some at a time, as one moment of the database holds them.

    A row is the values of the sight's fields in order, then the shape as well-known binary in EPSG:4326.
    """
    if not sight.spec.versioned:
        yield from batched(read_cases(sight, rows))
        return
    query, values = _query(sight, rows, moment or moment_of(sight.spec, rows))
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(query.as_string(None), values)
        while batch := cursor.fetchmany(BATCH):
            yield batch


def count_rows(sight: Sight, rows: Selection, moment: Moment | None = None) -> int:
    """How many rows a selection holds."""
    if not sight.spec.versioned:
        return len(read_cases(sight, rows))
    condition, values = _condition(sight, rows, moment or moment_of(sight.spec, rows))
    query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(table_of(sight.spec)), condition)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), values)
        return int(cursor.fetchone()[0])


def check_selection(sight: Sight, rows: Selection) -> None:
    """Raises NotFound for a version or an area that is not there, InvalidInput for a field that the layer has not."""
    if sight.spec.versioned:
        _condition(sight, rows, moment_of(sight.spec, rows))
    else:
        check_cases(sight, rows)


def batched(rows: list[Row]) -> Iterator[list[Row]]:
    """The rows, some at a time."""
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _query(sight: Sight, rows: Selection, moment: Moment) -> tuple[sql.Composable, list[Any]]:
    columns = [_value(field, moment.known) for field in sight.fields]
    condition, values = _condition(sight, rows, moment)
    query = sql.SQL('SELECT {}, ST_AsBinary(geom) FROM {} WHERE {} ORDER BY feature_id COLLATE "C"').format(
        sql.SQL(", ").join(columns), sql.Identifier(table_of(sight.spec)), condition
    )
    return query, values


def _value(field: FieldSpec, known: int) -> sql.Composable:
    """A field as it is read; the end of a row's validity as long as a publication known of has set it."""
    if field.name == "valid_to":
        return sql.SQL("CASE WHEN version_to <= {} THEN valid_to END").format(sql.Literal(known))
    return sql.SQL(expression(field))


def _condition(sight: Sight, rows: Selection, moment: Moment) -> _Piece:
    pieces = [
        own_rows(sight.spec), scope_condition(sight.spec, sight.scope), _in_force(rows, moment),
        *_narrowed(sight, rows),
    ]  # fmt: skip
    return sql.SQL(" AND ").join([piece for piece, _ in pieces]), [value for _, held in pieces for value in held]


def _in_force(rows: Selection, moment: Moment) -> _Piece:
    if rows.at is not None:
        return sql.SQL(
            "valid_from <= %s AND version_from <= %s AND (version_to IS NULL OR version_to > %s OR valid_to > %s)"
        ), [rows.at, moment.known, moment.known, rows.at]
    return sql.SQL("version_from <= %s AND (version_to IS NULL OR version_to > %s)"), [moment.version] * 2


def _narrowed(sight: Sight, rows: Selection) -> Iterator[_Piece]:
    if rows.ids:
        yield sql.SQL("feature_id = ANY(%s)"), [list(rows.ids)]
    if rows.bbox_4326:
        yield sql.SQL("ST_Intersects(geom, ST_MakeEnvelope(%s, %s, %s, %s, 4326))"), list(rows.bbox_4326)
    if rows.area:
        yield _within(sight.spec, rows.area)
    for name, texts in rows.where.items():
        yield sql.SQL("({})::text = ANY(%s)").format(sql.SQL(expression(sight.field(name)))), [list(texts)]


def _within(spec: LayerSpec, area: str) -> _Piece:
    """Rows that say that they lie in an area; of layers whose rows do not say, those that touch its ground."""
    column = area_expression(spec)
    if column is not None and not spec.staff:
        return sql.SQL("{} LIKE %s").format(sql.SQL(column)), [f"{area}%"]
    row = in_force(Area.objects.filter(code=area)).values_list("geom", flat=True).first()
    if row is None:
        raise NotFound(f"没有辖区 {area}", f"there is no area {area}", field="area", found=area)
    return sql.SQL("ST_Intersects(geom, ST_GeomFromWKB(%s, 4326))"), [bytes(row.wkb)]
