"""Excel workbooks: texts stay texts, days are days, and no cell is a formula. A second sheet explains the fields."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from layers.exports.about import About
from layers.exports.notes import unholdable
from layers.exports.tables import Table
from layers.exports.writers.texts import place_columns, place_values, stated
from layers.exports.writers.zipped import write_zip

#: Characters a cell holds.
MOST_TEXT = 32_767
#: Rows a sheet holds, its line of names among them.
MOST_ROWS = 1_048_576
#: The sheet that explains the fields.
LEGEND = "说明"
_MOMENT = datetime(2000, 1, 1)
_EPOCH = date(1900, 3, 1)  # before it the calendar of spreadsheets is wrong by a day


def write_xlsx(table: Table, path: Path, words: About) -> None:
    """A workbook of the rows (places in columns of numbers or well-known text) and a sheet of words.

    Raises Unholdable for a text that is too long or holds control characters, and for too many rows.
    """
    _demand_room(table)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.spec.id[:31])
    sheet.freeze_panes = "A2"
    names = [field.name for field in table.fields]
    place_names, places = _places(table)
    sheet.append([_text(sheet, name) for name in (*names, *place_names)])
    columns = [table.values[name].tolist() for name in names]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(table))
    for row, where in zip(rows, places, strict=True):
        sheet.append([_cell(sheet, value) for value in (*row, *where)])
    _explain(book.create_sheet(LEGEND), table, words)
    book.properties.creator, book.properties.title = "Wangge", words.title
    book.properties.description, book.properties.created = words.description, _MOMENT
    raw = path.with_name(path.name + ".raw")
    try:
        book.save(raw)
        write_zip(path, _members(raw))
    finally:
        raw.unlink(missing_ok=True)


def _demand_room(table: Table) -> None:
    if len(table) >= MOST_ROWS:
        raise unholdable("", (), f"一个工作表最多 {MOST_ROWS - 1} 行", f"a sheet holds {MOST_ROWS - 1} rows at most")
    for field in table.fields:
        if field.type != "text":
            continue
        texts = table.values[field.name].tolist()
        control = [i for i, text in enumerate(texts) if text and ILLEGAL_CHARACTERS_RE.search(text)]
        long = [i for i, text in enumerate(texts) if text and len(text) > MOST_TEXT]
        if control:
            ids = (str(table.ids[i]) for i in control)
            raise unholdable(field.name, ids, "含有工作簿写不下的控制字符", "control characters that no workbook holds")
        if long:
            raise unholdable(
                field.name,
                (str(table.ids[i]) for i in long),
                f"超过 {MOST_TEXT} 个字符",
                f"longer than {MOST_TEXT} characters",
            )


def _places(table: Table) -> tuple[list[str], list[tuple[Any, ...]]]:
    """(names, values) of the columns of the place; a text longer than a cell goes on in `…_part2`, `…_part3` …"""
    names, values = list(place_columns(table.spec, table.crs)), place_values(table)
    if len(names) > 1:
        return names, values
    longest = max((len(text) for (text,) in values if text), default=0)
    count = max(1, -(-longest // MOST_TEXT))
    names += [f"{names[0]}_part{number}" for number in range(2, count + 1)]
    starts = [number * MOST_TEXT for number in range(count)]
    return names, [tuple(text[at : at + MOST_TEXT] if text else None for at in starts) for (text,) in values]


def _cell(sheet: Any, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return _text(sheet, str(stated(value)))
    if isinstance(value, date):
        if value < _EPOCH:
            return _text(sheet, value.isoformat())
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "yyyy-mm-dd"
        return cell
    return _text(sheet, value) if isinstance(value, str) else value


def _text(sheet: Any, text: str) -> Any:
    """A cell that is text whatever it begins with, and stays text when somebody edits it."""
    cell = WriteOnlyCell(sheet, "")
    cell._value, cell.data_type = text, "s"  # setting the value would make a formula of `=…`
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def _explain(sheet: Any, table: Table, words: About) -> None:
    for line in words.lines:
        sheet.append([_text(sheet, line)])
    sheet.append([])
    sheet.append(
        [_text(sheet, head) for head in ("字段 field", "中文", "English", "类型 type", "单位 unit", "取值 values")]
    )
    for field in table.fields:
        values = " ".join(f"{code}={words_.zh}" for code, words_ in field.values.items())
        sheet.append([_text(sheet, part) for part in (field.name, field.zh, field.en, field.type, field.unit, values)])


def _members(raw: Path) -> list[tuple[str, bytes | Path]]:
    """The parts of a workbook in a fixed order, the moment of saving replaced by a fixed one."""
    stamp = _MOMENT.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    members: list[tuple[str, bytes | Path]] = []
    with zipfile.ZipFile(raw) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            members.append((name, data))
    return members
