"""What one viewer is told of a change, pure; and how a message stands on the wire.

A change carries an object from one state to the next. Whoever may see it afterwards gets the whole feature, new to him
or not; whoever could see it only before gets `remove`; nobody else hears of it. Source: WHATWG HTML, server-sent events.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from layers.live.viewers import Viewer

Json = dict[str, Any]
REMOVE, HEARTBEAT, FRAME, RESET, PUBLISHED = "remove", "heartbeat", "frame", "reset", "layer.published"


@dataclass(frozen=True)
class Sight:
    """Who sees an object: the capability that shows it, its areas, its departments. Without areas nobody does."""

    visibility: str
    areas: tuple[str, ...]
    departments: tuple[str, ...] = ()

    def open_to(self, viewer: Viewer) -> bool:
        """True when the viewer may see an object of this sight."""
        return bool(self.areas) and viewer.sees(self.visibility, self.areas, self.departments)


@dataclass(frozen=True)
class Change:
    """One linked event about a live object. `feature` is dressed, and None when the object left the live set."""

    seq: int
    at: str
    kind: str
    layer: str
    id: str
    version: int
    before: Sight
    after: Sight
    feature: Json | None


@dataclass(frozen=True)
class Message:
    """One server-sent event; `id` is the seq it completes, or None."""

    event: str
    data: Json
    id: int | None = None

    def encode(self) -> bytes:
        """The bytes on the wire. JSON escapes line ends, so the data is always one line."""
        head = f"id: {self.id}\n" if self.id is not None else ""
        body = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return f"{head}event: {self.event}\ndata: {body}\n\n".encode()


def shown(change: Change) -> Message:
    """The message to whoever sees the object after the change."""
    return Message(change.kind, _facts(change) | {"feature": change.feature}, change.seq)


def removed(change: Change) -> Message:
    """The message to whoever saw the object before the change and does not after it."""
    return Message(REMOVE, _facts(change), change.seq)


def _facts(change: Change) -> Json:
    return {
        "seq": change.seq, "at": change.at, "kind": change.kind, "layer": change.layer, "id": change.id,
        "version": change.version,
    }  # fmt: skip


def message_for(change: Change, viewer: Viewer) -> Message | None:
    """What the viewer is told of a change; None when it is none of his business."""
    if change.feature is not None and change.after.open_to(viewer):
        return shown(change)
    return removed(change) if change.before.open_to(viewer) else None


def group(messages: Sequence[Message], seq: int) -> list[Message]:
    """Several messages that belong to one seq: only the last carries it, so that a cut in between repeats them all."""
    return [Message(m.event, m.data, seq if m is messages[-1] else None) for m in messages]


def heartbeat(seq: int, at: str, hash_: str) -> Message:
    """Complete up to `seq`, and what the client's own state must hash to."""
    return Message(HEARTBEAT, {"seq": seq, "at": at, "hash": hash_})


def reset(reason: str, seq: int) -> Message:
    """Your state can't be carried on: read it afresh, then go on with what follows its seq."""
    return Message(RESET, {"reason": reason, "seq": seq})


def frame(at: str, units: Iterable[Sequence[Any]], *, full: bool) -> Message:
    """Positions: [id, lon, lat, at, speed_mps, bearing_deg] of each unit."""
    return Message(FRAME, {"at": at, "full": full, "units": [list(unit) for unit in units]})
