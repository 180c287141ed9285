"""Whether the port is free, and who holds it when it isn't."""

from __future__ import annotations

import errno
import socket
import time
from pathlib import Path
from typing import Any

from .options import Options
from .problems import SetupProblem


def require_free(options: Options, patience_s: float = 1.5) -> None:
    """Returns when HOST:PORT can be bound; a start that was just killed has ``patience_s`` to let go of it.

    Raises:
        SetupProblem: the port is taken (by whom, where that can be known), needs root, or the address isn't ours.
    """
    if options.port < 1024:
        raise SetupProblem(
            f"Port {options.port} is reserved for root, and no service here runs as root.",
            f"Choose one above 1023 (make run PORT=8000) and forward {options.port} to it.",
        )
    try:
        family, _, _, _, address = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise SetupProblem(
            f"HOST={options.host} is not an address of this machine ({error}).", "make run HOST=127.0.0.1"
        ) from error
    deadline = time.monotonic() + patience_s
    while (problem := _bind_error(family, address)) is not None:
        if problem.errno != errno.EADDRINUSE:
            raise SetupProblem(
                f"{options.host}:{options.port} can't be used: {problem.strerror}.", "make run HOST=127.0.0.1"
            ) from problem
        if time.monotonic() > deadline:
            raise _taken(options) from problem
        time.sleep(0.1)


def _bind_error(family: int, address: Any) -> OSError | None:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            # Bound is not enough: with SO_REUSEADDR a listener elsewhere shows only now.
            probe.listen(1)
        except OSError as error:
            return error
    return None


def _taken(options: Options) -> SetupProblem:
    holder = holder_of(options.port)
    return SetupProblem(
        f"Port {options.port} is in use" + (f" by {holder}." if holder else "."),
        f"Stop that program, or choose another port: make run PORT={_free_near(options)}",
    )


def _free_near(options: Options) -> int:
    for port in range(options.port + 1, min(options.port + 50, 65535)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    return 8001


def holder_of(port: int) -> str:
    """``name (process 123)`` of the program that listens on ``port``; empty when we may not know."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            cells = row.split()
            if cells[3] == "0A" and int(cells[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{cells[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()) in inodes for fd in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue
    return ""
