"""Walls over HTTP: scenes and screens to read, commands to send, and what screens say of themselves."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import Field

from layers.api.asking import actor_of_request
from layers.api.bodies import Body, described, read_body
from layers.api.fields import ClientId
from layers.live.feed import instant
from layers.walls.screens import Presence, note_presence, note_report
from layers.walls.selectors import seen_scenes, walls_with_screens
from layers.walls.steering import command_wall

router = Router(tags=["walls"])
Seq = Annotated[int, Field(ge=0, lt=2**62)]
Pixels = Annotated[int, Field(ge=1, le=100_000)]


class WallCommand(Body):
    """One command for every screen of a wall; the table of commands stands in docs/wall.md."""

    client_id: ClientId
    command: Annotated[str, Field(max_length=40)]
    args: dict[str, Any] = Field(default_factory=dict)


class ScreenPresence(Body):
    """What a screen says of itself every 30 s."""

    screen: ClientId
    scene: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]*$")] = ""
    width: Pixels
    height: Pixels
    build: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    phase: Literal["live", "stale", "dark"]
    seq: Seq = 0
    hash_ok: bool | None = None


class ScreenReport(Body):
    """What went wrong on a screen, and up to which seq it was complete."""

    screen: ClientId
    kind: Literal["hash_mismatch", "context_lost", "reloaded", "slow"]
    seq: Seq = 0


@router.get("/scenes", summary="Scenes you may see, in order")
def scenes(request: HttpRequest) -> Any:
    """Each over the part of its area that you may see; `camera` null fits the area."""
    return {"scenes": seen_scenes(actor_of_request(request))}


@router.get("/walls", summary="Walls, and the screens that spoke for them within a day")
def walls(request: HttpRequest) -> Any:
    """`steer` says whether you may send commands; `age_s` is of `at`."""
    now = timezone.now()
    return {"at": instant(now), "walls": walls_with_screens(actor_of_request(request), now)}


@router.post("/walls/{name}/commands", summary="Steer a wall", openapi_extra=described(WallCommand))
def command(request: HttpRequest, name: str) -> Any:
    """`{"wall", "command", "args"}` as every stream is told it (`wall.command`)."""
    body = read_body(request, WallCommand)
    return command_wall(
        actor=actor_of_request(request), wall=name, client_id=body.client_id, command=body.command, args=body.args
    ).result


@router.post(
    "/walls/{name}/presence", summary="A screen says that it is there", openapi_extra=described(ScreenPresence)
)
def presence(request: HttpRequest, name: str) -> Any:
    """`{"at"}` of the server."""
    body = read_body(request, ScreenPresence)
    note_presence(actor=actor_of_request(request), wall=name, presence=Presence(**body.model_dump()))
    return {"at": instant(timezone.now())}


@router.post("/walls/{name}/reports", summary="A screen says what went wrong", openapi_extra=described(ScreenReport))
def report(request: HttpRequest, name: str) -> Any:
    """`{"count"}`: how often this screen has said so."""
    body = read_body(request, ScreenReport)
    told = note_report(
        actor=actor_of_request(request), wall=name, screen=body.screen, kind=body.kind, seq=body.seq
    )  # fmt: skip
    return {"count": told}
