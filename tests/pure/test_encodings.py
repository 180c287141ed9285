"""Encodings: every spelling of a declaration, what is detected without one, what is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.imports.encodings import BIG5, GB18030, LATIN1, UTF8, declared, decode, named, settle

PLACES = ("源汇区老街街道办事处", "干河陈街道马路街社区", "柳江小区", "党群服务中心", "东大街十五号")


@pytest.mark.parametrize(
    ("spelling", "encoding"),
    [
        *((text, GB18030) for text in ("GBK", "gbk", "GB2312", "936", "CP936", "cp 936", "OEM 936", "ANSI 936", "x-gbk", "EUC-CN")),
        *((text, GB18030) for text in ("GB18030", "GB 18030-2022", "windows-936", "54936", "MS936", "gb_2312-80")),
        *((text, UTF8) for text in ("UTF-8", "utf8", "65001", "CP65001", "Unicode UTF-8")),
        *((text, BIG5) for text in ("Big5", "950", "CP950", "big5-hkscs")),
        *((text, LATIN1) for text in ("ISO-8859-1", "88591", "ISO 88591", "1252", "windows-1252", "LATIN1", "ANSI 1252")),
        ("ISO 8859-15", "iso8859-15"), ("OEM 437", "cp437"), ("ANSI 1251", "cp1251"), ("932", "cp932"),
        *((text, None) for text in ("", "html", "404", "unknown", "8859-99")),
    ],
)  # fmt: skip
def test_a_declaration_is_read_however_it_is_spelled(spelling, encoding):
    assert named(spelling) == encoding


@pytest.mark.parametrize(
    ("cpg", "language_id", "encoding"),
    [
        (b"\xef\xbb\xbfGBK\r\n", 0, GB18030), ("\ufeffGBK".encode("utf-16"), 0, GB18030), (b'"UTF-8"', 0x4D, UTF8),
        (None, 0x4D, GB18030), (None, 0x7A, GB18030), (None, 0x4F, BIG5), (None, 0x57, None), (None, 0, None),
        (b"<html>", 0, None), (b"<html>", 0x4D, GB18030), (b"", 0x03, LATIN1),
    ],
)  # fmt: skip
def test_the_file_beside_speaks_before_the_byte_in_the_table(cpg, language_id, encoding):
    assert declared(cpg, language_id)[0] == encoding


@pytest.mark.parametrize(
    ("texts", "codec", "encoding"),
    [
        (PLACES, "gbk", GB18030), (PLACES, "utf-8", UTF8), (PLACES[2:3], "gbk", GB18030), (PLACES[2:3], "utf-8", UTF8),
        (("漯河市源匯區", "臺北市中正區忠孝東路", "黨群服務中心"), "big5", BIG5),
        (("Café Royal", "Müllerstraße", "Señor"), "cp1252", LATIN1), (("Müllerstraße", "Café"), "utf-8", UTF8),
        (("Московский проспект", "улица Ленина"), "utf-8", UTF8),
    ],
)  # fmt: skip
def test_what_nobody_declared_is_detected_with_a_confidence(texts, codec, encoding):
    reading = settle([text.encode(codec) for text in texts], None)
    assert (reading.encoding, reading.rival) == (encoding, None)
    assert 0.5 < reading.confidence < 1.0


def test_more_text_gives_more_confidence():
    little, much = (settle([text.encode("gbk") for text in texts], None).confidence for texts in (PLACES[2:3], PLACES))
    assert little < much


def test_a_declaration_that_fits_is_certain_and_one_that_does_not_is_overruled():
    gbk = [text.encode("gbk") for text in PLACES]
    assert settle(gbk, GB18030) == settle([b"plain"], GB18030) and settle(gbk, GB18030).confidence == 1.0
    assert settle(gbk, UTF8).encoding == GB18030


def test_text_that_reads_both_ways_is_for_a_person():
    assert settle(["毛眉".encode("gbk"), "茅么没".encode("gbk")], None).rival
    both = settle([text.encode() for text in ("柳江小区", "党群服务")], GB18030)
    assert both.rival == UTF8


def test_noise_reads_in_nothing():
    assert settle([bytes([0xFF, 0x80, 0xFE, 0x81]), bytes([0x80, 0xFF, 0xFF])], None).encoding is None


@given(
    st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20),
    st.integers(1, 3),
)
def test_half_a_character_falls_off_and_nothing_else(text, missing):
    for encoding, codec in ((UTF8, "utf-8"), (GB18030, "gb18030")):
        raw = text.encode(codec)
        whole = decode(raw, encoding)
        assert whole.text == text and not whole.cut
        size = len(text[-1].encode(codec))
        cut = decode(raw[: -min(missing, size - 1)], encoding)
        assert cut.text == text[:-1] and cut.cut


def test_a_wrong_byte_in_the_middle_is_not_half_a_character():
    assert decode(b"\xd4\xff\xff abc", GB18030).text is None
