"""Feature rows on their way into a layer: what is stored, and the digest that tells whether anything changed. Pure."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

#: Namespace of feature ids made from a layer's own stable codes.
NAMESPACE = uuid.UUID("7f6c1b52-7f0e-5d0c-9a31-411102000000")


@dataclass(frozen=True)
class FeatureRow:
    """One feature as it is to be stored: geometry in EPSG:4326 (or none), attributes by database column."""

    feature_id: str
    geometry: BaseGeometry | None
    values: Mapping[str, Any]
    rank: int = 5
    digest: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", _digest(self))


def stable_id(layer: str, code: str) -> str:
    """The UUID that a layer's own code always gets."""
    return str(uuid.uuid5(NAMESPACE, f"{layer}:{code}"))


def _digest(row: FeatureRow) -> bytes:
    shape = b"" if row.geometry is None else shapely.to_wkb(row.geometry, byte_order=1)
    text = json.dumps([row.rank, sorted(row.values.items())], ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.blake2b(shape + text.encode(), digest_size=16).digest()
