"""Replaying messages onto a state, pure: what every client does, as the reference that others are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.live.hashes import layer_hash, state_hash
from layers.live.messages import FRAME, REMOVE, RESET, Message

Json = dict[str, Any]
UNHASHED = frozenset({"units"})


@dataclass
class ClientState:
    """What a client shows: features by layer and id, complete up to `seq`."""

    seq: int = 0
    layers: dict[str, dict[str, Json]] = field(default_factory=dict)
    needs_reset: bool = False

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> ClientState:
        """From the body of /live/state."""
        layers = {
            layer: {one["id"]: one for one in collection["features"]} for layer, collection in state["layers"].items()
        }
        return cls(state["seq"], layers)

    def apply(self, message: Message) -> None:
        """Takes one message in. What an earlier seq says is already known and does nothing."""
        data = message.data
        if message.event == FRAME:
            self._frame(data["units"])
        elif message.event == RESET:
            self.needs_reset = True
        elif (message.event == REMOVE or "feature" in data) and data["seq"] > self.seq:
            objects = self.layers.setdefault(data["layer"], {})
            if message.event == REMOVE:
                objects.pop(data["id"], None)
            else:
                objects[data["id"]] = data["feature"]
        if message.id is not None:
            self.seq = max(self.seq, message.id)

    def _frame(self, units: list[list[Any]]) -> None:
        known = self.layers.get("units", {})
        for key, lon, lat, at, speed_mps, bearing_deg in units:
            if key in known:
                place = None if lon is None else {"type": "Point", "coordinates": [lon, lat]}
                moved = {"at": at, "speed_mps": speed_mps, "bearing_deg": bearing_deg}
                known[key] = known[key] | {"geometry": place, "properties": known[key]["properties"] | moved}

    def hashes(self) -> dict[str, str]:
        """The hash of every hashed layer."""
        return {
            layer: layer_hash((key, one["properties"]["version"]) for key, one in objects.items())
            for layer, objects in self.layers.items()
            if layer not in UNHASHED
        }

    def hash(self) -> str:
        """The hash that a heartbeat at this seq must carry."""
        return state_hash(self.hashes())
