"""The samples that are shapefiles: name of the sample -> its bytes or its files."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from data.samples.raw import (
    BEIJING54,
    CGCS2000,
    HOUSE,
    WEB_MERCATOR,
    WGS84,
    XIAN80,
    Field,
    Shape,
    archive,
    dbf,
    gauss,
    shp_and_shx,
)  # fmt: skip

#: Squares of 100 m in the middle of the district, in EPSG:4547.
EAST, NORTH = 501000.0, 3715000.0
NAMES = ("源汇区老街街道办事处", "干河陈街道马路街社区", "柳江小区党群服务中心")
CODES = ("411102001001", "411102001002", "411102002001")


def square(
    column: int, row: int = 0, *, east: float = EAST, north: float = NORTH, side: float = 100.0
) -> list[list[tuple[float, float]]]:
    """A square ring, outer rings clockwise."""
    x, y = east + column * side, north + row * side
    return [[(x, y), (x, y + side), (x + side, y + side), (x + side, y), (x, y)]]


SQUARES: tuple[Shape, ...] = tuple(square(column) for column in range(3))
FIELDS = (Field(b"NAME"), Field(b"CODE", width=12))


def table(encoding: str = "utf-8", **more: object) -> bytes:
    """The names and codes in an encoding."""
    rows = [(name.encode(encoding), code.encode()) for name, code in zip(NAMES, CODES, strict=True)]
    return dbf(FIELDS, rows, **more)  # type: ignore[arg-type]


def files(
    name: str = "areas",
    *,
    kind: int = 5,
    shapes: Sequence[Shape] = SQUARES,
    dbf_: bytes | None = b"",
    prj: str | None = HOUSE,
    cpg: bytes | None = b"UTF-8",
) -> dict[str, bytes]:
    """The files of a shapefile, all in order unless told otherwise; None leaves one out."""  # fmt: skip
    main, index = shp_and_shx(kind, shapes)
    parts = {
        "shp": main,
        "shx": index,
        "dbf": table() if dbf_ == b"" else dbf_,
        "prj": prj and prj.encode(),
        "cpg": cpg,
    }
    if prj == "":
        parts["prj"] = b""
    return {f"{name}.{ending}": data for ending, data in parts.items() if data is not None}


def zipped(**how: object) -> bytes:
    """`files`, as a zip."""
    return archive(files(**how))  # type: ignore[arg-type]


def _moved(east: float, north: float = NORTH) -> tuple[Shape, ...]:
    return tuple(square(column, east=east, north=north) for column in range(3))


def _degrees(west: float = 114.01, south: float = 33.56) -> tuple[Shape, ...]:
    return tuple(square(column, east=west, north=south, side=0.001) for column in range(3))


def _swapped(shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    return tuple([[(y, x) for x, y in part] for part in shape] for shape in shapes)  # type: ignore[union-attr]


def encodings() -> Mapping[str, bytes]:
    """What tables say of their encoding, and what is true."""
    gbk = table("gbk")
    spelled = {
        "936": b"936",
        "gb2312": b"GB2312",
        "oem936": b"OEM 936",
        "ansi936": b"ANSI 936",
        "xgbk": b"\xef\xbb\xbfx-gbk\r\n",
    }
    samples = {f"cpg_{key}.zip": zipped(dbf_=gbk, cpg=text) for key, text in spelled.items()}
    rare = dbf(FIELDS, [("㐂源汇区𠮷祥社区".encode("gb18030"), CODES[0].encode())])
    big5 = [name.encode("big5") for name in ("臺北市中正區忠孝東路", "漯河街道辦事處", "黨群服務中心")]
    long_name = "源汇区老街街道办事处马路街社区党群服务中心".encode("gbk")
    either = [("毛眉".encode("gbk"), b"1"), ("茅么没".encode("gbk"), b"2"), ("煤".encode("gbk"), b"3")]
    return samples | {
        "ldid_4d.zip": zipped(dbf_=table("gbk", ldid=0x4D), cpg=None),
        "gb18030_rare.zip": zipped(dbf_=rare, shapes=SQUARES[:1], cpg=b"GB18030"),
        "encoding_undeclared_gbk.zip": zipped(dbf_=gbk, cpg=None),
        "encoding_undeclared_big5.zip": zipped(dbf_=dbf(FIELDS, [(name, b"") for name in big5]), cpg=None),
        "cpg_nonsense.zip": zipped(dbf_=gbk, cpg=b"<html>404 Not Found</html>"),
        "cpg_lies.zip": zipped(dbf_=gbk, cpg=b"UTF-8"),
        "cpg_says_gbk_is_utf8.zip": zipped(dbf_=table("utf-8"), cpg=b"GBK"),
        "encoding_ambiguous.zip": zipped(dbf_=dbf(FIELDS, either), cpg=None),
        "value_cut.zip": zipped(
            dbf_=dbf((Field(b"NAME", width=15), FIELDS[1]), [(long_name, code.encode()) for code in CODES]), cpg=b"GBK"
        ),
        "name_cut.zip": zipped(
            dbf_=dbf((Field("行政区划代码".encode("gbk")[:9] + b"\x00"), FIELDS[1]), [("源汇".encode("gbk"), b"1")] * 3), cpg=b"GBK"
        ),
        "names_clash.zip": zipped(dbf_=dbf((Field(b"COMMUNITY_"), Field(b"COMMUNITY_")), [(b"a", b"b")] * 3)),
    }  # fmt: skip


def systems() -> Mapping[str, bytes]:
    """What .prj files say, and where the coordinates are."""
    ogc = (
        HOUSE.replace("Gauss_Kruger", "Transverse_Mercator")
        .replace("D_China_2000", "China_2000")
        .replace("Meter", "metre")
    )
    return {
        "prj_zone_38.zip": zipped(prj=gauss("CGCS2000_3_Degree_GK_Zone_38", CGCS2000, 114, 38500000), shapes=_moved(38501000.0)),
        "prj_ogc_dialect.zip": zipped(prj=ogc),
        "prj_six_degree.zip": zipped(prj=gauss("CGCS2000_GK_CM_117E", CGCS2000, 117), shapes=_moved(222000.0, 3718000.0)),
        "prj_wgs84.zip": zipped(prj=WGS84, shapes=_degrees()),
        "prj_cgcs2000.zip": zipped(prj=CGCS2000, shapes=_degrees()),
        "prj_web_mercator.zip": zipped(prj=WEB_MERCATOR, shapes=_moved(12691500.0, 3971000.0)),
        "prj_xian80.zip": zipped(prj=gauss("Xian_1980_3_Degree_GK_CM_114E", XIAN80, 114)),
        "prj_beijing54.zip": zipped(prj=gauss("Beijing_1954_3_Degree_GK_CM_114E", BEIJING54, 114)),
        "prj_missing.zip": zipped(prj=None),
        "prj_missing_degrees.zip": zipped(prj=None, shapes=_degrees()),
        "prj_empty.zip": zipped(prj=""),
        "prj_garbage.zip": zipped(prj="\x00\x01 PROJCS[[[ nothing"),
        "prj_html.zip": zipped(prj="<!DOCTYPE html><html><body>404</body></html>"),
        "prj_address.zip": zipped(prj="https://example.invalid/crs/4547"),
        "prj_local_grid.zip": zipped(prj='LOCAL_CS["漯河独立坐标系",LOCAL_DATUM["?",32767],UNIT["Meter",1.0]]', shapes=_moved(51000.0, 15000.0)),
        "prj_lies_degrees.zip": zipped(prj=WGS84),
        "prj_lies_metres.zip": zipped(shapes=_degrees()),
        "prj_lies_zone.zip": zipped(shapes=_moved(38501000.0)),
        "axes_swapped.zip": zipped(shapes=_swapped(SQUARES)),
        "axes_swapped_degrees.zip": zipped(prj=WGS84, shapes=_swapped(_degrees())),
        "named_gcj02.zip": archive(files("poi_gcj02", prj=WGS84, shapes=_degrees())),
    }  # fmt: skip


def shapes() -> Mapping[str, bytes]:
    """Shapes that are not as they should be."""
    x, y = EAST, NORTH
    bowtie = [[(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100), (x, y)]]
    collapsed = [[(x, y), (x + 100, y), (x + 50, y), (x, y)]]
    spike = [
        [
            (x, y), (x, y + 100), (x + 50, y + 100), (x + 50.01, y + 900), (x + 50.02, y + 100), (x + 100, y + 100),
            (x + 100, y), (x, y),
        ]
    ]  # fmt: skip
    wedge = [[(x, y), (x + 1000, y + 1), (x + 1000, y), (x, y)]]
    twice = [[point for point in SQUARES[0][0][:-1] for _ in range(2)] + [(x, y)]]  # type: ignore[index]
    hole = [(x + 20, y + 20), (x + 20, y + 40), (x + 40, y + 40), (x + 40, y + 20), (x + 20, y + 20)]
    touching = [[(x, y), (x + 50, y + 50), (x, y + 100), (x + 100, y + 100), (x + 50, y + 50), (x + 100, y), (x, y)]]
    points = [(x, y), (x + 1, y), (x + 2, y)]
    whole, _ = shp_and_shx(5, SQUARES)
    broken = bytearray(whole)
    struct.pack_into("<i", broken, 100 + 8 + 128 + 8 + 40, 9999)
    patch, patch_index = shp_and_shx(5, SQUARES)
    solid, solid_index = bytearray(patch), bytearray(patch_index)
    for content in (solid, solid_index):
        struct.pack_into("<i", content, 32, 31)
    return {
        "shape_bowtie.zip": zipped(shapes=(bowtie, *SQUARES[1:])),
        "shape_collapsed.zip": zipped(shapes=(collapsed, *SQUARES[1:])),
        "shape_spike.zip": zipped(shapes=(spike, *SQUARES[1:])),
        "shape_wedge.zip": zipped(shapes=(wedge, *SQUARES[1:])),
        "shape_vertices_repeated.zip": zipped(shapes=(twice, *SQUARES[1:])),
        "shape_multi_and_single.zip": zipped(shapes=([*SQUARES[0], *square(0, 4)], *SQUARES[1:])),
        "shape_rings_turned.zip": zipped(shapes=[[ring[::-1] for ring in shape] for shape in SQUARES]),
        "shape_hole_not_turned.zip": zipped(shapes=([*SQUARES[0], hole], *SQUARES[1:])),
        "shape_all_turned_with_hole.zip": zipped(shapes=([SQUARES[0][0][::-1], hole], *SQUARES[1:])),
        "shape_ring_open.zip": zipped(shapes=([SQUARES[0][0][:-1]], *SQUARES[1:])),
        "shape_two_points_ring.zip": zipped(shapes=([SQUARES[0][0][:2]], *SQUARES[1:])),
        "shape_zm.zip": zipped(kind=15, shapes=[[[(*point, 57.5, 3.0) for point in shape[0]]] for shape in SQUARES]),
        "shape_nan_in_ring.zip": zipped(shapes=([[*SQUARES[0][0][:2], (float("nan"), NORTH), *SQUARES[0][0][3:]]], *SQUARES[1:])),
        "shape_infinite.zip": zipped(kind=1, shapes=((float("inf"), y), *points[1:])),
        "shape_line_of_one_point.zip": zipped(kind=3, shapes=([[(EAST, NORTH), (EAST, NORTH)]], *([[(EAST, NORTH), (EAST + n, NORTH)]] for n in (5.0, 9.0)))),
        "shape_touching_itself.zip": zipped(shapes=(touching, *SQUARES[1:])),
        "shape_points_on_one_spot.zip": zipped(kind=1, shapes=(points[0], points[0], points[2])),
        "shape_null.zip": zipped(shapes=(None, *SQUARES[1:])),
        "shape_nan.zip": zipped(kind=1, shapes=((float("nan"), y), *points[1:])),
        "shape_1e300.zip": zipped(kind=1, shapes=((1e300, y), *points[1:])),
        "shape_z.zip": zipped(kind=11, shapes=[(*point, 57.5, 0.0) for point in points]),
        "shape_m.zip": zipped(kind=21, shapes=[(*point, 7.0) for point in points]),
        "shape_none.zip": zipped(shapes=(), dbf_=dbf(FIELDS, [])),
        "shape_all_null.zip": zipped(shapes=(None, None, None)),
        "shape_multipatch.zip": archive({**files(), "areas.shp": bytes(solid), "areas.shx": bytes(solid_index)}),
        "shape_repeated.zip": zipped(shapes=(SQUARES[0], SQUARES[0], SQUARES[2]), dbf_=dbf(FIELDS, [(b"a", b"1"), (b"a", b"1"), (b"c", b"3")])),
        "shp_truncated.zip": archive({**files(), "areas.shp": whole[:-60]}),
        "shp_cut_in_header.zip": archive({**files(), "areas.shp": whole[:40]}),
        "shp_damaged.zip": archive({**files(), "areas.shp": bytes(broken)}),
    }  # fmt: skip


def tables() -> Mapping[str, bytes]:
    """Attribute tables and indexes that are not as they should be."""
    numbers = (Field(b"NAME"), Field(b"FLOORS", "N", 3), Field(b"BUILT", "D", 8))
    floated = (Field(b"NAME"), Field(b"CODE", "N", 19, 5))
    good = files()
    return {
        "overflow.zip": zipped(dbf_=dbf(numbers, [(b"a", b"***", b"20250101"), (b"b", b"6", b""), (b"c", b"7", b"20240229")])),
        "number_bad.zip": zipped(dbf_=dbf(numbers, [(b"a", b"6F", b""), (b"b", b"6", b""), (b"c", b"7", b"")])),
        "date_bad.zip": zipped(dbf_=dbf(numbers, [(b"a", b"5", b"20250230"), (b"b", b"6", b"2025/1/1"), (b"c", b"7", b"")])),
        "codes_floated.zip": zipped(dbf_=dbf(floated, [(b"a", f"{code}.00000".encode()) for code in CODES])),
        "rows_deleted.zip": zipped(dbf_=table(deleted=[1])),
        "counts_differ.zip": zipped(dbf_=dbf(FIELDS, [(b"a", b"1"), (b"b", b"2")])),
        "dbf_truncated.zip": archive({**good, "areas.dbf": table()[:-60]}),
        "dbf_missing.zip": zipped(dbf_=None),
        "dbf_is_html.zip": archive({**good, "areas.dbf": b"<html><body>Not Found</body></html>" * 4}),
        "shx_missing.zip": archive({name: data for name, data in good.items() if not name.endswith(".shx")}),
        "shx_garbage.zip": archive({**good, "areas.shx": b"\xde\xad\xbe\xef" * 40}),
        "shx_truncated.zip": archive({**good, "areas.shx": good["areas.shx"][:-8]}),
        "dbf_stray.zip": archive({**files(dbf_=None), "attributes.dbf": table()}),
        "prj_stray.zip": archive({**files(prj=None), "old.prj": HOUSE.encode()}),
        "shp_missing.zip": archive({name: data for name, data in good.items() if not name.endswith((".shp", ".shx"))}),
        "sidecar_twice.zip": archive({**good, "AREAS.DBF": dbf(FIELDS, [(b"x", b"9")] * 3)}),
    }  # fmt: skip
