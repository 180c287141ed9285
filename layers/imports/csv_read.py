"""A table of text with coordinate columns read: encoding, separator, which columns hold the place. Pure."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import shapely

from layers.catalog.cells import plain_cell
from layers.imports.blocks import Column
from layers.imports.codes import restored
from layers.imports.delivery import LayerRead
from layers.imports.encodings import UTF8, decode, settle
from layers.imports.findings import Answers, Candidate, Notebook, refuse
from layers.imports.outlines import Outlines

_LON = ("lon", "lng", "long", "longitude", "经度", "东经")
_LAT = ("lat", "latitude", "纬度", "北纬")
_EAST = ("x", "easting", "east", "x坐标", "东坐标", "横坐标", "xcoord", "pointx")
_NORTH = ("y", "northing", "north", "y坐标", "北坐标", "纵坐标", "ycoord", "pointy")
_WKT = ("wkt", "geometry", "geom", "thegeom", "几何")
#: What a column's name gives away of a shifted system.
SHIFTED_WORDS = {"gcj02": ("gcj", "火星", "高德", "腾讯", "amap"), "bd09": ("bd09", "bd", "百度", "baidu")}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_MAX_FIELD = 1_000_000
_NUMBERED_TEXT = re.compile(r"wkt_[1-9]\d{3,4}", re.ASCII)
_PART = re.compile(r"_part[1-9]\d?$", re.ASCII)
_NUMBERED = re.compile(r"_([1-9]\d{3,4})$", re.ASCII)


class Where(NamedTuple):
    """Which columns hold the place: two of numbers, or one of well-known text."""

    x: int | None
    y: int | None
    wkt: int | None
    degrees: bool
    datum: str | None


def read(data: bytes, name: str, answers: Answers, notes: Notebook) -> tuple[LayerRead, str | None]:
    """(the layer, what the names of its columns say of their system). Raises Refused."""
    text, encoding, confidence = _decoded(data, answers, notes)
    header, lines = joined_parts(*_lines(text, name))
    where = coordinate_columns(header)
    if where is None:
        raise refuse("no_geometry", file=name)
    rows = np.arange(1, len(lines) + 1)
    shapes = points_of(lambda place: [line[place] if place < len(line) else "" for line in lines], len(lines), where)
    layer = LayerRead(name.rpartition(".")[0], shapes, rows, kind="Point" if where.wkt is None else "")
    layer.encoding, layer.encoding_confidence = encoding, confidence
    used = {where.x, where.y, where.wkt}
    for place, title in enumerate(distinct_names(header, notes)):
        if place in used:
            continue
        texts = np.array([line[place] or None if place < len(line) else None for line in lines], dtype=object)
        column = Column(title, "text", texts, np.array([value is None for value in texts], dtype=bool))
        layer.columns.append(typed(restored(column, rows, notes)))
    layer.source_datum = where.datum
    titles = [header[place] for place in (where.x, where.y, where.wkt) if place is not None]
    stated = stated_system(titles)
    if stated is None and where.degrees and answers.crs is None:
        notes.note("crs_from_columns", columns=", ".join(titles))
    return layer, stated or ("EPSG:4326" if where.degrees else None)


def stated_system(titles: list[str]) -> str | None:
    """The system whose number ends the names of all these columns, as our own exports write them (`x_4547`)."""
    numbers = {match[1] if (match := _NUMBERED.search(title)) else "" for title in titles}
    return f"EPSG:{numbers.pop()}" if len(numbers) == 1 and "" not in numbers else None


def _decoded(data: bytes, answers: Answers, notes: Notebook) -> tuple[str, str, float]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), "UTF-16", 1.0
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        stated: str | None = UTF8
    else:
        stated = answers.encoding
    reading = settle(re.split(rb"[,;\t\r\n]", data[: 4 << 20]), stated)
    encoding = answers.encoding or reading.encoding
    if encoding is None:
        notes.note("encoding_unknown")
        return data.decode("latin-1"), "Latin-1", 0.0
    if reading.rival and not answers.encoding:
        choices = [Candidate(choice, choice, choice) for choice in (encoding, reading.rival)]
        notes.note(
            "encoding_ambiguous", one=encoding, other=reading.rival, sample_one="", sample_other="", candidates=choices
        )
    elif not stated and encoding != UTF8:
        notes.note("encoding_guessed", declared="—", encoding=encoding, confidence=reading.confidence)
    whole = decode(data, encoding)
    if whole.text is not None:
        return whole.text, encoding, reading.confidence
    lines = [decode(line, encoding).text for line in data.split(b"\n")]
    bad = [number for number, line in enumerate(lines) if line is None]
    notes.note("values_undecodable", field="", rows=bad, encoding=encoding)
    return "\n".join(line or "" for line in lines), encoding, reading.confidence


def _lines(text: str, name: str) -> tuple[list[str], list[list[str]]]:
    first = text.split("\n", 1)[0]
    separator = max(",;\t|", key=first.count)
    csv.field_size_limit(_MAX_FIELD)
    try:
        lines = list(csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=separator))
    except csv.Error as error:
        raise refuse("unreadable", file=name, reason=str(error)) from error
    lines = [[plain_cell(value) for value in line] for line in lines if any(value.strip() for value in line)]
    if not lines:
        raise refuse("empty_file", file=name)
    return [title.strip() for title in lines[0]], lines[1:]


def joined_parts(header: list[str], lines: list[list[Any]]) -> tuple[list[str], list[list[Any]]]:
    """The table with texts made whole that a workbook's cells were too small for: `wkt_4547`, `wkt_4547_part2` …"""
    parts = [place for place, title in enumerate(header) if _PART.search(title)]
    if not parts:
        return header, lines
    wholes = {title: place for place, title in enumerate(header)}
    whole = {place: wholes.get(_PART.sub("", header[place])) for place in parts}
    if None in whole.values():
        return header, lines
    kept = [place for place in range(len(header)) if place not in whole]
    joined = []
    for line in lines:
        line = line + [""] * (len(header) - len(line))
        for place, first in whole.items():
            line[first or 0] += line[place]
        joined.append([line[place] for place in kept])
    return [header[place] for place in kept], joined


