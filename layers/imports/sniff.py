"""What a file really is, by its bytes; what its name says it is; and whether the two agree. Pure."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import StrEnum

#: Bytes from the beginning of a file that are enough to know it.
HEAD_BYTES = 4096


class Kind(StrEnum):
    """Kinds of file that are told apart."""

    SHP = "shp"
    SHX_OR_SHP = "shx"
    DBF = "dbf"
    GPKG = "gpkg"
    SQLITE = "sqlite"
    FGB = "fgb"
    GEOJSON = "geojson"
    JSON = "json"
    GPX = "gpx"
    KML = "kml"
    VRT = "vrt"
    XML = "xml"
    HTML = "html"
    PDF = "pdf"
    ZIP = "zip"
    XLS = "xls"
    XLSM = "xlsm"
    OTHER_ARCHIVE = "archive"
    DXF = "dxf"
    DWG = "dwg"
    IMAGE = "image"
    PROGRAM = "program"
    TEXT = "text"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Names:
    """A kind in words."""

    zh: str
    en: str


WORDS: dict[Kind, Names] = {
    Kind.SHP: Names("shapefile 主文件", "the main file of a shapefile"),
    Kind.SHX_OR_SHP: Names("shapefile 主文件或索引", "a shapefile's main file or index"),
    Kind.DBF: Names("dBASE 表", "a dBASE table"), Kind.GPKG: Names("GeoPackage", "a GeoPackage"),
    Kind.SQLITE: Names("SQLite 数据库", "an SQLite database"), Kind.FGB: Names("FlatGeobuf", "a FlatGeobuf"),
    Kind.GEOJSON: Names("GeoJSON", "GeoJSON"), Kind.JSON: Names("其他 JSON", "JSON of another kind"),
    Kind.GPX: Names("GPX", "GPX"), Kind.KML: Names("KML", "KML"),
    Kind.VRT: Names("GDAL 虚拟数据集（指向别的文件）", "a GDAL virtual dataset that points at other files"),
    Kind.XML: Names("其他 XML", "XML of another kind"), Kind.HTML: Names("网页", "a web page (HTML)"),
    Kind.PDF: Names("PDF", "a PDF"), Kind.ZIP: Names("zip 压缩包", "a zip archive"),
    Kind.XLS: Names("旧版 Excel 工作簿，或加了密码的工作簿", "an Excel workbook of the old kind, or one with a password"),
    Kind.XLSM: Names("带宏的 Excel 工作簿", "an Excel workbook with macros"),
    Kind.OTHER_ARCHIVE: Names("zip 以外的压缩包", "an archive other than zip"),
    Kind.DXF: Names("DXF 图", "a DXF drawing"), Kind.DWG: Names("DWG 图", "a DWG drawing"),
    Kind.IMAGE: Names("图片", "a picture"), Kind.PROGRAM: Names("程序", "a program"),
    Kind.TEXT: Names("文本", "text"), Kind.EMPTY: Names("空文件", "nothing"),
    Kind.UNKNOWN: Names("无法识别的内容", "something unknown"),
}  # fmt: skip

#: Extension -> kinds that may stand behind it.
EXPECTED: dict[str, tuple[Kind, ...]] = {
    "shp": (Kind.SHX_OR_SHP,), "dbf": (Kind.DBF,), "gpkg": (Kind.GPKG,), "fgb": (Kind.FGB,),
    "geojson": (Kind.GEOJSON,), "json": (Kind.GEOJSON,), "gpx": (Kind.GPX,), "dxf": (Kind.DXF,), "kml": (Kind.KML,),
    "csv": (Kind.TEXT,), "tsv": (Kind.TEXT,), "zip": (Kind.ZIP,), "kmz": (Kind.ZIP,), "xlsx": (Kind.ZIP,),
}  # fmt: skip
#: Extensions of what is known and not read.
UNREAD: dict[str, Kind] = {
    "xls": Kind.XLS, "xlsm": Kind.XLSM, "dwg": Kind.DWG, "rar": Kind.OTHER_ARCHIVE,
    "7z": Kind.OTHER_ARCHIVE, "gz": Kind.OTHER_ARCHIVE, "tgz": Kind.OTHER_ARCHIVE, "tar": Kind.OTHER_ARCHIVE,
    "vrt": Kind.VRT, "pdf": Kind.PDF,
}  # fmt: skip
_SAYS = {
    "shp": WORDS[Kind.SHP], "json": WORDS[Kind.GEOJSON], "csv": Names("CSV 表", "a CSV table"),
    "tsv": Names("TSV 表", "a TSV table"), "kmz": Names("KMZ", "KMZ"),
    "xlsx": Names("Excel 工作簿", "an Excel workbook"),
}  # fmt: skip
_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"fgb\x03", Kind.FGB), (b"%PDF", Kind.PDF), (b"PK\x03\x04", Kind.ZIP), (b"PK\x05\x06", Kind.ZIP),
    (b"7z\xbc\xaf", Kind.OTHER_ARCHIVE), (b"Rar!", Kind.OTHER_ARCHIVE), (b"\x1f\x8b", Kind.OTHER_ARCHIVE),
    (b"BZh", Kind.OTHER_ARCHIVE), (b"\xfd7zXZ", Kind.OTHER_ARCHIVE), (b"\x28\xb5\x2f\xfd", Kind.OTHER_ARCHIVE),
    (b"\x89PNG", Kind.IMAGE), (b"\xff\xd8\xff", Kind.IMAGE), (b"GIF8", Kind.IMAGE), (b"II*\x00", Kind.IMAGE),
    (b"MM\x00*", Kind.IMAGE), (b"\x7fELF", Kind.PROGRAM), (b"MZ", Kind.PROGRAM), (b"AC10", Kind.DWG),
    (b"AutoCAD Binary DXF", Kind.DXF), (b"\xd0\xcf\x11\xe0", Kind.XLS),
)  # fmt: skip


def extension(name: str) -> str:
    """The extension of a file name, in small letters, without the dot."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def identify(head: bytes) -> Kind:
    """The kind of a file by its first bytes (`HEAD_BYTES` are enough)."""
    if not head:
        return Kind.EMPTY
    if len(head) >= 36 and head[:4] == b"\x00\x00\x27\x0a" and struct.unpack("<i", head[28:32])[0] == 1000:
        return Kind.SHX_OR_SHP
    if head.startswith(b"SQLite format 3\x00"):
        return Kind.GPKG if head[68:72] in (b"GPKG", b"GP10", b"GP11") else Kind.SQLITE
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[257:262] == b"ustar":
        return Kind.OTHER_ARCHIVE
    if _is_table(head):
        return Kind.DBF
    return _of_text(head)


