"""Cameras and the sectors they see. Location, aim and state only: no pictures, no recognition of anybody."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.territory.features import LayerFeature, feature_constraints, feature_indexes, web_geometry

STATUSES = ("online", "offline", "fault")


class Camera(LayerFeature):
    """A fixed camera: where it stands, which way it looks and how far."""

    bearing_deg = models.FloatField(_("bearing in degrees"))
    fov_deg = models.FloatField(_("field of view in degrees"))
    range_m = models.FloatField(_("range in m"))
    height_m = models.FloatField(_("height in m"))
    status = models.CharField(_("status"), max_length=12)
    tier = models.CharField(_("tier"), max_length=12)
    kind = models.CharField(_("kind"), max_length=24, blank=True)
    mount = models.CharField(_("mount"), max_length=12, blank=True)
    grid = models.CharField(_("grid"), max_length=15)
    community = models.CharField(_("community"), max_length=12)
    geom = models.PointField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()

    class Meta:
        verbose_name = _("camera")
        verbose_name_plural = _("cameras")
        constraints = [
            *feature_constraints("cameras_camera"),
            models.CheckConstraint(
                name="cameras_camera_aim",
                condition=Q(bearing_deg__gte=0, bearing_deg__lt=360, fov_deg__gt=0, fov_deg__lte=360, range_m__gt=0),
            ),
        ]
        indexes = feature_indexes("cameras_camera")


class CameraState(models.Model):
    """What was last told of a camera. A camera without a row is as its layer row says.

    The live version of a camera is the version of its layer row plus `version`: both only grow.
    """

    camera = models.CharField(max_length=40, primary_key=True)
    status = models.CharField(max_length=12)
    since = models.DateTimeField()
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "cameras_state"
        constraints = [models.CheckConstraint(name="cameras_state_known", condition=Q(status__in=STATUSES))]

    def __str__(self) -> str:
        return f"{self.camera} {self.status}"


class CameraView(LayerFeature):
    """The ground a camera can see: derived from its aim, never edited by hand."""

    camera = models.CharField(_("camera id"), max_length=40)
    status = models.CharField(_("status"), max_length=12)
    tier = models.CharField(_("tier"), max_length=12)
    grid = models.CharField(_("grid"), max_length=15)
    community = models.CharField(_("community"), max_length=12)
    geom = models.MultiPolygonField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()

    class Meta:
        verbose_name = _("camera view")
        verbose_name_plural = _("camera views")
        constraints = feature_constraints("cameras_view")
        indexes = feature_indexes("cameras_view")
        db_table = "cameras_view"
