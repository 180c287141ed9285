"""A table to a file: written under another name beside it, then put in its place whole."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from layers.exports.about import About, about
from layers.exports.asked import Wanted
from layers.exports.notes import Note, demand_encodable
from layers.exports.selectors import Told, moment_of, read_table, untold
from layers.exports.sight import Sight
from layers.exports.tables import Table, in_system
from layers.exports.writers.dbf import CODECS
from layers.exports.writers.texts import csv_lines, geojson_lines

#: How temporary names begin; what a killed process leaves is found by it.
UNFINISHED = ".unfinished-"


@dataclass(frozen=True)
class Written:
    """A file that was written, and what of its content it could not hold."""

    count: int
    version: int
    bytes: int
    sha256: str
    missing: int
    notes: tuple[Note, ...]


def write_file(sight: Sight, wanted: Wanted, path: Path, told: Told = untold) -> Written:
    """Writes what is wanted to `path`, whole or not at all; `told` hears (step, rows done, rows in all).

    Raises Unholdable when the format cannot hold a value, NotFound for a version or an area that is not there.
    """
    moment = moment_of(sight.spec, wanted.rows)
    table = in_system(read_table(sight, wanted.rows, told, moment), wanted.crs)
    told("write", 0, len(table))
    with _beside(path) as unfinished:
        notes = _write(table, unfinished, about(sight.spec, wanted), wanted)
        size, digest = _sized(unfinished)
    told("write", len(table), len(table))
    missing = len(wanted.rows.ids) - len(table) if wanted.rows.ids else 0
    return Written(len(table), moment.version, size, digest, missing, tuple(notes))


def _write(table: Table, path: Path, words: About, wanted: Wanted) -> list[Note]:
    match wanted.form.id:
        case "csv":
            codec = CODECS[wanted.encoding][0]
            demand_encodable(table, wanted.encoding, codec)
            _write_lines(path, csv_lines([table], table.spec, table.fields, table.crs), codec)
        case "geojson":
            _write_lines(path, geojson_lines([table], table.spec, table.crs, words.notice), "utf-8")
        case "xlsx":
            from layers.exports.writers.workbook import write_xlsx

            write_xlsx(table, path, words)
        case "shp.zip":
            from layers.exports.writers.shapefile import write_shapefile

            return write_shapefile(table, path, words, wanted.encoding)
        case kind:
            from layers.exports.writers import arrow

            {"gpkg": arrow.write_gpkg, "fgb": arrow.write_fgb, "parquet": arrow.write_parquet}[kind](table, path, words)
    return []


def _write_lines(path: Path, lines: Iterator[str], codec: str) -> None:
    with path.open("w", encoding=codec, newline="") as target:
        for number, line in enumerate(lines):
            target.write(line if number or codec == "utf-8" else line.removeprefix("\ufeff"))


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A name beside `path` with the same ending; the file there takes the place of `path` when all went well."""
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(6)}-{path.name}")
    try:
        yield unfinished
        with unfinished.open("rb") as handle:
            os.fsync(handle.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _sized(path: Path) -> tuple[int, str]:
    total = hashlib.sha256()
    with path.open("rb") as handle:
        while piece := handle.read(1 << 20):
            total.update(piece)
    return path.stat().st_size, total.hexdigest()