def _is_table(head: bytes) -> bool:
    """dBASE III to 7 and FoxPro: version byte, a plausible date, header and record sizes that add up."""
    if len(head) < 32 or head[0] not in (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xF5):
        return False
    header, record = struct.unpack("<HH", head[8:12])
    return header >= 33 and record >= 1 and head[2] <= 12 and head[3] <= 31


def _of_text(head: bytes) -> Kind:
    text = head
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "ignore").encode()
    text = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return Kind.EMPTY
    if text.startswith(b"<"):
        return _of_markup(text)
    if text.startswith((b"{", b"[")):
        named = re.search(rb'"(?:type|coordinates|features|geometry|crs)"', text)
        return Kind.GEOJSON if text.startswith(b"{") and named else Kind.JSON
    if re.match(rb"(?:999\s+[^\n]*\n\s*)*0\s*\r?\n\s*SECTION", text):
        return Kind.DXF
    return Kind.UNKNOWN if b"\x00" in text[:1024] or _control_share(text[:1024]) > 0.05 else Kind.TEXT


def _control_share(text: bytes) -> float:
    return sum(byte < 32 and byte not in b"\t\r\n\x0c" for byte in text) / len(text)


def _of_markup(text: bytes) -> Kind:
    bare = re.sub(
        rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?!\s+html)[^>\[]*(?:\[.*?\])?\s*>", b"", text, flags=re.S | re.I
    ).lstrip()
    match = re.match(rb"<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?([\w.-]+)", bare, re.I)
    root = match[1].lower() if match else b""
    return {
        b"kml": Kind.KML, b"gpx": Kind.GPX, b"html": Kind.HTML, b"head": Kind.HTML, b"body": Kind.HTML,
        b"ogrvrtdatasource": Kind.VRT, b"vrtdataset": Kind.VRT, b"gdaltileindexdataset": Kind.VRT,
    }.get(root, Kind.XML)  # fmt: skip


def agrees(name: str, kind: Kind) -> bool:
    """True when a file's name and content tell the same story."""
    return kind in EXPECTED.get(extension(name), ())


def says(name: str) -> Names:
    """What a file's name says it is."""
    ending = extension(name)
    if ending in _SAYS:
        return _SAYS[ending]
    kinds = EXPECTED.get(ending)
    return WORDS[kinds[0]] if kinds else Names(f"“.{ending}”", f'".{ending}"')
