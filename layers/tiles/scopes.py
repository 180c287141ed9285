"""Scopes signed into tile addresses, pure: an address says which rows it shows and until when, and can't be altered.

A signed scope holds area codes and an expiry, nothing of the person; people with the same rights get the same address.
See docs/decisions/0003-vector-tiles.md for why this is safe behind a shared cache.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from layers.errors import Forbidden
from layers.people.rights import EVERYTHING, RowScope

PUBLIC = "public"
#: Addresses change every ten minutes and hold for ten to twenty: revoked rights are gone after twenty at most.
WINDOW_S = 600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,2000}\.[A-Za-z0-9_-]{27}")
_SIGNATURE_BYTES = 20


class AddressRefused(Forbidden):
    """A scope that nobody here signed for these layers."""

    code = "tile_address_refused"
    title_zh, title_en = "瓦片地址无效", "The tile address is not valid"
    remedy_zh, remedy_en = (
        "重新读取 /tiles/{图层}.json 取得有效地址。",
        "Read /tiles/{layers}.json again for addresses in force.",
    )


class AddressExpired(AddressRefused):
    """A signed scope past its time."""

    code = "tile_address_expired"
    title_zh, title_en = "瓦片地址已过期", "The tile address has expired"


@dataclass(frozen=True)
class Signed:
    """What a signed scope says: one row scope a layer, and the second (Unix time) at which it ends."""

    scopes: tuple[RowScope, ...]
    expires: int


def expiry(now: float) -> int:
    """The end of an address made now: the same for everybody within a window."""
    return (int(now) // WINDOW_S + 2) * WINDOW_S


def sign(key: bytes, layers: str, scopes: Sequence[RowScope], expires: int) -> str:
    """The `s` of an address: `public` when everything may be seen, else scopes and expiry with their signature.

    ValueError for a scope that the rows of a tile can't express (departments).
    """
    if all(scope.everything for scope in scopes):
        return PUBLIC
    if any(scope.departments or scope.nothing for scope in scopes):
        raise ValueError("a tile shows areas, not departments, and somebody must be allowed to see something")
    payload = _encode(f"{expires}:{';'.join(scope.key for scope in scopes)}".encode())
    return f"{payload}.{_signature(key, layers, payload)}"


def verify(key: bytes, layers: str, text: str, now: float) -> Signed:
    """What a signed scope allows. AddressRefused when it was not signed for these layers, AddressExpired when over."""
    if not _TOKEN.fullmatch(text):
        raise AddressRefused(field="s", found=text[:20])
    payload, signature = text.split(".")
    if not hmac.compare_digest(_signature(key, layers, payload), signature):
        raise AddressRefused(field="s", found=text[:20])
    end, _, keys = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode().partition(":")
    if int(end) <= now:
        raise AddressExpired(field="s", found=text[:20])
    return Signed(tuple(_scope(part) for part in keys.split(";")), int(end))


def _scope(key: str) -> RowScope:
    return EVERYTHING if key == PUBLIC else RowScope(prefixes=tuple(key.split(",")))


def _signature(key: bytes, layers: str, payload: str) -> str:
    text = f"{layers}\n{payload}".encode()
    return _encode(hmac.new(key, text, hashlib.sha256).digest()[:_SIGNATURE_BYTES])


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
