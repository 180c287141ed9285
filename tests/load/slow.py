"""Readers that open a stream and never read."""

from __future__ import annotations

import contextlib
import resource
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

#: Little room in the kernel, so that what is not read stays with the server.
_RECEIVE_BYTES, _SEGMENT_BYTES = 2048, 536
_SPARE_FILES = 200


def room_for(count: int) -> int:
    """How many sockets may be open: `count`, or what the machine's limit leaves. The soft limit is raised."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + _SPARE_FILES
    if soft < wanted:
        soft = min(wanted, hard) if hard != resource.RLIM_INFINITY else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(count, soft - _SPARE_FILES)


@contextlib.contextmanager
def slow_readers(url: str, token: str, count: int, cursor: int) -> Iterator[list[socket.socket]]:
    """So many streams behind a cursor that take nothing."""
    parts = urlsplit(url)
    request = f"GET /live/events HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\nLast-Event-ID: {cursor}\r\n\r\n"
    opened = []
    try:
        for _ in range(count):
            link = socket.socket()
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT_BYTES)
            opened.append(link)
            link.connect((parts.hostname, parts.port))
            link.sendall(request.encode())
        yield opened
    finally:
        for link in opened:
            link.close()


def reads_until(link: socket.socket, words: bytes, seconds: float = 20) -> bool:
    """True when a reader that reads after all finds these words, or the stream ended by the server."""
    link.settimeout(seconds)
    last = b""
    while True:
        try:
            piece = link.recv(1 << 16)
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        last = last[-len(words) :] + piece
        if not piece or words in last:
            return True
