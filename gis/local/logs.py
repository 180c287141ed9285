"""Logs of the services: one rotating file each, and a copy on the console that can never hold anybody up."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import subprocess
import threading
import time
from pathlib import Path

from .console import Console

MAX_BYTES = 10_000_000
KEPT = 5
_QUERY = re.compile(r"\?[^\s\"]+")


class LogFile:
    """A file that is rotated at ``MAX_BYTES``; ``name.1`` is the newest of ``KEPT`` old ones."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open()

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        self._fd = os.open(self.path, flags, 0o640)
        self._size = os.fstat(self._fd).st_size

    def write(self, line: str) -> None:
        """Appends one line with its time (UTC). A full disk loses the line, never the service."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime())
        raw = (stamp + line + "\n").encode("utf-8", "replace")
        try:
            if self._size + len(raw) > MAX_BYTES:
                os.close(self._fd)
                rotate(self.path)
                self._open()
            self._size += os.write(self._fd, raw)
        except OSError:
            pass


def rotate(path: Path) -> None:
    """``x.log`` becomes ``x.log.1``, ``x.log.1`` becomes ``x.log.2`` and so on; the oldest goes."""
    for number in range(KEPT, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        newer = path if number == 1 else path.with_name(f"{path.name}.{number - 1}")
        with contextlib.suppress(FileNotFoundError):
            newer.replace(older)


class ConsoleFeed:
    """A bounded queue in front of the console.

    Whoever started us may have stopped reading (a full pipe, a stopped terminal): then lines are dropped here, and the
    services go on.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._lines: queue.Queue[str] = queue.Queue(maxsize=2000)
        threading.Thread(target=self._pump, daemon=True, name="console").start()

    def line(self, text: str) -> None:
        """Queues one line."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(text)

    def flush(self, patience_s: float = 1.0) -> None:
        """Waits a little for the queue to be written."""
        deadline = time.monotonic() + patience_s
        while self._lines.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.01)

    def _pump(self) -> None:
        while True:
            text = self._lines.get()
            self.console.line(text)
            self._lines.task_done()


def forward(
    name: str, child: subprocess.Popen[bytes], log: LogFile, feed: ConsoleFeed | None, *, mask: bool
) -> threading.Thread:
    """Starts the thread that carries a child's output to its log and, prefixed, to the console.

    ``mask`` cuts the query of every address in a line: nginx quotes whole requests in its error log.
    """

    def pump() -> None:
        assert child.stdout is not None
        for raw in child.stdout:
            line = raw.rstrip(b"\r\n").decode("utf-8", "replace")
            if mask:
                line = _QUERY.sub("?[masked]", line)
            log.write(line)
            if feed:
                feed.line(f"{name:<9}│ {line}")

    thread = threading.Thread(target=pump, daemon=True, name=f"log-{name}")
    thread.start()
    return thread
