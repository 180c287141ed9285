"""Rows of a layer at a version or on a day, narrowed as asked, by the rights of whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from django.db import connection
from psycopg import sql

from layers.catalog.columns import area_expression, expression
from layers.catalog.models import LayerVersion
from layers.catalog.reading import scope_condition
from layers.catalog.selectors import next_version, own_rows, table_of, version_of
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


def untold(step: str, done: int, total: int) -> None:
    """Progress that nobody listens to."""


def read_table(sight: Sight, rows: Selection, told: Told = untold) -> Table:
    """The rows of a selection as arrays, ordered by id, in EPSG:4326; `told` hears (step, rows done, rows in all)."""
    found: list[Row] = []
    total = count_rows(sight, rows) if sight.spec.versioned else 0
    for batch in read_batches(sight, rows):
        found += batch
        told("read", len(found), total)
    return table_of_rows(sight.spec, sight.fields, found)


def read_batches(sight: Sight, rows: Selection) -> Iterator[list[Row]]:
    """The rows of a selection, some at a time, as one moment of the database holds them.

    A row is the values of the sight's fields in order, then the shape as well-known binary in EPSG:4326.
    """
    if not sight.spec.versioned:
        yield from batched(read_cases(sight, rows))
        return
    query, values = _query(sight, rows)
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(query.as_string(None), values)
        while batch := cursor.fetchmany(BATCH):
            yield batch


def count_rows(sight: Sight, rows: Selection) -> int:
    """How many rows a selection holds."""
    if not sight.spec.versioned:
        return len(read_cases(sight, rows))
    condition, values = _condition(sight, rows, _known(sight.spec, rows))
    query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(table_of(sight.spec)), condition)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), values)
        return int(cursor.fetchone()[0])


def check_selection(sight: Sight, rows: Selection) -> None:
    """Raises NotFound for a version or an area that is not there, InvalidInput for a field that the layer has not."""
    if sight.spec.versioned:
        _condition(sight, rows, _known(sight.spec, rows))
    else:
        check_cases(sight, rows)


def batched(rows: list[Row]) -> Iterator[list[Row]]:
    """The rows, some at a time."""
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def version_read(spec: LayerSpec, rows: Selection) -> int:
    """The layer version a selection is of: the one named, else the one in force (0 before the first)."""
    return rows.version if rows.version is not None else version_of(spec.id)


def _known(spec: LayerSpec, rows: Selection) -> int:
    """The newest publication that the rows may know of. Raises UnknownVersion for a version that is not there.

    A version says of its rows what was known when it was published, whatever ended them since.
    """
    if rows.version is None:
        return next_version(spec.id) - 1
    if not LayerVersion.objects.filter(layer=spec.id, version=rows.version).exists():
        raise UnknownVersion(
            f"图层 {spec.id} 没有第 {rows.version} 版", f"layer {spec.id} has no version {rows.version}",
            field="version", found=rows.version,
        )  # fmt: skip
    return rows.version


def _query(sight: Sight, rows: Selection) -> tuple[sql.Composable, list[Any]]:
    known = _known(sight.spec, rows)
    columns = [_value(field, known) for field in sight.fields]
    condition, values = _condition(sight, rows, known)
    query = sql.SQL('SELECT {}, ST_AsBinary(geom) FROM {} WHERE {} ORDER BY feature_id COLLATE "C"').format(
        sql.SQL(", ").join(columns), sql.Identifier(table_of(sight.spec)), condition
    )
    return query, values


def _value(field: FieldSpec, known: int) -> sql.Composable:
    """A field as it is read; the end of a row's validity as long as a publication known of has set it."""
    if field.name == "valid_to":
        return sql.SQL("CASE WHEN version_to <= {} THEN valid_to END").format(sql.Literal(known))
    return sql.SQL(expression(field))


def _condition(sight: Sight, rows: Selection, known: int) -> _Piece:
    pieces = [
        own_rows(sight.spec), scope_condition(sight.spec, sight.scope), _in_force(sight.spec, rows, known),
        *_narrowed(sight, rows),
    ]  # fmt: skip
    return sql.SQL(" AND ").join([piece for piece, _ in pieces]), [value for _, held in pieces for value in held]


def _in_force(spec: LayerSpec, rows: Selection, known: int) -> _Piece:
    if rows.at is not None:
        return sql.SQL(
            "valid_from <= %s AND version_from <= %s AND (version_to IS NULL OR version_to > %s OR valid_to > %s)"
        ), [rows.at, known, known, rows.at]
    version = version_read(spec, rows)
    return sql.SQL("version_from <= %s AND (version_to IS NULL OR version_to > %s)"), [version, version]


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
