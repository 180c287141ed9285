"""A Delivery written to a folder and read back: JSON for what is said, plain arrays for what is held. Pure.

Nothing in it can run: arrays are stored without pickles, and the reader checks that every part fits the others, for
the writer is the sandbox.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.imports.delivery import Column, Delivery, LayerRead
from layers.imports.findings import Finding
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


def _save_pieces(folder: Path, name: str, pieces: list[bytes]) -> None:
    """Byte strings as one block and the places where they end."""
    _save(folder, f"{name}.ends", np.cumsum([len(piece) for piece in pieces], dtype=np.int64))
    _save(folder, f"{name}.block", np.frombuffer(b"".join(pieces), dtype=np.uint8))


def _load_pieces(folder: Path, name: str) -> list[bytes]:
    ends, block = _load(folder, f"{name}.ends"), _load(folder, f"{name}.block").tobytes()
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    if len(ends) and (ends[-1] != len(block) or (ends < starts).any()):
        raise ValueError(f"{name} does not fit together")
    return [block[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _write_rows(layer: LayerRead, folder: Path, prefix: str) -> None:
    _save(folder, f"{prefix}.rows", layer.rows)
    for name, shapes in (("shapes", layer.shapes), ("degrees", layer.degrees), ("metric", layer.metric)):
        if shapes is not None:
            _save_pieces(folder, f"{prefix}.{name}", [wkb or b"" for wkb in shapely.to_wkb(shapes)])
    for number, column in enumerate(layer.columns):
        name = f"{prefix}.column{number}"
        _save(folder, f"{name}.null", column.null)
        if column.values.dtype == object:
            _save_pieces(folder, name, [b"" if value is None else str(value).encode() for value in column.values])
        else:
            _save(folder, name, column.values)


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
    pieces = _load_pieces(folder, name)
    if len(pieces) != count:
        raise ValueError(f"{name} has {len(pieces)} rows, not {count}")
    wkb = np.array([piece or None for piece in pieces] or [], dtype=object)
    shapes: np.ndarray = shapely.from_wkb(wkb)
    return shapes


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
