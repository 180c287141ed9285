"""What a caller sends about a case, checked field by field before anything is asked of the database. Pure.

Each reader takes a decoded JSON object and gives a frozen value, or raises InvalidInput (InvalidGeometry for a
position that is not finite or not on the globe) naming the field, what was found and what to do.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from layers.errors import InvalidInput
from layers.geo.geometry import position
from layers.incidents.states import FIELDS, known

Json = Mapping[str, Any]

SOURCES: tuple[str, ...] = ("patrol", "phone", "public", "video", "app", "department")
MAX_DESCRIPTION = 2000
MAX_REASON = 500
MAX_NAME = 64
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ITEM = re.compile(r"[A-Z][0-9]{2}-[0-9]{3}")
_PHONE = re.compile(r"[0-9+() -]{0,32}")
_DEPARTMENT = re.compile(r"[A-Za-z0-9_-]{1,8}")
_MAX_VERSION = 2**31 - 1


@dataclass(frozen=True)
class Reporter:
    """Who told of it: personal data, kept in rows of their own."""

    name: str
    phone: str


@dataclass(frozen=True)
class Report:
    """A new case as it was sent. `lon` and `lat` are degrees (EPSG:4326); `occurred_at` is in UTC."""

    client_id: uuid.UUID
    item: str
    lon: float
    lat: float
    source: str
    occurred_at: datetime
    description: str
    severity: int | None = None
    reporter: Reporter | None = None


@dataclass(frozen=True)
class Order:
    """An action upon a case: which version of it the sender saw, and what goes with it."""

    client_id: uuid.UUID
    version: int
    action: str
    reason: str = ""
    to: str = ""
    until: str = ""
    evidence: str = ""

    @property
    def given(self) -> dict[str, str]:
        """The fields of the action that were sent."""
        return {name: value for name in FIELDS if (value := getattr(self, name))}


@dataclass(frozen=True)
class Move:
    """Another place for a case, and why. Degrees, EPSG:4326."""

    client_id: uuid.UUID
    version: int
    lon: float
    lat: float
    reason: str


def canonical(body: Report | Order | Move) -> dict[str, Any]:
    """The same mapping for the same meaning, for the digest of a receipt."""
    return asdict(body)


def read_report(body: Json) -> Report:
    """The report of a body, every field checked."""
    _only(body, ("client_id", "item", "lon", "lat", "source", "occurred_at", "description"), ("severity", "reporter"))
    client_id, item = _uuid(body, "client_id"), _text(body, "item", 12)
    if not _ITEM.fullmatch(item):
        raise _wrong("item", "应为事项代码，如 C01-003", "must be a code of the catalogue such as C01-003", item)
    lon, lat = _position(body)
    source = _text(body, "source", 20)
    if source not in SOURCES:
        raise _wrong("source", f"应为 {'、'.join(SOURCES)} 之一", f"must be one of {', '.join(SOURCES)}", source)
    severity = body.get("severity")
    if severity is not None and (type(severity) is not int or not 1 <= severity <= 4):
        raise _wrong("severity", "应为 1 到 4 的整数", "must be a whole number from 1 to 4", severity)
    return Report(
        client_id, item, lon, lat, source, _moment(body, "occurred_at"), _text(body, "description", MAX_DESCRIPTION),
        severity, _reporter(body.get("reporter")),
    )  # fmt: skip


def read_order(action: str, body: Json) -> Order:
    """The order of a body for an action. Raises UnknownAction for a word that is no action."""
    known(action)
    _only(body, ("client_id", "version"), FIELDS)
    texts = {name: _text(body, name, MAX_REASON).strip() for name in FIELDS if body.get(name) is not None}
    if texts.get("to") and not _DEPARTMENT.fullmatch(texts["to"]):
        raise _wrong("to", "应为部门代码，如 CG", "must be the code of a department such as CG", texts["to"])
    return Order(_uuid(body, "client_id"), _version(body), action, **texts)


def read_move(body: Json) -> Move:
    """The move of a body; it needs a reason."""
    _only(body, ("client_id", "version", "lon", "lat", "reason"), ())
    lon, lat = _position(body)
    reason = _text(body, "reason", MAX_REASON).strip()
    if not reason:
        raise _wrong("reason", "需要说明改动位置的原因", "must say why the place changes", reason)
    return Move(_uuid(body, "client_id"), _version(body), lon, lat, reason)


def _only(body: Json, required: Iterable[str], optional: Iterable[str]) -> None:
    """Nothing missing, nothing unknown: a misspelt field must not be lost in silence."""
    required, allowed = tuple(required), {*required, *optional}
    for name in required:
        if body.get(name) is None:
            raise InvalidInput(f"缺少 {name}", f"{name} is missing", field=name)
    for name in body:
        if name not in allowed:
            raise InvalidInput(
                f"没有字段 {name[:40]}；可用：{'、'.join(sorted(allowed))}",
                f"there is no field {name[:40]}; known are {', '.join(sorted(allowed))}",
                field=name[:40],
            )  # fmt: skip


def _wrong(field: str, zh: str, en: str, found: object) -> InvalidInput:
    return InvalidInput(f"{field} {zh}", f"{field} {en}", field=field, found=found)


def _text(body: Json, field: str, limit: int, name: str = "") -> str:
    value, name = body.get(field), name or field
    if not isinstance(value, str):
        raise _wrong(name, "应为文字", "must be a text", value)
    if len(value) > limit:
        raise _wrong(name, f"最多 {limit} 个字", f"may have {limit} characters at most", f"{len(value)} characters")
    if "\x00" in value:
        raise _wrong(name, "含有空字符 (NUL)", "holds the character NUL", None)
    return value


def _uuid(body: Json, field: str) -> uuid.UUID:
    value = body.get(field)
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise _wrong(field, "应为 UUID", "must be a UUID such as 7f6c1b52-7f0e-4d0c-9a31-411102000000", value)
    return uuid.UUID(value)


def _version(body: Json) -> int:
    value = body.get("version")
    if type(value) is not int or not 1 <= value <= _MAX_VERSION:
        raise _wrong(
            "version", "应为读取时的版本号", "must be the version that was read, a whole number above 0", value
        )
    return value


def _position(body: Json) -> tuple[float, float]:
    for field in ("lon", "lat"):
        if type(body.get(field)) not in (int, float):
            raise _wrong(field, "应为以度为单位的数", "must be a number of degrees", body.get(field))
    try:
        return position(float(body["lon"]), float(body["lat"]))
    except OverflowError:
        raise _wrong("lon", "不是有限的数", "is not a finite number", "an endless number") from None


def _moment(body: Json, field: str) -> datetime:
    text = _text(body, field, 40)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _wrong(
        field, "应为带时区的时间，如 2026-11-24T08:00:00+08:00",
        "must be a time with its zone such as 2026-11-24T08:00:00+08:00", text,
    )  # fmt: skip


def _reporter(value: Any) -> Reporter | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _wrong(
            "reporter", "应为含 name 和 phone 的对象", "must be an object of name and phone", type(value).__name__
        )
    for key in value:
        if key not in ("name", "phone"):
            raise _wrong("reporter", "只含 name 和 phone", "may hold name and phone only", key)
    name, phone = (
        _text({key: "" if value.get(key) is None else value[key]}, key, MAX_NAME, f"reporter.{key}").strip()
        for key in ("name", "phone")
    )
    if not _PHONE.fullmatch(phone):
        raise InvalidInput(
            "reporter.phone 应为电话号码", "reporter.phone must be a telephone number", field="reporter.phone"
        )
    return Reporter(name, phone) if name or phone else None
