"""A process that shuts itself in: no network, no rights, little memory, little time. Linux; standard library alone.

Order matters: a user of its own and an empty network come before any library is loaded (threads forbid a new user
namespace), the limits after (they count over what the libraries take).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import resource
import socket
from pathlib import Path

CPU_SECONDS = 120
MEMORY_BYTES = 1 << 30
FILE_BYTES = 2_100_000_000
OPEN_FILES = 64
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES, _DIE_WITH_PARENT, _NOT_DUMPABLE = 38, 1, 4
_SIGKILL = 9


def cut_network() -> bool:
    """True when this process has a network of its own, without any interface; False where the system forbids it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NET) == 0:
        return True
    return bool(libc.unshare(_NEW_USER | _NEW_NET) == 0)


def reachable() -> bool:
    """True when a packet could leave this process for another machine; asked of the routing table, nothing is sent."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return False
    return True


def die_with_parent() -> None:
    """The kernel ends this process when the one that started it ends, and it can never gain rights."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DIE_WITH_PARENT, _SIGKILL)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def become(user: str) -> str:
    """The name of the user this process runs as from here on: `user` when we are root and it exists."""
    if os.geteuid() == 0 and user:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(user)
            os.setgroups([])
            os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
            os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
    return str(os.geteuid())


def limit(*, cpu_seconds: int = CPU_SECONDS, memory_bytes: int = MEMORY_BYTES) -> int:
    """Sets the limits and gives the bytes of address space taken so far, over which `memory_bytes` count."""
    baseline = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, value in (
        (resource.RLIMIT_AS, baseline + memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))
    return baseline
