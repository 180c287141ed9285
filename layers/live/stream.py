"""The stream process, less its transport: follows the log, keeps the mirror, serves states and events over ASGI.

It stands outside Django's request handler, which would hold a thread for every open stream. Who may open one is asked
of `authenticate`, which is handed in from above. Source: WHATWG HTML, server-sent events; ASGI 3.0.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from layers.live import feed
from layers.live.hub import Hub, Identity
from layers.live.messages import frame, heartbeat
from layers.live.mirror import Mirror
from layers.live.poke import STREAM, drain, listen
from layers.live.rechecks import Rechecks
from layers.live.registry import live_layer

log = logging.getLogger("wangge.stream")
_T = TypeVar("_T")
#: Who asks, from the headers of a request; raises a WanggeError when nobody or the wrong one does.
Authenticate = Callable[[dict[str, str]], Identity]

POLL_S = 0.04
HEARTBEAT_S = 5.0
FRAME_S = 1.0
#: No heartbeat vouches for a log that was not read, or whose relay has not linked, for this long.
VOUCH_S = 4.0
_RECENT = 2000


class Station:
    """What all streams of a process share: the mirror, the hub and the tasks that carry them on."""

    def __init__(
        self, authenticate: Authenticate, beat: Callable[[dict[str, Any]], None] = lambda facts: None,
        give_up: Callable[[], None] = lambda: signal.raise_signal(signal.SIGTERM),
    ) -> None:  # fmt: skip
        self.authenticate = authenticate
        self.beat = beat
        self.give_up = give_up
        self.hub = Hub()
        self.rechecks = Rechecks(self)
        self.mirror: Mirror | None = None
        self.recent: deque[feed.Entered] = deque(maxlen=_RECENT)
        self.stopping = asyncio.Event()
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live-log")
        self._poked = asyncio.Event()
        self._read_at = 0.0
        self._read_time = datetime.now(UTC)
        self._lag_s = 0.0
        self._day = timezone.localdate()
        self._tasks: list[asyncio.Task[None]] = []
        self._reloading = asyncio.Lock()

    # --- life

    def start(self) -> None:
        """Begins to follow the log."""
        listener = listen(STREAM)
        if listener is not None:
            asyncio.get_running_loop().add_reader(listener, self._on_poke, listener)
        for work in (self._follow, self._beat_hearts, self._move_units, self.rechecks.run):
            task = asyncio.create_task(work())
            task.add_done_callback(self._ended)
            self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A loop that broke would leave screens standing still: the process ends, and who keeps it starts it anew."""
        if not task.cancelled() and task.exception() is not None:
            log.critical("the stream broke and ends", exc_info=task.exception())
            self.give_up()

    def _on_poke(self, listener: socket.socket) -> None:
        drain(listener)
        self._poked.set()

    async def stop(self) -> None:
        """Ends every stream politely, then the tasks."""
        self.stopping.set()
        for client in self.hub.clients():
            client.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._reader.shutdown(wait=False, cancel_futures=True)

    async def blocking(self, work: Callable[..., _T], *given: Any) -> _T:
        """Runs database work on one of few threads."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, functools.partial(_with_database, work, *given)
        )

    async def reading(self, work: Callable[..., _T], *given: Any) -> _T:
        """Runs a read of the log on the thread that does nothing else: it never waits behind clients who come in crowds."""
        return await asyncio.get_running_loop().run_in_executor(
            self._reader, functools.partial(_on_lasting_connection, work, *given)
        )

    @property
    def ready(self) -> bool:
        """True when the mirror is exact and the log was read just now."""
        return self.mirror is not None and self.vouches

    @property
    def vouches(self) -> bool:
        """True when what is shown is complete: the log was read, and the relay keeps up."""
        return time.monotonic() - self._read_at < VOUCH_S and self._lag_s < VOUCH_S

    def now(self) -> str:
        """The instant up to which the log was read."""
        return feed.instant(self._read_time)

    # --- following the log

    async def _follow(self) -> None:
        pause = 0.1
        while not self.stopping.is_set():
            try:
                if self.mirror is None or self._day != timezone.localdate():
                    await self.reload()
                await self._read_on()
                pause = 0.1
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._poked.wait()
                self._poked.clear()
            except (DatabaseError, InterfaceError) as error:
                log.warning("%s; again in %.1f s", str(error).splitlines()[0], pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _read_on(self) -> None:
        assert self.mirror is not None
        begun = datetime.now(UTC)
        rows = await self.reading(functools.partial(feed.entered, self.mirror.seq, known=self.mirror))
        for row in rows:
            if self.renews(row):
                await self.reload()
                return
            self._enter(row)
        self._read_at, self._read_time = time.monotonic(), begun
        if len(rows) > 100:
            self._poked.set()

    @staticmethod
    def renews(row: feed.Entered) -> bool:
        """True for a publication under a live layer: its objects changed without events of their own."""
        return row.kind == "layer.published" and live_layer(row.object_id) is not None

    def _enter(self, row: feed.Entered) -> None:
        assert self.mirror is not None
        if row.change is not None:
            change = self.mirror.apply(row.change)
            self.hub.change(change, row.seq)
            row = feed.Entered(**{**vars(row), "change": change})
        elif (told := row.told()) is not None:
            self.hub.tell(told, row.seq)
        elif row.object_type in ("assignment", "account", "token"):
            self.rechecks.hear(row)
        self.mirror.seq = row.seq
        self.recent.append(row)

    async def reload(self) -> None:
        """Reads the mirror afresh and sends every client to the new state."""
        async with self._reloading:
            had_one, day, mirror = self.mirror is not None, timezone.localdate(), None
            while mirror is None:
                mirror = await self._read_afresh()
            self.mirror, self._day = mirror, day
            self.recent.clear()
            self._read_at, self._read_time = time.monotonic(), datetime.now(UTC)
            self.rechecks.everybody()  # events about people were passed over with all others
            if had_one:
                for client in self.hub.clients():
                    client.drop_to_reset(mirror.seq, "layer")

    async def _read_afresh(self) -> Mirror | None:
        """A mirror that is exact; None when a layer was published meanwhile, which may lie behind what was read."""
        loaded = await self.blocking(feed.load)
        mirror = loaded.mirror
        while (exact := await self.blocking(feed.exact_from, loaded.pending)) is None:
            await asyncio.sleep(POLL_S)
        while mirror.seq < exact:
            for row in await self.blocking(feed.entered, mirror.seq):
                if self.renews(row):
                    return None
                if row.change is not None:
                    mirror.apply(row.change)
                mirror.seq = row.seq
        return mirror

    # --- what comes by the clock

    async def _beat_hearts(self) -> None:
        while not self.stopping.is_set():
            await asyncio.sleep(HEARTBEAT_S)
            if self.mirror is not None and self.vouches:
                for viewer, clients in self.hub.views():
                    beat = heartbeat(self.mirror.seq, self.now(), self.mirror.hash(viewer))
                    # A client that proved the hash stands at this seq now: a message of it would be old to him.
                    self.hub.send(clients, beat.encode(), self.mirror.seq, self.mirror.seq)

    async def _move_units(self) -> None:
        since: datetime | None = None
        while not self.stopping.is_set():
            await asyncio.sleep(FRAME_S)
            if self.mirror is None:
                continue
            begun = datetime.now(UTC)
            try:
                rows = await self.blocking(feed.moved_since, since)
                self._lag_s = await self.blocking(feed.oldest_pending_age_s)
            except (DatabaseError, InterfaceError):
                continue
            since = begun
            self._tell_moves(feed.instant(begun), self.mirror.move(rows))
            self.beat({"seq": self.mirror.seq, "lag_s": round(self._lag_s, 1), **self.hub.facts()})

    def _tell_moves(self, at: str, moved: list[str]) -> None:
        """A frame of those that moved; a full one to whoever was left out before and has room again."""
        assert self.mirror is not None
        for viewer, clients in self.hub.views():
            behind = {client for client in clients if client.owes_frame and not client.size}
            for ids, full, group in ((None, True, behind), (moved, False, clients - behind)):
                shown = self.mirror.frame_rows(viewer, ids) if group else []
                if shown:
                    self.hub.frame(group, frame(at, shown, full=full).encode())
            for client in behind:
                client.owes_frame = False


def _on_lasting_connection(work: Callable[..., _T], *given: Any) -> _T:
    """A connection that is asked every few dozen milliseconds needs no question whether it still stands."""
    try:
        return work(*given)
    except DatabaseError:
        connection.close()
        raise


def _with_database(work: Callable[..., _T], *given: Any) -> _T:
    close_old_connections()
    try:
        return work(*given)
    finally:
        close_old_connections()
