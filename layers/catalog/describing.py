"""A first description of a layer from what a file holds: words, types, code lists, style. Pure; people change the rest.

Field names of a file become names that are safe everywhere (pinyin for Chinese ones, numbers where two would be alike);
what the file called them stays as the title, and `columns` says which column each field was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from layers.catalog.descriptions import (
    FIELD_NAME,
    HIGHEST_ZOOM,
    LAYER_ID,
    LONGEST_TEXT,
    MAP,
    MOST_FIELDS,
    RESERVED_FIELDS,
    RESERVED_LAYERS,
)  # fmt: skip
from layers.catalog.pinyin import syllables
from layers.spec import FieldType

#: A text of so few different values is a code list, if rows say each of them several times.
FEW_VALUES = 24
_COMMON_TITLES: Mapping[str, frozenset[str]] = {
    "name": frozenset({"name", "名称", "名字", "mc", "title", "标题", "标准名称", "地名", "name_zh", "name_chn"}),
    "name_en": frozenset({"name_en", "英文名", "英文名称", "en_name", "english", "name_eng"}),
    "code": frozenset(
        {"code", "编码", "代码", "编号", "bm", "bh", "dm", "标识码", "bsm", "id", "fid", "objectid", "guid"}
    ),
    "community": frozenset(),
}
_MULTI = {"LineString": "MultiLineString", "Polygon": "MultiPolygon"}
_STYLES: Mapping[str, tuple[float, float, float]] = {  # size, width, opacity
    "point": (3.5, 1.2, 0.9), "line": (3.5, 1.5, 1.0), "fill": (3.5, 1.2, 0.14), "mixed": (3.5, 1.2, 0.14),
}  # fmt: skip
#: Rows from which a layer appears later, so that no tile has to read all of them.
_LATER = ((200_000, 15), (20_000, 14), (3_000, 13), (0, 11))
_UNSAFE = re.compile(r"[^a-z0-9]+")


class ColumnRead(Protocol):
    """One attribute of a file: `values` with `null` where there is none."""

    @property
    def name(self) -> str:
        """What the file calls it."""

    @property
    def type(self) -> FieldType:
        """What its values are."""

    @property
    def values(self) -> np.ndarray:
        """The values, row by row."""

    @property
    def null(self) -> np.ndarray:
        """Where there is none."""


@dataclass(frozen=True)
class Described:
    """A description to start from, and which column of the file fills which field."""

    description: dict[str, Any]
    columns: dict[str, str]


def describe(
    layer: str, title: str, columns: Sequence[ColumnRead], geometry_types: Sequence[str], *, area: str, count: int,
) -> Described:  # fmt: skip
    """The description of a layer `layer` with all columns of a file; `area` is its owner's, `count` its rows."""
    kinds = sorted({_MULTI.get(kind, kind) for kind in geometry_types})
    geometry = _geometry(kinds)
    common, own = _sorted_out(columns)
    fields, filled = _fields(own)
    size, width, opacity = _STYLES[geometry]
    low = next(zoom for rows, zoom in _LATER if count >= rows)
    description = {
        "id": layer,
        "title_zh": _title(title or layer),
        "title_en": _title(title or layer),
        "area": area,
        "seen_by": MAP,
        "geometry_types": kinds,
        "min_zoom": low,
        "max_zoom": HIGHEST_ZOOM,
        "label_zoom": max(low, 15) if "name" in common else None,
        "label": "name" if "name" in common else "",
        "style": {"geometry": geometry, "colour": "link", "size": size, "width": width, "opacity": opacity},
        "fields": fields,
    }
    return Described(description, {name: column.name for name, column in common.items()} | filled)


def layer_id(title: str) -> str:
    """An id for a layer from what a file is called: pinyin where it is Chinese."""
    text = safe_name(title, longest=40)
    if LAYER_ID.fullmatch(text) and text not in RESERVED_LAYERS and not text.endswith("_label"):
        return text
    return f"layer_{text.removesuffix('_label')}"[:40].rstrip("_")


def safe_name(title: str, *, longest: int = 40) -> str:
    """Small letters, digits and underscores from any words, a letter first: `路灯编号` -> `lu_deng_bian_hao`."""
    plain = _UNSAFE.sub("_", title.lower().strip())
    text = plain if title.isascii() else "_".join(syllables(title))
    text = _UNSAFE.sub("_", text).strip("_")
    if not text or not text[0].isalpha():
        text = f"f_{text}".rstrip("_")
    return text[:longest].rstrip("_")


def _sorted_out(columns: Sequence[ColumnRead]) -> tuple[dict[str, ColumnRead], list[ColumnRead]]:
    """The columns that fill what every layer has, by name, and the others. An id is a code where no row lacks it."""
    common: dict[str, ColumnRead] = {}
    for name, titles in _COMMON_TITLES.items():
        found = [column for column in columns if column.name.strip().lower() in titles and _fits(name, column)]
        if found:
            common[name] = found[0]
    taken = {id(column) for column in common.values()}
    return common, [column for column in columns if id(column) not in taken]


def _fits(name: str, column: ColumnRead) -> bool:
    longest = {"code": 40, "name": 120, "name_en": 160}.get(name, 0)
    texts = _texts(column)
    if max(map(len, texts), default=0) > longest:
        return False
    return name != "code" or (not column.null.any() and len(set(texts)) == len(texts))


def _fields(columns: Sequence[ColumnRead]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    fields: list[dict[str, Any]] = []
    filled: dict[str, str] = {}
    for column in columns[:MOST_FIELDS]:
        name = _free(safe_name(column.name), filled)
        filled[name] = column.name
        texts = _texts(column) if column.type == "text" else []
        longest = max(map(len, texts), default=0)
        fields.append(
            {
                "name": name,
                "title_zh": _title(column.name),
                "title_en": _title(column.name if column.name.isascii() else name.replace("_", " ")),
                "type": column.type,
                "unit": "",
                "values": _code_list(texts),
                "required": False,
                "max_length": min(LONGEST_TEXT, max(200, -(-longest // 100) * 200)),
                "tile_zoom": None,
            }
        )
    return fields, filled


def _free(name: str, taken: Mapping[str, str]) -> str:
    """The name, or it with the first number that makes it one nobody has."""
    number, free = 1, name
    while free in taken or free in RESERVED_FIELDS or not FIELD_NAME.fullmatch(free):
        number += 1
        free = f"{name[:36]}_{number}"
    return free


def _code_list(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """The values of a text of few kinds, each in its own words; none where the kinds are many."""
    kinds = {text for text in texts if text}
    if not kinds or len(kinds) > FEW_VALUES or len(texts) < 4 * len(kinds):
        return {}
    if any(len(kind) > 40 or not kind.isprintable() for kind in kinds):
        return {}
    return {kind: {"zh": kind, "en": kind} for kind in sorted(kinds)}


def _texts(column: ColumnRead) -> list[str]:
    return [str(value).strip() for value in column.values[~column.null]]


def _title(text: str) -> str:
    """Words as they stand in the file, on one line."""
    plain = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return plain[:80].strip() or "—"


def _geometry(kinds: Sequence[str]) -> str:
    ways = {"point" if "Point" in kind else "line" if "Line" in kind else "fill" for kind in kinds}
    return ways.pop() if len(ways) == 1 else "mixed"
