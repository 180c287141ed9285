"""Scenes and walls as data, and the screens that say they are there.

A scene is a picture: an area or a camera, layers, colouring. A wall shows scenes in turn under a name of its own, by which
it is opened and steered. What a screen last said of itself is telemetry: it is written over, and is not in the log.
"""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from layers.walls.rules import CHOROPLETHS, HEATS, KINDS, LANGUAGES, PHASES, REPORTS, THEMES

_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_AREA = r"^[0-9]{6}([0-9]{3}){0,3}$"
_CAMERA = ("lon", "lat", "zoom", "bearing", "pitch")


def _all_or_none(*names: str) -> Q:
    everything, nothing = Q(), Q()
    for name in names:
        everything &= Q(**{f"{name}__isnull": False})
        nothing &= Q(**{f"{name}__isnull": True})
    return everything | nothing


@pghistory.track(meta={"db_table": "walls_scene_history"})
class Scene(models.Model):
    """One picture of a wall. Without a camera it fits its area."""

    id = models.CharField(_("id"), max_length=40, primary_key=True)
    title_zh = models.CharField(_("Chinese title"), max_length=40)
    title_en = models.CharField(_("English title"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12)
    area = models.CharField(_("area code"), max_length=15)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    zoom = models.FloatField(_("zoom"), null=True, blank=True)
    bearing = models.FloatField(_("bearing in degrees"), null=True, blank=True)
    pitch = models.FloatField(_("pitch in degrees"), null=True, blank=True)
    three_d = models.BooleanField(_("3D"), default=False)
    layers = ArrayField(models.CharField(max_length=40), verbose_name=_("layers shown"), default=list)
    choropleth = models.CharField(_("areas coloured by"), max_length=12, default="none")
    heat = models.CharField(_("heat"), max_length=4, default="none")
    duration_s = models.PositiveSmallIntegerField(_("duration in s"), default=30)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    enabled = models.BooleanField(_("enabled"), default=True)
    client_id = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("scene")
        verbose_name_plural = _("scenes")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(name="walls_scene_id", condition=Q(id__regex=_SLUG)),
            models.CheckConstraint(name="walls_scene_area", condition=Q(area__regex=_AREA)),
            models.CheckConstraint(name="walls_scene_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="walls_scene_choropleth", condition=Q(choropleth__in=CHOROPLETHS)),
            models.CheckConstraint(name="walls_scene_heat", condition=Q(heat__in=HEATS)),
            models.CheckConstraint(name="walls_scene_duration", condition=Q(duration_s__gte=5, duration_s__lte=3600)),
            models.CheckConstraint(name="walls_scene_whole_camera", condition=_all_or_none(*_CAMERA)),
        ]

    def __str__(self) -> str:
        return self.title_zh


@pghistory.track(meta={"db_table": "walls_wall_history"})
class Wall(models.Model):
    """What `/wall/?name=NAME` shows. Without scenes of its own it shows every scene that is enabled."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    title_zh = models.CharField(_("Chinese title"), max_length=40)
    title_en = models.CharField(_("English title"), max_length=60)
    area = models.CharField(_("area code"), max_length=15)
    scenes = ArrayField(models.CharField(max_length=40), verbose_name=_("scenes in order"), default=list, blank=True)
    rotate = models.BooleanField(_("change scenes by itself"), default=True)
    theme = models.CharField(_("theme"), max_length=8, default="dark")
    language = models.CharField(_("language"), max_length=4, default="zh")
    client_id = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("wall")
        verbose_name_plural = _("walls")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="walls_wall_name", condition=Q(name__regex=_SLUG)),
            models.CheckConstraint(name="walls_wall_area", condition=Q(area__regex=_AREA)),
            models.CheckConstraint(name="walls_wall_theme", condition=Q(theme__in=THEMES)),
            models.CheckConstraint(name="walls_wall_language", condition=Q(language__in=LANGUAGES)),
        ]

    def __str__(self) -> str:
        return self.title_zh


class WallPresence(models.Model):
    """What one screen last said of itself. The screen names itself; its account vouches for it."""

    account = models.UUIDField(_("account"))
    screen = models.UUIDField(_("screen"))
    wall = models.CharField(_("wall"), max_length=40)
    first_seen_at = models.DateTimeField(_("first seen"), db_default=Now())
    seen_at = models.DateTimeField(_("last seen"))
    scene = models.CharField(_("scene"), max_length=40, blank=True)
    width = models.PositiveIntegerField(_("width in pixels"))
    height = models.PositiveIntegerField(_("height in pixels"))
    build = models.CharField(_("build"), max_length=40, blank=True)
    phase = models.CharField(_("phase"), max_length=8)
    seq = models.BigIntegerField(_("complete to seq"), default=0)
    hash_ok = models.BooleanField(_("agrees with the store"), null=True)
    hash_mismatches = models.PositiveIntegerField(_("hash mismatches"), default=0)
    context_losses = models.PositiveIntegerField(_("graphics lost"), default=0)
    reloads = models.PositiveIntegerField(_("reloads"), default=0)
    slow_spells = models.PositiveIntegerField(_("slow spells"), default=0)
    reported_at = models.DateTimeField(_("last report"), null=True)
    reported_kind = models.CharField(_("kind of the last report"), max_length=16, blank=True)
    reported_seq = models.BigIntegerField(_("seq of the last report"), null=True)

    class Meta:
        db_table = "walls_presence"
        verbose_name = _("screen")
        verbose_name_plural = _("screens")
        ordering = ["wall", "-seen_at"]
        indexes = [models.Index(fields=["wall", "-seen_at"], name="walls_presence_wall")]
        constraints = [
            models.UniqueConstraint(fields=["account", "screen"], name="walls_presence_one_a_screen"),
            models.CheckConstraint(name="walls_presence_phase", condition=Q(phase__in=PHASES)),
            models.CheckConstraint(
                name="walls_presence_report", condition=Q(reported_kind="") | Q(reported_kind__in=list(REPORTS))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wall} {self.screen}"
