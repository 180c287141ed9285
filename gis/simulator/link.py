"""One persistent HTTP connection to the server, with the standard library alone."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 10.0
#: Told by gateways and by a server that starts or is too busy: the letter comes again.
AWAY_STATUSES = frozenset({429, 502, 503, 504})


class ServerAway(Exception):
    """No answer was to be had; nobody knows whether the request arrived."""


@dataclass(frozen=True)
class Answer:
    """Status and decoded body (empty when it was no JSON object)."""

    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        """True for any 2xx."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The code of a problem, or empty text."""
        return str(self.body.get("code", ""))


class Link:
    """Sends one request at a time and keeps the connection between them."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the address of the server reads http://host:port/, not {url!r}")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._kind, self._host, self._port = kind, parts.hostname, parts.port
        self._prefix = parts.path.rstrip("/")
        self._open: http.client.HTTPConnection | None = None

    def request(self, method: str, path: str, token: str, body: Any = None) -> Answer:
        """The answer. Raises ServerAway; a connection the server closed meanwhile is opened anew once."""
        text = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Accept-Language": "en"}
        if text is not None:
            headers["Content-Type"] = "application/json"
        for fresh in (self._open is None, True):
            try:
                return self._exchange(method, self._prefix + path, text, headers)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if fresh:
                    raise ServerAway(str(error) or type(error).__name__) from error
        raise ServerAway("unreachable")

    def _exchange(self, method: str, path: str, text: bytes | None, headers: dict[str, str]) -> Answer:
        if self._open is None:
            self._open = self._kind(self._host, self._port, timeout=TIMEOUT_S)
        self._open.request(method, path, text, headers)
        response = self._open.getresponse()
        raw = response.read()
        if response.status in AWAY_STATUSES:
            raise ServerAway(f"status {response.status}")
        try:
            decoded = json.loads(raw)
        except ValueError:
            decoded = None
        return Answer(response.status, decoded if isinstance(decoded, dict) else {})

    def close(self) -> None:
        """Lets the connection go."""
        if self._open is not None:
            self._open.close()
            self._open = None
