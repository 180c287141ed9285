"""A plain client of /live/events for tests: reads server-sent events from a socket, as simply as can be."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from layers.live.messages import Message
from layers.live.replay import ClientState


@dataclass
class Listener:
    """One open stream and the state it is replayed onto."""

    url: str
    token: str
    state: ClientState = field(default_factory=ClientState)
    heard: list[Message] = field(default_factory=list)
    cookie: str = ""
    status: int = 0
    _link: http.client.HTTPConnection | None = None
    _answer: http.client.HTTPResponse | None = None

    def fetch(self) -> dict[str, Any]:
        """Reads /live/state and starts over from it."""
        body = get_json(self.url, "/live/state", self.token)
        self.state = ClientState.from_state(body)
        return body

    def open(self, cursor: str | None = None) -> Listener:
        """Opens the stream behind a cursor (default: behind the state)."""
        parts = urlsplit(self.url)
        self._link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=15)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        headers["Last-Event-ID"] = str(self.state.seq) if cursor is None else cursor
        self._link.request("GET", "/live/events", headers=headers)
        self._answer = self._link.getresponse()
        self.status = self._answer.status
        return self

    def close(self) -> None:
        """Hangs up."""
        if self._link is not None:
            self._link.close()

    def next(self) -> Message | None:
        """The next message, replayed; None at the end of the stream. TimeoutError after 15 s of silence."""
        assert self._answer is not None
        fields: dict[str, str] = {}
        while True:
            line = self._answer.readline()
            if not line:
                return None
            text = line.decode().rstrip("\n")
            if not text:
                if fields:
                    break
                continue
            name, _, value = text.partition(": ")
            fields[name] = value
        message = Message(fields["event"], json.loads(fields["data"]), int(fields["id"]) if "id" in fields else None)
        self.heard.append(message)
        self.state.apply(message)
        return message

    def until(self, event: str, seconds: float = 30, **facts: Any) -> Message:
        """The next message of a kind whose data holds these facts."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            message = self.next()
            if message is None:
                raise AssertionError(f"the stream ended before {event}; heard {[m.event for m in self.heard]}")
            if message.event == event and all(message.data.get(key) == value for key, value in facts.items()):
                return message
        raise AssertionError(f"no {event} {facts} in {seconds} s; heard {[m.event for m in self.heard]}")

    def to_the_end(self, seconds: float = 30) -> bool:
        """True once the server has ended the stream."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            try:
                if self.next() is None:
                    return True
            except (ConnectionError, http.client.HTTPException):
                return True
        return False


def get_json(url: str, path: str, token: str) -> Any:
    """The decoded body of a GET that must succeed."""
    parts = urlsplit(url)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        link.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = link.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {body[:300]!r}")
        return json.loads(body)
    finally:
        link.close()
