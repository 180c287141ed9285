"""The samples that are Excel workbooks, written part by part, so that one thing in them can be wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from data.samples.raw import archive
from data.samples.shapefiles import files

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
#: Style 0 is plain, style 1 shows a number as a day.
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1">'
    '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class Formula:
    """A formula and the result that is kept with it, if any; an error where that is one."""

    text: str
    result: str | None = None


@dataclass(frozen=True)
class Day:
    """Days since the end of 1899, shown as a day."""

    number: int


@dataclass(frozen=True)
class Raw:
    """A number as it is written in the file."""

    text: str


Cell = None | str | int | float | bool | Formula | Day | Raw


def _cell(value: Cell, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, Day):
        return f'<c r="{place}" s="1"><v>{value.number}</v></c>'
    if isinstance(value, Raw):
        return f'<c r="{place}"><v>{value.text}</v></c>'
    if isinstance(value, Formula):
        kind = ' t="e"' if (value.result or "").startswith("#") else ""
        kept = "" if value.result is None else f"<v>{escape(value.result)}</v>"
        return f'<c r="{place}"{kind}><f>{escape(value.text)}</f>{kept}</c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    lines = "".join(
        f'<row r="{row}">'
        + "".join(_cell(value, f"{chr(65 + column)}{row}") for column, value in enumerate(cells))
        + "</row>"
        for row, cells in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]], *, head: str = _HEAD, hidden: Sequence[str] = ()) -> bytes:
    """A workbook of sheets, each a list of rows; `head` stands before the XML of every sheet."""
    numbers = range(1, len(sheets) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
        for number in numbers
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    names = "".join(
        f'<sheet name="{escape(title)}" sheetId="{number}" r:id="rId{number}"{_state(title in hidden)}/>'
        for number, title in enumerate(sheets, start=1)
    )
    parts = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship '
        f'Id="rId{len(sheets) + 1}" Type="{_LINKS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
        **{
            f"xl/worksheets/sheet{number}.xml": head + _sheet(rows) for number, rows in enumerate(sheets.values(), start=1)
        },
    }  # fmt: skip
    return archive({name: text.encode() for name, text in parts.items()})


def _state(hidden: bool) -> str:
    return ' state="hidden"' if hidden else ""


_HEADER = ("名称", "代码", "经度", "纬度")
_ROWS: Sequence[Sequence[Cell]] = (
    _HEADER, ("老街面馆", "411102001001", 114.01, 33.56), ("马路街药店", "411102001002", 114.02, 33.57),
)  # fmt: skip


def workbooks() -> Mapping[str, bytes]:
    """Workbooks in order and not."""
    floated: Sequence[Sequence[Cell]] = (
        ("源汇区商户登记表",), (), ("名称", "代码", "登记日期", "营业", "层数", "经度", "纬度"),
        ("老街面馆", 411102001001, Day(45352), True, 3, 114.01, 33.56),
        ("马路街药店", Raw("4.11102001002E11"), Day(45353), False, None, "114.02", "33.57"),
        (), ("柳江超市", 411102001003.0, None, None, 2, 114.03, 33.58),
    )  # fmt: skip
    formulas: Sequence[Sequence[Cell]] = (
        (*_HEADER, "面积", "备注"),
        ("老街面馆", "411102001001", Formula("A9", "114.01"), 33.56, Formula("3*4", "12"), Formula("VLOOKUP(1,A:B,2)", "#N/A")),
        ("马路街药店", "411102001002", 114.02, 33.57, Formula("5*4"), "好"),
    )  # fmt: skip
    metres: Sequence[Sequence[Cell]] = (("name", "X坐标", "Y坐标"), ("a", 501000.5, 3715000), ("b", 501100, 3715100.25))
    plain = workbook({"商户": _ROWS})
    bomb = '<!DOCTYPE a [<!ENTITY b "' + "x" * 100 + '"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    return {
        "plain.xlsx": plain,
        "xlsx_codes_floated.xlsx": workbook({"商户": floated}),
        "xlsx_two_sheets.xlsx": workbook({"商户": _ROWS, "摊位": _ROWS, "说明": (("甲", "乙"),), "旧": _ROWS}, hidden=("旧",)),
        "xlsx_formulas.xlsx": workbook({"商户": formulas}),
        "xlsx_metres.xlsx": workbook({"点": metres}),
        "xlsx_no_place.xlsx": workbook({"商户": (("名称", "层数"), ("老街", 6))}),
        "xlsx_entities.xlsx": workbook({"商户": _ROWS}, head=_HEAD + bomb),
        "xlsx_truncated.xlsx": plain[:-300],
        "xlsx_no_workbook.xlsx": archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}),
        "xlsx_password.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        "xlsx_zipped.zip": archive({"商户.xlsx": plain}),
        "xlsx_beside.zip": archive({**files(), "说明.xlsx": plain}),
    }  # fmt: skip
