"""Writing what is told of cameras: the newest word holds, whatever the order in which words arrive."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from layers.cameras.layer import CAMERAS
from layers.cameras.live import live_object, live_version
from layers.cameras.models import STATUSES, Camera, CameraState
from layers.cameras.selectors import cameras_in_force
from layers.errors import Forbidden, InvalidInput, NotFound
from layers.live.objects import publish_object
from layers.live.receipts import Outcome, once
from layers.people.rights import Actor, may, visible
from layers.roles import Capability

Json = dict[str, Any]
MAX_AHEAD = timedelta(minutes=5)


@transaction.atomic
def set_camera_status(
    *, actor: Actor, camera: str, client_id: uuid.UUID, status: str, at: datetime, now: datetime | None = None
) -> Outcome:
    """`{"id", "version", "status"}` of the camera afterwards, and whether this was a repeat.

    `at` is when it was seen so. An older word than the last changes nothing; the same status again is no event. Raises
    NotFound (also for a camera the actor may not see), Forbidden, InvalidInput, Conflict (client_id used otherwise).
    """
    row = _permitted(actor, camera)
    moment = now or timezone.now()
    if status not in STATUSES:
        raise InvalidInput(
            f"status 应为 {'、'.join(STATUSES)} 之一", f"status must be one of {', '.join(STATUSES)}",
            field="status", found=status,
        )  # fmt: skip
    if at > moment + MAX_AHEAD:
        raise InvalidInput(
            "at 在未来 5 分钟之后：请校准时钟", "at lies more than 5 minutes in the future: set the clock", field="at",
            found=at.isoformat(),
        )  # fmt: skip

    def act() -> Json:
        return _hear(row, status, at, actor, client_id)

    body = {"camera": row.feature_id, "status": status, "at": at.timestamp()}
    return once(client_id=client_id, sender=actor.id, operation="camera.status", body=body, act=act)


def _permitted(actor: Actor, camera: str) -> Camera:
    row = cameras_in_force([camera]).first() if camera.isprintable() else None
    area = (row.grid or row.community) if row else ""
    if row is not None and may(actor, Capability.VIDEO, area=area):
        return row
    if row is None or not visible(actor, CAMERAS).allows(area):
        raise NotFound(f"没有摄像机 {camera[:40]!a}", f"no camera {camera[:40]!a}", field="id", found=camera)
    raise Forbidden("您可以看到该摄像机，但不能改它的状态", "you may see this camera, but not set its status")


def _hear(row: Camera, status: str, at: datetime, actor: Actor, client_id: uuid.UUID) -> Json:
    state, first = _locked(row, at)
    before = live_object(row, state)
    newer = first or at > state.at
    changed = newer and status != state.status
    if newer:
        state.at = at
    if changed:
        state.status, state.since, state.version = status, at, state.version + 1
    state.save()
    if changed:
        publish_object(
            kind="camera.status", before=before, after=live_object(row, state), actor=actor.id, happened_at=at,
            client_id=client_id,
        )  # fmt: skip
    return {"id": row.feature_id, "version": live_version(row, state), "status": state.status}


def _locked(row: Camera, at: datetime) -> tuple[CameraState, bool]:
    """The state of a camera, held until the end; made from its layer row when this is the first word (True)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cameras_state (camera, status, since, at, version) VALUES (%s, %s, %s, %s, 0)"
            " ON CONFLICT (camera) DO NOTHING",
            [row.feature_id, row.status, at, at],
        )
        first = cursor.rowcount == 1
    return CameraState.objects.select_for_update(no_key=True).get(camera=row.feature_id), first
