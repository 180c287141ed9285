"""Rows as an Arrow table, and what GDAL and Parquet make of it: GeoPackage, FlatGeobuf, GeoParquet.

GDAL is given our own rows only, and never in a process that serves requests.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS

from layers.exports.about import About
from layers.exports.tables import Table

#: The moment that databases carry as their last change.
MOMENT = "2000-01-01T00:00:00.000Z"
#: Rows a group of a Parquet file holds.
_GROUP = 50_000


def arrow_table(table: Table, geometry: str, unit: str, *, days: bool = True) -> pa.Table:
    """The rows with their shapes as well-known binary in the column `geometry`; times to `unit` (ms, us) in UTC.

    Without `days` a day is its text: FlatGeobuf knows moments alone, and midnight is no day.
    """
    types = {
        "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
        "date": pa.date32() if days else pa.string(), "datetime": pa.timestamp(unit, tz="UTC"),
    }  # fmt: skip
    names, arrays = [], []
    for field in table.fields:
        names.append(field.name)
        values = table.values[field.name].tolist()
        if field.type == "date" and not days:
            values = [None if value is None else value.isoformat() for value in values]
        arrays.append(pa.array(values, type=types[field.type], safe=False))
    wkb = shapely.to_wkb(table.shapes, byte_order=1)
    return pa.table([*arrays, pa.array(wkb.tolist(), type=pa.binary())], names=[*names, geometry])


def free_name(table: Table, *wanted: str) -> str:
    """The first of the names that no field of the table has."""
    taken = {field.name.lower() for field in table.fields}
    return next(name for name in (*wanted, *(f"{wanted[0]}_{n}" for n in range(1, 999))) if name.lower() not in taken)


def write_gpkg(table: Table, path: Path, words: About) -> None:
    """A GeoPackage of one layer, with its spatial index; the notice is the description of the layer."""
    options = {
        "IDENTIFIER": words.title, "DESCRIPTION": words.description, "FID": free_name(table, "fid", "ogc_fid"),
        "SPATIAL_INDEX": "YES",
    }  # fmt: skip
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": MOMENT})
    try:
        _by_gdal(table, path, "GPKG", options)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def write_fgb(table: Table, path: Path, words: About) -> None:
    """A FlatGeobuf in the order of ids, hence without the index that would sort it anew."""
    _by_gdal(table, path, "FlatGeobuf", {"SPATIAL_INDEX": "NO", "TITLE": words.title, "DESCRIPTION": words.description})


def geometry_type(table: Table) -> str:
    """The type a file declares for its shapes."""
    kinds = table.spec.geometry_types
    return kinds[0] if len(kinds) == 1 else "Unknown"


def _by_gdal(table: Table, path: Path, driver: str, options: dict[str, str]) -> None:
    geometry = free_name(table, "geom", "geometry", "shape")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_arrow(
            arrow_table(table, geometry, "ms", days=driver != "FlatGeobuf"), path, layer=table.spec.id, driver=driver, geometry_name=geometry,
            geometry_type=geometry_type(table), crs=f"EPSG:{table.crs}", layer_options=options,
        )  # fmt: skip


def write_parquet(table: Table, path: Path, words: About) -> None:
    """A GeoParquet 1.1 file; the notice stands in the file's own metadata."""
    geometry = free_name(table, "geometry", "geom")
    rows = arrow_table(table, geometry, "us")
    column: dict[str, Any] = {
        "encoding": "WKB", "geometry_types": sorted(table.kinds), "crs": json.loads(CRS.from_epsg(table.crs).to_json()),
        "orientation": "counterclockwise", "edges": "planar",
    }  # fmt: skip
    oriented = shapely.orient_polygons(table.shapes)
    rows = rows.set_column(
        len(table.fields), geometry, pa.array(shapely.to_wkb(oriented, byte_order=1).tolist(), type=pa.binary())
    )
    bounds = shapely.total_bounds(table.shapes)
    if not np.isnan(bounds).any():
        column["bbox"] = bounds.tolist()
    about = {"version": "1.1.0", "primary_column": geometry, "columns": {geometry: column}}
    metadata = {"geo": json.dumps(about), "title": words.title, "description": words.description}
    pq.write_table(rows.replace_schema_metadata(metadata), path, compression="zstd", row_group_size=_GROUP)