def coordinate_columns(header: list[str]) -> Where | None:
    """The columns that hold the place, by their names in Chinese and English; None when none do.

    Well-known text with the number of its system goes before all, for that is what our own exports write where other
    columns could be taken for the place.
    """
    for place, title in enumerate(header):
        if _NUMBERED_TEXT.fullmatch(title):
            return Where(None, None, place, False, None)
    for xs, ys, degrees in ((_LON, _LAT, True), (_EAST, _NORTH, False)):
        x, y = _named(header, xs), _named(header, ys)
        if x is not None and y is not None and x != y:
            return Where(x, y, None, degrees, _shifted(header[x].lower()))
    wkt = _named(header, _WKT)
    return None if wkt is None else Where(None, None, wkt, False, None)


def _named(header: list[str], words: tuple[str, ...]) -> int | None:
    """The column called one of the words; else the only one with such a word in its name (`gps_lon`, `高德经度`)."""
    near = []
    for place, title in enumerate(title.lower() for title in header):
        if re.sub(r"[\s_\-()（）.°]", "", title) in words:
            return place
        parts = re.split(r"[\s_\-()（）.°]+", title)
        if any(part in words or any(word in part for word in words if not word.isascii()) for part in parts):
            near.append(place)
    return near[0] if len(near) == 1 else None


def _shifted(title: str) -> str | None:
    return next((datum for datum, words in SHIFTED_WORDS.items() if any(word in title for word in words)), None)


def points_of(texts: Callable[[int], list[str]], count: int, where: Where) -> np.ndarray | Outlines:
    """The shapes of `count` rows; `texts` gives the cells of a column, `where` says which columns hold the place."""
    if where.wkt is not None:
        cells = np.array(texts(where.wkt), dtype=object)
        cells[cells == ""] = None
        read: np.ndarray = shapely.from_wkt(cells, on_invalid="ignore")
        return read
    xy = np.empty((count, 2))
    for side, place in enumerate((where.x, where.y)):
        xy[:, side] = [_value(text) for text in texts(place or 0)]
    there = ~(np.isnan(xy[:, 0]) | np.isnan(xy[:, 1]))
    return Outlines.of_points(np.where(np.isfinite(xy), xy, 1e300), there)


def _value(text: str) -> float:
    """A number; nothing for what is none, infinity where it is too large for a number."""
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def typed(column: Column) -> Column:
    """Whole numbers and decimals recognised; codes (leading zero, nine digits or more) stay text."""
    texts = [value for value in column.values if value is not None]
    if not texts or not all(re.fullmatch(r"-?(?:0|[1-9]\d{0,7})(?:\.\d+)?", value, re.ASCII) for value in texts):
        return column
    whole = all("." not in value for value in texts)
    filled = [value if value is not None else "0" for value in column.values]
    if whole:
        return Column(column.name, "integer", np.array([int(value) for value in filled], dtype=np.int64), column.null)
    return Column(column.name, "number", np.array([float(value) for value in filled]), column.null)


def distinct_names(header: list[str], notes: Notebook) -> list[str]:
    """The names of columns, made distinct; a column without a name is called by its number."""
    names: list[str] = []
    for number, title in enumerate(header, start=1):
        name = distinct = title or f"field_{number}"
        while distinct in names:
            distinct = f"{distinct}_1"
        if distinct != name:
            notes.note("names_clash", field=name, renamed=distinct)
        names.append(distinct)
    return names
