"""Positions of units, sent by their devices."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language
from ninja import Router
from pydantic import Field

from layers.api.bodies import Body, described, read_body
from layers.api.fields import ClientId, Instant
from layers.patrols.tracking import MAX_FIXES, record_fixes

router = Router(tags=["positions"])


class Positions(Body):
    """A batch; its entries are judged one by one, so that a wrong one is refused alone."""

    fixes: list[Any]


class DescribedFix(Body):
    """One entry of a batch, as the description tells it."""

    client_id: ClientId
    unit: Annotated[str, Field(max_length=40)]
    at: Instant
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    accuracy_m: Annotated[float | None, Field(ge=0)] = None
    speed_mps: Annotated[float | None, Field(ge=0)] = None
    bearing_deg: Annotated[float | None, Field(ge=0, le=360)] = None


class DescribedPositions(Body):
    """The body of a batch, as the description tells it."""

    fixes: Annotated[list[DescribedFix], Field(max_length=MAX_FIXES)]


@router.post(
    "/positions", summary="Take up to 500 positions of units", openapi_extra=described(DescribedPositions),
    description="Exactly once by (unit, at, client_id). A wrong fix is refused alone; 422 when every one was.",
)  # fmt: skip
def positions(request: HttpRequest) -> Any:
    """`{"accepted", "repeated", "refused": [{"index", "code", "message"}]}`."""
    batch = read_body(request, Positions)
    recorded = record_fixes(actor=request.actor, fixes=batch.fixes)  # type: ignore[attr-defined]
    answer = recorded.as_dict(get_language() or "zh-hans")
    return JsonResponse(
        answer, status=422 if recorded.nothing_taken else 200, json_dumps_params={"ensure_ascii": False}
    )
