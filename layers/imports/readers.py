"""Delivered files to tables: pyogrio reads, geopandas holds. Runs in commands and workers, never in a web process."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import shapely

from layers.errors import ProfileRefused
from layers.geo.crs import STORAGE_SRID, reproject_all
from layers.imports.profile import SourceSpec
from layers.imports.spikes import without_spikes


@dataclass(frozen=True)
class Table:
    """Rows as delivered: attribute mappings by column name, and shapes in metres and in degrees."""

    file: str
    records: Sequence[Mapping[str, Any]]
    metric: np.ndarray
    degrees: np.ndarray


def read_source(source: SourceSpec, srid: int) -> Table:
    """The rows of one source. Raises ProfileRefused when the file is missing, damaged or not in EPSG:`srid`."""
    if not source.file.exists():
        raise ProfileRefused(f"缺少文件 {source.file.name}", f"the file {source.file} is missing", field=source.layer)
    try:
        frame: gpd.GeoDataFrame = pyogrio.read_dataframe(source.file, encoding=source.encoding, use_arrow=False)
    except (pyogrio.errors.DataSourceError, UnicodeDecodeError, ValueError) as error:
        raise ProfileRefused(
            f"{source.file.name} 读不了", f"{source.file.name} cannot be read: {error}", field=source.layer
        ) from error
    _demand_crs(frame, source, srid)
    metric = np.asarray(frame.geometry.values)
    _demand_sound(metric, source)
    metric = without_spikes(metric)
    columns = [column for column in frame.columns if column != frame.geometry.name]
    values = {column: frame[column].astype(object).where(frame[column].notna(), None).tolist() for column in columns}
    records = [dict(zip(columns, row, strict=True)) for row in zip(*values.values(), strict=True)]
    return Table(source.file.name, records, metric, reproject_all(metric, srid, STORAGE_SRID))


def read_roster(file: Path, encoding: str) -> list[dict[str, str]]:
    """The lines of a delivered table without geometry. Raises ProfileRefused when it can't be read."""
    try:
        with file.open(encoding=encoding, newline="") as handle:
            return list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ProfileRefused(f"{file.name} 读不了", f"{file.name} cannot be read: {error}", field="rosters") from error


def _demand_crs(frame: gpd.GeoDataFrame, source: SourceSpec, srid: int) -> None:
    """The .prj must mean the profile's system, whatever its dialect calls it."""
    declared = frame.crs
    wanted = pyproj.CRS.from_epsg(srid)
    if declared is None:
        raise ProfileRefused(f"{source.file.name} 没有 .prj", f"{source.file.name} has no .prj", field=source.layer)
    if declared.to_epsg(min_confidence=70) != srid and not _same_projection(declared, wanted):
        raise ProfileRefused(
            f"{source.file.name} 不是 EPSG:{srid}", f"{source.file.name} is not in EPSG:{srid} but in {declared.name}",
            field=source.layer,
        )  # fmt: skip


def _same_projection(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    """Same ellipsoid and projection numbers, names aside."""
    a, b = one.to_dict(), other.to_dict()
    keys = ("proj", "lat_0", "lon_0", "k", "x_0", "y_0", "units")
    return (
        all(a.get(key) == b.get(key) for key in keys)
        and one.ellipsoid is not None
        and other.ellipsoid is not None
        and abs(one.ellipsoid.semi_major_metre - other.ellipsoid.semi_major_metre) < 1e-6
        and abs(one.ellipsoid.inverse_flattening - other.ellipsoid.inverse_flattening) < 1e-6
    )


def _demand_sound(shapes: np.ndarray, source: SourceSpec) -> None:
    """Every shape must be there, finite and valid; the first offenders are named by row."""
    for zh, en, bad in (
        ("没有几何", "have no geometry", shapely.is_missing(shapes) | shapely.is_empty(shapes)),
        ("坐标不是有限的数", "have coordinates that are not finite", ~_finite(shapes)),
        ("图形无效", "are not valid", ~shapely.is_valid(shapes)),
    ):
        if bad.any():
            rows = ", ".join(str(row + 1) for row in np.flatnonzero(bad)[:10])
            raise ProfileRefused(
                f"{source.file.name} 第 {rows} 行{zh}", f"{source.file.name}: rows {rows} {en}", field=source.layer
            )


def _finite(shapes: np.ndarray) -> np.ndarray:
    bounds = shapely.bounds(shapes)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    finite: np.ndarray = np.isfinite(bounds).all(axis=1)
    finite[np.unique(owner[~np.isfinite(coordinates).all(axis=1)])] = False
    return finite
