"""Who may open a stream, and what changes that: the same accounts, tokens and doors as everywhere else."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils import timezone

from layers.errors import InvalidToken, NotSignedIn
from layers.live.hub import Identity
from layers.people.access import Access
from layers.people.displays import COOKIE, DisplayRefused, display_token
from layers.people.models import Assignment, User
from layers.people.rights import LiveView
from layers.people.selectors import actor_of, bearer_token
from layers.people.sessions import SessionStore
from layers.roles import TokenScope

DOOR = Access(scopes=frozenset({TokenScope.DISPLAY}))


def identify(headers: dict[str, str]) -> Identity:
    """Who sent these headers (lower case: `authorization`, `cookie`).

    Raises NotSignedIn, InvalidToken or DisplayRefused for nobody, WrongScope for a token that was not issued for this.
    """
    now = timezone.now()
    person, scope, token_id, ends = _asker(headers, now)
    actor = actor_of(person, token_scope=scope, at=now)
    refusal = DOOR.refusal(actor, "GET")
    if refusal is not None:
        raise refusal
    since, until = _boundaries(person, now)
    return Identity(str(person.pk), token_id, LiveView.of(actor), since, min(filter(None, (until, ends)), default=None))


def _asker(headers: dict[str, str], now: datetime) -> tuple[User, TokenScope | None, str, datetime | None]:
    """Account, token scope, token id and end of the credentials: a bearer token, else what the cookies stand for."""
    header = headers.get("authorization", "").strip()
    if not header:
        return _of_cookies(headers.get("cookie", ""), now)
    token = bearer_token(header, now)
    if token is None:
        raise InvalidToken()
    return token.person, TokenScope(token.scope), str(token.pk), token.expires_at


def _of_cookies(text: str, now: datetime) -> tuple[User, TokenScope | None, str, datetime | None]:
    """As `_asker`, of a session, else of a display's token."""
    cookies = parse_cookie(text)
    person = _signed_in(cookies.get(settings.SESSION_COOKIE_NAME, ""))
    if person is not None:
        return person, None, "", None
    if not cookies.get(COOKIE):
        raise NotSignedIn()
    token = display_token(cookies[COOKIE], now)
    if token is None:
        raise DisplayRefused()
    return token.person, TokenScope.DISPLAY, str(token.pk), token.expires_at


def _signed_in(key: str) -> User | None:
    """The account of a session, checked as Django checks it (password changes end sessions); None without one."""
    if not key:
        return None
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


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
