"""The hand-written list of live layers; the log and the stream know them only through this registration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from layers.cameras import live as cameras
from layers.incidents import live as incidents
from layers.live.registry import LiveLayer, register
from layers.patrols import live as patrols
from layers.patrols.selectors import Position, positions_since, read_positions


def _positions(after: datetime | None) -> Sequence[Position]:
    """Positions received after an instant, or all there are."""
    return read_positions() if after is None else positions_since(after)


LIVE: tuple[LiveLayer, ...] = (
    LiveLayer("incidents", incidents.read_live, incidents.dress),
    LiveLayer("units", patrols.read_live, patrols.dress, hashed=False, positions=_positions),
    LiveLayer("cameras", cameras.read_live, cameras.dress),
)


def register_live_layers() -> None:
    """Makes the live layers known to `layers.live`."""
    for layer in LIVE:
        register(layer)
