"""Writes every sample into the folder of this file: `python -m data.samples.make`. Two runs give the same bytes.

What each sample should be found to be stands in `expected.toml`, written by hand. Archives that unpack to gigabytes
are made by the tests that need them.
"""

from __future__ import annotations

import io
import json
import stat
import struct
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from data.samples import shapefiles
from data.samples.raw import archive, geopackage
from data.samples.shapefiles import NAMES, files
from data.samples.workbooks import workbooks

HERE = Path(__file__).resolve().parent / "files"
_SECRET = "../../../README.md"
_POINT = '{"type":"Feature","properties":{"name":"老街"},"geometry":{"type":"Point","coordinates":[114.01,33.56]}}'


def _collection(*features: str) -> bytes:
    return ('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}").encode()


def _polygon(coordinates: object) -> str:
    shape = {"type": "Polygon", "coordinates": coordinates}
    return json.dumps(
        {"type": "Feature", "properties": {"name": NAMES[0], "code": "411102001"}, "geometry": shape},
        ensure_ascii=False,
    )


def _kml(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return (
        f'{head}\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>点</name>{body}</Document></kml>'.encode()
    )


_PLACEMARK = "<Placemark><name>服务站</name><Point><coordinates>114.01,33.56</coordinates></Point></Placemark>"
_GPX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="sample" xmlns="http://www.topografix.com/GPX/1/1">'
    '<wpt lat="33.56" lon="114.01"><name>起点</name></wpt>{0}</gpx>'
)
_TRACK = (
    '<trk><name>巡查</name><trkseg><trkpt lat="33.56" lon="114.01"/><trkpt lat="33.57" lon="114.02"/></trkseg></trk>'
)


def _dxf(layers: Sequence[str]) -> bytes:
    """A drawing in GBK with a closed line in every layer."""
    head = [
        "0",
        "SECTION",
        "2",
        "HEADER",
        "9",
        "$ACADVER",
        "1",
        "AC1015",
        "9",
        "$DWGCODEPAGE",
        "3",
        "ANSI_936",
        "0",
        "ENDSEC",
    ]
    lines = [*head, "0", "SECTION", "2", "ENTITIES"]
    for layer in layers:
        lines += ["0", "LWPOLYLINE", "8", layer, "90", "4", "70", "1"]
        for east, north in ((501000, 3715000), (501100, 3715000), (501100, 3715100), (501000, 3715100)):
            lines += ["10", f"{east}.0", "20", f"{north}.0"]
    return ("\n".join([*lines, "0", "ENDSEC", "0", "EOF"]) + "\n").encode("gbk")


def _flatgeobuf() -> bytes:
    """Three squares as GDAL writes them."""
    squares = [shapely.to_wkb(shapely.Polygon(shape[0])) for shape in shapefiles.SQUARES]  # type: ignore[index]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.fgb"
        pyogrio.raw.write(
            path, np.array(squares, dtype=object), [np.array(NAMES, dtype=object)], np.array(["name"]),
            driver="FlatGeobuf", geometry_type="Polygon", crs="EPSG:4547", layer="areas",
        )  # fmt: skip
        return path.read_bytes()


def collections() -> Mapping[str, bytes]:
    """Formats other than the shapefile, in order and not."""
    ring = [[114.01, 33.56], [114.011, 33.56], [114.011, 33.561], [114.01, 33.561], [114.01, 33.56]]
    metres = [[501000, 3715000], [501100, 3715000], [501100, 3715100], [501000, 3715000]]
    square = "POLYGON((501000 3715000,501100 3715000,501100 3715100,501000 3715100,501000 3715000))"
    return {
        "plain.geojson": _collection(_polygon([ring])),
        "geojson_in_metres.geojson": _collection(_polygon([metres])),
        "geojson_truncated.geojson": _collection(_polygon([ring]))[:-40],
        "geojson_deep.geojson": b'{"type":"Feature","properties":{"a":' + b"[" * 5000 + b"]" * 5000 + b'},"geometry":null}',
        "geojson_1e999.geojson": _collection(_POINT.replace("114.01", "1e999")),
        "geojson_no_shapes.geojson": _collection('{"type":"Feature","properties":{"a":1},"geometry":null}'),
        "json_other.json": b'{"name": "package", "version": "1.0"}',
        "plain.fgb": _flatgeobuf(),
        "fgb_truncated.fgb": _flatgeobuf()[:-100],
        "plain.gpkg": geopackage({"areas": [(NAMES[0], square)]}, srid=4547),
        "gpkg_two_layers.gpkg": geopackage({"areas": [(NAMES[0], square)], "marks": [("a", "POINT(501000 3715000)")]}, srid=4547),
        "gpkg_no_system.gpkg": geopackage({"areas": [(NAMES[0], square)]}, srid=0),
        "gpkg_view.gpkg": geopackage({"areas": [(NAMES[0], square)]}, srid=4547, extra=["CREATE VIEW peek AS SELECT * FROM areas"]),
        "plain.kml": _kml(_PLACEMARK),
        "kml_entities.kml": _kml("&a;" + _PLACEMARK, '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/hostname">]>'),
        "kml_in_gbk.kml": _kml(_PLACEMARK).decode().replace("UTF-8", "GBK").encode("gbk"),
        "plain.kmz": archive({"doc.kml": _kml(_PLACEMARK)}),
        "plain.gpx": _GPX.format("").encode(),
        "gpx_two_layers.gpx": _GPX.format(_TRACK).encode(),
        "gpx_truncated.gpx": _GPX.format(_TRACK).encode()[:-30],
        "plain.csv": "名称,经度,纬度\n老街,114.01,33.56\n马路街,114.02,33.57\n".encode(),
        "csv_gbk.csv": "名称,经度,纬度\n源汇区老街街道,114.01,33.56\n干河陈马路街社区,114.02,33.57\n".encode("gbk"),
        "csv_metres.csv": b"name,x,y\na,501000,3715000\nb,501100,3715100\n",
        "csv_amap.csv": "名称,高德经度,高德纬度\n老街,114.016,33.558\n马路街,114.026,33.568\n".encode(),
        "csv_bad_numbers.csv": b"name,lon,lat\na,114.01,33.56\nb,1e999,33.57\nc,,\n",
        "drawing.dxf": _dxf(("BUILDING", "建筑线")[:1]),
        "dxf_two_layers.dxf": _dxf(("BUILDING", "建筑线")),
        "csv_no_place.csv": b"name,floors\na,6\n",
        "csv_codes_floated.csv": b"code,lon,lat\n411102001001.0,114.01,33.56\n4.11102001002E+11,114.02,33.57\n4.11102E+11,114.02,33.58\n",
        "csv_hostile_text.csv": b'name,lon,lat\n"=cmd|\' /C calc\'!A0<img src=x onerror=alert(1)>",114.01,33.56\n',
    }  # fmt: skip


def disguises() -> Mapping[str, bytes]:
    """Files that are not what their names say."""
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{_SECRET}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    remote = vrt.replace(_SECRET, "/vsicurl/http://192.0.2.1/secret.geojson")
    return {
        "vrt_named.shp": vrt.encode(),
        "vrt_remote_named.geojson": remote.encode(),
        "vrt.vrt": vrt.encode(),
        "gpkg_named.shp": geopackage({"areas": []}, srid=4547),
        "html_named.shp": b"<!DOCTYPE html><html><body>login</body></html>",
        "pdf_named.kml": b"%PDF-1.7\n1 0 obj\n",
        "text_named.gpkg": b"not a database at all\n",
        "empty.shp": b"",
        "drawing.dwg": b"AC1032" + bytes(64),
        "packed.rar": b"Rar!\x1a\x07\x01\x00" + bytes(64),
    }  # fmt: skip


def archives() -> Mapping[str, bytes]:
    """Archives, in order and hostile."""
    good = files()
    second = files("roads", kind=3, shapes=[[[(501000.0, 3715000.0), (501100.0, 3715050.0)]]] * 3)
    litter = {
        "__MACOSX/._areas.shp": b"x",
        ".DS_Store": b"y",
        "Thumbs.db": b"z",
        "readme.txt": b"hello",
        "areas.shp.xml": b"<metadata/>",
    }
    mixed = {
        f"2025年/边界/Areas.{ending.upper() if ending != 'dbf' else 'Dbf'}": good[f"areas.{ending}"]
        for ending in ("shp", "shx", "dbf", "prj", "cpg")
    }
    encrypted = bytearray(archive(good))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        place = encrypted.find(mark)
        while place >= 0:
            encrypted[place + (6 if mark[2] == 3 else 8)] |= 1
            place = encrypted.find(mark, place + 4)
    return {
        "plain.zip": archive(good),
        "nested_mixed_case.zip": archive(mixed, names="gbk"),
        "litter.zip": archive({**good, **litter}),
        "two_layers.zip": archive({**good, **second}),
        "slip.zip": archive({**good, "../../areas2.txt": b"out"}),
        "slip_backslash.zip": archive({**good, "..\\..\\areas2.txt": b"out"}),
        "symlink.zip": _with_link(good),
        "archive_in_archive.zip": archive({"inner.zip": archive(good)}),
        "archive_disguised_in_archive.zip": archive({**good, "notes.txt": archive(good)}),
        "encrypted.zip": bytes(encrypted),
        "truncated.zip": archive(good)[:-200],
        "size_lies.zip": _size_lies(good),
        "nothing_inside.zip": archive({"readme.txt": b"hello"}),
    }  # fmt: skip


def _with_link(good: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO(archive(good))
    with zipfile.ZipFile(buffer, "a") as handle:
        info = zipfile.ZipInfo("areas.sbn", (2025, 1, 1, 0, 0, 0))
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        handle.writestr(info, "/etc/hostname")
    return buffer.getvalue()


def _size_lies(good: Mapping[str, bytes]) -> bytes:
    """The first entry claims to be 10 bytes long, in both headers."""
    data = bytearray(archive(good))
    struct.pack_into("<I", data, 22, 10)
    struct.pack_into("<I", data, data.find(b"PK\x01\x02") + 24, 10)
    return bytes(data)


def main(folder: Path = HERE) -> int:
    """Writes all samples; the number written."""
    samples: dict[str, bytes] = {}
    for part in (
        shapefiles.encodings(), shapefiles.systems(), shapefiles.shapes(), shapefiles.tables(), collections(), disguises(), archives(), workbooks(),
    ):  # fmt: skip
        samples |= part
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in samples.items():
        (folder / name).write_bytes(data)
    bare = folder / "bare_folder"
    bare.mkdir(exist_ok=True)
    for name, data in files("网格", dbf_=shapefiles.table("gbk"), cpg=b"GBK").items():
        (bare / name).write_bytes(data)
    return len(samples) + 1


if __name__ == "__main__":
    sys.stdout.write(f"{main()} samples\n")
