"""Live layers, as the catalog registers them: the log and the stream know nothing else of the domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from layers.live.objects import LiveObject

Json = dict[str, Any]


@dataclass(frozen=True)
class LiveLayer:
    """How one live layer is read and dressed.

    `read` gives every object of the live set, straight from the tables, exactly as the last event of each would carry
    it. `dress` adds to features what the log does not hold (names), in place; the same feature is always dressed alike.
    `lasting` names what `dress` adds and what stays while the object lives, until the layer is published or a day begins.
    `hashed` is false where positions make up the layer; `positions` then gives rows [id, lon, lat, at, speed_mps,
    bearing_deg] of what was received after an instant (None: all there are; what committed late comes twice, never not).
    """

    id: str
    read: Callable[[], Sequence[LiveObject]]
    dress: Callable[[Sequence[Json]], None]
    hashed: bool = True
    lasting: tuple[str, ...] = ()
    positions: Callable[[datetime | None], Sequence[Sequence[Any]]] | None = None


_layers: dict[str, LiveLayer] = {}


def register(layer: LiveLayer) -> None:
    """Makes a live layer known; registering an id again replaces it."""
    _layers[layer.id] = layer


def live_layers() -> tuple[LiveLayer, ...]:
    """Every live layer, in the order of registration."""
    return tuple(_layers.values())


def live_layer(layer: str) -> LiveLayer | None:
    """The live layer of that id, or None."""
    return _layers.get(layer)
