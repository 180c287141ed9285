"""A shapefile read: structure by its bytes, shapes by GDAL, attributes by our own table reader. Runs in the sandbox.

GDAL is shown the main file and an index that are known to be sound, and nothing else: the .prj and .cpg are read here,
and what it does with damaged tables (silence) is not wanted.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely

from layers.imports import dbf, drivers, shp
from layers.imports.archives import Entry
from layers.imports.attributes import columns_of, texts_of
from layers.imports.binary import Binaries
from layers.imports.delivery import LayerRead
from layers.imports.encodings import Reading, declared, decode, naturalness, settle
from layers.imports.findings import Answers, Candidate, Notebook, Refused, found, refuse
from layers.imports.outlines import Outlines
from layers.imports.rings import turned
from layers.imports.shapes import areas_changed
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
    index = parts.bytes_of("shx")
    scan = _scanned(path, title, index)
    offsets, lengths, trouble = shp.chosen(scan, index)
    if trouble:
        zh, en = _INDEX_WORDS[trouble]
        notes.note("shx_rebuilt", reason_zh=zh, reason_en=en)
    binaries = Binaries()
    measured = shp.measured(_mapped(path), offsets, lengths, scan.shape_type)
    shapes = _shapes(path, title, offsets, lengths, work, scan.shape_type, binaries)
    table = _table(parts, len(offsets), answers, notes)
    keep, rows = _paired(len(offsets), table, notes)
    shapes = _kept(shapes, keep)
    if scan.kind == "Polygon" and isinstance(shapes, np.ndarray):
        shapes = _in_order(shapes, rows, notes)
    binaries.tell(rows, notes)
    if measured[keep].any():
        notes.note("m_dropped", rows=rows[measured[keep]])
    layer = LayerRead(parts.name, shapes, rows, kind=shp.GEOMETRY.get(scan.kind, ""))
    if table is not None:
        reading = _encoding(table, keep, parts.bytes_of("cpg"), answers, notes)
        layer.encoding, layer.encoding_confidence = reading.encoding, reading.confidence
        there = keep[keep < len(table.records)]
        columns = columns_of(table, there, rows[: len(there)], reading.encoding or "cp437", notes)
        layer.columns = [column.padded(len(rows)) for column in columns]
    prj = parts.bytes_of("prj")
    return layer, None if prj is None else decode(prj[:20_000], "UTF-8").text or prj[:20_000].decode("latin-1")


def _scanned(path: Path, title: str, index: bytes | None) -> shp.Scan:
    """The records of a main file, mapped: it may be as large as an upload."""
    return _sound(_mapped(path), title, index)


def _mapped(path: Path) -> memoryview:
    """The bytes of a file, read as they are asked for."""
    if not path.stat().st_size:
        return memoryview(b"")
    with path.open("rb") as handle:
        return memoryview(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))


def _sound(data: memoryview, title: str, index: bytes | None) -> shp.Scan:
    head = data[:HEAD_BYTES].tobytes()
    kind = identify(head)
    if kind is not Kind.SHX_OR_SHP:
        if head[:4] == b"\x00\x00\x27\x0a":
            raise refuse("geometry_truncated", file=title, reason=f"{len(data)} < 100")
        said = says(title)
        raise refuse(
            "empty_file" if kind is Kind.EMPTY else "not_what_it_says",
            file=title, says=said.zh, is_zh=WORDS[kind].zh, is_en=WORDS[kind].en,
        )  # fmt: skip
    if len(data) < shp.HEADER:
        raise refuse("geometry_truncated", file=title, reason=f"{len(data)} < 100")
    scan = shp.scan(data, index)
    if scan.shape_type == 31:
        raise refuse("multipatch")
    if scan.damage:
        code = "geometry_truncated" if scan.damage.truncated else "geometry_damaged"
        finding = found(code, file=title, row=scan.damage.row, reason=scan.damage.en)
        raise Refused(finding)
    return scan


def _shapes(
    path: Path, title: str, offsets: np.ndarray, lengths: np.ndarray, work: Path, shape_type: int, binaries: Binaries
) -> np.ndarray | Outlines:
    """The shapes that GDAL reads from the main file and an index of ours; plain points are read off the bytes."""
    if not len(offsets):
        return np.empty(0, dtype=object)
    if shape_type == 1:
        xy, there = shp.positions(_mapped(path), offsets)
        return Outlines.of_points(xy, there & ~np.isnan(xy).all(axis=1))
    folder = work / "shapes"
    folder.mkdir()
    with path.open("rb") as handle:
        header = handle.read(shp.HEADER)
    path.replace(folder / "layer.shp")
    (folder / "layer.shx").write_bytes(shp.index_of(header, offsets, lengths))
    _, wkb, _ = drivers.read(folder / "layer.shp", title, fields=[])
    for leftover in folder.iterdir():
        leftover.unlink()
    folder.rmdir()
    return binaries.shapes(wkb)


def _in_order(shapes: np.ndarray, rows: np.ndarray, notes: Notebook) -> np.ndarray:
    """Areas with their rings told apart; those that ran the wrong way are named."""
    ordered, wrong = turned(shapes)
    if len(wrong):
        before = shapely.area(shapes[wrong])
        notes.note("rings_turned", rows=rows[wrong], **areas_changed(before, ordered[wrong], rows[wrong]))
    return ordered


def _kept(shapes: np.ndarray | Outlines, places: np.ndarray) -> np.ndarray | Outlines:
    """The shapes at some places."""
    if not isinstance(shapes, Outlines):
        kept: np.ndarray = shapes[places]
        return kept
    if len(places) == shapes.count:
        return shapes
    xy = np.zeros((shapes.count, 2))
    xy[shapes.rows] = shapes.xy
    return Outlines.of_points(xy[places], shapes.there[places])


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
        kind = identify(_mapped(entry.path)[:HEAD_BYTES].tobytes())
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
    data = _mapped(entry.path)
    if identify(data[:HEAD_BYTES].tobytes()) is not Kind.DBF:
        return None
    try:
        return dbf.read(data)
    except dbf.Damaged:
        return None


def _paired(count: int, table: dbf.RawTable | None, notes: Notebook) -> tuple[np.ndarray, np.ndarray]:
    """(places of the rows that stay, their numbers from 1): row i of the table belongs to shape i."""
    places = np.arange(count)
    if table is not None:
        if table.declared != count:
            notes.note("counts_differ", shapes=count, records=table.declared)
        deleted = np.zeros(count, dtype=bool)
        both = min(count, len(table.records))
        deleted[:both] = table.deleted[:both]
        if deleted.any():
            notes.note("rows_deleted", rows=places[deleted] + 1)
        places = places[~deleted]
    return places, places + 1


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
