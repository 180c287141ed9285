"""Displays at the door of the web process: `/wall/?display=TOKEN` becomes a cookie, the cookie becomes an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from gis.errors import answer, wants_page
from layers.errors import NotSignedIn, WanggeError
from layers.people.access import SAFE
from layers.people.displays import (
    COOKIE,
    HEADER,
    DisplayHeaderMissing,
    DisplayRefused,
    cookie_age_s,
    display_token,
)
from layers.people.services import tell_sign_out

GetResponse = Callable[[HttpRequest], HttpResponse]
WALL = "/wall/"
PARAMETER = "display"


class DisplayMiddleware:
    """Puts `request.display` on every request: the token of the cookie where neither a bearer token nor a session
    speaks; `request.display_refused` says that there was a cookie with a token that is not valid any more."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The exchange of a token for the cookie, or the answer of the view."""
        if request.path_info == WALL and PARAMETER in request.GET and request.method in ("GET", "HEAD"):
            return _exchange(request)
        token, refused = None, False
        cookie = request.COOKIES.get(COOKIE, "")
        if cookie and not hasattr(request, "bearer") and not request.user.is_authenticated:
            token = display_token(cookie, timezone.now())
            refused = token is None
        request.display, request.display_refused = token, refused  # type: ignore[attr-defined]
        if token is not None and request.headers.get(HEADER) == "1":
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        return self.get_response(request)


def refusal_of_display(request: HttpRequest, refusal: WanggeError | None) -> WanggeError | None:
    """What a door's refusal is for a display: one whose token is gone is told so instead of being sent to sign in,
    and one that may pass needs the header for a write."""
    if request.display_refused and isinstance(refusal, NotSignedIn):  # type: ignore[attr-defined]
        return DisplayRefused() if request.path_info.startswith(WALL) or not wants_page(request) else refusal
    unsafe = request.display is not None and request.method not in SAFE  # type: ignore[attr-defined]
    if refusal is None and unsafe and request.headers.get(HEADER) != "1":
        return DisplayHeaderMissing()
    return refusal


def _exchange(request: HttpRequest) -> HttpResponse:
    """303 to the address without the token, with the cookie; 401 saying what is wrong with the token.

    A session of the same browser ends: from now on the screen shows what the token allows and nothing else.
    """
    now = timezone.now()
    text = request.GET[PARAMETER]
    token = display_token(text, now)
    rest = request.GET.copy()
    if token is None:
        # The page repeats its own address, to come back in another language: it must not repeat what was refused, and
        # must stay the page of a display, which is never sent to sign in.
        rest[PARAMETER] = ""
        request.META["QUERY_STRING"] = rest.urlencode()
        return answer(request, DisplayRefused())
    del rest[PARAMETER]
    query = rest.urlencode()
    if request.user.is_authenticated:
        person = request.user
        logout(request)
        tell_sign_out(person=person)
    response = HttpResponseRedirect(f"{WALL}?{query}" if query else WALL)
    response.status_code = 303
    response["Cache-Control"] = "no-store"
    cookie: dict[str, Any] = {"httponly": True, "samesite": "Strict", "secure": settings.BEHIND_TLS}
    response.set_cookie(COOKIE, text, max_age=cookie_age_s(token, now), path="/", **cookie)
    return response
