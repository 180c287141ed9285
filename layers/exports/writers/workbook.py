"""Excel workbooks: texts stay texts, days are days, and no cell is a formula. A second sheet explains the fields.

The parts are written here as they are made, row by row: hundreds of thousands of rows need no more memory than one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

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
#: Characters that no XML text may hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = date(1899, 12, 30)
_FIRST_DAY = date(1900, 3, 1)  # before it the calendar of spreadsheets is wrong by a day
_MOMENT = "2000-01-01T00:00:00Z"
_PIECE = 2000
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: Style 1 is text (and stays it when somebody edits the cell), style 2 a day.
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def write_xlsx(table: Table, path: Path, words: About) -> None:
    """A workbook of the rows (places in columns of numbers or well-known text) and a sheet of words.

    Raises Unholdable for a text that is too long or holds control characters, and for too many rows.
    """
    _demand_room(table)
    names = [field.name for field in table.fields]
    place_names, places = _places(table)
    columns = [table.values[name].tolist() for name in names]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(table))
    lines = ((*row, *where) for row, where in zip(rows, places, strict=True))
    write_zip(
        path,
        [
            *((name, (_HEAD + text).encode()) for name, text in _frame(table.spec.id[:31], words)),
            ("xl/worksheets/sheet1.xml", _sheet([(*names, *place_names)], lines, frozen=True)),
            ("xl/worksheets/sheet2.xml", _sheet(_explained(table, words), iter(()))),
        ],
    )


def _demand_room(table: Table) -> None:
    if len(table) >= MOST_ROWS:
        raise unholdable("", (), f"一个工作表最多 {MOST_ROWS - 1} 行", f"a sheet holds {MOST_ROWS - 1} rows at most")
    for field in table.fields:
        if field.type != "text":
            continue
        texts = table.values[field.name].tolist()
        control = [i for i, text in enumerate(texts) if text and _CONTROL.search(text)]
        long = [i for i, text in enumerate(texts) if text and len(text) > MOST_TEXT]
        if control:
            ids = (str(table.ids[i]) for i in control)
            raise unholdable(field.name, ids, "含有工作簿写不下的控制字符", "control characters that no workbook holds")
        if long:
            ids = (str(table.ids[i]) for i in long)
            raise unholdable(field.name, ids, f"超过 {MOST_TEXT} 个字符", f"longer than {MOST_TEXT} characters")


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


def _explained(table: Table, words: About) -> list[tuple[str, ...]]:
    """The lines of the second sheet."""
    lines: list[tuple[str, ...]] = [(line,) for line in words.lines]
    lines += [(), ("字段 field", "中文", "English", "类型 type", "单位 unit", "取值 values")]
    for field in table.fields:
        values = " ".join(f"{code}={meant.zh}" for code, meant in field.values.items())
        lines.append((field.name, field.zh, field.en, field.type, field.unit, values))
    return lines


def _sheet(heads: list[tuple[str, ...]], lines: Iterator[tuple[Any, ...]], *, frozen: bool = False) -> Iterator[bytes]:
    """A sheet's part in pieces: lines of text first, then lines of values."""
    views = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if frozen else ""
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{views}</sheetView></sheetViews>'
        "<sheetData>"
    ).encode()
    yield "".join(_row(number, line) for number, line in enumerate(heads, start=1)).encode()
    number = len(heads) + 1
    while piece := list(islice(lines, _PIECE)):
        yield "".join(_row(number + place, line) for place, line in enumerate(piece)).encode()
        number += len(piece)
    yield b"</sheetData></worksheet>"


def _row(number: int, line: Sequence[Any]) -> str:
    cells = (_cell(f"{_letters(place)}{number}", value) for place, value in enumerate(line))
    return f'<row r="{number}">{"".join(cells)}</row>'


@cache
def _letters(place: int) -> str:
    """The name of a column: A, B … Z, AA …"""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(65 + last)


def _cell(where: str, value: Any) -> str:
    """A cell: texts as text, days as days, numbers and truths bare, moments as ISO 8601; nothing for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{where}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{where}"><v>{value!r}</v></c>'
    if isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DAY:
        return f'<c r="{where}" s="2"><v>{(value - _EPOCH).days}</v></c>'
    text = escape(str(stated(value)), {"\r": "&#13;"})
    return f'<c r="{where}" s="1" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _frame(title: str, words: About) -> list[tuple[str, str]]:
    """The parts that hold the sheets together, (name, XML)."""
    about = f"<dc:creator>Wangge</dc:creator><dc:title>{escape(words.title)}</dc:title><dc:description>{escape(words.description)}</dc:description>"
    stamps = "".join(
        f'<dcterms:{part} xsi:type="dcterms:W3CDTF">{_MOMENT}</dcterms:{part}>' for part in ("created", "modified")
    )
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate((title, LEGEND), start=1)
    )
    parts = (("sheet1", "worksheet"), ("sheet2", "worksheet"))
    return [
        (
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
            + "".join(
                f'<Override PartName="/xl/worksheets/{name}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
                for name, kind in parts
            )
            + '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        ),
        (
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        ),
        (
            "docProps/core.xml",
            f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"{about}{stamps}</cp:coreProperties>",
        ),
        ("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/>'
            f'<Relationship Id="rId3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        ),
        ("xl/styles.xml", _STYLES),
    ]
