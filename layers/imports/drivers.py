"""GDAL asked for shapes, by an allowed driver and on a file whose bytes were checked. Runs in the sandbox alone."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from layers.imports import arrows
from layers.imports.binary import Binaries
from layers.imports.blocks import Column
from layers.imports.findings import refuse
from layers.imports.outlines import Outlines

#: Kind of file (sniff) -> the one driver that may open it.
ALLOWED = {
    "shp": "ESRI Shapefile",
    "gpkg": "GPKG",
    "geojson": "GeoJSON",
    "fgb": "FlatGeobuf",
    "gpx": "GPX",
    "kml": "LIBKML",
    "dxf": "DXF",
}
#: Whatever GDAL might fetch goes nowhere: no address is allowed, and the proxy is a closed door.
CLOSED_NETWORK = {
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "/nothing",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "LIBKML_RESOLVE_STYLE": "NO",
    "OGR_GPKG_FOREIGN_KEY_CHECK": "NO",
}
T = TypeVar("T")


def environment() -> dict[str, str]:
    """What must stand in the environment before GDAL is loaded: every driver but the allowed ones switched off."""
    skipped = ",".join(sorted(ALL_DRIVERS - set(ALLOWED.values())))
    return {
        "GDAL_SKIP": skipped,
        "OGR_SKIP": skipped,
        "GDAL_DRIVER_PATH": "disable",
        "CPL_LOG": "/dev/null",
        **CLOSED_NETWORK,
    }


def layers_of(path: Path, kind: str, name: str) -> list[tuple[str, str | None]]:
    """(name, geometry type or None for a table) of every layer. Raises Refused when GDAL cannot open the file."""
    import pyogrio

    listed = _asked(path, name, lambda: pyogrio.list_layers(path))
    _demand_driver(path, kind, name)
    return [(str(name), None if kind_ is None else str(kind_)) for name, kind_ in listed]


def read(
    path: Path, name: str, layer: int = 0, fields: list[str] | None = None
) -> tuple[dict[str, Any], np.ndarray, list[np.ndarray]]:
    """(description, well-known binary a row, one array a field) of a layer; with `fields` those alone. Raises Refused."""
    from pyogrio import raw

    def ask() -> tuple[Any, ...]:
        shapes = fields is None or not fields
        return raw.read(path, layer=layer, columns=fields, read_geometry=shapes, datetime_as_string=True)  # type: ignore[no-any-return]

    meta, _, wkb, values = _asked(path, name, ask)
    return meta, np.empty(0, object) if wkb is None else wkb, list(values)


def read_columns(
    path: Path, name: str, layer: int, binaries: Binaries
) -> tuple[dict[str, Any], np.ndarray | Outlines, list[Column | None]]:
    """As `arrows.read`. Raises Refused."""
    return _asked(path, name, lambda: arrows.read(path, layer, binaries))


def _demand_driver(path: Path, kind: str, name: str) -> None:
    """The driver that opened a file must be the one of its kind: GDAL goes by content, not by name."""
    import pyogrio

    driver = _asked(path, name, lambda: pyogrio.read_info(path, layer=0)["driver"])
    if driver != ALLOWED[kind]:
        raise refuse("unreadable", file=name, reason=f"opened as {driver}")


def _asked(path: Path, name: str, question: Callable[[], T]) -> T:
    """GDAL's answer; what it throws becomes a refusal without our own paths in it."""
    from pyogrio import errors

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return question()
    except (
        errors.DataSourceError, errors.DataLayerError, errors.CRSError, errors.FeatureError, errors.FieldError,
        errors.GeometryError, UnicodeDecodeError, ValueError, RuntimeError, IndexError, OSError,
    ) as error:  # fmt: skip
        if isinstance(error.__cause__, MemoryError):
            raise MemoryError from error
        reason = str(error).replace(str(path), "…").replace(str(path.parent) + os.sep, "")
        raise refuse("unreadable", file=name, reason=reason[:200]) from error


#: Vector and mixed drivers that builds of GDAL may bring; a name that a build lacks does no harm.
ALL_DRIVERS = frozenset((
    "AAIGrid", "ADBC", "AIVector", "AmigoCloud", "Arrow", "AVCBin", "AVCE00", "CAD", "Carto", "CSV", "CSW", "DGN",
    "DXF", "ECRGTOC", "EDIGEO", "EEDA", "EEDAI", "Elasticsearch", "ESRI Shapefile", "ESRIC", "ESRIJSON", "FileGDB",
    "FlatGeobuf", "GDALG", "Geoconcept", "GeoJSON", "GeoJSONSeq", "GeoRSS", "GML", "GMLAS", "GMT", "GPKG", "GPSBabel",
    "GPX", "GTFS", "GTI", "HANA", "HDF4", "HDF5", "HTTP", "Idrisi", "ILI1", "Interlis 1", "Interlis 2", "JML",
    "JP2OpenJPEG", "JPEG", "JSONFG", "KML", "KMLSUPEROVERLAY", "LIBKML", "LVBAG", "MapInfo File", "MapInfoFile",
    "MapML", "MBTiles", "MEM", "MiraMonVector", "MongoDBv3", "MRR", "MSSQLSpatial", "MVT", "MySQL", "NAS", "netCDF",
    "NGW", "NITF", "OAPIF", "ODBC", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OpenFileGDB", "OSM", "Parquet",
    "PCIDSK", "PDF", "PDS4", "PGDUMP", "PGeo", "PLMOSAIC", "PLSCENES", "PMTiles", "PNG", "PostGISRaster",
    "PostgreSQL", "RMF", "S57", "Selafin", "SQLite", "STACIT", "STACTA", "SVG", "SXF", "TIGER", "TileDB", "TopoJSON",
    "UK", "VDV", "VFK", "VICAR", "VRT", "WAsP", "WCS", "WEBP", "WFS", "WMS", "WMTS", "XLS", "XLSX", "XODR",
))  # fmt: skip
