"""What tests of imports share: deliveries made from stored rows, dumps of a layer, the steps of an import."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
from django.core.management import call_command
from django.db import connection
from shapely import affinity

from layers.catalog.laying import value_columns
from layers.catalog.registry import spec_of
from layers.catalog.selectors import own_rows, table_of
from layers.imports.committing import ask_commit, commit_import
from layers.imports.inforce import stored_rows
from layers.imports.models import Import
from layers.imports.preparing import prepare_import
from layers.imports.profile import read_profile
from layers.imports.receiving import import_path
from layers.imports.rolling import ask_rollback, roll_back_import

FOLDER = Path(__file__).resolve().parent.parent / "data" / "yuanhui"
PROFILE = read_profile(FOLDER)


def run(command: str, *args: object, **options: Any) -> tuple[int, Any]:
    """(exit code, what stdout said as JSON) of a command with --json."""
    said = io.StringIO()
    code: Any = 0
    try:
        call_command(command, *map(str, args), "--json", stdout=said, stderr=io.StringIO(), **options)
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(said.getvalue() or "null")


def delivery(layer: str, ids: list[str] | None = None) -> gpd.GeoDataFrame:
    """The open rows of a layer as a table that can be changed and delivered: named as the layer's fields are."""
    spec = spec_of(layer)
    stored = stored_rows(spec)
    names = {f.db_column: f.name for f in spec.fields}
    values = {names[column]: held for column, held in stored.values.items() if column in names}
    frame = gpd.GeoDataFrame({"id": stored.ids, **values}, geometry=stored.degrees, crs=4326)
    frame = frame.drop(columns=[name for name in ("version", "valid_from", "valid_to") if name in frame])
    return frame if ids is None else frame[frame["id"].isin(ids)].reset_index(drop=True)


def written(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """The file that holds a table; by extension GeoPackage, GeoJSON or shapefile."""
    frame.to_file(path, engine="pyogrio")
    return path


def straight(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """A mapping of every column onto the field of its name."""
    return {"fields": [{"field": name, "column": name} for name in frame.columns if name != "geometry"]}


def prepared(path: Path, layer: str, actor: Any = None, **answers: Any) -> Import:
    """An import of a file, prepared."""
    row = import_path(actor=actor, path=path, layer=layer, answers=answers)
    return prepare_import(import_id=row.pk)


def committed(path: Path, layer: str, actor: Any = None, **answers: Any) -> Import:
    """An import of a file, committed."""
    row = prepared(path, layer, actor, **answers)
    ask_commit(actor=actor, import_id=row.pk, version=row.version, job=False)
    return commit_import(import_id=row.pk)


def rolled_back(row: Import, *, with_later: bool = False) -> Import:
    """The import, taken back."""
    ask_rollback(actor=None, import_id=row.pk, with_later=with_later, job=False)
    return roll_back_import(import_id=row.pk)


def dump(layer: str, version: int | None = None) -> list[tuple[Any, ...]]:
    """All that is seen of a layer's rows at a version (the newest): ids, row versions, days, attributes, shapes."""
    spec = spec_of(layer)
    where, values = own_rows(spec)
    columns = ", ".join(f'"{name}"' for name in value_columns(spec))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT feature_id, feature_version, valid_from, valid_to, rank, digest::text, {columns}, ST_AsEWKB(geom)::text"
            f" FROM {table_of(spec)} WHERE {where.as_string(None)} AND CASE WHEN %s::int4 IS NULL THEN version_to IS NULL"
            " ELSE version_from <= %s AND (version_to IS NULL OR version_to > %s) END ORDER BY feature_id",
            [*values, version, version, version],
        )
        return cursor.fetchall()


def found(layer: str) -> list[tuple[Any, ...]]:
    """The search entries of a layer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT feature_id, code, kind, name, name_en, pinyin, initials, area, rank, lon, lat, west, south, east, north"
            " FROM catalog_search WHERE layer = %s ORDER BY feature_id",
            [layer],
        )
        return cursor.fetchall()


def nudged(shape: Any, metres: float = 3.0) -> Any:
    """A shape a few metres to the east."""
    return affinity.translate(shape, metres * 1.08e-5)
