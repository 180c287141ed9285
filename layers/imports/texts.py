"""JSON and XML looked over before any library parses them: depth, numbers, declarations. Pure.

Both formats can be small and still exhaust a parser, or make it open files: what is refused here never reaches GDAL.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from xml.parsers import expat

import numpy as np

from layers.imports.encodings import codec_of, named
from layers.imports.findings import refuse

MAX_JSON_DEPTH = 100
_PIECE = 16 << 20
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)
#: Exponents of three digits are checked one by one; 1e308 is the last finite one.
_HUGE = re.compile(rb"-?[0-9][0-9.]*[eE]\+?[0-9]{3,}|[0-9]{309,}|\b(?:NaN|-?Infinity|nan|-?inf(?:inity)?)\b")
_NUMBER_END = re.compile(rb"[0-9eE+.\-]{0,4000}\Z")
_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._ -]+)["']""")


def demand_sane_json(data: bytes, name: str) -> None:
    """Nothing; Refused when a JSON text nests too deep, holds a number that is not finite, or is not complete."""
    level = 0
    for bare in _without_strings(data, name):
        if (match := _HUGE.search(bare)) and not np.isfinite(_value(match[0])):
            raise refuse("json_number", file=name, number=match[0][:40].decode("ascii", "replace"))
        marks = np.frombuffer(bare, dtype=np.uint8)
        steps = np.isin(marks, (0x5B, 0x7B)).astype(np.int32) - np.isin(marks, (0x5D, 0x7D))
        levels = np.cumsum(steps, dtype=np.int64) + level
        if len(levels):
            if levels.max() > MAX_JSON_DEPTH:
                raise refuse("json_depth", file=name, limit=MAX_JSON_DEPTH)
            level = int(levels[-1])
    if level:
        raise refuse("json_damaged", file=name)


def _without_strings(data: bytes, name: str) -> Iterator[bytes]:
    """The text in pieces with its strings taken out; a string across two pieces is carried over."""
    rest = b""
    for start in range(0, len(data), _PIECE):
        bare, open_quote, tail = _STRING.sub(b"", rest + data[start : start + _PIECE]).partition(b'"')
        rest = open_quote + tail
        if not rest:
            # A number may go on in the next piece.
            rest = _NUMBER_END.search(bare)[0]  # type: ignore[index]
            bare = bare[: len(bare) - len(rest)]
        yield bare
    if rest.startswith(b'"'):
        raise refuse("json_damaged", file=name)
    yield rest


def _value(number: bytes) -> float:
    try:
        return float(number)
    except (ValueError, OverflowError):
        return float("inf")


def sane_xml(data: bytes, name: str) -> bytes:
    """The XML in UTF-8, free of DOCTYPE and entities, well-formed. Raises Refused with the reason."""
    text = _as_utf8(data, name)
    parser = expat.ParserCreate()
    refused: list[str] = []

    def declare(*_: object) -> None:
        refused.append("declaration")
        raise _Declared

    parser.StartDoctypeDeclHandler = declare
    parser.EntityDeclHandler = declare
    parser.ExternalEntityRefHandler = lambda *_: 0
    try:
        parser.Parse(text, True)
    except _Declared as error:
        raise refuse("xml_entities", file=name) from error
    except expat.ExpatError as error:
        raise refuse("xml_damaged", file=name, reason=str(error)) from error
    return text


class _Declared(Exception):
    """A DOCTYPE or an entity was met."""


def _as_utf8(data: bytes, name: str) -> bytes:
    """Expat and GDAL know no GBK: the text is turned into UTF-8 and its declaration follows."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _redeclared(data.decode("utf-16", "replace").encode())
    match = _DECLARATION.match(data.removeprefix(codecs.BOM_UTF8))
    spelled = match[1].decode("ascii") if match else "UTF-8"
    encoding = named(spelled)
    if encoding in (None, "UTF-8"):
        return data
    try:
        return _redeclared(data.decode(codec_of(encoding or "utf-8")).encode())
    except (UnicodeDecodeError, LookupError) as error:
        raise refuse("xml_damaged", file=name, reason=f"not {spelled}") from error


def _redeclared(text: bytes) -> bytes:
    return re.sub(rb"^(\s*<\?xml[^>]*?encoding\s*=\s*[\"'])[^\"']+", rb"\1UTF-8", text.removeprefix(codecs.BOM_UTF8))
