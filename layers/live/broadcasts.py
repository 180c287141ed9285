"""Events that are no change of a live object and that every stream is told of, pure: kind -> what is told.

What is told holds ids, codes and numbers alone, for it goes to whoever may open a stream. It is replayed to those who
come back like every other event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from layers.live.messages import PUBLISHED, Message

Json = dict[str, Any]


@dataclass(frozen=True)
class Broadcast:
    """One kind of such events; `data` makes the told facts from the id of the object and the payload of the event."""

    kind: str
    data: Callable[[str, Mapping[str, Any]], Json]


def _published(layer: str, payload: Mapping[str, Any]) -> Json:
    return {"layer": layer, "version": int(payload["version"])}


#: Known from the start: a layer has a new version, its tiles have new addresses.
_broadcasts: dict[str, Broadcast] = {PUBLISHED: Broadcast(PUBLISHED, _published)}


def register_broadcast(broadcast: Broadcast) -> None:
    """Makes a kind known; registering it again replaces it."""
    _broadcasts[broadcast.kind] = broadcast


def broadcast_kinds() -> tuple[str, ...]:
    """Every kind that is told to all streams, in the order of registration."""
    return tuple(_broadcasts)


def broadcast_of(seq: int, at: str, kind: str, object_id: str, payload: Mapping[str, Any]) -> Message | None:
    """The message of an event to every stream; None for a kind that is not told."""
    known = _broadcasts.get(kind)
    if known is None:
        return None
    return Message(kind, {"seq": seq, "at": at, "kind": kind, **known.data(object_id, payload)}, seq)
