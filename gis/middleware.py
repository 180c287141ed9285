"""Three gates every request passes: errors become answers, tokens become people, doors are asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from gis.displays import refusal_of_display
from gis.errors import answer, as_wangge_error, defect
from layers.errors import InvalidToken, NotFound
from layers.people.access import SIGNED_IN, Access, door_of
from layers.people.selectors import actor_of, bearer_token
from layers.roles import ADMIN_ROLES, TokenScope

GetResponse = Callable[[HttpRequest], HttpResponse]
ADMIN_DOOR = Access(roles=ADMIN_ROLES)
_ADMIN_OPEN = frozenset({"admin:login", "admin:logout", "admin:jsi18n"})


class ErrorMiddleware:
    """Turns exceptions of views into answers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Passes on; Django calls `process_exception` when a view raises."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """The mapped answer, or the 500 answer with a reference."""
        ours = as_wangge_error(error)
        return answer(request, ours) if ours is not None else defect(request, error)


class BearerMiddleware:
    """Reads `Authorization: Bearer`; such requests need no CSRF token, for a page of another site can't set it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """401 at once for a token that is malformed, unknown, revoked or expired."""
        header = request.headers.get("Authorization", "")
        if header:
            token = bearer_token(header, timezone.now())
            if token is None:
                return answer(request, InvalidToken())
            request.bearer = token  # type: ignore[attr-defined]
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        return self.get_response(request)


class AccessMiddleware:
    """Asks the door declared at the view; an address without a door answers nobody."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Puts `request.actor` on every request; answers are private unless they say otherwise."""
        bearer = getattr(request, "bearer", None) or request.display  # type: ignore[attr-defined]
        if bearer is not None:
            request.user = bearer.person
            request.actor = actor_of(bearer.person, token_scope=TokenScope(bearer.scope))  # type: ignore[attr-defined]
        else:
            request.actor = actor_of(request.user)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-cache"  # whoever wants to be cached has to say so
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """None lets the request through; else the refusal."""
        door = door_at(request, view)
        if door is None:
            return answer(request, NotFound())
        refusal = door.refusal(request.actor, request.method or "GET")  # type: ignore[attr-defined]
        if not door.public:
            refusal = refusal_of_display(request, refusal)
        return None if refusal is None else answer(request, refusal)


def door_at(request: HttpRequest, view: Any) -> Access | None:
    """The door of a resolved request: declared at the view, or the admin site's."""
    declared = door_of(view)
    if declared is not None:
        return declared
    match = request.resolver_match
    if match is None:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return None
    if match.namespace == "admin":
        return SIGNED_IN if match.view_name in _ADMIN_OPEN else ADMIN_DOOR
    return None
