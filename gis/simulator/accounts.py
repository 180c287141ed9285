"""Who the devices of the shift are: accounts with their posts, and tokens kept in a file only its owner may read.

Made through the same services as everybody's; only in demo mode or when asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from gis.private_file import write_private
from layers.people.models import Assignment, Department, Token, User
from layers.people.selectors import token_digest
from layers.people.services import assign, create_account, issue_token
from layers.roles import Role, TokenScope

_SCOPES_OF_A_PHONE = (TokenScope.FULL, TokenScope.POSITIONS_OWN)


@dataclass(frozen=True)
class Device:
    """One account of the shift: `who` is its name in the script."""

    who: str
    username: str
    name: str
    name_en: str
    role: Role
    area: str
    department: str = ""
    scopes: Sequence[TokenScope] = (TokenScope.FULL,)


@dataclass(frozen=True)
class Keys:
    """Tokens by sender: `full` for what people write, `positions` for what devices report."""

    full: Mapping[str, str]
    positions: Mapping[str, str]


def devices(district: str, grids: Iterable[str], departments: Iterable[str]) -> tuple[Device, ...]:
    """Everybody the script names, in one district."""
    phones = (
        Device(f"team:{grid}", f"device-{grid}", f"网格终端 {grid[9:]}", f"Grid phone {grid[9:]}", Role.GRID_LEADER, grid,
               scopes=_SCOPES_OF_A_PHONE)
        for grid in grids
    )  # fmt: skip
    workers = (
        Device(f"worker:{code}", f"device-worker-{code.lower()}", f"部门终端 {code}", f"Department desk {code}",
               Role.DEPARTMENT_WORKER, district, code)
        for code in departments
    )  # fmt: skip
    return (
        *phones, *workers,
        Device("seat", "device-seat", "模拟坐席", "Simulated seat", Role.SEAT, district),
        Device("dispatcher", "device-dispatcher", "模拟派遣员", "Simulated dispatcher", Role.DISPATCHER, district),
        Device("checker", "device-checker", "模拟核查员", "Simulated checker", Role.SUPERVISOR, district),
        Device("closer", "device-closer", "模拟结案员", "Simulated closer", Role.SUPERVISOR, district),
        Device("video", "device-video", "视频网关", "Video gateway", Role.VIDEO_OPERATOR, district),
        Device("public", "device-public", "公众上报网关", "Public reports gateway", Role.PUBLIC, district),
        Device("gateway", "device-gateway", "车辆定位网关", "Vehicle position gateway", Role.PUBLIC, district,
               scopes=(TokenScope.POSITIONS_ANY,)),
    )  # fmt: skip


@transaction.atomic
def ensure_devices(path: Path, wanted: Sequence[Device]) -> Keys:
    """The tokens of every device; accounts, posts and tokens are made where they are missing. Kept in `path` (0600)."""
    now = timezone.now()
    kept = _valid(_read(path))
    people = User.objects.in_bulk([device.username for device in wanted], field_name="username")
    posts = set(
        Assignment.objects.filter(person__in=people.values(), valid_to__isnull=True, valid_from__lte=now).values_list(
            "person__username", "role", "area", "department"
        )
    )
    entries = []
    for device in wanted:
        person = people.get(device.username) or create_account(
            actor=None, username=device.username, name=device.name, name_en=device.name_en
        )
        if (device.username, device.role.value, device.area, device.department or None) not in posts:
            _assign(person, device, now)
        tokens = {
            scope.value: kept.get((device.username, scope.value)) or _issue(person, scope) for scope in device.scopes
        }
        entries.append({"who": device.who, "username": device.username, "area": device.area, "tokens": tokens})
    write_private(path, json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
    return keys_of(entries)


def stored_keys(path: Path, wanted: Sequence[Device]) -> Keys | None:
    """The tokens as `path` keeps them, all of them still valid; None when any of a device is missing."""
    entries = _read(path)
    kept = _valid(entries)
    if any((device.username, scope.value) not in kept for device in wanted for scope in device.scopes):
        return None
    return keys_of(entries)


def keys_of(entries: Iterable[Mapping[str, Any]]) -> Keys:
    """The tokens of the entries of the file, by sender."""
    full: dict[str, str] = {}
    positions: dict[str, str] = {}
    for entry in entries:
        for scope, token in entry["tokens"].items():
            (full if scope == TokenScope.FULL.value else positions)[entry["who"]] = token
    # A gateway of devices has one token for all it tells of its units.
    return Keys({**{who: token for who, token in positions.items() if who not in full}, **full}, positions)


def _assign(person: User, device: Device, now: datetime) -> None:
    department = Department.objects.get(code=device.department) if device.department else None
    assign(
        actor=None, person=person, role=device.role, area=device.area, valid_from=now, department=department,
        post="leader" if device.role is Role.GRID_LEADER else "",
    )  # fmt: skip


def _issue(person: User, scope: TokenScope) -> str:
    return issue_token(actor=None, person=person, scope=scope, expires_at=None, label="simulator")


def _valid(entries: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """(username, scope) -> token, of those that the database still takes."""
    known = {
        (entry["username"], scope): token
        for entry in entries
        for scope, token in entry["tokens"].items()
        if isinstance(token, str)
    }
    digests = {token_digest(token): key for key, token in known.items()}
    rows = Token.objects.filter(digest__in=digests, revoked_at__isnull=True, person__is_active=True)
    live = {bytes(digest) for digest in rows.filter(expires_at__isnull=True).values_list("digest", flat=True)}
    return {key: known[key] for digest, key in digests.items() if digest in live}


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return [e for e in entries if isinstance(e, dict) and {"who", "username", "tokens"} <= e.keys()]
