"""Values of a dBASE table as what they mean: texts decoded, numbers and dates read, every loss named by row. Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from layers.imports.blocks import END, Column, days_block
from layers.imports.codes import restored
from layers.imports.dbf import RawField, RawTable
from layers.imports.encodings import UTF8, codec_of, decode
from layers.imports.findings import Notebook

_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WHOLE = re.compile(rb"[-+]?\d+")
_MONTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
#: Digits that a signed 64-bit number always holds.
_SAFE_DIGITS = 18
#: Text values a field that are looked at to find an encoding, spread over the table.
_SAMPLE = 20_000
#: True for the bytes of plain decimals, blanks and the zero bytes that pad them.
_PLAIN = np.isin(np.arange(256), np.frombuffer(b"0123456789+-. \x00", dtype=np.uint8))


def columns_of(table: RawTable, keep: np.ndarray, rows: np.ndarray, encoding: str, notes: Notebook) -> list[Column]:
    """The columns of a table for the rows of `keep`; `rows` are their numbers in the file."""
    columns = []
    for name, field in zip(names_of(table.fields, encoding, notes), table.fields, strict=True):
        raw = table.column(field, keep)
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
    """Text values of rows all over the table, and the field names: what an encoding is detected from."""
    values = [field.name for field in table.fields]
    sample = keep[:: max(1, len(keep) // _SAMPLE)]
    for field in table.fields:
        if field.letter == "C":
            values += sorted({value.strip(b" \x00") for value in table.column(field, sample).tolist()})
    return values


def _text(name: str, field: RawField, raw: np.ndarray, rows: np.ndarray, encoding: str, notes: Notebook) -> Column:
    block = _block(np.strings.rstrip(raw, b" ").tolist(), encoding)
    if block is not None:
        return Column.of_block(name, "text", block)
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


def _block(values: list[bytes], encoding: str) -> bytes | None:
    """The texts as a block of UTF-8, when they all read and none holds a zero byte; else None.

    In no encoding that is read here can a zero byte belong to a longer character, so one decoding does for all.
    """
    joined = END.join([*values, b""])
    if np.count_nonzero(np.frombuffer(joined, dtype=np.uint8) == 0) != len(values):
        return None
    try:
        text = joined.decode(codec_of(encoding))
    except UnicodeDecodeError:
        return None
    return joined if encoding == UTF8 else text.encode()


def _clean(text: str | None) -> str | None:
    """Nothing for empty text; zero characters cannot be stored."""
    return (text or "").replace("\x00", "") or None


def _number(name: str, field: RawField, raw: np.ndarray, rows: np.ndarray, encoding: str, notes: Notebook) -> Column:
    return _plain_numbers(name, field, raw) or _odd_numbers(name, field, raw, rows, notes)


def _plain_numbers(name: str, field: RawField, raw: np.ndarray) -> Column | None:
    """The column of a field that holds nothing but decimals and blanks; None for any other."""
    if (field.width > _SAFE_DIGITS and not field.decimals) or not len(raw):
        return None
    signs = np.frombuffer(np.ascontiguousarray(raw).tobytes(), dtype=np.uint8)
    if not _PLAIN[signs].all():
        return None
    stripped = np.strings.strip(raw, b" ")
    null = stripped == b""
    filled = np.where(null, b"0", stripped)
    try:
        if field.decimals or (signs == ord(".")).any():
            numbers = filled.astype(np.float64)
            if (signs == ord(".")).any():
                return Column(name, "number", numbers, null) if np.isfinite(numbers).all() else None
            return Column(name, "number", numbers, null) if field.width <= _SAFE_DIGITS else None
        return Column(name, "integer", filled.astype(np.int64), null)
    except (ValueError, OverflowError):
        return None


def _odd_numbers(name: str, field: RawField, raw: np.ndarray, rows: np.ndarray, notes: Notebook) -> Column:
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
    return _plain_dates(name, raw) or _each(name, "date", raw, rows, notes, _day, "dates_bad")


def _plain_dates(name: str, raw: np.ndarray) -> Column | None:
    """The column of a field that holds nothing but days of the calendar and blanks; None for any other."""
    if raw.dtype.itemsize != 8 or not len(raw):
        return None
    digits = np.frombuffer(np.ascontiguousarray(raw).tobytes(), dtype=np.uint8).reshape(-1, 8).astype(np.int16) - ord(
        "0"
    )
    null, number = np.ones(len(raw), dtype=bool), np.ones(len(raw), dtype=bool)
    for digit in digits.T:
        null &= (digit == 0) | (digit == ord(" ") - ord("0")) | (digit == -ord("0"))
        number &= (digit >= 0) & (digit <= 9)
    if not (null | number).all():
        return None
    one, two, three, four, *rest = digits.T
    year, month, day = one * 1000 + two * 100 + three * 10 + four, rest[0] * 10 + rest[1], rest[2] * 10 + rest[3]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = _MONTHS[np.clip(month, 1, 12)] + (leap & (month == 2))
    if not (null | ((year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= longest))).all():
        return None
    return Column.of_block(name, "date", days_block(year, month, day, null))


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
