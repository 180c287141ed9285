"""Cameras: whether they work."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router

from layers.api.bodies import Body, described, read_body
from layers.api.fields import ClientId, Instant
from layers.cameras.services import set_camera_status

router = Router(tags=["cameras"])


class CameraStatus(Body):
    """How a camera was found, and when."""

    client_id: ClientId
    status: Literal["online", "offline", "fault"]
    at: Instant


@router.post(
    "/cameras/{camera}/status", summary="Tell whether a camera works; the newest `at` wins",
    openapi_extra=described(CameraStatus),
)  # fmt: skip
def camera_status(request: HttpRequest, camera: str) -> Any:
    """`{"id", "version", "status"}` of the camera now."""
    body = read_body(request, CameraStatus)
    return set_camera_status(
        actor=request.actor,  # type: ignore[attr-defined]
        camera=camera, client_id=body.client_id, status=body.status, at=body.at,
    ).result  # fmt: skip
