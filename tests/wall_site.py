"""A site for the panels of the wall alone: the page, its scripts, and a stream that a test holds in its hands. No database.

The map is a plain one (`plain_map.js`), so that panels are tested without drawing a city.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import queue
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from tests.wall_shift import Json, Shift, instant

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "gis" / "static"
PLAIN_MAP = Path(__file__).resolve().parent / "browser" / "plain_map.js"
CSP = (
    "default-src 'self'; script-src 'self' 'nonce-n'; style-src 'self'; img-src 'self' data: blob:; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SCENES = [
    {"id": "district", "title_zh": "源汇区", "title_en": "Yuanhui", "kind": "district", "area": "411102", "choropleth": "open_now", "heat": "none", "duration_s": 30},
    {"id": "hotspots", "title_zh": "热点", "title_en": "Hot spots", "kind": "hotspots", "area": "411102", "choropleth": "none", "heat": "7d", "duration_s": 30},
    {"id": "incident", "title_zh": "单个案卷", "title_en": "One case", "kind": "incident", "area": "411102", "choropleth": "none", "heat": "none", "duration_s": 45},
]  # fmt: skip


class WallSite:
    """What the page is answered: change a field, and the next answer is another; `push` writes to every open stream."""

    def __init__(self, *, storm: bool = False, language: str = "zh", theme: str = "dark", display: bool = True) -> None:
        self.shift = Shift(datetime.now(UTC), storm=storm)
        self.seq, self.build, self.beating, self.revoked, self.wrong_hash = 4_182_907, "b1", True, False, False
        self.greeting, self.ahead = False, timedelta()
        self.language, self.theme, self.display = language, theme, display
        self.posts: list[tuple[str, Json]] = []
        self.streams: list[queue.Queue[bytes | None]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._closing = threading.Event()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        threading.Thread(target=self._beat, daemon=True).start()

    def close(self) -> None:
        """Ends every stream and the server."""
        self._closing.set()
        self.cut()
        self.server.shutdown()
        self.server.server_close()

    def push(self, event: str, data: Json) -> None:
        """Sends an event of the log with the next seq to every stream."""
        self.seq += 1
        told = {"seq": self.seq, "at": instant(self.now()), "kind": event, **data}
        self.send(event, told, seq=self.seq)

    def report(
        self, *, severity: int, grid: int = 0, number: int = 900, state: str = "reported", minutes: float = 0
    ) -> Json:
        """A new case, told to every stream."""
        case = self.shift.case(
            number=number,
            item=self.shift.items[0],
            severity=severity,
            grid=self.shift.grids[grid],
            minutes=minutes,
            state=state,
        )
        self.shift.incidents[case["id"]] = case
        self.push("incident.reported", {"layer": "incidents", "id": case["id"], "version": 1, "feature": case})
        return case

    def change(self, case: Json, **properties: Any) -> None:
        """Another state of a case, told to every stream."""
        version = case["properties"]["version"] + 1
        case = {**case, "properties": {**case["properties"], **properties, "version": version}}
        self.shift.incidents[case["id"]] = case
        self.push("incident.changed", {"layer": "incidents", "id": case["id"], "version": version, "feature": case})

    def remove(self, case: Json) -> None:
        """The case leaves the live set."""
        del self.shift.incidents[case["id"]]
        self.push("remove", {"layer": "incidents", "id": case["id"], "version": 9})

    def command(self, command: str, wall: str = "main", **args: Any) -> None:
        """A command of the remote control."""
        self.push("wall.command", {"wall": wall, "command": command, "args": args})

    def cut(self) -> None:
        """Ends every open stream."""
        streams, self.streams = self.streams, []
        for one in streams:
            one.put(None)

    def beat(self) -> None:
        """A heartbeat, and a frame of positions."""
        now = instant(self.now())
        digest = "0" * 64 if self.wrong_hash else self.hash()
        frame = {"at": now, "full": False, "units": []}
        self.send("frame", frame)
        self.send("heartbeat", {"seq": self.seq, "at": now, "hash": digest})

    def now(self) -> datetime:
        """The clock of the server: that of the machine, and `ahead` of it."""
        return datetime.now(UTC) + self.ahead

    def hash(self) -> str:
        """The hash of the contract over what the page should hold."""
        lines = []
        for layer, features in (("incidents", self.shift.incidents), ("cameras", self.shift.cameras)):
            text = "".join(sorted(f"{key}\t{one['properties']['version']}\n" for key, one in features.items()))
            lines.append(f"{layer}\t{hashlib.sha256(text.encode()).hexdigest()}\n")
        return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()

    def state(self) -> Json:
        """The answer of /live/state."""
        layers = {"incidents": self.shift.incidents, "units": self.shift.units, "cameras": self.shift.cameras}
        return {
            "seq": self.seq, "at": instant(self.now()), "hash": self.hash(), "hashes": {},
            "layers": {name: {"type": "FeatureCollection", "features": list(rows.values())} for name, rows in layers.items()},
        }  # fmt: skip

    def page(self) -> str:
        """The page with its configuration."""
        district = self.shift.areas[0]
        scenes = [
            {"camera": None, "three_d": False, "layers": ["communities", "incidents"], **scene} for scene in SCENES
        ]
        wall = {
            "name": "main",
            "title_zh": "源汇区",
            "title_en": "Yuanhui",
            "area": "411102",
            "scenes": [],
            "rotate": True,
            "theme": self.theme,
            "language": self.language,
            "steer": False,
        }
        api = {
            name: f"/api/{name}"
            for name in (
                "layers",
                "search",
                "chain",
                "incidents",
                "counts",
                "heat",
                "near",
                "duty",
                "scenes",
                "walls",
                "health",
            )
        }
        config = {
            "language": "zh-hans", "me": {}, "display": self.display, "display_header": "X-Wangge-Display", "build": "b1",
            "areas": self.shift.areas, "district": {"code": "411102", "bbox": district["bbox"], "area_km2": 18},
            "notice": {"zh": "示意图，非测绘成果。", "en": "Illustration, not a survey."}, "wall": wall, "scenes": scenes, "all_scenes": scenes,
            "vendor": {}, "urls": {
                **api, "state": "/live/state", "events": "/live/events", "build": "/wall/build",
                "presence": "/api/walls/main/presence", "reports": "/api/walls/main/reports",
            },
        }  # fmt: skip
        request = RequestFactory().get("/wall/")
        request.csp_nonce = "n"  # type: ignore[attr-defined]
        request.user = SimpleNamespace(is_authenticated=False)  # type: ignore[assignment]
        with translation.override("en" if self.language == "en" else "zh-hans"):
            return render_to_string("gis/wall.html", {"wall_config": config, "wall": wall}, request)

    def answer(self, path: str, query: Json) -> Json | None:
        """The JSON of a read address, None where there is none."""
        now = self.now()
        table = {
            "/live/state": self.state, "/wall/build": lambda: {"build": self.build}, "/api/counts": lambda: self.shift.counts(now),
            "/api/duty": lambda: self.shift.duty(now), "/api/near": lambda: self.shift.near(now, float(query["lon"]), float(query["lat"])),
            "/api/heat": lambda: {"at": instant(now), "window": query.get("window"), "points": []},
            "/api/incidents": lambda: {"type": "FeatureCollection", "features": list(self.shift.incidents.values())[:40], "total": 64, "next": None},
        }  # fmt: skip
        return table[path]() if path in table else None

    def send(self, event: str, data: Json, seq: int | None = None) -> None:
        """Writes one message to every stream; with `seq` it has a place in the log."""
        text = f"event: {event}\ndata: {json.dumps(data)}\n\n"
        for one in self.streams:
            one.put((text if seq is None else f"id: {seq}\n{text}").encode())

    def _beat(self) -> None:
        while not self._closing.wait(5):
            if self.beating:
                self.beat()


def _handler(site: WallSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            """Says nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if site.revoked and not parts.path.startswith("/static/"):
                return self._reply(401, b"{}", "application/problem+json")
            if parts.path == "/live/events":
                return self._stream()
            if parts.path == "/wall/":
                return self._reply(
                    200, site.page().encode(), "text/html; charset=utf-8", {"Content-Security-Policy": CSP}
                )
            if parts.path.startswith("/static/"):
                return self._file(parts.path.removeprefix("/static/"))
            found = site.answer(parts.path, query)
            return self._reply(404 if found is None else 200, json.dumps(found or {}).encode(), "application/json")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            site.posts.append((self.path, json.loads(body)))
            self._reply(200, b"{}", "application/json")

        def _file(self, name: str) -> None:
            path = PLAIN_MAP if name == "gis/js/wall/map/map.js" else STATIC / name
            if not path.is_file():
                return self._reply(404, b"", "text/plain")
            kind = "text/javascript" if path.suffix in (".js", ".mjs") else mimetypes.guess_type(path.name)[0]
            return self._reply(200, path.read_bytes(), kind or "application/octet-stream")

        def _reply(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                "Cache-Control": "no-cache",
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            lines: queue.Queue[bytes | None] = queue.Queue()
            site.streams.append(lines)
            if site.beating or site.greeting:
                site.beat()
            try:
                while (line := lines.get()) is not None:
                    self.wfile.write(line)
                    self.wfile.flush()
            except OSError:
                pass  # the browser went away
            self.close_connection = True

    return Handler
