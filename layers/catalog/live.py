"""The hand-written list of live layers; the log and the stream know them only through this registration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from layers.cameras import live as cameras
from layers.incidents import live as incidents
from layers.live.broadcasts import Broadcast, register_broadcast
from layers.live.feed import instant
from layers.live.registry import LiveLayer, register
from layers.patrols import live as patrols
from layers.patrols.selectors import positions_since, read_positions


def _positions(after: datetime | None) -> Sequence[Sequence[Any]]:
    """Positions received after an instant (or shortly before), or all there are; times as text."""
    found = read_positions() if after is None else positions_since(after)
    return [(one.unit, one.lon, one.lat, instant(one.at), one.speed_mps, one.bearing_deg) for one in found]


LIVE: tuple[LiveLayer, ...] = (
    LiveLayer("incidents", incidents.read_live, incidents.dress),
    LiveLayer("units", patrols.read_live, patrols.dress, hashed=False, lasting=patrols.NAMES, positions=_positions),
    LiveLayer("cameras", cameras.read_live, cameras.dress, lasting=cameras.NAMES),
)


#: Kinds of events by which layers of staff come, change and go.
DESCRIBED = ("layer.made", "layer.described", "layer.retired")


def _described(layer: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"layer": layer, "version": int(payload["version"])}


def register_layer_broadcasts() -> None:
    """Makes known to the stream that layers of staff come, change and go."""
    for kind in DESCRIBED:
        register_broadcast(Broadcast(kind, _described))


def register_live_layers() -> None:
    """Makes the live layers known to `layers.live`."""
    for layer in LIVE:
        register(layer)
