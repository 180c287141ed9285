"""Sheets of an Excel workbook with coordinate columns, read by openpyxl without entities, row by row. Runs in the sandbox.

What cells hold is what they show: cached results of formulas, codes as text, days as days. A sheet whose first rows
name no coordinate columns is no layer.
"""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

import numpy as np

from layers.imports.archives import demand_sound_archive
from layers.imports.blocks import Column
from layers.imports.codes import LEAST_DIGITS, restored
from layers.imports.csv_read import coordinate_columns, distinct_names, joined_parts, points_of, stated_system, typed
from layers.imports.delivery import LayerRead
from layers.imports.findings import Answers, Notebook, refuse

#: Rows at the top of a sheet among which its header may be: titles and notes come first.
HEADER_WITHIN = 20
MAX_COLUMNS, MAX_ROWS = 1024, 1_048_576
_DAMAGE = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, NotImplementedError, ParseError,
    OverflowError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
#: What a cell of a formula shows that has no result.
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")


class Sheet(NamedTuple):
    """One sheet as a table: its title, the names of its columns, the rows below, and the number of the first of them."""

    title: str
    header: list[str]
    lines: list[tuple[Any, ...]]
    first: int


def read(path: Path, name: str, answers: Answers, notes: Notebook) -> list[tuple[LayerRead, str | None]]:
    """(layer, `EPSG:4326` where the columns are named as longitude and latitude) a sheet. Raises Refused."""
    demand_sound_archive(path, name, holds="xl/workbook.xml")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheets, others = _sheets(path, name)
    except _DAMAGE as error:
        if _declares(error):
            raise refuse("xml_entities", file=name) from error
        reason = f"{type(error).__name__}: {error}".replace(str(path), name).split("\n")[0]
        raise refuse("unreadable", file=name, reason=reason) from error
    if not sheets:
        raise refuse("no_geometry", file=name)
    if others:
        notes.note("tables_ignored", names=", ".join(others))
    layers = []
    for sheet in sheets:
        title = sheet.title if len(sheets) > 1 else Path(name).stem
        layers.append(_layer(title, sheet, answers, Notebook(title, notes.findings)))
    return layers


def _declares(error: BaseException | None) -> bool:
    """True when an error goes back to an entity or an outer reference that was met in the XML."""
    while error is not None:
        if type(error).__name__ in ("EntitiesForbidden", "DTDForbidden", "ExternalReferenceForbidden"):
            return True
        error = error.__cause__ or error.__context__
    return False


def _sheets(path: Path, name: str) -> tuple[list[Sheet], list[str]]:
    """(sheets with coordinate columns, titles of the others that hold anything); hidden sheets are not looked at."""
    try:
        import openpyxl
    except ImportError as error:
        raise refuse("unreadable", file=name, reason="deliver the workbook itself, not in an archive") from error
    sheets, others = [], []
    # A path without the usual ending is refused there; an open file is not.
    with (
        path.open("rb") as handle,
        closing(openpyxl.load_workbook(handle, read_only=True, data_only=True, keep_links=False)) as book,
    ):
        for place, worksheet in enumerate(book.worksheets):
            if worksheet.sheet_state != "visible":
                continue
            sheet = _table(worksheet)
            if sheet is None:
                others.append(worksheet.title)
            else:
                told = _with_formulas(path, place, worksheet._worksheet_path, sheet)
                sheets.append(sheet._replace(lines=told))
    return sheets, others


def _rows(worksheet: Any, first: int, width: int) -> Iterator[tuple[Any, ...]]:
    # The size that a sheet claims is not believed: missing cells and rows would be made up to it.
    worksheet.reset_dimensions()
    return iter(worksheet.iter_rows(min_row=first, max_row=MAX_ROWS, max_col=width, values_only=True))


def _table(worksheet: Any) -> Sheet | None:
    """The table of a sheet: its header is the first of the top rows that names coordinate columns."""
    for number, row in zip(range(1, HEADER_WITHIN + 1), _rows(worksheet, 1, MAX_COLUMNS), strict=False):
        header = [_shown(value) for value in row]
        if coordinate_columns(header) is None:
            continue
        width = max(place for place, text in enumerate(header, start=1) if text)
        lines = list(_rows(worksheet, number + 1, width))
        while lines and not any(value not in (None, "") for value in lines[-1]):
            lines.pop()
        return Sheet(worksheet.title, header[:width], lines, number + 1)
    return None


class _Uncomputed:
    """A formula whose result nobody has computed."""


UNCOMPUTED = _Uncomputed()


def _with_formulas(path: Path, place: int, part: str, sheet: Sheet) -> list[tuple[Any, ...]]:
    """The lines of a sheet, with formulas marked that have no result: a program wrote the file and never computed it."""
    import openpyxl

    if not _has_formulas(path, part):
        return sheet.lines
    with (
        path.open("rb") as handle,
        closing(openpyxl.load_workbook(handle, read_only=True, data_only=False, keep_links=False)) as book,
    ):
        rows = _rows(book.worksheets[place], sheet.first, len(sheet.header))
        return [
            tuple(
                UNCOMPUTED if value is None and isinstance(formula, str) and formula[:1] == "=" else value
                for value, formula in zip(line, formulas, strict=False)
            )
            for line, formulas in zip(sheet.lines, rows, strict=False)
        ]


