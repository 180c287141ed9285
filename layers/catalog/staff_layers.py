"""The layers that staff made, as descriptions, in force now; read at most once a second."""

from __future__ import annotations

import time
from types import MappingProxyType

from django.db import connection

from layers.catalog.descriptions import read
from layers.catalog.models import DatasetLayer
from layers.catalog.selectors import KEEP_S
from layers.spec import LayerSpec

_NONE: MappingProxyType[str, LayerSpec] = MappingProxyType({})
_kept: MappingProxyType[str, LayerSpec] = _NONE
_kept_at = float("-inf")


def staff_layers(*, fresh: bool = False) -> MappingProxyType[str, LayerSpec]:
    """Layer id -> description, oldest layer first; kept for a second unless `fresh`.

    Inside a transaction they are always read and never kept: what it sees before its commit is nobody else's.
    """
    global _kept, _kept_at
    if connection.in_atomic_block:
        return _read()
    now = time.monotonic()
    if fresh or now - _kept_at > KEEP_S:
        _kept, _kept_at = _read(), now
    return _kept


def known_staff_layers() -> MappingProxyType[str, LayerSpec] | None:
    """As `staff_layers` without asking the database; None when what this process knows is too old to go by."""
    if connection.in_atomic_block or time.monotonic() - _kept_at > KEEP_S:
        return None
    return _kept


def _read() -> MappingProxyType[str, LayerSpec]:
    rows = DatasetLayer.objects.filter(retired_at__isnull=True).values_list("id", "description", "version")
    return MappingProxyType({key: read(description, stamp=version) for key, description, version in rows})
