"""What the stream tells of walls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.live.broadcasts import Broadcast, register_broadcast

#: Kind of the event by which a wall is steered.
COMMAND = "wall.command"


def _command(wall: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"wall": wall, "command": payload["command"], "args": payload["args"]}


def register_wall_broadcasts() -> None:
    """Makes the commands of walls known to the stream."""
    register_broadcast(Broadcast(COMMAND, _command))
