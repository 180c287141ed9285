"""Writes by session need the page's CSRF token; programs with a bearer token do not.

The framework of the JSON interface exempts its views from Django's check, which would refuse programs without any
account as well, before their door is asked. So the check stands here, behind the door.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.module_loading import import_string

View = Callable[..., Any]


class _Check(CsrfViewMiddleware):
    """Gives the reason of a refusal instead of an answer."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _unchecked(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def session_writes_checked(view: View) -> View:
    """The view behind the CSRF check; a bearer token and a method that writes nothing pass it."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        check = _Check(_unchecked)
        request.csrf_processing_done = False  # type: ignore[attr-defined]
        check.process_request(request)
        reason = check.process_view(request, _unchecked, (), {})
        if isinstance(reason, str):
            return import_string(settings.CSRF_FAILURE_VIEW)(request, reason=reason)
        return view(request, *args, **kwargs)

    return checked
