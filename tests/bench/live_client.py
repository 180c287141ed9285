"""Clients of either stream in one asyncio process: `python -m tests.bench.live_client URL PATH COUNT TOKEN`.

PATH `/live/events` is read as server-sent events, anything else is a websocket. Both are read by the same code: it looks
for the time that the writer put into each event and notes how long ago that was. `ready` when all are open; a line on
stdin ends it, and it prints what it found.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
import time
from typing import cast
from urllib.parse import urlsplit

import uvloop

STAMP = re.compile(rb'"t": ?([0-9]+\.[0-9]+)[,}]')
_KEY = base64.b64encode(b"sixteen bytes!!!").decode()


class Reader(asyncio.Protocol):
    """One open stream."""

    def __init__(self, request: bytes, delays: list[float], opened: asyncio.Queue[bool]) -> None:
        self._request, self._delays, self._opened = request, delays, opened
        self._rest = b""
        self._head = True
        self.last = 0.0
        self.longest_gap = 0.0
        self.events = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the stream."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Notes the age of every event in it."""
        now = time.time()
        data = self._rest + data
        if self._head:
            if b"\r\n\r\n" not in data:
                self._rest = data
                return
            self._head = False
            self._opened.put_nowait(data.startswith((b"HTTP/1.1 200", b"HTTP/1.1 101")))
        end = 0
        for found in STAMP.finditer(data):
            end = found.end()
            self._delays.append(now - float(found[1]))
            self.events += 1
            if self.last:
                self.longest_gap = max(self.longest_gap, now - self.last)
            self.last = now
        self._rest = data[max(end, len(data) - 40) :]


def request_for(url: str, path: str, token: str) -> bytes:
    """The request that opens a stream."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {urlsplit(url).netloc}"]
    if path == "/live/events":
        lines.append(f"Authorization: Bearer {token}")
    else:
        lines += [
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {_KEY}",
            "Sec-WebSocket-Version: 13",
        ]
    return "\r\n".join([*lines, "", ""]).encode()


async def _run(url: str, path: str, count: int, token: str) -> None:
    loop, parts = asyncio.get_running_loop(), urlsplit(url)
    delays: list[float] = []
    opened: asyncio.Queue[bool] = asyncio.Queue()
    request, readers = request_for(url, path, token), []
    for number in range(count):
        _, reader = await loop.create_connection(lambda: Reader(request, delays, opened), parts.hostname, parts.port)
        readers.append(reader)
        if number % 20 == 19 or number == count - 1:
            async with asyncio.timeout(30):
                while opened.qsize() < number + 1:
                    await asyncio.sleep(0.01)
    good = all(opened.get_nowait() for _ in range(count))
    print("ready" if good else "refused", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    facts = {
        "delays": delays, "events": [reader.events for reader in readers],
        "longest_gap_s": max(reader.longest_gap for reader in readers),
    }  # fmt: skip
    print(json.dumps(facts), flush=True)
    os._exit(0)


if __name__ == "__main__":
    uvloop.run(_run(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
