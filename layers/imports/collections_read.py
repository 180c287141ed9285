"""GeoPackage, GeoJSON, FlatGeobuf, GPX, KML and DXF read by GDAL, after our own look at what could make it do more. Sandbox."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np

from layers.imports import arrows, drivers
from layers.imports.archives import Entry
from layers.imports.binary import Binaries
from layers.imports.blocks import Column
from layers.imports.codes import restored
from layers.imports.delivery import LayerRead
from layers.imports.findings import Answers, Notebook, refuse
from layers.imports.outlines import Outlines
from layers.imports.sniff import Kind
from layers.imports.texts import demand_sane_json, sane_xml

_TYPES = {
    "OFTInteger": "integer", "OFTInteger64": "integer", "OFTReal": "number", "OFTDate": "date", "OFTDateTime": "datetime",
}  # fmt: skip
#: Formats whose layers GDAL hands over as columns.
_BY_COLUMNS = (Kind.GPKG, Kind.GEOJSON, Kind.FGB)
#: Layers that these formats always list, used or not.
_OFTEN_EMPTY = ("gpx",)
#: Layers of a GPX that repeat the vertices of another.
_DERIVED = {"track_points": "tracks", "route_points": "routes"}
#: Columns that GDAL makes up from a format's styling; they are not attributes of anything.
_KML_NOISE = {
    "tessellate", "extrude", "visibility", "draworder", "icon", "snippet", "altitudemode", "begin", "end", "timestamp",
}  # fmt: skip


def read(
    entry: Entry, kind: Kind, name: str, answers: Answers, work: Path, notes: Notebook
) -> list[tuple[LayerRead, str | None]]:
    """(layer, what the file says of its system) for every layer with shapes. Raises Refused."""
    path = _guarded(entry, kind, name, work)
    listed = drivers.layers_of(path, kind.value, name)
    bare = [layer for layer, geometry in listed if geometry is None or geometry == "None"]
    layers = []
    names = {title for title, _ in listed}
    for number, (title, geometry) in enumerate(listed):
        if title in bare or (_DERIVED.get(title) in names and kind is Kind.GPX):
            continue
        shown = Path(name).stem if len(listed) == 1 and kind in (Kind.GEOJSON, Kind.FGB) else title
        binaries = Binaries()
        meta, shapes, columns = _read_layer(path, name, number, kind, binaries)
        if not _rows(shapes) and kind.value in _OFTEN_EMPTY:
            continue
        layer = _layer(shown, geometry or "", shapes, columns, kind, Notebook(shown, notes.findings))
        binaries.tell(layer.rows, Notebook(shown, notes.findings))
        statement = _stated(meta.get("crs"))
        layers += [(part, statement) for part in (_drawing_layers(layer) if kind is Kind.DXF else (layer,))]
    if bare:
        notes.note("tables_ignored", names=", ".join(bare))
    if not layers:
        raise refuse("no_geometry" if bare else "nothing_to_read", file=name)
    return layers


def _stated(crs: str | None) -> str | None:
    """What a file says of its system; nothing where it only says that it does not know."""
    return None if crs and "Undefined" in crs[:60] else crs


def _guarded(entry: Entry, kind: Kind, name: str, work: Path) -> Path:
    """The path that GDAL is shown: checked, and where need be rewritten, under a name of our own."""
    path = work / f"source.{kind.value}"
    if kind is Kind.GPKG:
        _demand_plain_database(entry.path, name)
    if kind is Kind.GEOJSON:
        data = entry.path.read_bytes()
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            data = data.decode("utf-16", "replace").encode()
        demand_sane_json(data, name)
        path.write_bytes(data)
    elif kind in (Kind.GPX, Kind.KML):
        path.write_bytes(sane_xml(entry.path.read_bytes(), name))
    else:
        entry.path.replace(path)
    return path


def _demand_plain_database(path: Path, name: str) -> None:
    """A view, or a virtual table other than a spatial index, can run functions that open files: neither is read."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError as error:
        raise refuse("unreadable", file=name, reason=str(error)) from error
    finally:
        connection.close()
    for kind, title, sql in rows:
        virtual = "virtual" in str(sql)[:40].lower() and "using rtree" not in " ".join(str(sql).lower().split())
        if kind == "view" or virtual:
            raise refuse("database_views", file=name, name=str(title))


