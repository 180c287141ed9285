"""Units on the ground: a team in each grid (一长四员), its members by post, and vehicles; where they are and were.

A `Unit` is a row of the layer: what it is and where it belongs. What it does this second is its `UnitState`; its track is
the `Fix` rows, kept by UTC day for a set time.
"""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.territory.features import LayerFeature, feature_constraints, feature_indexes, web_geometry

OFF_DUTY = "off_duty"
STATUSES = (OFF_DUTY, "on_duty", "en_route", "on_scene")


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


class UnitState(models.Model):
    """What a unit does now and where it was last. A unit without a row is off duty; off duty there is no position.

    The live version of a unit is the version of its layer row plus `version`: both only grow.
    """

    unit = models.CharField(max_length=40, primary_key=True)
    status = models.CharField(max_length=16, default=OFF_DUTY)
    stale = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    geom = models.PointField(srid=4326, null=True, spatial_index=False)
    accuracy_m = models.FloatField(null=True)
    speed_mps = models.FloatField(null=True)
    bearing_deg = models.FloatField(null=True)

    class Meta:
        db_table = "patrols_unit_state"
        constraints = [  # no index but the key: a position moves every few seconds, and so stays on its page (HOT)
            models.CheckConstraint(name="patrols_unit_state_known", condition=Q(status__in=STATUSES)),
            models.CheckConstraint(
                name="patrols_unit_state_off_duty_is_nowhere",
                condition=~Q(status=OFF_DUTY) | Q(geom__isnull=True, at__isnull=True, stale=False),
            ),
            models.CheckConstraint(
                name="patrols_unit_state_whole_position",
                condition=Q(geom__isnull=True, at__isnull=True, received_at__isnull=True)
                | Q(geom__isnull=False, at__isnull=False, received_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.status}"


class Fix(models.Model):
    """One position of a unit as its device sent it. The table is split by UTC day (migration 0003)."""

    pk = models.CompositePrimaryKey("unit", "at", "client_id")
    unit = models.CharField(max_length=40)
    at = models.DateTimeField()
    client_id = models.UUIDField()
    received_at = models.DateTimeField()
    geom = models.PointField(srid=4326, spatial_index=False)
    accuracy_m = models.FloatField(null=True)
    speed_mps = models.FloatField(null=True)
    bearing_deg = models.FloatField(null=True)
    marks = models.SmallIntegerField(default=0, help_text="bits of layers.patrols.positions.Mark")
    digest = models.BinaryField(max_length=16)

    class Meta:
        db_table = "patrols_fix"
        managed = False


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
