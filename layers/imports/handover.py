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

from layers.imports.blocks import Column, lengths_of
from layers.imports.delivery import Delivery, LayerRead
from layers.imports.findings import Finding
from layers.imports.outlines import Outlines, fitting
from layers.imports.projections import system_of

RESULT = "result.json"
_SHAPES = ("shapes", "degrees", "metric")


def write(delivery: Delivery, folder: Path, *, rows: bool, extra: dict[str, Any]) -> None:
    """Puts a delivery into a folder; with `rows` its shapes and columns too. The JSON comes last: it means done."""
    layers = []
    for number, layer in enumerate(delivery.layers):
        item: dict[str, Any] = {"report": layer.as_dict(), "kind": layer.kind}
        if rows:
            item["shapes"] = _write_rows(layer, folder, f"layer{number}")
        layers.append(item)
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


def _write_rows(layer: LayerRead, folder: Path, prefix: str) -> dict[str, dict[str, Any]]:
    """Leaves the arrays of a layer; says of each set of shapes what it is, or which other set it equals."""
    _save(folder, f"{prefix}.rows", layer.rows)
    said: dict[str, dict[str, Any]] = {}
    for name in _SHAPES:
        twin = next((other for other in said if layer.same(name, other)), None)
        outlines = layer.outlines(name)
        if twin is not None:
            said[name] = {"same": twin}
        elif outlines is not None:
            said[name] = _write_outlines(outlines, folder, f"{prefix}.{name}")
    for number, column in enumerate(layer.columns):
        name = f"{prefix}.column{number}"
        _save(folder, f"{name}.null", column.null)
        if column.texts:
            (folder / f"{name}.block").write_bytes(column.block)
        else:
            _save(folder, name, column.values)
    return said


def _write_outlines(held: Outlines, folder: Path, name: str) -> dict[str, Any]:
    for part, array in (("in", held.rows), ("xy", held.xy), ("odd", held.odd_rows)):
        _save(folder, f"{name}.{part}", array)
    for number, offsets in enumerate(held.offsets):
        _save(folder, f"{name}.offsets{number}", offsets)
    wkb = shapely.to_wkb(held.odd).tolist()
    _save(folder, f"{name}.ends", np.cumsum(np.array([len(item) for item in wkb], dtype=np.int64)))
    (folder / f"{name}.block").write_bytes(b"".join(wkb))
    return {"count": held.count, "code": held.code, "levels": len(held.offsets)}


def _read_rows(item: dict[str, Any], folder: Path, prefix: str) -> LayerRead:
    said = item["report"]
    rows = _load(folder, f"{prefix}.rows")
    held: dict[str, Outlines] = {}
    for name, shape in item["shapes"].items():
        held[name] = held[shape["same"]] if "same" in shape else _read_outlines(shape, folder, f"{prefix}.{name}")
        if held[name].count != len(rows):
            raise ValueError(f"{name} has {held[name].count} rows, not {len(rows)}")
    columns = [
        _column(field, folder, f"{prefix}.column{number}", len(rows)) for number, field in enumerate(said["fields"])
    ]
    crs = said["crs"] or ""
    return LayerRead(
        said["name"], held["shapes"], rows, columns, item["kind"],
        system_of(int(crs[5:])) if crs.startswith("EPSG:") else None,
        said["source_datum"], said["encoding"], said["encoding_confidence"], held.get("degrees"), held.get("metric"),
    )  # fmt: skip


def _read_outlines(said: dict[str, Any], folder: Path, name: str) -> Outlines:
    ends = _load(folder, f"{name}.ends")
    block = (folder / f"{name}.block").read_bytes()
    if (np.diff(ends, prepend=0) < 0).any() or (ends[-1] if len(ends) else 0) != len(block):
        raise ValueError(f"{name} does not fit together")
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    wkb = [block[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    offsets = tuple(_load(folder, f"{name}.offsets{number}") for number in range(int(said["levels"])))
    outlines = Outlines(
        int(said["count"]), int(said["code"]), _load(folder, f"{name}.in"), _load(folder, f"{name}.xy"), offsets,
        _load(folder, f"{name}.odd"), shapely.from_wkb(np.array(wkb, dtype=object)),
    )  # fmt: skip
    if not fitting(outlines):
        raise ValueError(f"{name} does not fit together")
    return outlines


def _column(field: dict[str, Any], folder: Path, name: str, count: int) -> Column:
    null = _load(folder, f"{name}.null")
    if (folder / f"{name}.npy").exists():
        column = Column(field["name"], field["type"], _load(folder, name), null)
        there = len(column.values)
    else:
        block = (folder / f"{name}.block").read_bytes()
        column = Column(field["name"], field["type"], None, null, block=block)
        there = len(lengths_of(block))
        block.decode("utf-8")
    if there != count or len(null) != count:
        raise ValueError(f"{name} has {there} rows, not {count}")
    return column
