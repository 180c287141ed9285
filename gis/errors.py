"""The one place where errors become answers: problem+json for programs, a page for people."""

from __future__ import annotations

import logging
import uuid
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language

from layers.errors import Forbidden, InvalidInput, NotFound, NotSignedIn, TookTooLong, Unavailable, WanggeError

log = logging.getLogger("wangge.errors")

_PROGRAM_PATHS = ("/api/", "/tiles/", "/live/", "/ogc/", "/open311/", "/metrics", "/ops/state", "/healthz", "/readyz")


class TooLarge(InvalidInput):
    """A body beyond the limit of its address."""

    code, status = "too_large", 413
    title_zh, title_en = "内容过大", "The body is too large"
    remedy_zh, remedy_en = (
        "分批发送；上限见接口文档。",
        "Send it in parts; the limit stands in the interface's documentation.",
    )


def wants_page(request: HttpRequest) -> bool:
    """True when a person with a browser asks, false for programs."""
    if request.headers.get("Authorization") or request.path.startswith(_PROGRAM_PATHS):
        return False
    return "text/html" in request.headers.get("Accept", "")


def as_wangge_error(error: Exception) -> WanggeError | None:
    """The error of ours that a framework or database error stands for; None when it is a defect."""
    if isinstance(error, WanggeError):
        return error
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, PermissionDenied):
        return Forbidden()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation | BadRequest):
        return InvalidInput("请求格式有误", "the request is malformed")
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return TookTooLong()
    if isinstance(cause, psycopg.errors.LockNotAvailable):
        return Unavailable("另一项更改正在进行", "another change is under way")
    if isinstance(error, OperationalError | InterfaceError) or isinstance(cause, psycopg.OperationalError):
        return Unavailable("数据库没有应答", "the database does not answer")
    return None


def answer(request: HttpRequest, error: WanggeError) -> HttpResponse:
    """The response for an error of ours."""
    if isinstance(error, NotSignedIn) and wants_page(request):
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}")
    problem = error.problem(get_language() or "zh-hans")
    if wants_page(request):
        response: HttpResponse = render(request, "gis/error.html", {"problem": problem}, status=error.status)
    else:
        response = JsonResponse(
            problem,
            status=error.status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    response["Cache-Control"] = "no-store"
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if error.status in (429, 503):
        response["Retry-After"] = str(error.extra.get("retry_after_s", 5))
    return response


def defect(request: HttpRequest, error: BaseException) -> HttpResponse:
    """The 500 answer: a reference that stands in the log beside the trace, nothing of the inside."""
    reference = uuid.uuid4().hex[:12]
    log.error("reference %s: %s %s", reference, request.method, request.path, exc_info=error)
    return answer(
        request,
        WanggeError(f"编号 {reference}", f"reference {reference}", reference=reference),
    )
