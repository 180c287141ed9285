"""What can be written: formats by extension, coordinate systems, encodings. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from layers.errors import InvalidInput


@dataclass(frozen=True)
class Format:
    """One kind of file. `encodings` are those it can be written in; the first is the usual one."""

    id: str
    media_type: str
    zh: str
    en: str
    encodings: tuple[str, ...] = ("UTF-8",)

    @property
    def ending(self) -> str:
        """The end of a file's name, with its dot."""
        return f".{self.id}"


_CHINESE = ("UTF-8", "GBK", "GB18030")
FORMATS: dict[str, Format] = {
    one.id: one
    for one in (
        Format("gpkg", "application/geopackage+sqlite3", "GeoPackage", "GeoPackage"),
        Format("geojson", "application/geo+json", "GeoJSON", "GeoJSON"),
        Format("shp.zip", "application/zip", "Shapefile（压缩包）", "Shapefile (zipped)", _CHINESE),
        Format("fgb", "application/flatgeobuf", "FlatGeobuf", "FlatGeobuf"),
        Format("parquet", "application/vnd.apache.parquet", "GeoParquet", "GeoParquet"),
        Format("csv", "text/csv", "CSV", "CSV", _CHINESE),
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Excel 工作簿",
            "Excel workbook",
        ),
    )
}
#: What every format can be written in.
SYSTEMS: dict[int, str] = {
    4326: "WGS 84",
    4490: "CGCS2000",
    4547: "CGCS2000 / 3-degree Gauss-Kruger CM 114E",
    3857: "WGS 84 / Pseudo-Mercator",
}
#: Those in degrees; the others are in metres.
DEGREES = frozenset({4326, 4490})
_SPELLINGS = {
    "utf8": "UTF-8", "65001": "UTF-8", "cp65001": "UTF-8", "gbk": "GBK", "936": "GBK", "cp936": "GBK", "gb2312": "GBK",
    "gb18030": "GB18030", "54936": "GB18030",
}  # fmt: skip


def format_of(name: str) -> Format:
    """The format a file's name ends in, or the one of that id. Raises InvalidInput listing those there are."""
    lowered = name.lower()
    for one in FORMATS.values():
        if lowered == one.id or lowered.endswith(one.ending):
            return one
    known = " ".join(one.ending for one in FORMATS.values())
    raise InvalidInput(
        f"文件名应以 {known} 之一结尾", f"the file's name must end in one of {known}", field="format", found=name[-40:]
    )


def system_of(crs: object) -> int:
    """The EPSG number of 4547, "4547" or "EPSG:4547". Raises InvalidInput for one that is not written."""
    text = str(crs).strip().upper().removeprefix("EPSG:")
    if text.isascii() and text.isdigit() and int(text) in SYSTEMS:
        return int(text)
    known = "、".join(str(number) for number in SYSTEMS)
    raise InvalidInput(
        f"坐标系应为 {known} 之一", f"the coordinate system must be one of {', '.join(map(str, SYSTEMS))}",
        field="crs", found=crs,
    )  # fmt: skip


def encoding_of(name: str, form: Format) -> str:
    """The encoding by its own name; the format's usual one for nothing. Raises InvalidInput for one it cannot have."""
    if not name:
        return form.encodings[0]
    encoding = _SPELLINGS.get(name.strip().lower().replace("-", "").replace("_", "").replace(" ", ""))
    if encoding not in form.encodings:
        raise InvalidInput(
            f"{form.zh} 的编码应为 {'、'.join(form.encodings)}",
            f"the encoding of {form.en} must be {', '.join(form.encodings)}", field="encoding", found=name,
        )  # fmt: skip
    return encoding
