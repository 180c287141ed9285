"""One position as a device sends it: read strictly, judged by plain arithmetic. Pure.

What cannot be true is refused, that fix alone; what is doubtful is kept and marked, for a city's GPS is never clean and
whoever computes with a track has to know which parts of it to trust.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntFlag
from functools import cached_property
from typing import Any

MAX_AHEAD = timedelta(minutes=5)
MAX_AGE = timedelta(days=7)
#: From here on a clock counts as ahead, a fix as late, a position as not fresh.
AHEAD = timedelta(seconds=5)
LATE = timedelta(seconds=120)
TOO_FAST_MPS = 50.0
JUMP_M = 500.0
INACCURATE_M = 100.0
FRAME_MARGIN_DEG = 0.1

_EARTH_RADIUS_M = 6_371_008.8
_LONGEST_ID = 40


class Mark(IntFlag):
    """What is doubtful about a fix; the bits of the column `marks`."""

    TOO_FAST = 1  # the straight line from the fix before needs more than 50 m/s
    JUMP = 2  # more than 500 m from the fix before: nobody knows the way between
    INACCURATE = 4  # the device itself says worse than 100 m
    OUTSIDE = 8  # more than 0.1° outside the frame of the district: kept, but does not move the unit on the map
    CLOCK_AHEAD = 16  # more than 5 s in the future
    LATE = 32  # received more than 2 min after it was taken


@dataclass(frozen=True)
class GivenFix:
    """One position read from a body; `at` in UTC, degrees in EPSG:4326."""

    client_id: uuid.UUID
    unit: str
    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    bearing_deg: float | None = None

    @property
    def key(self) -> tuple[str, datetime, uuid.UUID]:
        """What a fix is known by: the same key again is the same fix, or a conflict."""
        return self.unit, self.at, self.client_id

    @cached_property
    def digest(self) -> bytes:
        """16 bytes over what the key does not hold: equal for the same body, however its numbers were written."""
        values = (self.lon, self.lat, self.accuracy_m, self.speed_mps, self.bearing_deg)
        text = ",".join("" if value is None else repr(value + 0.0) for value in values)
        return hashlib.blake2b(text.encode(), digest_size=16).digest()


@dataclass(frozen=True)
class Refusal:
    """Why the fix at `index` of a batch was not taken, in both languages."""

    index: int
    code: str
    zh: str
    en: str

    def as_dict(self, language: str) -> dict[str, Any]:
        """The entry of the public contract, in one language (`zh…`, or anything else for English)."""
        message = self.zh if language.startswith("zh") else self.en
        return {"index": self.index, "code": self.code, "message": message}


@dataclass(frozen=True)
class Place:
    """Where a unit was when; what a fix is compared with."""

    at: datetime
    lon: float
    lat: float


class _Wrong(Exception):
    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


def read_fix(index: int, value: Any, now: datetime) -> GivenFix | Refusal:
    """The fix that entry `index` of a batch stands for, or why it is refused: `invalid`, `future` or `too_old`."""
    try:
        if not isinstance(value, Mapping):
            raise _Wrong("invalid", f"fixes[{index}] 应为对象", f"fixes[{index}] must be an object")
        fix = GivenFix(
            client_id=_uuid(value, "client_id"),
            unit=_text(value, "unit"),
            at=_instant(value, "at"),
            lon=_number(value, "lon", -180, 180),
            lat=_number(value, "lat", -90, 90),
            accuracy_m=_optional(value, "accuracy_m", 0, 1_000_000),
            speed_mps=_optional(value, "speed_mps", 0, 1_000),
            bearing_deg=_optional(value, "bearing_deg", 0, 360),
        )
        _demand_time(fix.at, now)
    except _Wrong as wrong:
        return Refusal(index, wrong.code, wrong.zh, wrong.en)
    return fix


def marks_of(fix: GivenFix, before: Place | None, *, now: datetime, frame_4326: Sequence[float] | None) -> Mark:
    """What is doubtful about a fix, given the last place before it and the district's frame (west, south, east, north)."""
    marks = Mark(0)
    if before is not None:
        distance_m = metres_between(before.lon, before.lat, fix.lon, fix.lat)
        elapsed_s = (fix.at - before.at).total_seconds()
        if distance_m > TOO_FAST_MPS * elapsed_s:
            marks |= Mark.TOO_FAST
        if distance_m > JUMP_M:
            marks |= Mark.JUMP
    if fix.accuracy_m is not None and fix.accuracy_m > INACCURATE_M:
        marks |= Mark.INACCURATE
    if frame_4326 is not None:
        west, south, east, north = frame_4326
        margin = FRAME_MARGIN_DEG
        if not (west - margin <= fix.lon <= east + margin and south - margin <= fix.lat <= north + margin):
            marks |= Mark.OUTSIDE
    if fix.at > now + AHEAD:
        marks |= Mark.CLOCK_AHEAD
    if fix.at < now - LATE:
        marks |= Mark.LATE
    return marks


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Great-circle distance in metres (haversine, mean earth radius)."""
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    half_phi, half_lambda = (other_phi - phi) / 2, math.radians(other_lon - lon) / 2
    a = math.sin(half_phi) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_lambda) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, a)))


def read_instant(value: Any) -> datetime | None:
    """The instant in UTC that an ISO 8601 text with an offset stands for; None for anything else."""
    if not isinstance(value, str) or len(value) > _LONGEST_ID:
        return None
    try:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _demand_time(at: datetime, now: datetime) -> None:
    if at > now + MAX_AHEAD:
        raise _Wrong(
            "future", f"at 比服务器时间早到 {_ahead(at, now)} 秒，超过 5 分钟：请校准设备时钟",
            f"at lies {_ahead(at, now)} s in the future, more than 5 minutes: set the device's clock",
        )  # fmt: skip
    if at < now - MAX_AGE:
        raise _Wrong("too_old", "at 早于 7 天前，不再接收", "at is older than 7 days and no longer taken")


def _ahead(at: datetime, now: datetime) -> int:
    return int((at - now).total_seconds())


def _given(value: Mapping[str, Any], name: str) -> Any:
    if value.get(name) is None:
        raise _Wrong("invalid", f"缺少 {name}", f"{name} is missing")
    return value[name]


def _uuid(value: Mapping[str, Any], name: str) -> uuid.UUID:
    given = _given(value, name)
    try:
        if isinstance(given, str) and len(given) == 36:
            return uuid.UUID(given)
    except ValueError:
        pass
    raise _Wrong("invalid", f"{name} 应为 UUID，收到 {_found(given)}", f"{name} must be a UUID, not {_found(given)}")


def _text(value: Mapping[str, Any], name: str) -> str:
    given = _given(value, name)
    if not isinstance(given, str) or not 0 < len(given) <= _LONGEST_ID or not given.isprintable():
        raise _Wrong(
            "invalid", f"{name} 应为 1 至 {_LONGEST_ID} 个字符的编号，收到 {_found(given)}",
            f"{name} must be an id of 1 to {_LONGEST_ID} characters, not {_found(given)}",
        )  # fmt: skip
    return given


def _instant(value: Mapping[str, Any], name: str) -> datetime:
    given = _given(value, name)
    instant = read_instant(given)
    if instant is None:
        raise _Wrong(
            "invalid", f"{name} 应为带时区的 ISO 8601 时间，收到 {_found(given)}",
            f"{name} must be an ISO 8601 time with an offset, not {_found(given)}",
        )  # fmt: skip
    return instant


def _number(value: Mapping[str, Any], name: str, low: float, high: float) -> float:
    given = _given(value, name)
    fits = isinstance(given, int | float) and not isinstance(given, bool) and low <= given <= high
    if not fits:  # NaN is in no range
        raise _Wrong(
            "invalid", f"{name} 应为 {low:g} 至 {high:g} 之间的数，收到 {_found(given)}",
            f"{name} must be a number from {low:g} to {high:g}, not {_found(given)}",
        )  # fmt: skip
    return float(given)


def _optional(value: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    return None if value.get(name) is None else _number(value, name, low, high)


def _found(given: Any) -> str:
    """What was found, printable and short."""
    return ascii(given)[:60] if isinstance(given, str | float | bool | None) else type(given).__name__