def _read_layer(
    path: Path, name: str, number: int, kind: Kind, binaries: Binaries
) -> tuple[dict[str, Any], np.ndarray | Outlines, list[Column]]:
    """(description, shapes, columns), as columns where the format allows it."""
    if kind in _BY_COLUMNS and arrows.available():
        meta, shapes, read = drivers.read_columns(path, name, number, binaries)
        rest = [str(field) for field, column in zip(meta["fields"], read, strict=True) if column is None]
        others = _objects(*drivers.read(path, name, number, rest)[::2]) if rest else []
        by_name = {column.name: column for column in others}
        return meta, shapes, [column or by_name[str(field)] for field, column in zip(meta["fields"], read, strict=True)]
    meta, wkb, values = drivers.read(path, name, number)
    return meta, binaries.shapes(wkb), _objects(meta, values)


def _objects(meta: dict[str, Any], values: list[np.ndarray]) -> list[Column]:
    return [
        _column(str(name), ogr_type, subtype, raw)
        for name, ogr_type, subtype, raw in zip(
            meta["fields"], meta["ogr_types"], meta["ogr_subtypes"], values, strict=True
        )
    ]


def _rows(shapes: np.ndarray | Outlines) -> int:
    return shapes.count if isinstance(shapes, Outlines) else len(shapes)


def _layer(
    title: str, geometry: str, shapes: np.ndarray | Outlines, columns: list[Column], kind: Kind, notes: Notebook
) -> LayerRead:
    layer = LayerRead(title, shapes, np.arange(1, _rows(shapes) + 1), kind=_plain(geometry))
    layer.encoding, layer.encoding_confidence = "UTF-8", 1.0
    if geometry.startswith("Measured") or geometry.endswith((" M", " ZM")):
        notes.note("m_dropped", rows=layer.rows)
    for column in columns:
        if kind is Kind.KML and column.name.lower() in _KML_NOISE:
            continue
        if kind in (Kind.KML, Kind.GPX) and column.null.all():
            continue
        layer.columns.append(restored(column, layer.rows, notes))
    return layer


def _drawing_layers(drawing: LayerRead) -> list[LayerRead]:
    """A drawing taken apart by the layers its draughtsman gave it."""
    column = drawing.column("Layer")
    if column is None:
        return [drawing]
    parts = []
    for name in sorted({str(value) for value in column.values}):
        rows = np.flatnonzero(column.values.astype(str) == name)
        columns = [item[rows] for item in drawing.columns if item is not column and not item.null[rows].all()]
        part = LayerRead(name, drawing.shapes[rows], drawing.rows[rows], columns)
        part.encoding, part.encoding_confidence = drawing.encoding, drawing.encoding_confidence
        parts.append(part)
    return parts


def _plain(geometry: str) -> str:
    """GDAL's type name without its dimensions; nothing where any type may come."""
    kind = (
        geometry.replace("2.5D ", "")
        .removeprefix("3D ")
        .removeprefix("Measured ")
        .removesuffix(" Z")
        .removesuffix(" M")
    )
    return "" if kind in ("Unknown", "Geometry") else kind


def _column(name: str, ogr_type: str, subtype: str, raw: np.ndarray) -> Column:
    kind: Any = "boolean" if subtype == "OFSTBoolean" else _TYPES.get(ogr_type, "text")
    if raw.dtype.kind == "f":
        null = np.isnan(raw)
        filled = np.where(null, 0.0, raw)
        return Column(
            name, kind, filled.astype(np.int64 if kind == "integer" else bool if kind == "boolean" else float), null
        )
    if raw.dtype.kind in "iub":
        return Column(name, kind, raw.astype(bool if kind == "boolean" else np.int64), np.zeros(len(raw), dtype=bool))
    texts = np.array([_text(value) for value in raw.tolist()], dtype=object)
    return Column(
        name,
        kind if kind in ("date", "datetime") else "text",
        texts,
        np.array([text is None for text in texts], dtype=bool),
    )


def _text(value: object) -> str | None:
    if isinstance(value, np.ndarray):
        # A list of values in one field: as text, so that nothing is lost.
        return json.dumps(value.tolist(), ensure_ascii=False)
    if value is None or value is np.nan or value == "" or value == "NaT":
        return None
    return str(value).replace("\x00", "")
