"""Reading cameras: which there are today and what was last told of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from layers.cameras.models import Camera, CameraState
from layers.territory.features import in_force


def cameras_in_force(ids: Iterable[str] | None = None) -> QuerySet[Camera]:
    """The cameras there are today, one row each; those of `ids` alone when given."""
    rows = in_force(Camera.objects.all())
    return rows if ids is None else rows.filter(feature_id__in=list(ids))


def states_of(ids: Iterable[str] | None = None) -> dict[str, CameraState]:
    """Camera -> what was last told of it; one without an entry is as its layer row says."""
    rows = CameraState.objects.all() if ids is None else CameraState.objects.filter(camera__in=list(ids))
    return {row.camera: row for row in rows}
