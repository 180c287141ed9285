"""Cameras as live objects: what the log and the state hold of them, and what is added when they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from layers.cameras.layer import CAMERAS
from layers.cameras.models import Camera, CameraState
from layers.cameras.selectors import cameras_in_force, states_of
from layers.live.objects import LiveObject, areas_of
from layers.roles import Capability

Json = dict[str, Any]
LAYER = CAMERAS.id
NAMES = ("name", "name_en")
_FIGURES = ("tier", "bearing_deg", "fov_deg", "range_m", "height_m", "kind", "grid", "community")


def live_version(camera: Camera, state: CameraState | None) -> int:
    """The version that clients see: it grows with every change of the row and of the camera's status."""
    return camera.feature_version + (state.version if state else 0)


def live_object(camera: Camera, state: CameraState | None) -> LiveObject:
    """The camera as an event carries it: where it stands, how it looks, and whether it works."""
    return LiveObject(
        layer=LAYER,
        id=camera.feature_id,
        version=live_version(camera, state),
        visibility=Capability.SEE_MAP.value,
        areas=areas_of(camera.grid, camera.community),
        geometry={"type": "Point", "coordinates": [camera.geom.x, camera.geom.y]},
        properties={
            "code": camera.code,
            "status": state.status if state else camera.status,
            **{name: getattr(camera, name) for name in _FIGURES},
        },
    )


def read_live() -> list[LiveObject]:
    """Every camera there is today, by id."""
    states = states_of()
    return [live_object(row, states.get(row.feature_id)) for row in cameras_in_force().order_by("feature_id")]


def dress(features: Sequence[Json]) -> None:
    """Adds `name` and `name_en` of the camera's row today (its last one when it is gone) to features, in place."""
    today = Case(
        When(pk__in=cameras_in_force().values("pk"), then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = (
        Camera.objects.filter(feature_id__in={feature["id"] for feature in features})
        .order_by("feature_id", today, "-version_from")
        .distinct("feature_id")
        .values("feature_id", *NAMES)
    )
    words = {row.pop("feature_id"): row for row in rows}
    for feature in features:
        feature["properties"] |= words.get(feature["id"], dict.fromkeys(NAMES, ""))
