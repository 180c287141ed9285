"""Steering a wall from elsewhere: a command is checked, and told to every screen through the log."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from layers.catalog.registry import layer_ids
from layers.catalog.selectors import district_bounds
from layers.errors import Forbidden
from layers.incidents.selectors import seen
from layers.live.receipts import Outcome, once
from layers.live.services import Act, publish
from layers.people.rights import Actor, Post
from layers.roles import Capability
from layers.territory.selectors import chain_of
from layers.walls.commands import read_command
from layers.walls.live import COMMAND
from layers.walls.models import Scene, Wall
from layers.walls.rules import check_number, steering_post, wrong
from layers.walls.selectors import seen_wall

Json = dict[str, Any]
#: How far beyond the district a wall may be flown, in degrees.
MARGIN_DEG = 0.05


@transaction.atomic
def command_wall(*, actor: Actor, wall: str, client_id: uuid.UUID, command: object, args: object) -> Outcome:
    """`{"wall", "command", "args"}` as it was told to the screens; the stored one when it was sent before.

    Raises NotFound (a wall, case or scene that is not to be seen), Forbidden, InvalidInput naming what is wrong,
    Conflict for a `client_id` used otherwise.
    """
    row = seen_wall(actor, wall)
    post = steering_post(actor, row.area)
    if post is None:
        raise Forbidden(
            "您可以看这个大屏，但不能遥控", "you may look at this wall, but not steer it", field="wall", found=row.name
        )
    body = {"wall": row.name, "command": command, "args": args}

    def act() -> Json:
        return _command(actor, post, row, client_id, str(command), read_command(command, args, layer_ids()))

    return once(client_id=client_id, sender=actor.id, operation=COMMAND, body=body, act=act)


def _command(actor: Actor, post: Post, wall: Wall, client_id: uuid.UUID, command: str, args: Json) -> Json:
    _demand_target(actor, command, args)
    publish(
        Act(
            kind=COMMAND, object_type="wall", object_id=wall.name, object_version=wall.version, actor=actor.id,
            happened_at=timezone.now(), payload={"command": command, "args": args}, areas_after=(wall.area,),
            visibility=Capability.SEE_CASES.value, role_used=post.role, on_behalf_of=post.deputy_of,
            client_id=client_id,
        )
    )  # fmt: skip
    return {"wall": wall.name, "command": command, "args": args}


def _demand_target(actor: Actor, command: str, args: Json) -> None:
    """Raises unless what a command points at is there."""
    if command == "scene" and not Scene.objects.filter(pk=args["id"], enabled=True).exists():
        raise wrong("args.id", "不是启用的场景", "is no scene that is enabled", args["id"])
    if command == "area" and [area.code for area in chain_of(args["code"])][-1:] != [args["code"]]:
        raise wrong("args.code", "不是现行辖区的代码", "is no code of an area in force", args["code"])
    if command == "incident":
        seen(actor, args["id"])
    if command == "fly":
        west, south, east, north = district_bounds()
        check_number("args.lon", args["lon"], west - MARGIN_DEG, east + MARGIN_DEG)
        check_number("args.lat", args["lat"], south - MARGIN_DEG, north + MARGIN_DEG)
