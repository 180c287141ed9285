"""The system's own operators: a page, the figures behind it, Prometheus, and warnings for every screen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from prometheus_client import CONTENT_TYPE_LATEST

from gis.ops import report as reports
from gis.ops.judgement import BEAT_S
from gis.ops.metrics import exposition
from layers.api.description import described_person
from layers.people.access import SHOWN, Access, access
from layers.roles import Capability

OPERATORS = Access(capability=Capability.OPERATE)
_FRESH = {"Cache-Control": "no-store"}


@access(OPERATORS)
def page(request: HttpRequest) -> HttpResponse:
    """/ops/: states, lags and what is wrong, read again every five seconds by its script."""
    config = {
        "url": "/ops/state",
        "language": get_language() or "zh-hans",
        "me": described_person(request.user, request.actor),  # type: ignore[attr-defined]
        "beat_limit_s": {"warn": BEAT_S.warn, "alarm": BEAT_S.alarm},
    }
    return render(request, "gis/ops.html", {"ops_config": config})


@access(OPERATORS)
def state(request: HttpRequest) -> HttpResponse:
    """/ops/state: what the page shows, as JSON."""
    return _json(reports.state(reports.report()))


@access(OPERATORS)
def metrics(request: HttpRequest) -> HttpResponse:
    """/metrics: for Prometheus, with a token of scope `read` of an administrator's account."""
    return HttpResponse(exposition(reports.report()), content_type=CONTENT_TYPE_LATEST, headers=_FRESH)


@access(SHOWN)
def health(request: HttpRequest) -> HttpResponse:
    """/api/health: what every screen may say about the system itself."""
    return _json(reports.health(reports.report()))


def _json(body: object) -> JsonResponse:
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False}, headers=_FRESH)
