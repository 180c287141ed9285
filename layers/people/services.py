"""Writing people: accounts, assignments, tokens. Order: permission, rule, write, event."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from layers.errors import Conflict, Forbidden, InvalidInput, StaleVersion
from layers.geo.codes import LEVELS, level_of
from layers.live.services import Act, publish
from layers.people.models import Assignment, Department, Token, User
from layers.people.rights import Actor, may
from layers.people.selectors import token_digest
from layers.roles import ROLE_LEVEL, Capability, Role, TokenScope

#: Whoever runs a command on the server itself; never reachable over HTTP.
SYSTEM = "system"


def _demand_users(actor: Actor | None, area: str) -> str:
    """The actor's id when it may manage people over `area`; None stands for the server's own commands."""
    if actor is None:
        return SYSTEM
    if not may(actor, Capability.USERS, area=area):
        raise Forbidden("不能管理该辖区的人员", "may not manage people of that area", field="area", found=area)
    return actor.id


def _demand_over(actor: Actor | None, person: User) -> str:
    """The actor's id when it may manage people wherever this one has or had a post: else a narrow post could take
    over a wide one through a new password."""
    who = _demand_users(actor, "")
    for area in Assignment.objects.filter(person=person).values_list("area", flat=True).distinct():
        _demand_users(actor, area)
    return who


@transaction.atomic
def create_account(
    *,
    actor: Actor | None,
    username: str,
    name: str,
    name_en: str = "",
    password: str | None = None,
    language: str = "zh-hans",
    client_id: uuid.UUID | None = None,
) -> User:
    """The new account. Without a password it can't sign in and serves tokens only.

    Raises Conflict when the name is taken, Forbidden when the actor may not manage people.
    """
    who = _demand_users(actor, "")
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict(f"用户名 {username} 已有人用", f"the name {username} is taken", field="username")
    user = User(username=username, name=name, name_en=name_en, language=language, client_id=client_id)
    user.set_password(password)
    user.save()
    publish(_act("account.created", "account", str(user.pk), user.version, who, {}))
    return user


@transaction.atomic
def update_account(
    *, actor: Actor | None, user: User, version: int, name: str, name_en: str, language: str, is_active: bool
) -> User:
    """The account with new names, language or state. Raises StaleVersion, or Conflict when one shuts oneself out."""
    who = _demand_over(actor, user)
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored.version != version:
        raise StaleVersion(
            f"账号已是第 {stored.version} 版", f"the account is at version {stored.version} now", field="version",
            found=version, current=stored.version,
        )  # fmt: skip
    if who == str(stored.pk) and not is_active:
        raise Conflict("不能停用自己的账号", "an account cannot shut itself out", field="is_active")
    stored.name, stored.name_en, stored.language, stored.is_active = name, name_en, language, is_active
    stored.version += 1
    stored.save(update_fields=["name", "name_en", "language", "is_active", "version"])
    kind = "account.changed" if is_active else "account.closed"
    publish(_act(kind, "account", str(stored.pk), stored.version, who, {"is_active": is_active}))
    return stored


@transaction.atomic
def set_password(*, actor: Actor | None, user: User, password: str) -> None:
    """Gives an account a new password and tells the log that it was changed, not what it is."""
    who = _demand_over(actor, user)
    user.set_password(password)
    user.version += 1
    user.save(update_fields=["password", "version"])
    publish(_act("account.password_set", "account", str(user.pk), user.version, who, {}))


@transaction.atomic
def tell_sign_out(*, person: User) -> None:
    """Tells the log that somebody signed out, after his session is gone: what the session had opened ends with it."""
    publish(_act("account.signed_out", "account", str(person.pk), person.version, str(person.pk), {}))


@transaction.atomic
def assign(
    *,
    actor: Actor | None,
    person: User,
    role: Role,
    area: str,
    valid_from: datetime,
    valid_to: datetime | None = None,
    department: Department | None = None,
    post: str = "",
    deputy_of: User | None = None,
    client_id: uuid.UUID | None = None,
) -> Assignment:
    """The new assignment. Raises InvalidInput when the area is no area code or wider than the role may be given."""
    level = level_of(area)
    if level is None:
        raise InvalidInput(
            "辖区代码应为 6、9、12 或 15 位数字", "an area code has 6, 9, 12 or 15 digits", field="area", found=area
        )
    if LEVELS.index(level) < LEVELS.index(ROLE_LEVEL[role]):
        raise InvalidInput(
            f"{role} 不能授予 {level} 一级", f"{role} cannot be given at {level} level", field="area", found=area
        )
    who = _demand_users(actor, area)
    row = Assignment.objects.create(
        person=person, role=role.value, area=area, department=department, post=post,
        valid_from=valid_from, valid_to=valid_to, deputy_of=deputy_of, client_id=client_id,
    )  # fmt: skip
    publish(
        _act(
            "assignment.created", "assignment", str(row.pk), row.version, who,
            {"person": str(person.pk), "role": role.value, "area": area}, areas_after=(area,),
        )
    )  # fmt: skip
    return row


@transaction.atomic
def end_assignment(*, actor: Actor | None, assignment: Assignment, at: datetime) -> None:
    """Ends an assignment at an instant; one that has not begun yet ends the moment it begins."""
    who = _demand_users(actor, assignment.area)
    assignment.valid_to = max(at, assignment.valid_from + timedelta(microseconds=1))
    assignment.version += 1
    assignment.save(update_fields=["valid_to", "version"])
    publish(
        _act(
            "assignment.ended", "assignment", str(assignment.pk), assignment.version, who,
            {"person": str(assignment.person_id), "role": assignment.role, "area": assignment.area},
            areas_before=(assignment.area,),
        )
    )  # fmt: skip


@transaction.atomic
def issue_token(
    *, actor: Actor | None, person: User, scope: TokenScope, expires_at: datetime | None, label: str = ""
) -> str:
    """The token text, shown this once; the database keeps its SHA-256."""
    who = _demand_over(actor, person)
    text = f"wg_{secrets.token_urlsafe(32)}"
    row = Token.objects.create(
        person=person, scope=scope.value, digest=token_digest(text), label=label, expires_at=expires_at
    )
    publish(_act("token.issued", "token", str(row.pk), 1, who, {"person": str(person.pk), "scope": scope.value}))
    return text


@transaction.atomic
def revoke_token(*, actor: Actor | None, token: Token) -> None:
    """Makes a token useless at once; revoking twice changes nothing."""
    who = _demand_over(actor, token.person)
    if token.revoked_at is not None:
        return
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    publish(_act("token.revoked", "token", str(token.pk), 2, who, {"person": str(token.person_id)}))


def _act(
    kind: str, object_type: str, object_id: str, version: int, actor: str, payload: dict[str, object],
    areas_before: tuple[str, ...] = (), areas_after: tuple[str, ...] = (),
) -> Act:  # fmt: skip
    return Act(
        kind=kind, object_type=object_type, object_id=object_id, object_version=version, actor=actor,
        happened_at=timezone.now(), payload=payload, areas_before=areas_before, areas_after=areas_after,
        visibility=Capability.USERS.value,
    )  # fmt: skip
