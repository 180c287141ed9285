"""What files really are, by their bytes; JSON and XML looked over before anybody parses them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.samples.raw import geopackage
from data.samples.shapefiles import files
from layers.imports.findings import Refused
from layers.imports.sniff import Kind, agrees, identify
from layers.imports.texts import demand_sane_json, sane_xml

GOOD = files()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (GOOD["areas.shp"], Kind.SHX_OR_SHP), (GOOD["areas.shx"], Kind.SHX_OR_SHP), (GOOD["areas.dbf"], Kind.DBF),
        (geopackage({}, srid=4547), Kind.GPKG), (b"SQLite format 3\x00" + bytes(100), Kind.SQLITE), (b"fgb\x03fgb\x00", Kind.FGB),
        (b'{"type":"FeatureCollection","features":[]}', Kind.GEOJSON), (b'\xef\xbb\xbf \n{"type":"Point"}', Kind.GEOJSON),
        (b'{"a": 1}', Kind.JSON), (b"[1,2]", Kind.JSON), (b"<?xml version='1.0'?><kml xmlns='x'>", Kind.KML),
        (b"<?xml version='1.0'?><!DOCTYPE kml [<!ENTITY a 'b'>]><kml>", Kind.KML), (b"<!-- x --><gpx>", Kind.GPX),
        (b"<OGRVRTDataSource>", Kind.VRT), (b"<VRTDataset>", Kind.VRT), (b"<!DOCTYPE html><html>", Kind.HTML),
        (b"<svg xmlns='x'/>", Kind.XML), (b"%PDF-1.7", Kind.PDF), (b"PK\x03\x04", Kind.ZIP), (b"Rar!\x1a\x07", Kind.OTHER_ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c", Kind.OTHER_ARCHIVE), (b"\x1f\x8b\x08", Kind.OTHER_ARCHIVE), (b"0\nSECTION\n2\nHEADER", Kind.DXF),
        (b"AC1032", Kind.DWG), (b"\x89PNG\r\n", Kind.IMAGE), (b"\x7fELF", Kind.PROGRAM), (b"name,lon,lat\n", Kind.TEXT),
        ("名称,经度".encode("gbk"), Kind.TEXT), (b"", Kind.EMPTY), (b"  \n", Kind.EMPTY), (bytes(range(256)), Kind.UNKNOWN),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_bytes(head, kind):
    assert identify(head) is kind


@given(st.binary(max_size=300))
def test_whatever_the_bytes_there_is_an_answer(head):
    assert identify(head) in Kind


def test_a_name_is_a_claim():
    assert agrees("a.SHP", Kind.SHX_OR_SHP) and not agrees("a.shp", Kind.VRT) and not agrees("a", Kind.SHX_OR_SHP)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"[" * 101 + b"]" * 101, "json_depth"), (b'{"a":' * 101 + b"1" + b"}" * 101, "json_depth"), (b"[1e999]", "json_number"),
        (b"[-1e+400]", "json_number"), (b"[NaN]", "json_number"), (b"[-Infinity]", "json_number"), (b"[" + b"9" * 400 + b"]", "json_number"),
        (b'{"a":"open}', "json_damaged"), (b"[[1]", "json_damaged"),
    ],
)  # fmt: skip
def test_json_that_exhausts_or_overflows_is_refused(text, code):
    with pytest.raises(Refused) as caught:
        demand_sane_json(text, "a.geojson")
    assert caught.value.finding.code == code


@pytest.mark.parametrize(
    "text", [b"[" * 99 + b"]" * 99, b'{"a":"[[[[ 1e999 NaN \\" "}', b"[1e308, 12e100]", b"{}", b'["\\\\"]']
)
def test_json_in_order_passes_whatever_its_strings_hold(text):
    demand_sane_json(text, "a.geojson")


def test_json_is_judged_across_the_pieces_it_is_read_in(monkeypatch):
    monkeypatch.setattr("layers.imports.texts._PIECE", 7)
    demand_sane_json(b'{"name": "a string far longer than a piece [[[[", "n": [1, 2]}', "a")
    with pytest.raises(Refused):
        demand_sane_json(b'{"n":  [12345e999]}', "a")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"<!DOCTYPE kml><kml/>", "xml_entities"), (b'<!DOCTYPE k [<!ENTITY a "b">]><k>&a;</k>', "xml_entities"),
        (b'<!DOCTYPE k SYSTEM "http://127.0.0.1/x.dtd"><k/>', "xml_entities"), (b"<kml>", "xml_damaged"), (b"<k>&a;</k>", "xml_damaged"),
        (b'<?xml version="1.0" encoding="GBK"?><k>\xff\xff</k>', "xml_damaged"),
    ],
)  # fmt: skip
def test_xml_that_declares_or_breaks_is_refused(text, code):
    with pytest.raises(Refused) as caught:
        sane_xml(text, "a.kml")
    assert caught.value.finding.code == code


@pytest.mark.parametrize("codec", ["gbk", "gb18030", "utf-16", "utf-8"])
def test_xml_comes_out_in_utf8_whatever_it_came_in(codec):
    text = f'<?xml version="1.0" encoding="{codec}"?><k>源汇区</k>'.encode(codec)
    assert "源汇区" in sane_xml(text, "a.kml").decode("utf-8")
