"""The stream process: `/live/` by uvicorn, outside Django's request handler; on request the whole site on one port."""

from __future__ import annotations

import asyncio
import resource
from types import FrameType
from typing import Any, cast

import uvicorn
from a2wsgi import WSGIMiddleware

from layers.catalog.live import register_layer_broadcasts, register_live_layers
from layers.live.asgi import LiveApplication
from layers.live.processes import Pulse
from layers.live.stream import Station
from layers.people.live_access import identify
from layers.walls.live import register_wall_broadcasts

GRACE_S = 3
_WEB_THREADS = 10


class Server(uvicorn.Server):
    """Ends the open streams as soon as it is told to stop, so that its own polite shutdown has nothing to wait for."""

    def __init__(self, config: uvicorn.Config, live: LiveApplication) -> None:
        super().__init__(config)
        self.live = live

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: streams first, then the server."""
        station = getattr(self.live, "station", None)
        if station is not None and not self.should_exit:
            self._ending = asyncio.get_running_loop().create_task(station.stop())
        super().handle_exit(sig, frame)


def application(live: LiveApplication, *, with_web: bool) -> Any:
    """The ASGI application: `/live/` (and the lifespan) here, everything else to the web application when it is asked for."""
    if not with_web:
        return live
    from gis.wsgi import application as web

    pages = WSGIMiddleware(cast(Any, web), workers=_WEB_THREADS)

    async def switch(scope: Any, receive: Any, send: Any) -> None:
        here = scope["type"] == "lifespan" or scope.get("path", "").startswith("/live/")
        await (live if here else pages)(scope, receive, send)

    return switch


def serve(*, uds: str = "", host: str = "127.0.0.1", port: int = 8000, with_web: bool = False) -> None:
    """Serves until SIGTERM or SIGINT: on a socket file (its folder decides who reaches it), or on a port."""
    register_live_layers()
    register_layer_broadcasts()
    register_wall_broadcasts()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the usual soft limit, 1024, is one file a stream
    pulse = Pulse("stream")
    pulse.start()
    live = LiveApplication(lambda: Station(identify, pulse.tell))
    where: dict[str, Any] = {"uds": uds} if uds else {"host": host, "port": port}
    config = uvicorn.Config(
        application(live, with_web=with_web), **where, loop="uvloop", http="httptools", ws="none", lifespan="on",
        access_log=False, log_level="warning", log_config=None, backlog=2048, timeout_keep_alive=65,
        timeout_graceful_shutdown=GRACE_S, server_header=False, proxy_headers=False,
    )  # fmt: skip
    Server(config, live).run()
