"""Shapefiles, tables, GeoPackages and archives written byte by byte, so that one thing in them can be wrong."""

from __future__ import annotations

import io
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely

Point = tuple[float, ...]
#: One shape: None, a position, or a list of parts.
Shape = None | Point | Sequence[Sequence[Point]]

CGCS2000 = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,'
    '298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
XIAN80 = (
    'GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)
BEIJING54 = (
    'GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)
WEB_MERCATOR = (
    f'PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",{WGS84},PROJECTION["Mercator_Auxiliary_Sphere"],'
    'PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],'
    'PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]'
)


def gauss(name: str, base: str, meridian: float, easting: float = 500000.0) -> str:
    """The ESRI dialect of a Gauss-Kruger zone."""
    return (
        f'PROJCS["{name}",{base},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{easting:.1f}],'
        f'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{float(meridian)!r}],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


HOUSE = gauss("CGCS2000_3_Degree_GK_CM_114E", CGCS2000, 114)


@dataclass(frozen=True)
class Field:
    """A column of a table: name as bytes, type letter, width, decimals."""

    name: bytes
    letter: str = "C"
    width: int = 40
    decimals: int = 0


def _record(kind: int, shape: Shape) -> bytes:
    if shape is None:
        return struct.pack("<i", 0)
    if kind in (1, 11, 21):
        return struct.pack(f"<i{len(shape)}d", kind, *shape)  # type: ignore[arg-type]
    parts = [list(part) for part in shape]  # type: ignore[union-attr]
    points = [point for part in parts for point in part]
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    starts, count = [], 0
    for part in parts:
        starts.append(count)
        count += len(part)
    body = struct.pack("<i4d2i", kind, min(xs), min(ys), max(xs), max(ys), len(parts), count)
    body += struct.pack(f"<{len(starts)}i", *starts) + b"".join(struct.pack("<2d", *point[:2]) for point in points)
    for extra in range(2, 4 if kind in (13, 15) and len(points[0]) > 3 else 3):
        if kind in (13, 15, 23, 25) and len(points[0]) > extra:
            more = [point[extra] for point in points]
            body += struct.pack(f"<2d{count}d", min(more), max(more), *more)
    return body


def shp_and_shx(kind: int, shapes: Sequence[Shape]) -> tuple[bytes, bytes]:
    """The main file and its index."""
    body, index, place = b"", b"", 50
    for number, shape in enumerate(shapes, start=1):
        record = _record(kind, shape)
        words = len(record) // 2
        body += struct.pack(">2i", number, words) + record
        index += struct.pack(">2i", place, words)
        place += 4 + words
    flat = [point for shape in shapes if shape is not None for point in _points(shape)]
    xs, ys = [point[0] for point in flat] or [0.0], [point[1] for point in flat] or [0.0]
    box = struct.pack("<2i8d", 1000, kind, min(xs), min(ys), max(xs), max(ys), 0, 0, 0, 0)

    def head(size: int) -> bytes:
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size // 2) + box

    return head(100 + len(body)) + body, head(100 + len(index)) + index


def _points(shape: Shape) -> list[Point]:
    if shape is None:
        return []
    return [shape] if isinstance(shape, tuple) else [point for part in shape for point in part]  # type: ignore[list-item]


def dbf(
    fields: Sequence[Field], rows: Sequence[Sequence[bytes]], *, ldid: int = 0, deleted: Sequence[int] = ()
) -> bytes:
    """A dBASE III table of values as bytes; they are padded on the side of their type and may be cut to the width."""
    size = 1 + sum(field.width for field in fields)
    head = struct.pack("<4BIHH17xBxx", 3, 125, 1, 1, len(rows), 33 + 32 * len(fields), size, ldid)
    for field in fields:
        head += struct.pack("<11sc4xBB14x", field.name[:11], field.letter.encode(), field.width, field.decimals)
    body = b""
    for number, row in enumerate(rows):
        body += b"*" if number in deleted else b" "
        for field, value in zip(fields, row, strict=True):
            cut = value[: field.width]
            body += cut.rjust(field.width) if field.letter in "NF" else cut.ljust(field.width)
    return head + b"\r" + body + b"\x1a"


class _OldName(zipfile.ZipInfo):
    """An entry whose name is written in the encoding of an old Windows, without the flag for UTF-8."""

    raw = b""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.raw, self.flag_bits & ~0x800


def archive(files: Mapping[str, bytes], *, names: str = "utf-8") -> bytes:
    """A zip with fixed dates; `names` other than UTF-8 are written as old Windows programs do, without a flag."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as handle:
        for name, data in files.items():
            kind = zipfile.ZipInfo if names == "utf-8" else _OldName
            info = kind(name, (2025, 1, 1, 0, 0, 0))
            if isinstance(info, _OldName):
                info.raw = name.encode(names)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            handle.writestr(info, data)
    return buffer.getvalue()


def geopackage(tables: Mapping[str, Sequence[tuple[str, str]]], *, srid: int, extra: Sequence[str] = ()) -> bytes:
    """A small GeoPackage 1.3: table -> rows of (name, well-known text); `extra` are further SQL statements."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        base = sqlite3.connect(path)
        base.executescript(
            "PRAGMA page_size=1024; PRAGMA application_id=1196444487; PRAGMA user_version=10300;"
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT"
            " NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);"
            "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,"
            " description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE,"
            " max_y DOUBLE, srs_id INTEGER);"
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT PRIMARY KEY, column_name TEXT NOT NULL, geometry_type_name"
            " TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);"
        )
        for number, text in ((-1, "undefined"), (0, "undefined"), (4326, WGS84), (4547, HOUSE), (4490, CGCS2000)):
            owner = "EPSG" if number > 0 else "NONE"
            base.execute(
                "INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,NULL)", (str(number), number, owner, number, text)
            )
        for table, rows in tables.items():
            base.execute(f'CREATE TABLE "{table}" (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT)')
            base.execute(
                "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', '2025-01-01T00:00:00.000Z', 0, 0, 0, 0, ?)",
                (table, table, srid),
            )
            base.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', ?, 0, 0)", (table, srid))
            for name, text in rows:
                blob = b"GP\x00\x01" + struct.pack("<i", srid) + shapely.to_wkb(shapely.from_wkt(text), byte_order=1)
                base.execute(f'INSERT INTO "{table}" (geom, name) VALUES (?, ?)', (blob, name))
        for statement in extra:
            base.execute(statement)
        base.commit()
        base.close()
        return path.read_bytes()
