"""The one relay: gives every committed event its gap-free `seq` and its link in the hash chain.

An event is *pending* while it has no link. A pass reads all pending events that its snapshot shows, orders them by id
and links them in one transaction. Nothing can be skipped: an event that commits late, behind ids already linked, is
still pending at the next pass and simply gets a later seq. Causes come before effects all the same: whoever acts on a
committed change draws a greater id, and every snapshot that shows the effect shows the cause. No foreign transaction,
however long, holds anything up.

The *horizon* only keeps passes cheap: every id up to it is linked or will never be. It moves to an id `top` once
nobody is left who held the writers' lock (taken before the id is drawn, see `services.publish`) when `top` was read.

One relay leads, by a session lock; a second one waits for it. Links are durable before anybody hears of them.
"""

from __future__ import annotations

import logging
import select
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connections

from layers.live.chain import COLUMNS, GENESIS, VERSION, link_hash
from layers.live.poke import RELAY, STREAM, drain, listen, poke
from layers.live.processes import Pulse
from layers.live.services import WRITERS_LOCK

log = logging.getLogger("wangge.relay")

LEADER_LOCK = 0x52454C41
IDLE_S = 0.03
#: A pass takes so many events at most, so that one transaction stays short after an outage.
BATCH = 2000
_HORIZON_EVERY_S = 1.0
_CONSUMER = "relay"

_PENDING = f"""
SELECT {COLUMNS} FROM live_event e
WHERE e.id > %s AND NOT EXISTS (SELECT FROM live_link l WHERE l.event_id = e.id)
ORDER BY e.id LIMIT {BATCH}
"""
_LINK = """
INSERT INTO live_link (seq, event_id, prev_hash, hash, hash_version)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[], %s::smallint[])
"""
_HOLDERS = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND objsubid = 1 AND mode = 'ShareLock'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True)
class Head:
    """The newest link."""

    seq: int = 0
    hash: bytes = GENESIS


def head_of(cursor: Any) -> Head:
    """The newest link as the cursor's snapshot shows it."""
    cursor.execute("SELECT seq, hash FROM live_link ORDER BY seq DESC LIMIT 1")
    row = cursor.fetchone()
    return Head(row[0], bytes(row[1])) if row else Head()


def link_pending(cursor: Any, head: Head, horizon: int) -> tuple[Head, int]:
    """The new head, and how many events this pass linked. Runs in the caller's transaction; `head` must be the newest."""
    cursor.execute(_PENDING, [horizon])
    rows = cursor.fetchall()
    if not rows:
        return head, 0
    seqs, events, previous, hashes = [], [], [], []
    seq, last = head.seq, head.hash
    for row in rows:
        seq += 1
        fields = [None if value is None else str(value) for value in row]
        seqs.append(seq)
        events.append(int(row[0]))
        previous.append(last)
        last = link_hash(last, seq, fields)
        hashes.append(last)
    cursor.execute(_LINK, [seqs, events, previous, hashes, [VERSION] * len(rows)])
    return Head(seq, last), len(rows)


@dataclass
class Horizon:
    """How far back pending events can still lie; moved in three steps, with at least one pass between any two.

    Look: read the newest id drawn, then who holds the writers' lock. Wait: until none of those is left. Move: what they
    wrote was visible to every pass begun since, so by now it has its links.
    """

    reached: int
    _top: int = 0
    _waiting_for: frozenset[str] | None = field(default=None)
    _settled: bool = False

    def step(self, cursor: Any) -> bool:
        """Takes the step that is due; true when the horizon moved. For use right after a pass that left nothing pending."""
        if self._settled:
            self.reached, self._waiting_for, self._settled = self._top, None, False
            return True
        if self._waiting_for is None:
            cursor.execute("SELECT last_value, is_called FROM live_event_id_seq")
            value, called = cursor.fetchone()
            self._top = value if called else 0
            if self._top > self.reached:
                self._waiting_for = self._holders(cursor)
        else:
            self._settled = not self._holders(cursor) & self._waiting_for
        return False

    @staticmethod
    def _holders(cursor: Any) -> frozenset[str]:
        cursor.execute(_HOLDERS, [WRITERS_LOCK])
        return frozenset(row[0] for row in cursor.fetchall())


def connect(application: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of its own to the default database, without the web's time limits, in autocommit."""
    settings = connections["default"].get_connection_params()
    wanted = {k: v for k, v in settings.items() if k not in ("cursor_factory", "context", "prepare_threshold", "pool")}
    wanted["application_name"] = application
    wanted["options"] = "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=30s"
    return psycopg.connect(**wanted, autocommit=True)


class Relay:
    """The loop. `beat` is called about once a second with facts for the operators."""

    def __init__(self, beat: Callable[[dict[str, Any]], None] = lambda facts: None) -> None:
        self.stopping = threading.Event()
        self.beat = beat
        self.head = Head()
        self.leading = False
        self._wakeup = listen(RELAY)

    def stop(self, *_: object) -> None:
        """Ends the loop after the pass under way."""
        self.stopping.set()

    def run_forever(self) -> None:
        """Leads, or waits to lead, until stopped; a lost database is tried again with growing pauses."""
        pause = 0.1
        while not self.stopping.is_set():
            try:
                with connect("wangge-relay") as link:
                    if self._lead(link):
                        pause = 0.1
                        self._work(link)
            except psycopg.OperationalError as error:
                self.leading = False
                log.warning("%s; again in %.1f s", str(error).splitlines()[0], pause)
                self.stopping.wait(pause)
                pause = min(pause * 2, 5.0)

    def _lead(self, link: psycopg.Connection[tuple[Any, ...]]) -> bool:
        """True once this relay leads; false when it was stopped while it waited."""
        while not self.stopping.is_set():
            row = link.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK]).fetchone()
            if row and row[0]:
                self.leading = True
                return True
            self.beat({"leading": False})
            self.stopping.wait(0.5)
        return False

    def _work(self, link: psycopg.Connection[tuple[Any, ...]]) -> None:
        cursor = link.cursor()
        self.head = head_of(cursor)
        row = cursor.execute("SELECT seq FROM live_cursor WHERE consumer = %s", [_CONSUMER]).fetchone()
        horizon = Horizon(row[0] if row else 0)
        next_look = 0.0
        while not self.stopping.is_set():
            with link.transaction():
                self.head, linked = link_pending(cursor, self.head, horizon.reached)
            if linked:
                poke(STREAM)
            if linked < BATCH:
                now = time.monotonic()
                if now >= next_look:
                    next_look = now + _HORIZON_EVERY_S
                    self._look_round(cursor, horizon)
                self._wait()

    def _look_round(self, cursor: psycopg.Cursor[tuple[Any, ...]], horizon: Horizon) -> None:
        if horizon.step(cursor):
            cursor.execute(
                "INSERT INTO live_cursor (consumer, seq, moved_at) VALUES (%s, %s, now())"
                " ON CONFLICT (consumer) DO UPDATE SET seq = EXCLUDED.seq, moved_at = EXCLUDED.moved_at",
                [_CONSUMER, horizon.reached],
            )
        self.beat({"leading": True, "seq": self.head.seq, "horizon": horizon.reached})

    def _wait(self) -> None:
        if self._wakeup is None:
            self.stopping.wait(IDLE_S)
        elif select.select([self._wakeup], [], [], IDLE_S)[0]:
            drain(self._wakeup)


def run() -> None:
    """The relay process: until SIGTERM or SIGINT."""
    pulse = Pulse("relay")
    pulse.start()
    relay = Relay(pulse.tell)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, relay.stop)
    relay.run_forever()
