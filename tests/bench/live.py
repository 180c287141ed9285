"""The live spine: from commit to many clients beside Channels, memory of a thousand streams, what the relay costs writers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.report import Figure, at_most, compare, share
from tests.bench.servers import Server, free_port, running
from tests.bench.stage import ROOT, Database

STREAMS, RATE, SECONDS = 200, 10, 6.0
MANY, WRITERS, PROCESSES = 1000, 64, 4
FOREIGN_S = 60.0
#: No client waits longer for an event, whatever else is open in the database (the promise is that of the 99th of 100).
WAIT_S = 2.0
SETTLE_S = 30.0


class Talker:
    """A process of ours that takes one order a line and answers each by a line."""

    def __init__(self, module: str, environment: dict[str, str], *words: object) -> None:
        command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, words)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self.hear() != "ready":
            raise RuntimeError(f"{module} did not get ready")

    def say(self, line: str) -> None:
        """Gives an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        """The answer."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        """Ends it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(20)


@dataclass
class Spine:
    """Our relay, stream and writers on the bench's database."""

    database: Database
    environment: dict[str, str]
    folder: Path
    stream: Server
    token: str
    relay: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextlib.contextmanager
    def open(cls, database: Database, folder: Path) -> Iterator[Spine]:
        """Running; stopped afterwards."""
        (folder / "sockets").mkdir(exist_ok=True)
        environment = database.environment | {"WANGGE_VAR": str(folder), "WANGGE_SOCKET_DIR": str(folder / "sockets")}
        environment.pop("DATABASE_OWNER_URL", None)
        port = free_port()
        command = [sys.executable, "manage.py", "stream", "--port", str(port)]
        address = f"http://127.0.0.1:{port}/live/state"
        with running(command, environment, folder / "stream.log", address) as server:
            spine = cls(
                database, environment, folder, Server(f"http://127.0.0.1:{port}", server.pid), _token(environment)
            )
            spine.start_relay()
            try:
                yield spine
            finally:
                spine.stop_relay()

    def start_relay(self) -> None:
        """Starts the relay and waits until every event has its place."""
        with (self.folder / "relay.log").open("ab") as out:
            self.relay = subprocess.Popen(
                [sys.executable, "manage.py", "relay"], cwd=ROOT, env=self.environment, stdout=out, stderr=out
            )
        self.settle()

    def stop_relay(self) -> None:
        """Stops it."""
        if self.relay is not None:
            self.relay.send_signal(signal.SIGTERM)
            self.relay.wait(20)
            self.relay = None

    def settle(self) -> None:
        """Returns once no event waits for its place and the stream stands at the newest."""
        limit = time.monotonic() + SETTLE_S
        question = "SELECT (SELECT count(*) FROM live_event) - (SELECT count(*) FROM live_link)"
        with psycopg.connect(self.database.url, autocommit=True) as link:
            while link.execute(question).fetchone() != (0,):
                if time.monotonic() > limit:
                    raise RuntimeError("the relay did not catch up")
                time.sleep(0.1)

    def clients(self, count: int) -> Talker:
        """So many open streams."""
        return Talker("live_client", self.environment, self.stream.url, "/live/events", count, self.token)

    def writer(self, part: int = 0, of: int = 1) -> Talker:
        """A writer process."""
        return Talker("live_writer", self.environment, part, of)


