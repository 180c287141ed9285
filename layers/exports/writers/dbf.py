"""A dBASE table written byte by byte: widths from the data, no clock in it, nothing lost without a word. Pure."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from layers.exports.notes import Note, demand_encodable
from layers.exports.tables import Table
from layers.exports.writers.texts import stated
from layers.spec import FieldSpec

#: Bytes of a text field.
MOST_TEXT = 254
#: Characters of a number; what needs more is written with an exponent.
MOST_NUMBER = 24
MOST_DECIMALS = 15
#: Encoding -> (Python's codec, language driver of the header: 0x4D is code page 936).
CODECS = {"UTF-8": ("utf-8", 0), "GBK": ("gbk", 0x4D), "GB18030": ("gb18030", 0)}
#: The day in every header: files of the same content have the same bytes.
_DAY = (100, 1, 1)
_LETTERS = {"text": "C", "datetime": "C", "integer": "N", "number": "N", "date": "D", "boolean": "L"}


def dbf_bytes(table: Table, names: Sequence[str], encoding: str) -> tuple[bytes, list[Note]]:
    """The table of a shapefile under the given field names, and what had to be cut.

    Texts longer than 254 bytes lose their end at the border of a character. Raises Unholdable for characters the
    encoding does not have.
    """
    codec, driver = CODECS[encoding]
    demand_encodable(table, encoding, codec)
    notes: list[Note] = []
    columns, heads = [], []
    for name, field in zip(names, table.fields, strict=True):
        values, decimals = _column(field, table, codec, notes)
        width = max(1, max(map(len, values), default=1))
        letter = _LETTERS[field.type]
        heads.append(_head(name.encode(codec), letter, width, decimals))
        pad = bytes.rjust if letter == "N" else bytes.ljust
        columns.append(
            np.array([pad(value, width) for value in values], dtype=f"S{width}").view("u1").reshape(-1, width)
        )
    size = 1 + sum(head[16] for head in heads)
    header = struct.pack(
        "<4BIHH16xBB2x", 3, *_DAY, len(table), 32 + 32 * len(heads) + 1, size, 0, driver
    )  # fmt: skip
    flags = np.full((len(table), 1), ord(" "), dtype="u1")
    records = np.hstack([flags, *columns]).tobytes() if len(table) else b""
    return header + b"".join(heads) + b"\r" + records + b"\x1a", notes


def _head(name: bytes, letter: str, width: int, decimals: int) -> bytes:
    return struct.pack("<11sc4xBB14x", name, letter.encode(), width, decimals)


def _column(field: FieldSpec, table: Table, codec: str, notes: list[Note]) -> tuple[list[bytes], int]:
    """(the values as bytes, how many decimals a number has)."""
    values = table.values[field.name].tolist()
    if field.type in ("text", "datetime"):
        return _texts(field, table, [_text(value) for value in values], codec, notes), 0
    if field.type == "date":
        return [b" " * 8 if value is None else _day(value) for value in values], 0
    if field.type == "boolean":
        return [b"?" if value is None else b"T" if value else b"F" for value in values], 0
    numbers = [b"" if value is None else number(value).encode() for value in values]
    decimals = max((len(text.partition(b".")[2]) for text in numbers if b"e" not in text), default=0)
    return numbers, min(decimals, MOST_DECIMALS) if field.type == "number" else 0


def _day(value: date) -> bytes:
    return f"{value:%Y%m%d}".rjust(8, "0").encode()


def _text(value: Any) -> str:
    return "" if value is None else str(stated(value)) if isinstance(value, datetime) else str(value)


def _texts(field: FieldSpec, table: Table, texts: list[str], codec: str, notes: list[Note]) -> list[bytes]:
    written, cut = [], []
    for place, text in enumerate(texts):
        data = text.encode(codec)
        if len(data) > MOST_TEXT:
            cut.append(str(table.ids[place]))
            while len(data := text.encode(codec)) > MOST_TEXT:
                text = text[: len(text) - max(1, (len(data) - MOST_TEXT) // 4)]
        written.append(data)
    if cut:
        notes.append(
            Note(
                "text_cut", field.name, tuple(cut),
                f"字段 {field.name} 有 {len(cut)} 个值超过 {MOST_TEXT} 字节，已在字符边界截断；完整内容请用 .gpkg。",
                f"{len(cut)} values of {field.name} are longer than {MOST_TEXT} bytes and were cut between two characters;"
                " .gpkg keeps them whole.",
            )
        )  # fmt: skip
    return written


def number(value: float) -> str:
    """A number to its last digit, without an exponent as long as 24 characters hold it."""
    if isinstance(value, int):
        return str(value)
    plain = str(np.format_float_positional(value, trim="-"))
    return plain if len(plain) <= MOST_NUMBER else repr(value)
