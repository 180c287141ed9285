"""Trials of the stream that run small in `make test` and whole in `make test-long`. Each asserts what it finds."""

from __future__ import annotations

import itertools
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from django.db import connection

from layers.cameras.selectors import cameras_in_force, states_of
from layers.cameras.services import set_camera_status
from layers.live.services import WRITERS_LOCK
from layers.people.selectors import actor_of
from tests.cast import Cast
from tests.load.cutter import Cutter
from tests.load.followers import Follower
from tests.load.slow import reads_until, room_for, slow_readers
from tests.stage import LiveSite, url_of
from tests.streaming import Listener, get_json

#: One client may hold so much of the server's memory: what is queued, what is being sent, and the stream itself.
CLIENT_KB = 400
#: A reader that reads gets an event within so long, whatever others do.
PROMPT_S = 5.0
#: So many events are more than a queue, the transport's buffer and the kernel's hold together.
OVERFLOWING, _BURST = 720, 20


class Changes:
    """Cameras that fail and come back, one event each: as many events as a trial needs, cheaply."""

    def __init__(self, cast: Cast) -> None:
        self._actor = actor_of(cast.person("video_operator"))
        rows, states = list(cameras_in_force().order_by("feature_id")[:40]), states_of()
        self._status = {
            row.feature_id: states[row.feature_id].status if row.feature_id in states else row.status for row in rows
        }
        self._cameras = itertools.cycle(self._status)

    def make(self) -> tuple[str, int]:
        """Id and version of the camera that changed."""
        camera = next(self._cameras)
        status = self._status[camera] = "offline" if self._status[camera] == "online" else "online"
        outcome = set_camera_status(
            actor=self._actor, camera=camera, client_id=uuid.uuid4(), status=status, at=datetime.now(UTC)
        )
        return camera, int(outcome.result["version"])


def logged_after(seq: int) -> list[int]:
    """The seqs of events of cameras behind one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.seq FROM live_link l JOIN live_event e ON e.id = l.event_id"
            " WHERE l.seq > %s AND e.object_type = 'cameras' ORDER BY l.seq",
            [seq],
        )
        return [row[0] for row in cursor.fetchall()]


def cut_streams(site: LiveSite, cast: Cast, *, cuts: int, listeners: int, seed: int) -> None:
    """Cuts streams at random bytes while events flow; every event arrives once, in order, and the end is the truth."""
    changes, token = Changes(cast), cast.token("dispatcher")
    begun = int(get_json(site.url, "/live/state", token)["seq"])
    with Cutter.open(site.url, seed) as wire:
        followers = [Follower(site.url, token, through=wire.url).start() for _ in range(listeners)]
        try:
            limit = time.monotonic() + 30 + cuts
            while wire.cuts < cuts:
                assert time.monotonic() < limit, f"{wire.cuts} cuts"
                changes.make()
            wire.cutting = False
            changes.make()
            for follower in followers:
                assert not follower.differs_from_fresh()
        finally:
            for follower in followers:
                follower.stop()
    wanted = logged_after(begun)
    for follower in followers:
        assert not follower.faults
        assert not follower.resets
        first = follower.ids[0]
        assert follower.ids == [seq for seq in wanted if seq >= first]


def neglect_streams(site: LiveSite, cast: Cast, *, readers: int) -> None:
    """Opens streams that nobody reads until they overflow: the server stays small, a healthy reader stays served."""
    changes, token = Changes(cast), cast.token("dispatcher")
    count = room_for(readers)
    healthy = Listener(site.url, token)
    healthy.fetch()
    healthy.open()
    pid = site.processes["web"].pid
    before_kb = resident_kb(pid)
    with slow_readers(site.url, token, count, healthy.state.seq) as neglected:
        slowest = 0.0
        for _ in range(OVERFLOWING // _BURST):
            for _ in range(_BURST):
                camera, version = changes.make()
            begun = time.monotonic()
            healthy.until("camera.status", id=camera, version=version)
            slowest = max(slowest, time.monotonic() - begun)
        grown_kb = resident_kb(pid) - before_kb
        assert all(reads_until(link, b"event: reset") for link in neglected)
    healthy.close()
    print(f"{count} neglected streams: {grown_kb / count:.0f} KB each, slowest event for a reader {slowest:.2f} s")
    assert slowest < PROMPT_S
    assert grown_kb < count * CLIENT_KB


def resident_kb(pid: int) -> int:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def hold_a_foreign_transaction(site: LiveSite, cast: Cast, *, seconds: float) -> float:
    """Events flow while another session holds a write transaction open, its own event in it; the longest wait for one."""
    changes, token = Changes(cast), cast.token("dispatcher")
    listener = Listener(site.url, token)
    listener.fetch()
    listener.open()
    slowest, made = 0.0, 0
    options = "-c idle_in_transaction_session_timeout=0 -c statement_timeout=0"
    with psycopg.connect(url_of("owner"), options=options) as foreign:
        foreign.execute("SELECT pg_advisory_xact_lock_shared(%s)", [WRITERS_LOCK])
        foreign.execute(
            "INSERT INTO live_event (kind, payload_version, object_type, object_id, object_version, areas_before,"
            " areas_after, visibility, actor, role_used, on_behalf_of, reason, happened_at, payload) VALUES"
            " ('test.foreign', 1, 'test', %s, 1, '{}', '{}', '', 'system:test', '', '', '', now(), '{}')",
            [uuid.uuid4().hex],
        )
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            camera, version = changes.make()
            begun = time.monotonic()
            listener.until("camera.status", id=camera, version=version)
            slowest, made = max(slowest, time.monotonic() - begun), made + 1
        beat = listener.until("heartbeat")
        assert beat.data["seq"] >= listener.state.seq
        foreign.rollback()
    listener.close()
    print(f"{made} events beside a transaction open for {seconds:.0f} s, slowest {slowest * 1000:.0f} ms")
    assert made > 1
    assert slowest < PROMPT_S
    return slowest


__all__ = ("Changes", "cut_streams", "hold_a_foreign_transaction", "neglect_streams", "resident_kb")
