"""The ``make`` above us: a signal that reached only it has to stop us as well.

GNU make passes SIGTERM on to its child, but not SIGINT. Where it has a handler, it gives the signal back to its default once
caught, which ``/proc`` shows. Where SIGINT was ignored when make started (a background job of a script), make ignores it for
good, and nobody could tell that one was sent, save a tracer: ptrace(2) shows a tracer also the signals its tracee ignores.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from pathlib import Path

from . import children

_SEIZE, _CONT, _LISTEN = 0x4206, 7, 0x4208
_EVENT_STOP = 128
_WALL = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long


class Make:
    """The parent process, if it is make. Ask :meth:`told_to_stop` often: a traced make waits for the answer."""

    def __init__(self) -> None:
        self.pid = os.getppid()
        self._is_make = _name(self.pid) in ("make", "gmake")
        self._catches = self._is_make and _has(self.pid, "SigCgt")
        self._traced = False
        if not self._is_make:
            return
        # Killed, it takes us along.
        children.die_with_parent(signal.SIGTERM)
        if _has(self.pid, "SigIgn"):
            # Not permitted in some containers: then SIGINT to the process group or SIGTERM is the way.
            self._traced = _libc.ptrace(_SEIZE, self.pid, None, None) == 0

    def told_to_stop(self) -> str:
        """Why to stop, or nothing."""
        if not self._is_make:
            return ""
        if self._traced and self._saw_int():
            return "SIGINT"
        if self._catches and not _has(self.pid, "SigCgt"):
            return "SIGINT"
        return "make ended" if os.getppid() != self.pid else ""

    def _saw_int(self) -> bool:
        """Lets make go on from every stop; True when one of them was for SIGINT."""
        seen = False
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(self.pid, os.WNOHANG | _WALL)
                if pid == 0:
                    return seen
                if not os.WIFSTOPPED(status):
                    self._traced = False
                    return seen
                number = os.WSTOPSIG(status)
                if status >> 16 == _EVENT_STOP:
                    stopping = number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
                    _libc.ptrace(_LISTEN if stopping else _CONT, self.pid, None, None)
                    continue
                seen = seen or number == signal.SIGINT
                _libc.ptrace(_CONT, self.pid, None, number)
        self._traced = False
        return seen


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _has(pid: int, mask: str) -> bool:
    """Whether SIGINT is in process ``pid``'s mask (``SigCgt``: has a handler, ``SigIgn``: ignores it)."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{mask}:"):
                return bool(int(line.split()[1], 16) & (1 << (signal.SIGINT - 1)))
    return False
