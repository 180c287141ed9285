"""A Delivery written to a folder and read back: JSON for what is said, plain arrays for what is held. Pure.

Nothing in it can run: arrays are stored without pickles, and the reader checks that every part fits the others, for
the writer is the sandbox.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.imports.delivery import Column, Delivery, LayerRead
from layers.imports.findings import Finding
from layers.imports.pieces import pieces
from layers.imports.projections import system_of

RESULT = "result.json"


def write(delivery: Delivery, folder: Path, *, rows: bool, extra: dict[str, Any]) -> None:
    """Puts a delivery into a folder; with `rows` its shapes and columns too. The JSON comes last: it means done."""
    layers = []
    for number, layer in enumerate(delivery.layers):
        layers.append({"report": layer.as_dict(), "kind": layer.kind})
        if rows:
            _write_rows(layer, folder, f"layer{number}")
    body = {
        "file": delivery.file,
        "layers": layers,
        "findings": [finding.as_dict() for finding in delivery.findings],
        "report": delivery.report(),
        **extra,
    }
    part = folder / f"{RESULT}.part"
    part.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    part.replace(folder / RESULT)


def read(folder: Path) -> tuple[dict[str, Any], list[Finding]] | None:
    """(the whole body, its findings); None when the writer did not get to the end."""
    try:
        body = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        return body, [Finding.from_dict(item) for item in body["findings"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def read_layers(body: dict[str, Any], folder: Path) -> list[LayerRead]:
    """The layers with their arrays, as `write(rows=True)` left them. Raises ValueError when parts do not fit."""
    return [_read_rows(item, folder, f"layer{number}") for number, item in enumerate(body["layers"])]


def _save(folder: Path, name: str, array: np.ndarray) -> None:
    np.save(folder / f"{name}.npy", array, allow_pickle=False)


def _load(folder: Path, name: str) -> np.ndarray:
    array: np.ndarray = np.load(folder / f"{name}.npy", allow_pickle=False)
    return array


def _save_pieces(folder: Path, name: str, parts: Iterable[bytes]) -> None:
    """Byte strings one after the other in a file, and the places where they end."""
    lengths = []
    with (folder / f"{name}.block").open("wb") as block:
        for part in parts:
            block.write(part)
            lengths.append(len(part))
    _save(folder, f"{name}.ends", np.cumsum(np.array(lengths, dtype=np.int64)))


def _load_pieces(folder: Path, name: str) -> Iterator[bytes]:
    ends = _load(folder, f"{name}.ends")
    lengths = np.diff(ends, prepend=0)
    if len(ends) and (ends[-1] != (folder / f"{name}.block").stat().st_size or (lengths < 0).any()):
        raise ValueError(f"{name} does not fit together")
    with (folder / f"{name}.block").open("rb") as block:
        for length in lengths.tolist():
            yield block.read(length)


def _write_rows(layer: LayerRead, folder: Path, prefix: str) -> None:
    _save(folder, f"{prefix}.rows", layer.rows)
    for name, shapes in (("shapes", layer.shapes), ("degrees", layer.degrees), ("metric", layer.metric)):
        if shapes is not None:
            _save_pieces(folder, f"{prefix}.{name}", _wkb(shapes))
    for number, column in enumerate(layer.columns):
        name = f"{prefix}.column{number}"
        _save(folder, f"{name}.null", column.null)
        if column.values.dtype == object:
            _save_pieces(folder, name, [b"" if value is None else str(value).encode() for value in column.values])
        else:
            _save(folder, name, column.values)


def _wkb(shapes: np.ndarray) -> Iterator[bytes]:
    for piece in pieces(len(shapes)):
        yield from (wkb or b"" for wkb in shapely.to_wkb(shapes[piece]))


def _read_rows(item: dict[str, Any], folder: Path, prefix: str) -> LayerRead:
    said = item["report"]
    rows = _load(folder, f"{prefix}.rows")
    held = {
        name: _shapes(folder, f"{prefix}.{name}", len(rows))
        for name in ("shapes", "degrees", "metric")
        if (folder / f"{prefix}.{name}.ends.npy").exists()
    }
    columns = [
        _column(field, folder, f"{prefix}.column{number}", len(rows)) for number, field in enumerate(said["fields"])
    ]
    crs = said["crs"] or ""
    return LayerRead(
        said["name"], held["shapes"], rows, columns, item["kind"],
        system_of(int(crs[5:])) if crs.startswith("EPSG:") else None,
        said["source_datum"], said["encoding"], said["encoding_confidence"], held.get("degrees"), held.get("metric"),
    )  # fmt: skip


def _shapes(folder: Path, name: str, count: int) -> np.ndarray:
    parts = _load_pieces(folder, name)
    result = np.empty(count, dtype=object)
    for piece in pieces(count):
        wkb = [part or None for part in itertools.islice(parts, piece.stop - piece.start)]
        if len(wkb) != piece.stop - piece.start:
            raise ValueError(f"{name} has fewer than {count} rows")
        result[piece] = shapely.from_wkb(np.array(wkb, dtype=object))
    return result


def _column(field: dict[str, Any], folder: Path, name: str, count: int) -> Column:
    null = _load(folder, f"{name}.null")
    if (folder / f"{name}.npy").exists():
        values = _load(folder, name)
    else:
        texts = [piece.decode("utf-8") for piece in _load_pieces(folder, name)]
        values = np.array([None if gone else text for text, gone in zip(texts, null, strict=True)], dtype=object)
    if len(values) != count or len(null) != count:
        raise ValueError(f"{name} has {len(values)} rows, not {count}")
    return Column(field["name"], field["type"], values, null)
