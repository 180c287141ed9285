"""Units: what they do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from layers.api.bodies import Body, described, read_body
from layers.api.fields import ClientId
from layers.patrols.duty import set_unit_status

router = Router(tags=["units"])


class UnitStatus(Body):
    """What a unit does from now on, and the version the sender saw."""

    client_id: ClientId
    version: Annotated[int, Field(ge=0, lt=2**31)]
    status: Literal["off_duty", "on_duty", "en_route", "on_scene"]


@router.post(
    "/units/{unit}/status", summary="Put a unit on duty, off duty, on its way or on scene",
    openapi_extra=described(UnitStatus),
)  # fmt: skip
def unit_status(request: HttpRequest, unit: str) -> Any:
    """`{"id", "version", "status"}`."""
    body = read_body(request, UnitStatus)
    return set_unit_status(
        actor=request.actor,  # type: ignore[attr-defined]
        unit=unit, client_id=body.client_id, version=body.version, status=body.status,
    ).result  # fmt: skip
