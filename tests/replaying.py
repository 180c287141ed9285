"""Replay equals fresh read: the one proof that every kind of event must pass, for every role and area.

`Proof` stands over a test's transaction: it reads the live state, lets the test act, puts the new events in order as the
relay does, tells each viewer what the stream would, and compares what he then shows with a fresh read of the tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import connection

from layers.catalog.live import register_live_layers
from layers.live.feed import entered, newest_seq, read_mirror
from layers.live.messages import Message, message_for
from layers.live.mirror import Mirror
from layers.live.relay import head_of, link_pending
from layers.live.replay import ClientState
from layers.people.rights import LiveView


def link_all() -> int:
    """Puts every event of the caller's transaction in its place; the newest seq."""
    with connection.cursor() as cursor:
        head, count = head_of(cursor), 1
        while count:
            head, count = link_pending(cursor, head, 0)
    return head.seq


def fresh_mirror() -> Mirror:
    """A mirror read from the tables, with nothing left to replay."""
    register_live_layers()
    link_all()
    loaded = read_mirror()
    assert not loaded.pending
    return loaded.mirror


def shown(mirror: Mirror, viewer: LiveView) -> ClientState:
    """What a viewer shows who reads the state now."""
    return ClientState.from_state(json.loads(mirror.state_text(viewer, "now")))


class Proof:
    """Old states of all viewers, to be carried on by events. `proven` holds the kinds of all that held so far."""

    proven: ClassVar[set[str]] = set()

    def __init__(self, viewers: Mapping[str, LiveView]) -> None:
        self.viewers = dict(viewers)
        self.mirror = fresh_mirror()
        self.states = {name: shown(self.mirror, viewer) for name, viewer in self.viewers.items()}
        self.kinds: set[str] = set()
        self.told: dict[str, list[Message]] = {name: [] for name in self.viewers}

    def replay(self) -> None:
        """Carries the mirror and every viewer on to the newest event."""
        link_all()
        for row in entered(self.mirror.seq, limit=100_000):
            if row.change is not None:
                change = self.mirror.apply(row.change)
                self.kinds.add(change.kind)
                for name, viewer in self.viewers.items():
                    self._tell(name, message_for(change, viewer))
            self.mirror.seq = row.seq

    def change_rights(self, name: str, now: LiveView) -> None:
        """Carries one viewer from his rights to others, as the stream does when assignments change."""
        for message in self.mirror.refilter(self.viewers[name], now, self.mirror.seq, "now"):
            self._tell(name, message)
        self.viewers[name] = now

    def _tell(self, name: str, message: Message | None) -> None:
        if message is not None:
            self.told[name].append(message)
            self.states[name].apply(message)

    def hold(self) -> None:
        """Fails unless every viewer shows exactly what a fresh read shows him, and hashes alike."""
        fresh = fresh_mirror()
        assert fresh.seq == self.mirror.seq == newest_seq()
        for name, viewer in self.viewers.items():
            wanted, got = shown(fresh, viewer), self.states[name]
            assert _plain(got.layers) == _plain(wanted.layers), f"{name} shows something else than a fresh read"
            assert got.hash() == wanted.hash() == self.mirror.hash(viewer) == fresh.hash(viewer), name
        Proof.proven |= self.kinds


def _plain(layers: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(layers))
