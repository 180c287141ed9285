"""A small shapefile writer whose output depends on nothing but its input: fixed dates, GBK tables, ESRI .prj."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)
SHAPE_TYPE = {"Point": 1, "LineString": 3, "Polygon": 5}
TABLE_DATE = (125, 1, 1)  # 2025-01-01, years since 1900


@dataclass(frozen=True)
class Column:
    """One column: delivered name (at most 10 bytes in GBK), decimals (None = text)."""

    name: str
    decimals: int | None = None


def _parts(geometry: shapely.Geometry) -> list[np.ndarray]:
    """Return the parts of a shape as coordinate arrays, outer rings clockwise, holes counter-clockwise."""
    if geometry.geom_type == "LineString":
        return [shapely.get_coordinates(geometry)]
    turned = shapely.orient_polygons(geometry, exterior_cw=True)
    return [shapely.get_coordinates(ring) for ring in (turned.exterior, *turned.interiors)]


def _record(geometry: shapely.Geometry) -> bytes:
    kind = SHAPE_TYPE[geometry.geom_type]
    if kind == 1:
        return struct.pack("<idd", 1, geometry.x, geometry.y)
    parts = _parts(geometry)
    starts = np.cumsum([0] + [len(p) for p in parts[:-1]]).astype("<i4")
    points = np.vstack(parts).astype("<f8")
    head = struct.pack("<i4d2i", kind, *points.min(axis=0), *points.max(axis=0), len(parts), len(points))
    return head + starts.tobytes() + points.tobytes()


def _header(kind: int, size_bytes: int, bounds: np.ndarray) -> bytes:
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size_bytes // 2) + struct.pack(
        "<2i8d", 1000, kind, *bounds, 0, 0, 0, 0
    )


def _write_shapes(stem: Path, geometries: list[shapely.Geometry]) -> None:
    kind = SHAPE_TYPE[geometries[0].geom_type]
    bounds = shapely.total_bounds(np.array(geometries, dtype=object))
    body, index, offset = [], [], 50
    for number, geometry in enumerate(geometries, start=1):
        record = _record(geometry)
        words = len(record) // 2
        body.append(struct.pack(">2i", number, words) + record)
        index.append(struct.pack(">2i", offset, words))
        offset += words + 4
    shp, shx = b"".join(body), b"".join(index)
    stem.with_suffix(".shp").write_bytes(_header(kind, 100 + len(shp), bounds) + shp)
    stem.with_suffix(".shx").write_bytes(_header(kind, 100 + len(shx), bounds) + shx)


def _cells(column: Column, values: list[object]) -> tuple[int, list[bytes]]:
    """Return the width of a column and its padded cells."""
    if column.decimals is None:
        texts = ["" if v is None else str(v) for v in values]
        raw = [t.encode("gbk") for t in texts]
        width = max(4, *(len(r) for r in raw))
        if width > 254:
            raise ValueError(f"column {column.name} is {width} bytes wide")
        return width, [r.ljust(width, b" ") for r in raw]
    texts = ["" if v is None else f"{float(v):.{column.decimals}f}" for v in values]  # type: ignore[arg-type]
    width = max(4, *(len(t) for t in texts)) + 1
    return width, [t.rjust(width).encode("ascii") for t in texts]


def _write_table(stem: Path, columns: list[Column], rows: Sequence[tuple[object, ...]], ldid: int) -> None:
    fields, cells, length = b"", [], 1
    for i, column in enumerate(columns):
        name = column.name.encode("gbk")
        if len(name) > 10:
            raise ValueError(f"column name {column.name} is longer than 10 bytes")
        width, padded = _cells(column, [row[i] for row in rows])
        kind = b"C" if column.decimals is None else b"N"
        fields += struct.pack("<11sc4xBB14x", name, kind, width, column.decimals or 0)
        cells.append(padded)
        length += width
    head = struct.pack("<4BIHH17xB2x", 3, *TABLE_DATE, len(rows), 33 + len(fields), length, ldid)
    body = b"".join(b" " + b"".join(row) for row in zip(*cells, strict=True))
    stem.with_suffix(".dbf").write_bytes(head + fields + b"\r" + body + b"\x1a")


def write(
    stem: Path,
    geometries: list[shapely.Geometry],
    columns: list[Column],
    rows: Sequence[tuple[object, ...]],
    cpg: str | None = "GBK",
    ldid: int = 0x4D,
) -> None:
    """Write .shp, .shx, .dbf, .prj and (unless ``cpg`` is None) .cpg; raises ValueError on text too long for its place."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    _write_shapes(stem, geometries)
    _write_table(stem, columns, rows, ldid)
    stem.with_suffix(".prj").write_text(PRJ, encoding="ascii")
    code_page = stem.with_suffix(".cpg")
    if cpg is None:
        code_page.unlink(missing_ok=True)
    else:
        code_page.write_text(cpg, encoding="ascii")
