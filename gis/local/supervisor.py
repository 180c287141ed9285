"""Runs the process table in the foreground: restarts what dies, stops everything in order, leaves nothing behind."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
import time
from collections import deque
from dataclasses import dataclass, field

from . import children, logs
from .console import Console
from .guardian import Guardian
from .options import Options
from .parent import Make
from .places import Places, remove_socket_dirs
from .services import Service

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_STABLE_S = 60.0
_LOOP_DEATHS = 5
_READY_TIMEOUT_S = 180.0
_UP_TIMEOUT_S = 20.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Running:
    """A service and what became of it."""

    service: Service
    log: logs.LogFile
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=20))


class Supervisor:
    """The foreground process behind ``make run``. Everything happens in the main thread; threads only carry logs."""

    def __init__(self, places: Places, options: Options, console: Console) -> None:
        self.places, self.options, self.console = places, options, console
        self.feed = logs.ConsoleFeed(console)
        self.guardian = Guardian()
        self.running: dict[str, Running] = {}
        self.stopping = ""
        self.make = Make()

    # --- starting

    def start(self, service: Service, *, quiet: bool = False) -> subprocess.Popen[bytes]:
        """Starts one service (a quiet one is only logged to its file until the console is free)."""
        entry = self.running.get(service.name)
        if entry is None:
            entry = Running(service, logs.LogFile(self.places.state / "log" / f"{service.name}.log"))
            self.running[service.name] = entry
        if service.before_start:
            service.before_start()
        child = children.spawn(
            service.command,
            account=service.account,
            env=service.env,
            cwd=service.cwd,
            death_signal=service.death_signal,
        )
        self.guardian.watch(child.pid, service.stop_signal)
        entry.child, entry.started_at, entry.restart_at = child, time.monotonic(), 0.0
        logs.forward(service.name, child, entry.log, None if quiet else self.feed, mask=service.mask_queries)
        return child

    def _start_next(self, waiting: list[Service], now: float) -> None:
        """Starts the next service of the table once those before it are up (or had 20 s)."""
        while waiting and not self.stopping:
            for entry in self.running.values():
                if entry.service.is_up and now - entry.started_at < _UP_TIMEOUT_S and not entry.service.is_up():
                    return
            self.start(waiting.pop(0))
            now = time.monotonic()

    # --- running

    def run(self, table: list[Service]) -> int:
        """Starts what isn't running yet, says ``ready`` once, and stays until told to stop. Returns the exit code."""
        for number in STOP_SIGNALS:
            # Also when it was ignored at our start, as in a script's background job.
            signal.signal(number, self._on_signal)
        waiting = [service for service in table if service.name not in self.running]
        ready, asked_at, begun = False, 0.0, time.monotonic()
        last_reason = ""
        while not self.stopping:
            now = time.monotonic()
            self._look_after(now)
            self._start_next(waiting, now)
            self.stopping = self.stopping or self.make.told_to_stop()
            self._rotate_edge_log()
            if not ready and not waiting and now - asked_at > 0.2:
                asked_at = now
                ready, last_reason = self._ask_ready()
                if ready:
                    self._say_ready()
                elif now - begun > _READY_TIMEOUT_S:
                    self._say(
                        f"Not ready after {_READY_TIMEOUT_S:.0f} s: {last_reason}. Logs: {self.places.var / 'log'}"
                    )
                    return 1
            time.sleep(0.05 if not ready else 0.25)
        self._say(f"stopping ({self.stopping})")
        return 0

    def _on_signal(self, number: int, frame: object) -> None:
        self.stopping = self.stopping or signal.Signals(number).name

    def _look_after(self, now: float) -> None:
        for entry in self.running.values():
            child = entry.child
            if child is not None and (code := child.poll()) is not None:
                self._died(entry, code, now)
            elif child is None and entry.restart_at and now >= entry.restart_at:
                self._say(f"{entry.service.name}: starting again")
                try:
                    self.start(entry.service)
                except Exception as error:
                    self._say(f"{entry.service.name}: {error}")
                    entry.restart_at = now + _LONGEST_PAUSE_S

    def _died(self, entry: Running, code: int, now: float) -> None:
        name = entry.service.name
        if entry.child is not None:
            # What it leaves behind in its group would hold its port or socket.
            children.signal_group(entry.child.pid, signal.SIGKILL)
            self.guardian.forget(entry.child.pid)
        entry.child = None
        if now - entry.started_at > _STABLE_S:
            entry.deaths.clear()
        entry.deaths.append(now)
        recent = len(entry.deaths)
        pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (recent - 1))
        entry.restart_at = now + pause
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self._say(f"{name}: {how}; starting again in {pause:.1f} s")
        if recent == _LOOP_DEATHS:
            self._say(f"{name}: died {recent} times in a row and is tried every {_LONGEST_PAUSE_S:.0f} s from now on.")
            self._say(
                f"{name}: its log is {self.places.var / 'log' / (name + '.log')}; `manage.py doctor` says what is missing."
            )

    def _rotate_edge_log(self) -> None:
        path = self.places.state / "log" / "edge" / "access.log"
        entry = self.running.get("edge")
        try:
            if entry and entry.child and path.lstat().st_size > logs.MAX_BYTES:
                logs.rotate(path)
                entry.child.send_signal(signal.SIGUSR1)  # nginx opens its log files again
        except OSError:
            pass

    # --- being ready

    def _ask_ready(self) -> tuple[bool, str]:
        """Asks ``/readyz`` through the real port; (ready, the reason when not)."""
        connection = http.client.HTTPConnection(self.options.probe_host, self.options.port, timeout=3)
        try:
            connection.request("GET", "/readyz", headers={"Accept": "application/json"})
            answer = connection.getresponse()
            body = answer.read(4000).decode("utf-8", "replace")
            if answer.status == 200:
                return True, ""
            try:
                return False, json.dumps(json.loads(body), ensure_ascii=False)[:500]
            except ValueError:
                return False, f"/readyz answers {answer.status}"
        except (OSError, http.client.HTTPException) as error:
            return False, f"/readyz: {error}"
        finally:
            connection.close()

    def _say_ready(self) -> None:
        self.feed.flush()
        self.feed.line(f"ready {self.options.url}")
        self.feed.flush()

    def _say(self, text: str) -> None:
        self.feed.line(f"{'make run':<9}│ {text}")

    # --- stopping

    def stop(self) -> None:
        """Stops everything within 20 s: services together, then the database."""
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        alive = [entry for entry in self.running.values() if entry.child is not None]
        for lowest in (1, 0):
            group = [entry for entry in alive if (entry.service.stage >= 1) == (lowest == 1)]
            self._stop_group(group)
        remove_socket_dirs(self.places)
        self.feed.flush(0.5)

    def _stop_group(self, group: list[Running]) -> None:
        deadline = 0.0
        for entry in group:
            assert entry.child is not None
            if entry.child.poll() is None:
                entry.child.send_signal(entry.service.stop_signal)
            deadline = max(deadline, time.monotonic() + entry.service.stop_patience_s)
        while time.monotonic() < deadline and any(e.child and e.child.poll() is None for e in group):
            time.sleep(0.02)
        for entry in group:
            assert entry.child is not None
            if entry.child.poll() is None:
                self._say(f"{entry.service.name}: did not stop in time")
                if entry.service.name == "postgres":
                    # Immediate shutdown: the next start recovers; nothing that was acknowledged is lost.
                    entry.child.send_signal(signal.SIGQUIT)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        entry.child.wait(2)
            children.signal_group(entry.child.pid, signal.SIGKILL)
            entry.child.wait()
            self.guardian.forget(entry.child.pid)
