"""Units on the ground: a team in each grid (一长四员), its members by post, and vehicles."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.territory.features import LayerFeature, feature_constraints, feature_indexes, web_geometry


class Unit(LayerFeature):
    """A grid team or a patrol vehicle. Off duty it has no position."""

    kind = models.CharField(_("kind"), max_length=16)
    team = models.CharField(_("team"), max_length=40, blank=True)
    grid = models.CharField(_("grid"), max_length=15, blank=True)
    community = models.CharField(_("community"), max_length=12)
    status = models.CharField(_("status"), max_length=16, default="off_duty")
    at = models.DateTimeField(_("position at"), null=True, blank=True)
    speed_mps = models.FloatField(_("speed in m/s"), null=True, blank=True)
    bearing_deg = models.FloatField(_("bearing in degrees"), null=True, blank=True)
    geom = models.PointField(srid=4326, null=True, blank=True, spatial_index=False)
    geom_3857 = web_geometry()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = feature_constraints("patrols_unit")
        indexes = feature_indexes("patrols_unit")


class Member(models.Model):
    """A named post in a grid team for a time; an empty name is a vacancy."""

    grid = models.CharField(_("grid"), max_length=15)
    post = models.CharField(_("post"), max_length=24)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        ordering = ["grid", "post"]
        constraints = [
            models.UniqueConstraint(
                fields=["grid", "post"], condition=Q(valid_to__isnull=True), name="patrols_member_one_a_post"
            )
        ]

    def __str__(self) -> str:
        return f"{self.grid} {self.post} {self.name}"
