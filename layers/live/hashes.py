"""Hashes of live state, pure: two parties that show the same objects in the same versions get the same text.

A layer: hex SHA-256 of its sorted lines `id TAB version LF`. The whole: of the sorted lines `layer TAB layerhash LF`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping


def layer_hash(versions: Iterable[tuple[str, int]]) -> str:
    """The hash of a layer from (id, version) of every object shown, in any order."""
    return _hash(f"{key}\t{version}\n" for key, version in versions)


def state_hash(hashes: Mapping[str, str]) -> str:
    """The hash of a state from the hashes of its layers."""
    return _hash(f"{layer}\t{value}\n" for layer, value in hashes.items())


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