def _token(environment: dict[str, str]) -> str:
    """A token of somebody who sees everything."""
    script = (
        "import django; django.setup()\n"
        "from tests.cast import Cast, District\n"
        "print(Cast(District.read(), server=True).token('dispatcher'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def measure(database: Database, folder: Path, rounds: int, seconds: float) -> list[Figure]:
    """All figures of the live spine; the rival is left out where its packages are missing."""
    with Spine.open(database, folder) as spine:
        figures = _latency(spine, min(rounds, 4))
        figures += _writers(spine, min(rounds, 3), seconds)
        return figures + _foreign(spine)


# --- from commit to client


@dataclass
class Delays:
    """What one run of the clients found, in milliseconds."""

    p50_ms: float
    p99_ms: float

    @classmethod
    def of(cls, facts: dict[str, Any], events: int) -> Delays:
        """From a client's report; RuntimeError when an event did not reach everybody."""
        missing = [count for count in facts["events"] if count != events]
        if missing:
            raise RuntimeError(f"{len(missing)} of {len(facts['events'])} streams got {missing[0]} of {events} events")
        ordered = sorted(facts["delays"])
        return cls(statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000)


def _latency(spine: Spine, rounds: int) -> list[Figure]:
    ours, theirs = [], []
    python = os.environ.get("WANGGE_BENCH_PYTHON", "")
    with contextlib.ExitStack() as stack:
        rival = stack.enter_context(channels(python, spine)) if python else None
        writer = spine.writer()
        stack.callback(writer.close)
        for number in range(rounds):
            print(f"  live: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            ours.append(_ours(spine, writer))
            if rival is not None:
                theirs.append(_theirs(spine, rival))
    note = f"{STREAMS} streams, {RATE} events/s, from just before COMMIT to the client; Channels in-memory layer, websockets"
    if not theirs:
        return [
            share(f"commit to client, {what}", 1.0, [getattr(d, what) / 1000 for d in ours], note)
            for what in ("p50_ms", "p99_ms")
        ]
    return [
        at_most(
            f"commit to client, {what}", "Channels in-memory", [getattr(d, f"{what}_ms") for d in ours],
            [getattr(d, f"{what}_ms") for d in theirs], goal=0.5 if what == "p99" else None, unit="ms", note=note,
        )
        for what in ("p50", "p99")
    ]  # fmt: skip


def _ours(spine: Spine, writer: Talker) -> Delays:
    clients = spine.clients(STREAMS)
    writer.say(f"paced {RATE} {SECONDS}")
    events = int(writer.hear())
    return Delays.of(reported(clients), events)


def reported(clients: Talker) -> dict[str, Any]:
    """What clients found, a second after the last event."""
    time.sleep(1.0)
    clients.say("end")
    facts: dict[str, Any] = json.loads(clients.hear())
    clients.close()
    return facts


@contextlib.contextmanager
def channels(python: str, spine: Spine) -> Iterator[Server]:
    """The rival on uvicorn with the loop and parser that we use."""
    with psycopg.connect(spine.database.environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for table in ("bench_event", "bench_state"):
            owner.execute(f"CREATE TABLE {table} (id bigserial PRIMARY KEY, payload jsonb NOT NULL)")
            owner.execute(f"GRANT ALL ON {table}, {table}_id_seq TO PUBLIC")
    port = free_port()
    environment = os.environ | {"DATABASE_URL": spine.database.url, "BENCH_FEATURE": json.dumps(_feature(spine))}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [
        python, "-m", "uvicorn", "tests.bench.channels_rival:application", "--host", "127.0.0.1", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--lifespan", "off", "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    with running(command, environment, spine.folder / "channels.log", f"http://127.0.0.1:{port}/healthz") as server:
        yield server


def _feature(spine: Spine) -> dict[str, Any]:
    """The feature that our own events carry, so that both send the same."""
    request = urllib.request.Request(
        f"{spine.stream.url}/live/state", headers={"Authorization": f"Bearer {spine.token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        feature: dict[str, Any] = json.load(answer)["layers"]["cameras"]["features"][0]
    return feature


def _theirs(spine: Spine, rival: Server) -> Delays:
    clients = Talker("live_client", spine.environment, rival.url, "/ws", STREAMS, "none")
    begun, events = time.monotonic(), 0
    while (due := begun + events / RATE) < begun + SECONDS:
        time.sleep(max(0.0, due - time.monotonic()))
        with urllib.request.urlopen(f"{rival.url}/write", timeout=30):
            events += 1
    return Delays.of(reported(clients), events)


# --- what the relay costs writers


def _writers(spine: Spine, rounds: int, seconds: float) -> list[Figure]:
    writers = [spine.writer(part, PROCESSES) for part in range(PROCESSES)]
    with_relay, without = [], []
    for _ in range(rounds):
        with_relay.append(_flood(writers, seconds))
        spine.settle()
        spine.stop_relay()
        without.append(_flood(writers, seconds))
        spine.start_relay()
    for writer in writers:
        writer.close()
    note = f"{WRITERS} writers in {PROCESSES} processes, each commit one row and its event"
    return [
        compare("writers beside the relay", "relay stopped", with_relay, without, goal=0.9, unit="commits/s", note=note)
    ]


def _flood(writers: Sequence[Talker], seconds: float) -> float:
    for writer in writers:
        writer.say(f"flood {WRITERS // PROCESSES} {seconds}")
    return sum(int(writer.hear()) for writer in writers) / seconds


# --- a thousand streams, a foreign transaction


def _foreign(spine: Spine) -> list[Figure]:
    """A thousand streams beside a write transaction that another session keeps open: memory, threads, the longest wait."""
    before_kb, threads = _memory(spine.stream.pid)
    writer = spine.writer()
    with psycopg.connect(spine.database.environment["DATABASE_OWNER_URL"]) as foreign:
        foreign.execute("SET idle_in_transaction_session_timeout = 0")
        foreign.execute("SELECT pg_current_xact_id()")
        foreign.execute("LOCK TABLE live_receipt IN ROW EXCLUSIVE MODE")
        begun = time.monotonic()
        clients = spine.clients(MANY)
        opened_kb, _ = _memory(spine.stream.pid)
        writer.say(f"paced 2 {max(5.0, FOREIGN_S - (time.monotonic() - begun))}")
        events = int(writer.hear())
        after_kb, threads_then = _memory(spine.stream.pid)
        facts = reported(clients)
        foreign.rollback()
    writer.close()
    found = Delays.of(facts, events)
    note = f"one process: {threads} threads before, {threads_then} with {MANY} streams; {(opened_kb - before_kb) / MANY:.1f} KB just opened"
    return [
        Figure(
            "memory of a stream", "bound 60 KB", 1.0, False, [(after_kb - before_kb) / MANY / 60],
            (after_kb - before_kb) / MANY, 60, "KB", note, {"threads": [threads, threads_then]},
        ),
        share(
            f"longest wait of {MANY} clients, foreign transaction open", WAIT_S, [max(facts["delays"])],
            f"{FOREIGN_S:.0f} s, 2 events/s; p50 {found.p50_ms:.0f} ms, p99 {found.p99_ms:.0f} ms",
        ),
    ]  # fmt: skip


def _memory(pid: int) -> tuple[int, int]:
    """Resident KB and threads of a process."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]), int(fields["Threads"])
