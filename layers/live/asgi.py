"""`/live/state` and `/live/events` as an ASGI application over a `Station`. No Django request is ever made here."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError

from layers.errors import InvalidInput, NotFound, Unavailable, WanggeError
from layers.live import feed
from layers.live.cursors import parse_cursor
from layers.live.hub import Client, Identity
from layers.live.messages import frame, heartbeat, reset
from layers.live.stream import Station

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

RESUME_WINDOW = timedelta(hours=24)
#: A reader that takes nothing for so long is gone.
STUCK_S = 60.0
_WAIT_READY_S = 10.0
_PAGE = 500
_GUARDS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class MethodNotAllowed(WanggeError):
    """A method that this address does not know."""

    code, status = "method_not_allowed", 405
    title_zh, title_en = "不支持该方法", "Method not allowed"
    remedy_zh, remedy_en = "用 GET。", "Use GET."


class LiveApplication:
    """The ASGI application; `station` is started by the lifespan of the server."""

    def __init__(self, make_station: Callable[[], Station]) -> None:
        self._make = make_station
        self.station: Station

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
            try:
                await self._answer(scope, headers, receive, send)
            except WanggeError as error:
                await _problem(send, error, headers.get("accept-language", "zh"), scope)
            except (DatabaseError, InterfaceError):
                away = Unavailable("数据库没有应答", "the database does not answer")
                await _problem(send, away, headers.get("accept-language", "zh"), scope)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.station = self._make()
                self.station.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.station.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, headers: dict[str, str], receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path not in ("/live/state", "/live/events"):
            raise NotFound(f"没有 {path[:60]}", f"there is no {path[:60]}")
        credentials: dict[str, str] = {name: headers[name] for name in ("authorization", "cookie") if name in headers}
        known = self.station.rechecks.people_changed
        identity = await self.station.blocking(self.station.authenticate, credentials)
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed(found=scope["method"])
        await self._until_ready()
        if path == "/live/state":
            await self._state(scope, identity, send)
        elif scope["method"] == "HEAD":
            await _start(send, b"text/event-stream")
            await send({"type": "http.response.body", "body": b""})
        else:
            await self._events(identity, credentials, headers.get("last-event-id"), known, receive, send)

    async def _until_ready(self) -> None:
        """Waits while the mirror is being made; Unavailable when that takes too long."""
        limit = asyncio.get_running_loop().time() + _WAIT_READY_S
        while not self.station.ready:
            if self.station.stopping.is_set() or asyncio.get_running_loop().time() > limit:
                raise Unavailable(
                    "实时数据尚未与事件日志对齐",
                    "live data does not stand in step with the event log yet",
                    retry_after_s=2,
                )
            await asyncio.sleep(0.05)

    async def _state(self, scope: Scope, identity: Identity, send: Send) -> None:
        query = scope.get("query_string", b"").decode("latin-1")
        if query:
            raise InvalidInput(
                "此地址不带参数", "this address takes no parameters", field=query.split("=")[0], found=query
            )
        mirror = self.station.mirror
        assert mirror is not None
        body = mirror.state_text(identity.viewer, self.station.now()).encode()
        await _start(send, b"application/json", length=len(body))
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _events(
        self,
        identity: Identity,
        credentials: dict[str, str],
        cursor: str | None,
        known: int,
        receive: Receive,
        send: Send,
    ) -> None:
        gone = asyncio.create_task(_gone(receive))
        client = Client(identity, credentials, 0)
        try:
            await _start(send, b"text/event-stream")
            await self._catch_up(client, cursor, send)
            self.station.hub.add(client)
            if self.station.rechecks.people_changed != known:  # while it was asked who this is, or what was missed
                await self.station.rechecks.look_again(client)
            self._welcome(client)
            await self._pump(client, gone, send)
        except (DatabaseError, InterfaceError):  # the answer has begun: all that can be said is its end
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.station.hub.remove(client)
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone

    async def _catch_up(self, client: Client, text: str | None, send: Send) -> None:
        """Sends what the client missed, or `reset`; afterwards the client stands at the mirror's seq."""
        mirror = self.station.mirror
        assert mirror is not None
        try:
            cursor = parse_cursor(text)
        except ValueError:
            cursor = -1
        client.seq = mirror.seq
        if cursor is None:
            return
        reason = "cursor" if cursor < 0 or cursor > mirror.seq else await self._obstacle(client, cursor)
        if reason:
            await _send(send, reset(reason, client.seq).encode())
            return
        seq = cursor
        while seq < self.station.mirror.seq:  # type: ignore[union-attr]
            rows = await self._missed(seq)
            if not rows or any(self._breaks(row, client) for row in rows):
                await _send(send, reset("rights" if rows else "cursor", seq).encode())
                break
            messages = [row.message_for(client.identity.viewer) for row in rows]
            await _send(send, b"".join(message.encode() for message in messages if message))
            seq = rows[-1].seq
        client.seq = self.station.mirror.seq  # type: ignore[union-attr]
        if self.station.mirror is not mirror:  # read afresh meanwhile, maybe without an event (a new day)
            await _send(send, reset("layer", client.seq).encode())

    async def _obstacle(self, client: Client, cursor: int) -> str:
        """Why the events behind a cursor can't be replayed: too old, or other rights then; empty when they can."""
        at, following = await self.station.blocking(lambda: (feed.recorded_at(cursor), feed.recorded_at(cursor + 1)))
        if following is not None and datetime.now(UTC) - following > RESUME_WINDOW:
            return "cursor"
        since = client.identity.rights_since
        return "rights" if at is not None and since is not None and since > at else ""

    def _breaks(self, row: feed.Entered, client: Client) -> bool:
        """True for an event behind which a state can't be carried on by replaying: other rights, another layer."""
        if Station.renews(row):
            return True
        identity = client.identity
        if row.object_type == "assignment":
            return bool(row.payload.get("person") == identity.person)
        return row.object_type == "account" and row.object_id == identity.person

    async def _missed(self, after: int) -> list[feed.Entered]:
        """The next events behind a seq: from memory when it holds them, else from the log."""
        recent = self.station.recent
        if recent and recent[0].seq <= after + 1:
            return [row for row in recent if row.seq > after][:_PAGE]
        mirror = self.station.mirror
        return await self.station.blocking(lambda: feed.entered(after, until=mirror.seq, limit=_PAGE))  # type: ignore[union-attr]

    def _welcome(self, client: Client) -> None:
        """Queues the first heartbeat and the full frame, as one piece: a large city's frame must not be left out."""
        station, viewer = self.station, client.identity.viewer
        mirror = station.mirror
        assert mirror is not None
        beat = heartbeat(mirror.seq, station.now(), mirror.hash(viewer)).encode() if station.vouches else b""
        units = frame(station.now(), mirror.frame_rows(viewer), full=True).encode()
        if not client.put(beat + units):
            client.owes_frame = True

    async def _pump(self, client: Client, gone: asyncio.Task[None], send: Send) -> None:
        """Sends what is queued until one side ends it."""
        gone.add_done_callback(lambda _: client.close())
        while True:
            await client.wake.wait()
            if gone.done():
                return
            body = client.take()
            if body:
                try:
                    async with asyncio.timeout(STUCK_S):  # wait_for would make a task for every send
                        await _send(send, body)
                except TimeoutError:
                    return
            if client.closing and not client.size:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return


async def _gone(receive: Receive) -> None:
    """Returns once the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send: Send, content_type: bytes, status: int = 200, length: int | None = None) -> None:
    headers = [(b"content-type", content_type + b"; charset=utf-8"), *_GUARDS]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    else:
        headers.append((b"x-accel-buffering", b"no"))
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _send(send: Send, body: bytes) -> None:
    if body:
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _problem(send: Send, error: WanggeError, language: str, scope: Scope) -> None:
    """The error as problem+json (RFC 9457)."""
    body = json.dumps(error.problem(language), ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode()), *_GUARDS]
    if error.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if error.status == 503:
        headers.append((b"retry-after", b"2"))
    if error.status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
