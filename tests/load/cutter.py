"""A wire that breaks: a loopback proxy that hands a stream on and cuts each connection after a random number of bytes."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PIECE = 4096


@dataclass
class Cutter:
    """The proxy. Every connection may carry so many bytes towards the client (`mean` on average), to the byte."""

    target: tuple[str, int]
    chance: random.Random
    mean: float
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64))
    cuts: int = 0
    cutting: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    @contextlib.contextmanager
    def open(cls, url: str, seed: int, mean: float = 3000) -> Iterator[Cutter]:
        """A running proxy before `url`."""
        parts = urlsplit(url)
        made = cls((parts.hostname or "", parts.port or 0), random.Random(seed), mean)
        threading.Thread(target=made._accept, daemon=True).start()
        try:
            yield made
        finally:
            made.listener.shutdown(socket.SHUT_RDWR)
            made.listener.close()

    @property
    def url(self) -> str:
        """Where clients go."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with self._lock:
            allowed = int(self.chance.expovariate(1 / self.mean)) if self.cutting else 2**40
        with client, contextlib.suppress(OSError), socket.create_connection(self.target) as server:
            threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
            while piece := server.recv(min(_PIECE, allowed)) if allowed else b"":
                client.sendall(piece)
                allowed -= len(piece)
            if not allowed:
                with self._lock:
                    self.cuts += 1
                # Half of the cuts are resets: what is under way is thrown away.
                if self.chance.random() < 0.5:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # A close alone would wait for the other thread, which still reads.
            client.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Carries requests; ends both when the client hangs up."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
