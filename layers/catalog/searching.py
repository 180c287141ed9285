"""The search index of a layer, kept in the transaction that publishes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from layers.catalog.features import FeatureRow
from layers.catalog.models import SearchName
from layers.catalog.pinyin import full_pinyin, initials
from layers.spec import LayerSpec

#: Columns of the search index besides layer and feature.
SEARCHED = (
    "code", "kind", "name", "name_en", "pinyin", "initials", "area", "rank", "lon", "lat", "west", "south", "east",
    "north",
)  # fmt: skip


def rebuild_search(spec: LayerSpec, came: Sequence[FeatureRow], went: Sequence[str]) -> None:
    """New entries for features that came in place of those of features that went."""
    if not spec.searchable:
        return
    SearchName.objects.filter(layer=spec.id, feature_id__in=went).delete()
    SearchName.objects.bulk_create(
        [entry for row in came if (entry := _search_name(spec, row)) is not None], batch_size=2000
    )


def exchange_search(
    layer: str, gone: Sequence[str], entries: tuple[sql.Composable, Sequence[Any]] | None, expected: int
) -> None:  # fmt: skip
    """Entries of what comes, changed where they differ: one that only moved stays in its page and its indexes.

    `entries` is a relation with the columns `feature_id, search` (JSON by column, null for none), with its parameters;
    `expected` rows of it have an entry, at most.
    """
    SearchName.objects.filter(layer=layer, feature_id__in=list(gone)).delete()
    if entries is None:
        return
    relation, parameters = entries
    columns = [sql.Identifier(name) for name in SEARCHED]
    parts = {
        "rows": relation,
        "columns": sql.SQL(", ").join(columns),
        "values": sql.SQL(", ").join(sql.SQL("r.{}").format(column) for column in columns),
        "sets": sql.SQL(", ").join(sql.SQL("{0} = r.{0}").format(column) for column in columns),
        "layer": sql.Literal(layer),
    }
    joined = "FROM ({rows}) AS s, LATERAL jsonb_populate_record(NULL::catalog_search, s.search) AS r"
    with connection.cursor() as cursor:

        def done(statement: str) -> int:
            cursor.execute(sql.SQL(statement).format(**parts).as_string(None), list(parameters))
            return int(cursor.rowcount)

        done(
            "DELETE FROM catalog_search c USING ({rows}) AS s WHERE c.layer = {layer} AND c.feature_id = s.feature_id"
            " AND s.search IS NULL"
        )
        changed = done(
            "UPDATE catalog_search c SET {sets} " + joined + " WHERE c.layer = {layer} AND c.feature_id = s.feature_id"
            " AND s.search IS NOT NULL"
        )
        if changed < expected:
            done(
                "INSERT INTO catalog_search (layer, feature_id, {columns}) SELECT {layer}, s.feature_id, {values} "
                + joined + " WHERE s.search IS NOT NULL AND NOT EXISTS (SELECT 1 FROM catalog_search c"
                " WHERE c.layer = {layer} AND c.feature_id = s.feature_id)"
            )  # fmt: skip


def _search_name(spec: LayerSpec, row: FeatureRow) -> SearchName | None:
    """The search entry of a named or coded feature with a place on the map; of a layer of staff, of a named one."""
    name, code = str(row.values.get("name") or ""), str(row.values.get("code") or "")
    if row.geometry is None or not (name or (code and not spec.staff)):
        return None
    point = row.geometry.representative_point()
    west, south, east, north = row.geometry.bounds
    area = next((str(row.values[c]) for c in spec.area_columns if row.values.get(c)), "")
    kind = "" if spec.staff else str(row.values.get("kind") or row.values.get("use") or row.values.get("class") or "")
    return SearchName(
        layer=spec.id, feature_id=row.feature_id, code=code, kind=kind, name=name or code,
        name_en=str(row.values.get("name_en") or ""), pinyin=full_pinyin(name), initials=initials(name), area=area,
        rank=row.rank, lon=point.x, lat=point.y, west=west, south=south, east=east, north=north,
    )  # fmt: skip
