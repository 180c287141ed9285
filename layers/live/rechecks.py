"""Who a client is may change while his stream is open: whose rights end by an event, by the clock, or unseen.

Events about people are acted upon at once; a post or token that ends by the clock when it ends; and everybody is looked
at once in `RECHECK_S`, evenly spread, for what no event tells (a session that was ended).
"""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError

from layers.errors import WanggeError
from layers.live.feed import Entered
from layers.live.hub import Client, Identity

if TYPE_CHECKING:
    from layers.live.stream import Station

RECHECK_S = 30.0


class Rechecks:
    """Asks anew who the clients of a station are."""

    def __init__(self, station: Station) -> None:
        self.station = station
        #: Grows with every event after which somebody may have other rights.
        self.people_changed = 0
        self._everybody_due = False
        self._tasks: set[asyncio.Task[None]] = set()

    def everybody(self) -> None:
        """Looks at every client again, as soon as may be."""
        self.people_changed += 1
        self._everybody_due = True

    def hear(self, row: Entered) -> None:
        """Takes in an event about people: whoever it is about is looked at at once."""
        self.people_changed += 1
        person = row.payload.get("person", row.object_id)
        for client in self.station.hub.clients():
            if client.identity.person == person or client.identity.token == row.object_id:
                task = asyncio.create_task(self.look_again(client))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def look_again(self, client: Client) -> None:
        """Asks anew who the client is: ends the stream, or turns its state into what may be seen now."""
        async with client.looking:
            try:
                fresh = await self.identify(client)
            except (DatabaseError, InterfaceError):
                self._everybody_due = True
                return
            if client in self.station.hub:  # else it hung up meanwhile
                self._treat_as(client, fresh)

    def _treat_as(self, client: Client, fresh: Identity | None) -> None:
        mirror = self.station.mirror
        if fresh is None or mirror is None:
            client.close()
            return
        was = client.identity.viewer
        if fresh.viewer.key == was.key:
            client.identity = fresh
            return
        self.station.hub.remove(client)
        client.identity = fresh
        self.station.hub.add(client)
        if client.seq >= mirror.seq:
            client.drop_to_reset(mirror.seq, "rights")
            return
        for message in mirror.refilter(was, fresh.viewer, mirror.seq, self.station.now()):
            if not client.put(message.encode(), message.id):
                client.drop_to_reset(mirror.seq, "rights")
                return

    async def identify(self, client: Client) -> Identity | None:
        """The identity that the client's credentials give now; None when they give none any more."""
        try:
            return await self.station.blocking(self.station.authenticate, client.credentials)
        except WanggeError:
            return None

    async def run(self) -> None:
        """Looks again at whose rights end by the clock, and at everybody in turn, evenly spread over the time."""
        while not self.station.stopping.is_set():
            clients, now = self.station.hub.clients(), datetime.now(UTC)
            everybody, self._everybody_due = self._everybody_due, False
            share = math.ceil(len(clients) / RECHECK_S)
            in_turn = heapq.nsmallest(share, clients, key=lambda client: client.looked_at)
            for client in clients:
                if everybody or (client.identity.recheck_at is not None and client.identity.recheck_at <= now):
                    await self._look_in_turn(client, 0.0)
            for client in in_turn:
                await self._look_in_turn(client, 1.0 / share)
            if not in_turn:
                await asyncio.sleep(1.0)

    async def _look_in_turn(self, client: Client, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        client.looked_at = time.monotonic()
        await self.look_again(client)
