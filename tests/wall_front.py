"""The real wall with a stream that a test holds in its hands: static files as the edge sends them, all else from a running site.

Every answer that passes is weighed as the edge would send it, so that a page's download can be told by kind.
"""

from __future__ import annotations

import gzip
import http.client
import math
import mimetypes
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests.wall_shift import Json, instant
from tests.wall_site import STATIC, WallSite

#: What the edge packs; fonts and pictures are packed already.
PACKED = ("text/", "application/json", "application/geo+json", "image/svg+xml", "application/javascript")
LIVE = ("/live/state", "/live/events")
PACE_DEG = 0.00003


class WallFront(WallSite):
    """A `WallSite` whose pages, layers and tiles are those of a running site, its scripts those of the product."""

    def __init__(self, upstream: str, *, units: int = 78) -> None:
        super().__init__()
        self.upstream = urlsplit(upstream)
        self.greeting = True  # as the real stream does, also when a test beats by itself
        self._files: dict[str, tuple[str, bytes]] = {}
        self.weights: dict[str, tuple[str, int]] = {}
        self._number, self._step, self._lock = 10_000, 0, threading.Lock()
        model = next(one for one in self.shift.units.values() if one["geometry"])
        self.shift.units = {f"unit-{n}": self._unit(model, n) for n in range(units)}
        self.server.RequestHandlerClass = _handler(self, self.server.RequestHandlerClass)

    def frame(self) -> None:
        """One frame in which every unit has moved."""
        self._step += 1
        now = instant(datetime.now(UTC))
        rows = []
        for n, (key, unit) in enumerate(self.shift.units.items()):
            lon, lat = unit["geometry"]["coordinates"]
            turn = n + self._step / 20
            place = [round(lon + PACE_DEG * math.cos(turn), 6), round(lat + PACE_DEG * math.sin(turn), 6)]
            unit["geometry"]["coordinates"] = place
            rows.append([key, *place, now, 1.4, math.degrees(turn) % 360])
        self.send("frame", {"at": now, "full": False, "units": rows})

    def storm_event(self) -> None:
        """Something happens: a case comes, another changes, a third goes; as many are open afterwards as before."""
        self._number += 1
        cases = list(self.shift.incidents.values())
        match self._number % 3:
            case 0:
                self.report(
                    severity=2 + self._number % 3, grid=self._number % len(self.shift.grids), number=self._number
                )
            case 1:
                self.change(cases[-1], state="handling")
            case _:
                self.remove(cases[0])

    def download(self) -> dict[str, int]:
        """Bytes by kind of what was asked for so far, as the edge sends them; tiles left out."""
        sums: dict[str, int] = {}
        with self._lock:
            for path, (kind, size) in self.weights.items():
                if not path.startswith("/tiles/"):
                    sums[kind] = sums.get(kind, 0) + size
        return sums

    def file(self, path: str) -> tuple[str, bytes]:
        """Type and content of a static file; nothing where there is none."""
        if path not in self._files:
            file = STATIC / path.removeprefix("/static/")
            kind = "text/javascript" if file.suffix in (".js", ".mjs") else mimetypes.guess_type(file.name)[0]
            self._files[path] = (kind or "application/octet-stream", file.read_bytes() if file.is_file() else b"")
        kind, content = self._files[path]
        self.weigh(path, kind, content)
        return kind, content

    def weigh(self, path: str, kind: str, body: bytes) -> None:
        """Notes an answer; each address once."""
        if path in self.weights:
            return
        size = len(gzip.compress(body, 6)) if kind.startswith(PACKED) else len(body)
        with self._lock:
            self.weights[path] = (kind.split(";", maxsplit=1)[0], size)

    def _unit(self, model: Json, n: int) -> Json:
        lon, lat = self.shift._spot(self.shift.grids[n % len(self.shift.grids)])
        properties = {
            **model["properties"],
            "code": f"T{n:04}",
            "name": f"第{n}队",
            "name_en": f"Team {n}",
            "stale": False,
        }
        return {
            **model,
            "id": f"unit-{n}",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": properties,
        }


def _handler(front: WallFront, live: Any) -> type[BaseHTTPRequestHandler]:
    class Handler(live):  # type: ignore[misc]
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path in LIVE:
                super().do_GET()
            elif path.startswith("/static/"):
                self._edge(path)
            else:
                self._pass_on("GET", b"")

        def do_POST(self) -> None:
            self._pass_on("POST", self.rfile.read(int(self.headers["Content-Length"])))

        def _edge(self, path: str) -> None:
            """A static file, which the edge sends by itself."""
            kind, content = front.file(path)
            self._reply(200 if content else 404, content, kind)

        def _pass_on(self, method: str, body: bytes) -> None:
            link = http.client.HTTPConnection(front.upstream.hostname or "", front.upstream.port, timeout=60)
            dropped = ("accept-encoding", "connection", "if-none-match")
            sent = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
            try:
                link.request(method, self.path, body or None, sent)
                answer = link.getresponse()
                content = answer.read()
                headers = answer.getheaders()
            finally:
                link.close()
            if answer.status == 200:
                front.weigh(self.path, answer.getheader("Content-Type") or "", content)
            self.send_response_only(answer.status)
            for name, value in headers:
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
