"""What somebody wants exported, checked field by field. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from layers.errors import InvalidInput
from layers.exports.formats import Format, encoding_of, format_of, system_of
from layers.geo.codes import level_of

MOST_IDS = 10_000
#: The last layer version that the database's integers hold.
MOST_VERSION = 2**31 - 1
Bbox = tuple[float, float, float, float]
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Selection:
    """Which rows: of a layer version, or as they hold on a day, else those in force; then narrowed.

    `bbox_4326` keeps what touches the box; `area` keeps what lies in an area (by its codes, else by its ground); `ids`
    keeps the features named; `where` keeps rows whose field has one of the values, as text.
    """

    version: int | None = None
    at: date | None = None
    bbox_4326: Bbox | None = None
    area: str = ""
    ids: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """One export: a layer's rows in a format, a coordinate system and an encoding."""

    layer: str
    form: Format
    crs: int
    encoding: str
    rows: Selection = Selection()

    def as_dict(self) -> dict[str, Any]:
        """What `read_wanted` reads again."""
        rows = self.rows
        return {
            "layer": self.layer, "format": self.form.id, "crs": self.crs, "encoding": self.encoding,
            "version": rows.version, "at": rows.at.isoformat() if rows.at else None,
            "bbox": list(rows.bbox_4326) if rows.bbox_4326 else None, "area": rows.area, "ids": list(rows.ids),
            "where": {name: list(values) for name, values in rows.where.items()},
        }  # fmt: skip


def read_wanted(asked: Mapping[str, Any]) -> Wanted:
    """The export that a body, a query or a command line asks for. Raises InvalidInput naming the field at fault."""
    form = format_of(str(asked.get("format") or ""))
    return Wanted(
        layer=str(asked.get("layer") or ""),
        form=form,
        crs=system_of(asked.get("crs") or 4326),
        encoding=encoding_of(str(asked.get("encoding") or ""), form),
        rows=read_selection(asked),
    )


def read_selection(asked: Mapping[str, Any]) -> Selection:
    """Which rows are asked for. Raises InvalidInput naming the field at fault."""
    version, at = _version(asked.get("version")), _day(asked.get("at"))
    if version is not None and at is not None:
        raise _wrong("at", "版本与日期只能给一个", "give a version or a day, not both", asked.get("at"))
    return Selection(
        version, at, _bbox(asked.get("bbox")), _area(asked.get("area")), _ids(asked.get("ids")),
        _where(asked.get("where")),
    )  # fmt: skip


def _wrong(name: str, zh: str, en: str, found: object) -> InvalidInput:
    return InvalidInput(f"{name} {zh}", f"{name}: {en}", field=name, found=ascii(found)[:80])


def _version(value: object) -> int | None:
    if value in (None, ""):
        return None
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[1-9][0-9]{0,9}", text, re.ASCII) or int(text) > MOST_VERSION:
        raise _wrong("version", "应为从 1 起的整数", "must be a whole number from 1", value)
    return int(text)


def _day(value: object) -> date | None:
    if value in (None, ""):
        return None
    try:
        if _DAY.fullmatch(str(value)):
            return date.fromisoformat(str(value))
    except ValueError:
        pass
    raise _wrong("at", "应为日期，如 2026-01-31", "must be a day such as 2026-01-31", value)


def _bbox(value: object) -> Bbox | None:
    if value in (None, "", []):
        return None
    parts = value.split(",") if isinstance(value, str) else value
    try:
        numbers = [float(part) for part in parts] if isinstance(parts, Sequence) else []
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise _wrong("bbox", "应为 西,南,东,北 四个数（度）", "must be west,south,east,north in degrees", value)
    west, south, east, north = numbers
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _wrong(
            "bbox", "应西不大于东、南不大于北，且在全球范围内", "must run west to east and south to north", value
        )
    return west, south, east, north


def _area(value: object) -> str:
    code = str(value or "")
    if code and level_of(code) is None:
        raise _wrong("area", "应为 6、9、12 或 15 位辖区代码", "must be an area code of 6, 9, 12 or 15 digits", value)
    return code


def _ids(value: object) -> tuple[str, ...]:
    if value in (None, "", []):
        return ()
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) and 0 < len(part) <= 64 for part in parts):
        raise _wrong("ids", "应为编号的列表", "must be a list of ids", value)
    if len(parts) > MOST_IDS or any("\x00" in part for part in parts):
        raise _wrong("ids", f"最多 {MOST_IDS} 个编号", f"at most {MOST_IDS} ids", len(parts))
    return tuple(sorted(set(parts)))


def _where(value: object) -> Mapping[str, tuple[str, ...]]:
    if value in (None, "", {}):
        return {}
    if not isinstance(value, Mapping):
        raise _wrong("where", "应为 字段: 值", "must be field: value", value)
    kept: dict[str, tuple[str, ...]] = {}
    for name, held in value.items():
        values = held if isinstance(held, list | tuple) else [held]
        texts = [_plain(entry) for entry in values]
        if not texts or any(text is None or "\x00" in text or len(text) > 400 for text in texts):
            raise _wrong(
                "where", f"{str(name)[:40]!a} 的值不可用", f"the value of {str(name)[:40]!a} is unusable", held
            )
        kept[str(name)] = tuple(text for text in texts if text is not None)
    return kept


def _plain(value: object) -> str | None:
    """A JSON value as the text it is compared by."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None
