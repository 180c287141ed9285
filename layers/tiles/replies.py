"""The HTTP answer for a tile, pure: the same headers whether Django or the short way sends it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import formatdate

from layers.tiles.cache import Tile

MVT = "application/vnd.mapbox-vector-tile"
IMMUTABLE = "public, max-age=31536000, immutable"
CURRENT = "no-cache"
PERSONAL = "private, no-cache"
_NO_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")
#: A tile is data: nothing in it may run, be framed or be guessed to be something else.
SAFE_HEADERS: tuple[tuple[str, str], ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


@dataclass(frozen=True)
class Keeping:
    """Who may keep an answer and how long."""

    cache_control: str
    edge_s: int | None = None
    ends_at: int | None = None
    by_caller: bool = False

    def headers(self) -> list[tuple[str, str]]:
        """`X-Accel-Expires` first: the edge (nginx) reads headers in their order and takes it off the answer."""
        accel = [] if self.edge_s is None else [("X-Accel-Expires", str(self.edge_s))]
        if self.ends_at is not None:
            accel.append(("Expires", formatdate(self.ends_at, usegmt=True)))
        vary = "Accept-Encoding, Authorization, Cookie" if self.by_caller else "Accept-Encoding"
        return [*accel, ("Cache-Control", self.cache_control), ("Vary", vary)]


@dataclass(frozen=True)
class Reply:
    """Status, headers and body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


PUBLIC_KEEPING = Keeping(IMMUTABLE)


def signed_keeping(expires: int, now: float) -> Keeping:
    """For an address with a signed scope: its reader's browser and our edge, until the signature ends.

    The end is a date and no `max-age`: the edge hands on what it kept unchanged, and a `max-age` would start anew there.
    """
    return Keeping("private, immutable", edge_s=max(0, int(expires - now)), ends_at=expires)


def reply(tile: Tile, keeping: Keeping, *, accept_encoding: str = "", if_none_match: str = "") -> Reply:
    """200 with the tile, 204 when it is empty, 304 when the caller has it already."""
    packed = tile.packed() if _takes_gzip(accept_encoding) else None
    etag = f'"{tile.etag}-gz"' if packed is not None else f'"{tile.etag}"'
    headers = [*keeping.headers(), ("ETag", etag), *SAFE_HEADERS]
    if if_none_match and _matches(if_none_match, tile.etag):
        return Reply(304, headers, b"")
    if tile.empty:
        return Reply(204, headers, b"")
    headers.append(("Content-Type", MVT))
    if packed is not None:
        headers.append(("Content-Encoding", "gzip"))
    body = tile.plain() if packed is None else packed
    headers.append(("Content-Length", str(len(body))))
    return Reply(200, headers, body)


def _takes_gzip(accept_encoding: str) -> bool:
    return "gzip" in accept_encoding and _NO_GZIP.search(accept_encoding) is None


def _matches(if_none_match: str, etag: str) -> bool:
    """True when the header names this tile in either of its forms (weak comparison, RFC 9110 §13.1.2)."""
    if if_none_match.strip() == "*":
        return True
    known = {part.strip().removeprefix("W/").strip('"').removesuffix("-gz") for part in if_none_match.split(",")}
    return etag in known
