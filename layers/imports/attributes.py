"""Values of a dBASE table as what they mean: texts decoded, numbers and dates read, every loss named by row. Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from layers.imports.codes import restored
from layers.imports.dbf import RawField, RawTable
from layers.imports.delivery import Column
from layers.imports.encodings import decode
from layers.imports.findings import Notebook

_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WHOLE = re.compile(rb"[-+]?\d+")
#: Digits that a signed 64-bit number always holds.
_SAFE_DIGITS = 18


def columns_of(table: RawTable, keep: np.ndarray, rows: np.ndarray, encoding: str, notes: Notebook) -> list[Column]:
    """The columns of a table for the rows of `keep`; `rows` are their numbers in the file."""
    columns = []
    for name, field in zip(names_of(table.fields, encoding, notes), table.fields, strict=True):
        raw = table.column(field)[keep]
        reader = _READERS.get(field.letter)
        if reader is None:
            notes.note("fields_unread", field=name, letter=field.letter)
            continue
        columns.append(restored(reader(name, field, raw, rows, encoding, notes), rows, notes))
    return columns


def names_of(fields: Sequence[RawField], encoding: str, notes: Notebook) -> list[str]:
    """Readable, distinct names: halves of characters dropped, repeated names numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for number, field in enumerate(fields, start=1):
        read = decode(field.name.rstrip(b" "), encoding)
        name = (
            "".join(character for character in (read.text or "") if character.isprintable()).strip()
            or f"field_{number}"
        )
        if read.cut or read.text is None:
            notes.note("names_cut", field=name)
        distinct, count = name, 1
        while distinct.lower() in taken:
            distinct, count = f"{name}_{count}", count + 1
        if distinct != name:
            notes.note("names_clash", field=name, renamed=distinct)
        taken.add(distinct.lower())
        names.append(distinct)
    return names


def texts_of(table: RawTable, keep: np.ndarray) -> list[bytes]:
    """The distinct text values and the field names: what an encoding is detected from."""
    values = [field.name for field in table.fields]
    for field in table.fields:
        if field.letter == "C":
            values += [value.strip(b" \x00") for value in np.unique(table.column(field)[keep])]
    return values


def _text(name: str, field: RawField, raw: np.ndarray, rows: np.ndarray, encoding: str, notes: Notebook) -> Column:
    distinct, inverse = np.unique(raw, return_inverse=True)
    read = [decode(value.rstrip(b" \x00"), encoding) for value in distinct.tolist()]
    cut = np.array([item.cut for item in read], dtype=bool)[inverse]
    bad = np.array([item.text is None for item in read], dtype=bool)[inverse]
    if cut.any():
        notes.note("values_cut", field=name, rows=rows[cut])
    if bad.any():
        notes.note("values_undecodable", field=name, rows=rows[bad], encoding=encoding)
    texts = np.array([_clean(item.text) for item in read], dtype=object)[inverse]
    return Column(name, "text", texts, np.array([text is None for text in texts], dtype=bool))


def _clean(text: str | None) -> str | None:
    """Nothing for empty text; zero characters cannot be stored."""
    return (text or "").replace("\x00", "") or None


def _number(name: str, field: RawField, raw: np.ndarray, rows: np.ndarray, encoding: str, notes: Notebook) -> Column:
    distinct, inverse = np.unique(raw, return_inverse=True)
    values = [value.strip(b" \x00") for value in distinct.tolist()]
    overflow = np.array([b"*" in value for value in values], dtype=bool)
    numbers = [float(value) if _NUMBER.fullmatch(value) else float("nan") for value in values]
    finite = np.isfinite(numbers) if numbers else np.zeros(0, bool)
    empty = np.array([not value for value in values], dtype=bool)
    for code, which in (("numbers_overflow", overflow), ("numbers_bad", ~finite & ~overflow & ~empty)):
        if which[inverse].any():
            notes.note(code, field=name, rows=rows[which[inverse]])
    there = [value for value, good in zip(values, finite, strict=True) if good]
    null = ~finite[inverse]
    whole = all(_WHOLE.fullmatch(value) for value in there)
    if whole and any(len(value.lstrip(b"+-0")) > _SAFE_DIGITS for value in there):
        texts = np.array([value.decode("ascii", "replace") or None for value in values], dtype=object)[inverse]
        texts[null] = None
        return Column(name, "text", texts, null)
    if whole and not field.decimals:
        integers = [int(value) if good else 0 for value, good in zip(values, finite, strict=True)]
        return Column(name, "integer", np.array(integers, dtype=np.int64)[inverse], null)
    filled = np.where(finite, numbers, 0.0) if numbers else np.zeros(0)
    return Column(name, "number", filled[inverse], null)


def _each(
    name: str,
    kind: Any,
    raw: np.ndarray,
    rows: np.ndarray,
    notes: Notebook,
    read: Callable[[bytes], Any],
    bad_code: str,
) -> Column:
    """A column whose distinct values are read one by one; `read` raises ValueError, or gives None for nothing."""
    distinct, inverse = np.unique(raw, return_inverse=True)
    values, bad = np.empty(len(distinct), dtype=object), np.zeros(len(distinct), dtype=bool)
    for place, value in enumerate(distinct.tolist()):
        try:
            values[place] = read(value.strip(b" \x00"))
        except ValueError:
            bad[place] = True
    if bad[inverse].any():
        notes.note(bad_code, field=name, rows=rows[bad[inverse]])
    filled = values[inverse]
    return Column(name, kind, filled, np.array([value is None for value in filled], dtype=bool))


def _date(name: str, field: RawField, raw: np.ndarray, rows: np.ndarray, encoding: str, notes: Notebook) -> Column:
    return _each(name, "date", raw, rows, notes, _day, "dates_bad")


def _day(value: bytes) -> str | None:
    if not value.strip(b"0"):
        return None
    if not re.fullmatch(rb"\d{8}", value):
        raise ValueError
    return datetime.date(int(value[:4]), int(value[4:6]), int(value[6:])).isoformat()


def _truth(name: str, field: RawField, raw: np.ndarray, rows: np.ndarray, encoding: str, notes: Notebook) -> Column:
    words = {b"": None, b"?": None, b"T": True, b"Y": True, b"F": False, b"N": False, b"1": True, b"0": False}
    column = _each(name, "boolean", raw, rows, notes, lambda value: words.get(value.upper()), "numbers_bad")
    return Column(name, "boolean", np.array([value is True for value in column.values], dtype=bool), column.null)


def _binary(name: str, field: RawField, raw: np.ndarray, rows: np.ndarray, encoding: str, notes: Notebook) -> Column:
    """Little-endian whole numbers of FoxPro (I)."""
    padded = raw.astype("S4") if field.width == 4 else np.zeros(len(raw), dtype="S4")
    values = np.frombuffer(padded.tobytes(), dtype="<i4").astype(np.int64)
    return Column(name, "integer", values, np.full(len(values), field.width != 4))


_READERS: dict[str, Callable[[str, RawField, np.ndarray, np.ndarray, str, Notebook], Column]] = {
    "C": _text, "N": _number, "F": _number, "D": _date, "L": _truth, "I": _binary,
}  # fmt: skip
