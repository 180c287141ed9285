"""A shapefile read: structure by its bytes, shapes by GDAL, attributes by our own table reader. Runs in the sandbox.

GDAL is shown the main file and an index that are known to be sound, and nothing else: the .prj and .cpg are read here,
and what it does with damaged tables (silence) is not wanted.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from layers.imports import dbf, drivers, shp
from layers.imports.archives import Entry
from layers.imports.attributes import columns_of, texts_of
from layers.imports.delivery import LayerRead
from layers.imports.encodings import Reading, declared, decode, naturalness, settle
from layers.imports.findings import Answers, Candidate, Notebook, Refused, found, refuse
from layers.imports.shapes import from_wkb
from layers.imports.sniff import HEAD_BYTES, WORDS, Kind, identify, says

_INDEX_WORDS = {
    "missing": ("缺失", "is missing"),
    "truncated": ("被截断", "is truncated"),
    "garbage": ("已损坏", "is garbage"),
}


@dataclass
class Parts:
    """The files of one shapefile by extension; `stray_tables` are tables beside it that belong to no shapefile."""

    name: str
    files: dict[str, Entry] = field(default_factory=dict)
    stray_tables: list[Entry] = field(default_factory=list)

    def bytes_of(self, extension: str) -> bytes | None:
        """The content of a sidecar; None when there is none."""
        entry = self.files.get(extension)
        return None if entry is None else entry.path.read_bytes()


def read(parts: Parts, answers: Answers, work: Path, notes: Notebook) -> tuple[LayerRead, str | None]:
    """(the layer as delivered, the text of its .prj or None). Raises Refused."""
    path, title = parts.files["shp"].path, f"{parts.name}.shp"
    scan = _scanned(path, title)
    offsets, lengths, trouble = shp.chosen(scan, parts.bytes_of("shx"))
    if trouble:
        zh, en = _INDEX_WORDS[trouble]
        notes.note("shx_rebuilt", reason_zh=zh, reason_en=en)
    shapes = _shapes(path, title, offsets, lengths, work)
    table = _table(parts, len(shapes), answers, notes)
    keep, rows = _paired(shapes, table, notes)
    if scan.shape_type in shp.MEASURED and len(rows):
        notes.note("m_dropped", rows=rows)
    layer = LayerRead(parts.name, shapes[keep], rows, kind=shp.GEOMETRY.get(scan.kind, ""))
    if table is not None:
        reading = _encoding(table, keep, parts.bytes_of("cpg"), answers, notes)
        layer.encoding, layer.encoding_confidence = reading.encoding, reading.confidence
        there = keep[keep < len(table.records)]
        layer.columns = columns_of(table, there, rows[: len(there)], reading.encoding or "cp437", notes)
        _pad(layer, len(rows))
    prj = parts.bytes_of("prj")
    return layer, None if prj is None else decode(prj[:20_000], "UTF-8").text or prj[:20_000].decode("latin-1")


def _scanned(path: Path, title: str) -> shp.Scan:
    """The records of a main file, mapped and let go again: it may be as large as an upload."""
    if path.stat().st_size < shp.HEADER:
        return _sound(path.read_bytes(), title)
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _sound(data, title)


def _sound(data: bytes | mmap.mmap, title: str) -> shp.Scan:
    kind = identify(data[:HEAD_BYTES])
    if kind is not Kind.SHX_OR_SHP:
        if data[:4] == b"\x00\x00\x27\x0a":
            raise refuse("geometry_truncated", file=title, reason=f"{len(data)} < 100")
        said = says(title)
        raise refuse(
            "empty_file" if kind is Kind.EMPTY else "not_what_it_says",
            file=title, says=said.zh, is_zh=WORDS[kind].zh, is_en=WORDS[kind].en,
        )  # fmt: skip
    if len(data) < shp.HEADER:
        raise refuse("geometry_truncated", file=title, reason=f"{len(data)} < 100")
    scan = shp.scan(data)
    if scan.shape_type == 31:
        raise refuse("multipatch")
    if scan.damage:
        code = "geometry_truncated" if scan.damage.truncated else "geometry_damaged"
        finding = found(code, file=title, row=scan.damage.row, reason=scan.damage.en)
        raise Refused(finding)
    return scan


def _shapes(path: Path, title: str, offsets: np.ndarray, lengths: np.ndarray, work: Path) -> np.ndarray:
    """The shapes that GDAL reads from the main file and an index of ours."""
    if not len(offsets):
        return np.empty(0, dtype=object)
    folder = work / "shapes"
    folder.mkdir()
    with path.open("rb") as handle:
        header = handle.read(shp.HEADER)
    path.replace(folder / "layer.shp")
    (folder / "layer.shx").write_bytes(shp.index_of(header, offsets, lengths))
    _, wkb, _ = drivers.read(folder / "layer.shp", title)
    for leftover in folder.iterdir():
        leftover.unlink()
    folder.rmdir()
    return from_wkb(wkb)


def _table(parts: Parts, shapes: int, answers: Answers, notes: Notebook) -> dbf.RawTable | None:
    entry = parts.files.get("dbf")
    if entry is None:
        fitting = [
            (stray, table) for stray in parts.stray_tables if (table := _opened(stray)) and len(table.records) == shapes
        ]
        for stray, table in fitting:
            if answers.source_layer == f"{parts.name}+{stray.stem}":
                return table
        if fitting and answers.source_layer != parts.name:
            choices = [
                Candidate(f"{parts.name}+{stray.stem}", f"用 {stray.stem}.dbf", f"with {stray.stem}.dbf")
                for stray, _ in fitting
            ]
            choices.append(Candidate(parts.name, "不要属性", "without attributes"))
            notes.note("sidecar_choice", file=fitting[0][0].stem + ".dbf", candidates=choices)
        notes.note("no_attributes")
        return None
    table = _opened(entry)
    if table is None:
        kind = identify(entry.path.read_bytes()[:HEAD_BYTES])
        raise refuse(
            "not_what_it_says",
            file=f"{parts.name}.dbf",
            says=WORDS[Kind.DBF].zh,
            is_zh=WORDS[kind].zh,
            is_en=WORDS[kind].en,
        )
    if len(table.records) < table.declared:
        notes.note("table_truncated", declared=table.declared, there=len(table.records))
    return table


def _opened(entry: Entry) -> dbf.RawTable | None:
    data = entry.path.read_bytes()
    if identify(data[:HEAD_BYTES]) is not Kind.DBF:
        return None
    try:
        return dbf.read(data)
    except dbf.Damaged:
        return None


def _paired(shapes: np.ndarray, table: dbf.RawTable | None, notes: Notebook) -> tuple[np.ndarray, np.ndarray]:
    """(places of the rows that stay, their numbers from 1): row i of the table belongs to shape i."""
    places = np.arange(len(shapes))
    if table is not None:
        if table.declared != len(shapes):
            notes.note("counts_differ", shapes=len(shapes), records=table.declared)
        deleted = np.zeros(len(shapes), dtype=bool)
        both = min(len(shapes), len(table.records))
        deleted[:both] = table.deleted[:both]
        if deleted.any():
            notes.note("rows_deleted", rows=places[deleted] + 1)
        places = places[~deleted]
    return places, places + 1


def _pad(layer: LayerRead, rows: int) -> None:
    """Shapes without a row in the table have nothing in every column."""
    for column in layer.columns:
        missing = rows - len(column.values)
        if missing > 0:
            filler = (
                np.full(missing, None, dtype=object)
                if column.values.dtype == object
                else np.zeros(missing, column.values.dtype)
            )
            column.values = np.concatenate((column.values, filler))
            column.null = np.concatenate((column.null, np.ones(missing, dtype=bool)))


def _encoding(table: dbf.RawTable, keep: np.ndarray, cpg: bytes | None, answers: Answers, notes: Notebook) -> Reading:
    """The encoding of a table's words, with what must be said about how it was found."""
    words = texts_of(table, keep[keep < len(table.records)])
    if answers.encoding:
        return Reading(answers.encoding, 1.0)
    stated, spelled = declared(cpg, table.language_id)
    reading = settle(words, stated)
    if reading.encoding is None:
        notes.note("encoding_unknown")
    elif reading.rival:
        notes.note("encoding_ambiguous", **_both_ways(words, reading.encoding, reading.rival))
    elif stated and reading.encoding != stated:
        notes.note("encoding_contradicted", declared=spelled, encoding=reading.encoding, confidence=reading.confidence)
    elif stated is None and reading.confidence < 1.0:
        notes.note(
            "encoding_guessed", declared=spelled or "—", encoding=reading.encoding, confidence=reading.confidence
        )
    return reading


def _both_ways(words: list[bytes], one: str, other: str) -> dict[str, object]:
    """The words of an ambiguous table in both readings, for a person to judge."""
    foreign = [word for word in words if not word.isascii()]
    sample = max(foreign, key=lambda word: min(naturalness([word], one), naturalness([word], other)))
    texts = {name: decode(sample, name).text or "" for name in (one, other)}
    return {
        "one": one, "other": other, "sample_one": texts[one], "sample_other": texts[other],
        "candidates": [Candidate(name, texts[name], texts[name]) for name in (one, other)],
    }  # fmt: skip
