"""Ids and digests of many rows at once, the same to the byte as `layers.catalog.features` makes them one by one. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from json.encoder import encode_basestring
from typing import Any

import numpy as np
import shapely

from layers.catalog.features import NAMESPACE

_PLACES = (8, 13, 18, 23)


def stable_ids(layer: str, codes: Sequence[str]) -> np.ndarray:
    """The UUIDs that a layer's own codes always get, as `stable_id` makes them."""
    if not len(codes):
        return np.zeros(0, dtype=object)
    seed, sha1 = NAMESPACE.bytes + f"{layer}:".encode(), hashlib.sha1
    packed = b"".join([sha1(seed + code.encode(), usedforsecurity=False).digest() for code in codes])
    octets = np.frombuffer(packed, dtype=np.uint8).reshape(-1, 20)[:, :16].copy()
    octets[:, 6] = (octets[:, 6] & 0x0F) | 0x50
    octets[:, 8] = (octets[:, 8] & 0x3F) | 0x80
    letters = np.frombuffer(octets.tobytes().hex().encode(), dtype=np.uint8).reshape(-1, 32)
    text = np.full((len(octets), 36), ord("-"), dtype=np.uint8)
    text[:, [place for place in range(36) if place not in _PLACES]] = letters
    return text.view("S36").ravel().astype("U36").astype(object)


def digests_of(degrees: np.ndarray, ranks: np.ndarray, values: Mapping[str, np.ndarray]) -> list[bytes]:
    """The digests of rows, as `FeatureRow` makes them: shape, rank and every attribute by column name."""
    if not len(degrees):
        return []
    shapes = [shape or b"" for shape in shapely.to_wkb(degrees, byte_order=1).tolist()]
    fixed, varying = ["["], []
    for number, (name, column) in enumerate([("", ranks), *sorted(values.items())]):
        fixed[-1] += f',["{name}",' if number > 1 else f'["{name}",' if number else ""
        held = column.tolist()
        if held.count(held[0]) == len(held) and len(set(map(type, held))) == 1:
            fixed[-1] += _as_json(held[:1])[0]
        else:
            varying.append(_as_json(held))
            fixed.append("")
        fixed[-1] += "]" if number else ",["
    fixed[-1] += "]]"
    template = "%s".join(part.replace("%", "%%") for part in fixed)
    texts = map(template.__mod__, zip(*varying, strict=True)) if varying else [template % ()] * len(shapes)
    blake = hashlib.blake2b
    return [blake(shape + text.encode(), digest_size=16).digest() for shape, text in zip(shapes, texts, strict=True)]


def _as_json(values: list[Any]) -> list[str]:
    """Every value as JSON writes it; days as their text."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return list(map(encode_basestring, values))
    writers = {kind: _WRITERS.get(kind) or _as_text for kind in kinds}
    if len(kinds) == 1:
        return list(map(writers[kinds.pop()], values))
    return [writers[type(value)](value) for value in values]


def _as_text(value: date) -> str:
    return encode_basestring(str(value))


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring, int: int.__repr__, float: float.__repr__,
    bool: {True: "true", False: "false"}.__getitem__, type(None): {None: "null"}.__getitem__,
}  # fmt: skip
