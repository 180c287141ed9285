"""Whoever looks: the one question the stream asks about rights, answered from above (`layers.people` lies higher)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Viewer(Protocol):
    """Somebody's rights over live objects. Two viewers with the same `key` see the same."""

    @property
    def key(self) -> str:
        """Names what may be seen."""
        ...

    def sees(self, visibility: str, areas: Sequence[str], departments: Sequence[str]) -> bool:
        """True when an object that `visibility` (a capability) shows, in these areas, of these departments, may be seen."""
        ...
