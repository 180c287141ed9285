"""Demo accounts: one a role, with random passwords and lasting tokens in a file only its owner may read.

Outside demo mode nothing here runs: there is no default account and no default secret.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from gis.private_file import write_private
from layers.patrols.models import Unit
from layers.people.models import Assignment, Department, PostTitle, Token, User
from layers.people.selectors import token_digest
from layers.people.services import assign, create_account, issue_token, set_password
from layers.roles import ROLE_LEVEL, Role, TokenScope
from layers.territory.models import Area

TITLES: dict[str, tuple[str, str]] = {
    "public": ("居民", "Resident"),
    "grid_member": ("网格员", "Grid member"),
    "grid_leader": ("网格长", "Grid leader"),
    "community_staff": ("社区工作人员", "Community staff"),
    "community_head": ("社区指挥中心主任", "Community centre head"),
    "subdistrict_operator": ("街道值守员", "Subdistrict operator"),
    "subdistrict_head": ("街道指挥中心主任", "Subdistrict centre head"),
    "seat": ("受理坐席", "Call seat"),
    "dispatcher": ("派遣员", "Dispatcher"),
    "department_worker": ("部门处置人员", "Department worker"),
    "department_head": ("部门负责人", "Department head"),
    "supervisor": ("监督员", "Supervisor"),
    "leader": ("区领导", "District leader"),
    "duty_officer": ("应急值班长", "Emergency duty officer"),
    "planner": ("规划分析员", "Planner"),
    "gis_staff": ("GIS 数据员", "GIS staff"),
    "video_operator": ("视频巡查员", "Video operator"),
    "dpo": ("个人信息保护负责人", "Data protection officer"),
    "admin": ("系统管理员", "System administrator"),
    "display": ("大屏", "Display"),
}
DEMO_DEPARTMENT = "CG"


@dataclass(frozen=True)
class Account:
    """One line of accounts.json."""

    username: str
    password: str | None
    role: str
    area: str
    department: str | None
    unit: str | None
    token: str
    checked: str


def _scope(role: Role) -> TokenScope:
    return TokenScope.DISPLAY if role is Role.DISPLAY else TokenScope.FULL


def _area_of(role: Role) -> str:
    """The area a demo account of this role gets: the first of its level by code."""
    level = ROLE_LEVEL[role]
    row = Area.objects.filter(level=level, version_to__isnull=True).order_by("code").first()
    if row is None:
        raise LookupError(f"no area of level {level}: load a district first")
    return row.code


def ensure_titles(since: datetime) -> None:
    """Every role has a name in force; names people changed are left alone."""
    known = set(PostTitle.objects.values_list("code", flat=True))
    PostTitle.objects.bulk_create(
        PostTitle(code=code, zh=zh, en=en, valid_from=timezone.localdate(since))
        for code, (zh, en) in TITLES.items()
        if code not in known
    )


@transaction.atomic
def ensure_accounts(path: Path) -> list[Account]:
    """The demo accounts, the same ones at each call while `path` and the database agree; written to `path` (0600)."""
    now = timezone.now()
    ensure_titles(now)
    kept = {entry["role"]: entry for entry in _read(path)}
    accounts = [_ensure(role, kept.get(role.value), now) for role in Role]
    _write(path, accounts)
    return accounts


def _ensure(role: Role, kept: dict[str, Any] | None, now: datetime) -> Account:
    username = f"demo-{role.value.replace('_', '-')}"
    person = User.objects.filter(username=username).first()
    if person is None:
        zh, en = TITLES[role.value]
        person = create_account(actor=None, username=username, name=f"演示 {zh}", name_en=f"Demo {en.lower()}")
    area = _area_of(role)
    department = _department(role)
    if not Assignment.objects.filter(person=person, role=role.value, area=area, valid_to__isnull=True).exists():
        assign(actor=None, person=person, role=role, area=area, valid_from=now, department=department)
    password = kept.get("password") if kept else None
    if not password or not _same_password(person, password, kept):
        password = secrets.token_urlsafe(12)
        set_password(actor=None, user=person, password=password)
    token = kept.get("token") if kept else None
    if not token or not Token.objects.filter(digest=token_digest(token), revoked_at__isnull=True).exists():
        token = issue_token(actor=None, person=person, scope=_scope(role), expires_at=None, label="demo")
    return Account(
        username,
        password,
        role.value,
        area,
        department.code if department else None,
        _unit(role, area),
        token,
        _fingerprint(person),
    )


def _same_password(person: User, password: str, kept: dict[str, Any] | None) -> bool:
    """Whether the file still tells the password; the slow hash is only asked when the stored one has changed."""
    return (kept or {}).get("checked") == _fingerprint(person) or person.check_password(password)


def _fingerprint(person: User) -> str:
    """Tells one stored password hash from another without telling the hash."""
    return hashlib.sha256(f"demo:{person.pk}:{person.password}".encode()).hexdigest()[:16]


def _department(role: Role) -> Department | None:
    if role not in (Role.DEPARTMENT_WORKER, Role.DEPARTMENT_HEAD):
        return None
    return Department.objects.filter(code=DEMO_DEPARTMENT).first() or Department.objects.first()


def _unit(role: Role, area: str) -> str | None:
    if role not in (Role.GRID_MEMBER, Role.GRID_LEADER):
        return None
    row = Unit.objects.filter(grid=area, kind="team", version_to__isnull=True).first()
    return row.feature_id if row else None


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return [entry for entry in entries if isinstance(entry, dict) and "role" in entry]


def _write(path: Path, accounts: list[Account]) -> None:
    entries = [account.__dict__ for account in accounts]
    write_private(path, json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
