"""Telling another process of this machine that there is something new: a datagram that may get lost.

Nobody depends on a poke: whoever is poked also looks by itself every few dozen milliseconds.
"""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

from django.conf import settings

RELAY = "relay.sock"
STREAM = "stream.sock"
_MESSAGE = b"!"


def socket_path(name: str) -> Path:
    """Where a process listens for pokes."""
    return Path(settings.SOCKET_DIR) / name


def poke(name: str) -> None:
    """Sends one datagram and forgets it; nobody there, or a full queue, is no error."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.setblocking(False)
        sender.sendto(_MESSAGE, str(socket_path(name)))


def listen(name: str) -> socket.socket | None:
    """A bound datagram socket, taking the place of one that a dead process left; None where none can be made."""
    path = socket_path(name)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        listener.bind(str(path))
    except OSError:  # a folder that can't be written, a path beyond 107 bytes: looking by itself is enough
        listener.close()
        return None
    listener.setblocking(False)
    return listener


def drain(listener: socket.socket) -> None:
    """Takes all waiting datagrams off a listener."""
    with contextlib.suppress(BlockingIOError):
        while listener.recv(16):
            pass
