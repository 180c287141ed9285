"""A dBASE table as it is on disk: fields, rows as bytes, deleted rows, what is missing at the end. Pure.

Values stay bytes here: what they mean is a question of encoding and type that `attributes` answers. Layout: dBASE
Version 5 and Visual FoxPro table headers.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

MAX_FIELDS = 2048


class Damaged(ValueError):
    """The header does not describe a table."""


@dataclass(frozen=True)
class RawField:
    """One column: its name as bytes, its type letter, width in bytes and decimals."""

    name: bytes
    letter: str
    width: int
    decimals: int
    offset: int


@dataclass(frozen=True)
class RawTable:
    """A table as delivered. `records` is an array (rows, record bytes); `declared` is what the header promises."""

    fields: tuple[RawField, ...]
    records: np.ndarray
    declared: int
    language_id: int

    @property
    def deleted(self) -> np.ndarray:
        """True for rows that carry the mark of deletion."""
        marks: np.ndarray = self.records[:, 0] == ord("*")
        return marks

    def column(self, field: RawField, rows: np.ndarray) -> np.ndarray:
        """The values of a field for some rows as fixed-width bytes (trailing zero bytes fall off)."""
        cells = self.records[:, field.offset : field.offset + field.width]
        block = np.ascontiguousarray(cells if len(rows) == len(cells) else cells[rows])
        return block.view(f"S{field.width}").ravel() if len(block) else np.zeros(0, dtype=f"S{max(field.width, 1)}")


def read(data: bytes | memoryview) -> RawTable:
    """The table that bytes hold; rows that are not there whole are left out. Raises Damaged."""
    if len(data) < 33:
        raise Damaged("shorter than a header")
    declared, header_size, record_size = struct.unpack_from("<IHH", data, 4)
    if header_size < 33 or record_size < 1 or header_size > len(data):
        raise Damaged("header sizes contradict the file")
    fields = _fields(bytes(data[:header_size]), header_size, record_size)
    there = min(declared, (len(data) - header_size) // record_size)
    block = np.frombuffer(data, dtype=np.uint8, count=there * record_size, offset=header_size)
    return RawTable(tuple(fields), block.reshape(there, record_size), declared, int(data[29]))


def _fields(data: bytes, header_size: int, record_size: int) -> list[RawField]:
    fields: list[RawField] = []
    place, offset = 32, 1
    while place + 32 <= header_size and data[place] not in (0x0D, 0x00) and len(fields) < MAX_FIELDS:
        name = data[place : place + 11].split(b"\x00")[0]
        letter = chr(data[place + 11]).upper()
        width, decimals = data[place + 16], data[place + 17]
        if letter == "C" and decimals:
            # Clipper and others keep the high byte of long text widths where decimals stand.
            wide = width + 256 * decimals
            width, decimals = (wide, 0) if offset + wide <= record_size else (width, 0)
        if not width or offset + width > record_size:
            raise Damaged("fields are wider than a row")
        fields.append(RawField(name, letter, width, decimals, offset))
        offset += width
        place += 32
    return fields
