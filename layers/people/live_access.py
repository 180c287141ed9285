"""Who may open a stream, and what changes that: the same accounts, tokens and doors as everywhere else."""

from __future__ import annotations

import re
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import timezone

from layers.errors import InvalidToken, NotSignedIn
from layers.live.hub import Identity
from layers.people.access import Access
from layers.people.models import Assignment, User
from layers.people.rights import LiveView
from layers.people.selectors import actor_of, valid_token
from layers.roles import TokenScope

DOOR = Access(scopes=frozenset({TokenScope.DISPLAY}))
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_\-.~+/]{8,200}=*)", re.IGNORECASE)


def identify(headers: dict[str, str]) -> Identity:
    """Who sent these headers (lower case: `authorization`, `cookie`).

    Raises NotSignedIn or InvalidToken for nobody, WrongScope for a token that was not issued for this.
    """
    now = timezone.now()
    header = headers.get("authorization", "").strip()
    if header:
        match = _BEARER.fullmatch(header)
        token = valid_token(match.group(1), now) if match else None
        if token is None:
            raise InvalidToken()
        person, scope, token_id, ends = token.person, TokenScope(token.scope), str(token.pk), token.expires_at
    else:
        person, scope, token_id, ends = _signed_in(headers.get("cookie", "")), None, "", None
    actor = actor_of(person, token_scope=scope, at=now)
    refusal = DOOR.refusal(actor, "GET")
    if refusal is not None:
        raise refusal
    since, until = _boundaries(person, now)
    return Identity(str(person.pk), token_id, LiveView.of(actor), since, min(filter(None, (until, ends)), default=None))


def _signed_in(cookies: str) -> User:
    """The account of a session cookie, checked as Django checks it (password changes end sessions)."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        morsel = None
    if morsel is None:
        raise NotSignedIn()
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        raise NotSignedIn()
    return user


def _boundaries(person: User, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When a post of the person last began or ended, and when one next will."""
    moments = [
        moment
        for pair in Assignment.objects.filter(person=person).values_list("valid_from", "valid_to")
        for moment in pair
        if moment is not None
    ]
    past, future = [m for m in moments if m <= now], [m for m in moments if m > now]
    return max(past, default=None), min(future, default=None)
