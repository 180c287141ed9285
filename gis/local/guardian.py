"""A second line of defence: ends the services when the supervisor was killed without a chance to say so.

The kernel already sends each direct child a signal when its parent dies (``children.die_with_parent``). Grandchildren
(PostgreSQL's backends, nginx's and granian's workers) get none, and a hung child may ignore a polite one. The guardian is
a fork in a session of its own that holds one end of a pipe: when the other end closes, it ends each process group.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time

_PATIENCE_S = 12.0


class Guardian:
    """The supervisor's side: :meth:`watch` and :meth:`forget` process groups."""

    def __init__(self) -> None:
        reading, self._pipe = os.pipe()
        if os.fork() == 0:
            os.close(self._pipe)
            _guard(reading)
        os.close(reading)

    def watch(self, group: int, polite: int) -> None:
        """From now on ``group`` gets ``polite``, and SIGKILL later, when we are gone."""
        self._say(f"+ {group} {polite}\n")

    def forget(self, group: int) -> None:
        """``group`` has ended."""
        self._say(f"- {group} 0\n")

    def _say(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe, text.encode())


def _guard(reading: int) -> None:
    """The guardian's life. Never returns."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    signal.set_wakeup_fd(-1)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(3, reading)
    os.closerange(reading + 1, 256)
    groups: dict[int, int] = {}
    rest = b""
    while block := os.read(reading, 4096):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            sign, group, polite = line.split()
            if sign == b"+":
                groups[int(group)] = int(polite)
            else:
                groups.pop(int(group), None)
    _end(groups)
    os._exit(0)


def _end(groups: dict[int, int]) -> None:
    for group, polite in groups.items():
        _kill(group, polite)
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and any(_kill(group, 0) for group in groups):
        time.sleep(0.1)
    for group in groups:
        _kill(group, signal.SIGKILL)


def _kill(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
