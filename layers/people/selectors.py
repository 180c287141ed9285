"""Reading people: who asks, with which posts, through which token."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from layers.people.models import Assignment, PostTitle, Token, User
from layers.people.rights import ANONYMOUS, Actor, Post
from layers.roles import Role, TokenScope

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


_BEARER = re.compile(r"Bearer ([A-Za-z0-9_\-.~+/]{8,200}=*)", re.IGNORECASE)


def posts_of(person: User, at: datetime) -> tuple[Post, ...]:
    """The assignments of a person in force at an instant."""
    rows = (
        Assignment.objects.filter(person=person, valid_from__lte=at)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at))
        .order_by("role", "area", "id")
    )
    return tuple(
        Post(Role(row.role), row.area, row.department_id or "", row.post, str(row.deputy_of_id or "")) for row in rows
    )


def actor_of(
    user: AbstractBaseUser | AnonymousUser, *, token_scope: TokenScope | None = None, at: datetime | None = None
) -> Actor:
    """The actor behind an account, its posts read once and kept on the account object for the request."""
    if not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    person = cast(User, user)
    kept: Actor | None = getattr(person, "_actor", None)
    if kept is None or at is not None:
        kept = Actor(str(person.pk), posts_of(person, at or timezone.now()), token_scope, person.language)
        if at is None:
            person._actor = kept  # type: ignore[attr-defined]
    return kept


def token_digest(token: str) -> bytes:
    """SHA-256 of a bearer token, the only form in which it is stored."""
    return hashlib.sha256(token.encode()).digest()


def bearer_token(header: str, at: datetime) -> Token | None:
    """The valid token of an `Authorization` header (RFC 6750); None for anything else, malformed headers included."""
    match = _BEARER.fullmatch(header.strip())
    return valid_token(match.group(1), at) if match else None


def valid_token(token: str, at: datetime) -> Token | None:
    """The stored token that is neither revoked nor expired, of an active account; else None."""
    return (
        Token.objects.select_related("person")
        .filter(digest=token_digest(token), revoked_at__isnull=True, person__is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        .first()
    )


def post_titles(at: datetime) -> dict[str, tuple[str, str]]:
    """Post code -> (Chinese, English) name in force on a day."""
    day = timezone.localdate(at)
    rows = PostTitle.objects.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return {row.code: (row.zh, row.en) for row in rows}


def describe(user: AbstractBaseUser | AnonymousUser, actor: Actor) -> dict[str, Any]:
    """What a person may know of his own account: name, language, posts with their titles."""
    titles = post_titles(timezone.now())
    return {
        "username": user.get_username(),
        "name": getattr(user, "name", ""),
        "name_en": getattr(user, "name_en", ""),
        "language": actor.language,
        "token_scope": actor.token_scope,
        "assignments": [
            {
                "role": post.role.value,
                "role_zh": titles.get(post.role.value, (post.role.value, ""))[0],
                "role_en": titles.get(post.role.value, ("", post.role.value))[1],
                "area": post.area,
                "department": post.department,
                "post": post.post,
            }
            for post in actor.posts
        ],
    }
