"""Liveness and readiness."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from gis.database import Readiness, readiness
from layers.people.access import PUBLIC, access


@access(PUBLIC)
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers; says nothing else."""
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@access(PUBLIC)
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, tables and district are there, else 503 with what is missing."""
    try:
        state = readiness()
    except DatabaseError:
        state = Readiness(database=False, migrated=False, loaded=False)
    return JsonResponse(state.as_dict(), status=200 if state.ready else 503, headers={"Cache-Control": "no-store"})
