"""Zipped shapefiles: one a geometry type, short field names with a legend, the encoding stated."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyproj import CRS

from layers.catalog.short_names import short_names
from layers.exports.about import About
from layers.exports.notes import Note
from layers.exports.tables import Table
from layers.exports.writers.dbf import CODECS, dbf_bytes
from layers.exports.writers.texts import BOM
from layers.exports.writers.zipped import Contents, write_zip

#: Type of geometry -> (end of the file's name, the type that shapefiles know).
_FILES = {
    "Point": ("point", "Point"), "MultiPoint": ("multipoint", "MultiPoint"), "LineString": ("line", "MultiLineString"),
    "MultiLineString": ("line", "MultiLineString"), "Polygon": ("polygon", "MultiPolygon"),
    "MultiPolygon": ("polygon", "MultiPolygon"),
}  # fmt: skip


def write_shapefile(table: Table, path: Path, words: About, encoding: str) -> list[Note]:
    """A zip of one shapefile a type, each with the legend of its field names beside it; what had to be cut.

    Rows without a shape go with the first type. Raises Unholdable for characters the encoding does not have.
    """
    names = short_names([field.name for field in table.fields], CODECS[encoding][0])
    legend = _legend(table, names)
    notes: list[Note] = []
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".shapefile-") as work:
        members: list[tuple[str, Contents]] = [("README.txt", _readme(table, words, encoding, names).encode())]
        for stem, kind, part in _parts(table):
            records, cut = dbf_bytes(part, names, encoding)
            notes += cut
            main, index = _shapes(part, kind, Path(work) / stem)
            members += [
                (f"{stem}.shp", main), (f"{stem}.shx", index), (f"{stem}.dbf", records),
                (f"{stem}.prj", CRS.from_epsg(table.crs).to_wkt("WKT1_ESRI").encode()),
                (f"{stem}.cpg", encoding.encode()), (f"{stem}.csv", legend),
            ]  # fmt: skip
        write_zip(path, members)
    return notes


def _parts(table: Table) -> Iterator[tuple[str, str, Table]]:
    """(name, type, rows) of each shapefile; one that is empty when there is nothing at all."""
    wanted = list(dict.fromkeys(_FILES[kind] for kind in table.spec.geometry_types))
    kinds = [None if shape is None else _FILES[shape.geom_type] for shape in table.shapes]
    there = [one for one in wanted if one in kinds] or wanted[:1]
    for one in there:
        rows = np.array([kind == one or (kind is None and one == there[0]) for kind in kinds], dtype=bool)
        yield (f"{table.spec.id}_{one[0]}" if len(wanted) > 1 else table.spec.id), one[1], table.of(rows)


def _shapes(table: Table, kind: str, stem: Path) -> tuple[Path, Path]:
    """The main file and its index, written by GDAL from shapes alone."""
    path = stem.with_suffix(".shp")
    wkb = pa.array(shapely.to_wkb(table.shapes, byte_order=1).tolist(), type=pa.binary())
    row = pa.array(np.arange(len(table)), type=pa.int64())  # the driver wants a field; the table it makes is not used
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_arrow(
            pa.table({"row": row, "geometry": wkb}), path, driver="ESRI Shapefile", geometry_name="geometry",
            geometry_type=kind, crs=f"EPSG:{table.crs}",
        )  # fmt: skip
    return path, path.with_suffix(".shx")


def _legend(table: Table, names: tuple[str, ...]) -> bytes:
    """What the short names stand for, as CSV."""
    lines = [("short", "field", "zh", "en", "type", "unit", "values")]
    for name, field in zip(names, table.fields, strict=True):
        values = " ".join(f"{code}={words.zh}" for code, words in field.values.items())
        lines.append((name, field.name, field.zh, field.en, field.type, field.unit, values))
    text = "\r\n".join(",".join('"' + part.replace('"', '""') + '"' for part in line) for line in lines)
    return (BOM + text + "\r\n").encode()


def _readme(table: Table, words: About, encoding: str, names: tuple[str, ...]) -> str:
    changed = [
        f"  {short} = {f.name} ({f.zh})" for short, f in zip(names, table.fields, strict=True) if short != f.name
    ]
    lines = [
        *words.lines,
        f"编码 Encoding: {encoding}",
        "字段说明见同名 .csv。The fields are explained in the .csv of the same name.",
    ]
    if changed:
        lines += ["字段名缩写 Field names cut to ten bytes:", *changed]
    return "\r\n".join(lines) + "\r\n"
