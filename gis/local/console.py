"""What a person sees while the machine is being set up: a line per step with the time it took."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

_URL = re.compile(r"\b(?:https?|ftp|file)://(?!127\.0\.0\.1|localhost|\[::1\])\S*")
_WIDTH = 24
_PLAIN_EVERY_S = 10.0


def without_addresses(text: str) -> str:
    """``text`` with every URL replaced: package indexes may carry names and credentials."""
    return _URL.sub("<address>", text)


class Console:
    """Lines for people. On a terminal a step moves in place; elsewhere it says something every 10 s."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.tty = self.stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._lock = threading.Lock()
        self._moving = False

    def line(self, text: str = "") -> None:
        """Writes one whole line, flushed."""
        with self._lock:
            self._clear()
            self._write(text + "\n")

    def moving(self, text: str) -> None:
        """Rewrites the line in place (terminals only)."""
        with self._lock:
            self._clear()
            self._write(text[: max(20, _terminal_columns() - 1)])
            self._moving = True

    def _clear(self) -> None:
        if self._moving:
            self._write("\r\x1b[2K")
            self._moving = False

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except (BrokenPipeError, ValueError):
            # Whoever read our output has gone; the services matter more than the words about them.
            self.stream = Path(os.devnull).open("w")  # noqa: SIM115 - lives as long as the process

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Shows ``title`` while the block runs and a line with the elapsed time when it ends."""
        step = Step(self, title)
        try:
            yield step
        except BaseException:
            step.finish("stopped")
            raise
        step.finish("done")


class Step:
    """One step of the set-up; :meth:`update` moves its bar or counter."""

    def __init__(self, console: Console, title: str) -> None:
        self.console = console
        self.title = title
        self.note = ""
        self._started = self._spoke = time.monotonic()
        self._share: float | None = None
        self._text = ""

    def update(self, text: str = "", share: float | None = None) -> None:
        """Shows ``text`` and, where it is known, the finished ``share`` (0..1)."""
        self._text, self._share = text, share
        now = time.monotonic()
        if self.console.tty:
            self.console.moving(f"  {self.title:<44} {self._bar()} {text}")
        elif now - self._spoke >= _PLAIN_EVERY_S:
            self._spoke = now
            percent = f"{share:4.0%} " if share is not None else ""
            self.console.line(f"  … {self.title}: {percent}{text} ({now - self._started:.0f} s)")

    def _bar(self) -> str:
        if self._share is None:
            return f"{time.monotonic() - self._started:5.1f} s"
        filled = round(_WIDTH * min(1.0, max(0.0, self._share)))
        return "█" * filled + "·" * (_WIDTH - filled) + f" {self._share:4.0%}"

    def finish(self, word: str) -> None:
        """Writes the step's last line."""
        elapsed = time.monotonic() - self._started
        sign = "✓" if word == "done" else "✗"
        note = f"  {self.note}" if self.note else ""
        self.console.line(f"  {sign} {self.title:<44} {elapsed:6.1f} s{note}" + ("" if word == "done" else f"  {word}"))


def _terminal_columns() -> int:
    try:
        return os.get_terminal_size().columns or 100
    except OSError:
        return 100
