"""Django's error hooks, answered by `gis.errors`."""

from __future__ import annotations

import sys

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse

from gis.errors import answer, as_wangge_error, defect
from layers.errors import Forbidden, InvalidInput, NotFound


class CsrfFailed(Forbidden):
    """A form sent without the token of its page."""

    code = "csrf_failed"
    title_zh, title_en = "页面已过期", "The page has expired"
    remedy_zh, remedy_en = "刷新页面后再提交。", "Reload the page and submit again."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: Django refused the request itself."""
    return answer(request, InvalidInput("请求格式有误", "the request is malformed"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address."""
    return answer(request, NotFound())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return answer(request, Forbidden())


def server_error(request: HttpRequest) -> HttpResponse:
    """An error from outside a view: 503 when the database was away before the view was reached, else 500."""
    error = sys.exc_info()[1]
    ours = as_wangge_error(error) if isinstance(error, DatabaseError | InterfaceError) else None
    return answer(request, ours) if ours is not None else defect(request, error or RuntimeError("unknown"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is missing or old."""
    return answer(request, CsrfFailed())
