"""Who listens, and what waits for each: bounded queues, one message encoded once however many get it.

Everything here runs in the event loop's thread, between two awaits, so that no client ever sees half a step.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from layers.live.messages import Change, Message, message_for, reset
from layers.live.viewers import Viewer

#: Beyond this a client is dropped to `reset`: it reads the state again instead of what it missed.
QUEUE_BYTES = 256 * 1024
QUEUE_MESSAGES = 1000


@dataclass(frozen=True)
class Identity:
    """Who opened a stream, with which rights: since when they have held, and when to look again."""

    person: str
    token: str
    viewer: Viewer
    rights_since: datetime | None = None
    recheck_at: datetime | None = None


class Client:
    """One open stream."""

    __slots__ = (
        "_waiting", "closing", "credentials", "identity", "looked_at", "looking", "owes_frame", "seq", "size", "wake",
    )  # fmt: skip

    def __init__(self, identity: Identity, credentials: dict[str, str], seq: int) -> None:
        self.identity = identity
        self.credentials = credentials
        self.seq = seq
        self.looked_at = time.monotonic()
        self.wake = asyncio.Event()
        self.closing = False
        self.size = 0
        #: Held while it is asked anew who this is: of two answers the older one must not come last.
        self.looking = asyncio.Lock()
        #: A frame was left out, and the units in it may stand still from now on.
        self.owes_frame = False
        self._waiting: deque[bytes] = deque()

    def put(self, body: bytes, seq: int | None = None) -> bool:
        """Queues bytes; false when the queue is over its bound (the caller then drops the client to `reset`).

        An empty queue takes one message of any size; a stream that is being ended takes no more.
        """
        if self.closing:
            return True
        if self.size and (self.size + len(body) > QUEUE_BYTES or len(self._waiting) >= QUEUE_MESSAGES):
            return False
        self._waiting.append(body)
        self.size += len(body)
        if seq is not None:
            self.seq = seq
        self.wake.set()
        return True

    def drop_to_reset(self, seq: int, reason: str = "slow") -> None:
        """Forgets what waits and says so."""
        self._waiting.clear()
        self.size = 0
        self.seq = seq
        self.put(reset(reason, seq).encode())

    def take(self) -> bytes:
        """Everything that waits, as one piece."""
        body = b"".join(self._waiting)
        self._waiting.clear()
        self.size = 0
        self.wake.clear()
        return body

    def close(self) -> None:
        """Ends the stream after what waits."""
        self.closing = True
        self.wake.set()


class Hub:
    """All open streams that are caught up, by what they may see."""

    def __init__(self) -> None:
        self._groups: dict[str, set[Client]] = {}
        self.dropped = 0

    def __contains__(self, client: Client) -> bool:
        return client in self._groups.get(client.identity.viewer.key, ())

    def __len__(self) -> int:
        return sum(len(group) for group in self._groups.values())

    def clients(self) -> list[Client]:
        """Every client."""
        return [client for group in self._groups.values() for client in group]

    def views(self) -> list[tuple[Viewer, set[Client]]]:
        """Each distinct set of rights with its clients."""
        return [(next(iter(group)).identity.viewer, group) for group in self._groups.values()]

    def add(self, client: Client) -> None:
        """Lets a client that is caught up hear what comes."""
        self._groups.setdefault(client.identity.viewer.key, set()).add(client)

    def remove(self, client: Client) -> None:
        """Forgets a client."""
        key = client.identity.viewer.key
        group = self._groups.get(key, set())
        group.discard(client)
        if not group:
            self._groups.pop(key, None)

    def change(self, change: Change, seq: int) -> None:
        """Tells everybody whose business it is; the message is encoded once for all who get the same."""
        encoded: dict[str, bytes] = {}
        for viewer, group in self.views():
            message = message_for(change, viewer)
            if message is not None:
                body = encoded.get(message.event)
                if body is None:
                    body = encoded[message.event] = message.encode()
                self.send(group, body, seq, message.id)

    def tell(self, message: Message, seq: int) -> None:
        """Tells everybody the same."""
        body = message.encode()
        for _, group in self.views():
            self.send(group, body, seq, message.id)

    def send(self, group: Iterable[Client], body: bytes, seq: int, id_: int | None) -> None:
        """Queues bytes with each client; who is too slow is dropped to `reset` at the newest seq."""
        for client in group:
            if not client.put(body, id_):
                self.dropped += 1
                client.drop_to_reset(seq)

    def frame(self, group: Iterable[Client], body: bytes) -> None:
        """Positions: left out where the queue is half full already; such a client is owed a full frame later."""
        for client in group:
            if not client.size or client.size + len(body) < QUEUE_BYTES // 2:
                client.put(body)
            else:
                client.owes_frame = True

    def facts(self) -> dict[str, Any]:
        """For the operators."""
        return {"streams": len(self), "views": len(self._groups), "dropped_to_reset": self.dropped}