def _has_formulas(path: Path, part: str) -> bool:
    """True when the XML of a sheet holds a formula."""
    tail = b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as source:
        while piece := source.read(1 << 20):
            if re.search(rb"<(?:\w+:)?f[\s>/]", tail + piece):
                return True
            tail = piece[-40:]
    return False


def _layer(title: str, sheet: Sheet, answers: Answers, notes: Notebook) -> tuple[LayerRead, str | None]:
    kept = [
        number for number, line in enumerate(sheet.lines, start=1) if any(value not in (None, "") for value in line)
    ]
    rows = np.array(kept, dtype=np.int64)
    lines = [list(sheet.lines[number - 1]) for number in kept]
    if any(title.endswith("_part2") for title in sheet.header):
        lines = [["" if value is None else value for value in line] for line in lines]
    header, lines = joined_parts(sheet.header, lines)
    where = coordinate_columns(header)
    assert where is not None

    def cells(place: int) -> list[Any]:
        return [line[place] if place < len(line) else None for line in lines]

    shapes = points_of(lambda place: [_text(value) or "" for value in cells(place)], len(lines), where)
    layer = LayerRead(title, shapes, rows, kind="Point" if where.wkt is None else "")
    layer.encoding, layer.encoding_confidence = "UTF-8", 1.0
    layer.source_datum = where.datum
    used = {where.x, where.y, where.wkt}
    for place, column in enumerate(distinct_names(header, notes)):
        if place not in used:
            layer.columns.append(restored(_column(column, cells(place), rows, notes), rows, notes))
    titles = [header[place] for place in (where.x, where.y, where.wkt) if place is not None]
    stated = stated_system(titles)
    if stated is None and where.degrees and answers.crs is None:
        notes.note("crs_from_columns", columns=", ".join(titles))
    return layer, stated or ("EPSG:4326" if where.degrees else None)


def _column(name: str, cells: list[Any], rows: np.ndarray, notes: Notebook) -> Column:
    """A column by what all its cells are: whole numbers, decimals, truths, days, moments; texts where they differ."""
    checks: tuple[tuple[str, Callable[[Any], bool]], ...] = (
        ("cells_uncomputed", lambda value: value is UNCOMPUTED),
        ("cells_in_error", lambda value: isinstance(value, str) and value in _ERRORS),
    )
    for code, wrong in checks:
        hit = np.fromiter((wrong(value) for value in cells), dtype=bool, count=len(cells))
        if hit.any():
            notes.note(code, field=name, rows=rows[hit])
            cells = [None if bad else value for value, bad in zip(cells, hit, strict=True)]
    cells = [None if value == "" else value for value in cells]
    there = [value for value in cells if value is not None]
    null = np.array([value is None for value in cells], dtype=bool)
    kinds = {type(value) for value in there}
    if kinds == {bool}:
        return Column(name, "boolean", np.array([value is True for value in cells]), null)
    if kinds and kinds <= {int, float}:
        return _numbers(name, cells, null)
    if kinds == {datetime.datetime}:
        days = all(value.time() == datetime.time() for value in there)
        return _texts(name, cells, null, "date" if days else "datetime", lambda value: _moment(value, days))
    column = _texts(name, cells, null, "text", _text)
    return typed(column) if kinds == {str} else column


def _numbers(name: str, cells: list[Any], null: np.ndarray) -> Column:
    filled = [0 if value is None else value for value in cells]
    there = [value for value in cells if value is not None]
    whole = all(float(value).is_integer() for value in there)
    if whole and all(abs(value) < 10 ** (LEAST_DIGITS - 1) for value in there):
        return Column(name, "integer", np.array([int(value) for value in filled], dtype=np.int64), null)
    return Column(name, "number", np.array(filled, dtype=float), null)


def _texts(name: str, cells: list[Any], null: np.ndarray, kind: Any, say: Callable[[Any], str | None]) -> Column:
    texts = np.array([say(value) for value in cells], dtype=object)
    return Column(name, kind, texts, null | np.array([text is None for text in texts], dtype=bool))


def _moment(value: datetime.datetime | None, days: bool) -> str | None:
    if value is None:
        return None
    return value.date().isoformat() if days else value.replace(microsecond=0).isoformat()


def _text(value: Any) -> str | None:
    """What a cell holds, as text: whole numbers without decimals, so that codes stay codes."""
    if value is None or value is UNCOMPUTED:
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)
    if isinstance(value, datetime.datetime):
        return _moment(value, value.time() == datetime.time())
    return str(value).replace("\x00", "") or None


def _shown(value: Any) -> str:
    return (_text(value) or "").strip()
