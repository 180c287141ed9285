"""Areas as a versioned tree, unit grids, and the ground: buildings, roads, waters, greens."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from layers.territory.features import LayerFeature, feature_constraints, feature_indexes, snap_clearance, web_geometry

LEVEL_CHOICES = [
    ("district", _("district")),
    ("subdistrict", _("subdistrict")),
    ("community", _("community")),
    ("grid", _("grid")),
]


class AreaKind(models.Model):
    """What an area is called between two dates: 街道, 乡, 社区, 居民网格, 专属网格 … are data, not code."""

    code = models.CharField(_("code"), max_length=24)
    level = models.CharField(_("level"), max_length=12, choices=LEVEL_CHOICES)
    zh = models.CharField(_("Chinese"), max_length=40)
    en = models.CharField(_("English"), max_length=60)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("area kind")
        verbose_name_plural = _("area kinds")
        ordering = ["level", "code", "valid_from"]
        constraints = [
            ExclusionConstraint(
                name="territory_areakind_one_a_day",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.zh


class Area(LayerFeature):
    """One area of the tree: district, subdistrict, community or service grid (网格), by `level`."""

    level = models.CharField(_("level"), max_length=12, choices=LEVEL_CHOICES)
    kind = models.CharField(_("kind"), max_length=24)
    parent = models.CharField(_("parent code"), max_length=12, blank=True)
    subdistrict = models.CharField(_("subdistrict"), max_length=9, blank=True)
    community = models.CharField(_("community"), max_length=12, blank=True)
    leader = models.CharField(_("leader"), max_length=40, blank=True)
    service_code20 = models.CharField(_("service grid code (20 digits)"), max_length=20, blank=True)
    area_m2 = models.FloatField(_("area in m²"))
    geom = models.MultiPolygonField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            *feature_constraints("territory_area"),
            models.CheckConstraint(
                name="territory_area_code",
                condition=Q(code__regex=r"^[0-9]{6}([0-9]{3}){0,3}$") & Q(feature_id=F("code")),
            ),
        ]
        indexes = feature_indexes("territory_area")


class UnitGrid(LayerFeature):
    """A unit grid (单元网格) of digital urban management, about 10 000 m²."""

    community = models.CharField(_("community"), max_length=12)
    grid = models.CharField(_("grid"), max_length=15)
    land_use = models.CharField(_("land use"), max_length=24, blank=True)
    level = models.CharField(_("management level"), max_length=12, blank=True)
    area_m2 = models.FloatField(_("area in m²"))
    geom = models.MultiPolygonField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()
    snap_clearance = snap_clearance()

    class Meta:
        verbose_name = _("unit grid")
        verbose_name_plural = _("unit grids")
        constraints = [
            *feature_constraints("territory_unitgrid"),
            models.CheckConstraint(name="territory_unitgrid_code", condition=Q(code__regex=r"^[0-9]{14,15}$")),
        ]
        indexes = feature_indexes("territory_unitgrid")


class Building(LayerFeature):
    """A building footprint with what it is used for and how high it is."""

    use = models.CharField(_("use"), max_length=24)
    floors = models.PositiveSmallIntegerField(_("floors"))
    height_m = models.FloatField(_("height in m"))
    height_estimated = models.BooleanField(_("height estimated"), default=True)
    built_year = models.PositiveSmallIntegerField(_("built in"), null=True, blank=True)
    structure = models.CharField(_("structure"), max_length=24, blank=True)
    households = models.PositiveIntegerField(_("households"), default=0)
    address = models.CharField(_("address"), max_length=160, blank=True)
    grid = models.CharField(_("grid"), max_length=15)
    community = models.CharField(_("community"), max_length=12)
    subdistrict = models.CharField(_("subdistrict"), max_length=9)
    geom = models.MultiPolygonField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()
    snap_clearance = snap_clearance()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        constraints = [
            *feature_constraints("territory_building"),
            models.CheckConstraint(
                name="territory_building_height", condition=Q(height_m__gt=0) & Q(height_m__lt=500) & Q(floors__gt=0)
            ),
        ]
        indexes = [
            *feature_indexes("territory_building"),
            models.Index(fields=["grid"], name="territory_building_grid"),
        ]


class Road(LayerFeature):
    """A street or a section of it between junctions."""

    road_class = models.CharField(_("class"), max_length=16, db_column="class")
    width_m = models.FloatField(_("width in m"))
    lanes = models.PositiveSmallIntegerField(_("lanes"), default=1)
    bridge = models.BooleanField(_("bridge"), default=False)
    geom = models.MultiLineStringField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()

    class Meta:
        verbose_name = _("road")
        verbose_name_plural = _("roads")
        constraints = [
            *feature_constraints("territory_road"),
            models.CheckConstraint(name="territory_road_width", condition=Q(width_m__gt=0) & Q(width_m__lt=200)),
        ]
        indexes = feature_indexes("territory_road")


class Water(LayerFeature):
    """A river, pond or canal."""

    kind = models.CharField(_("kind"), max_length=24)
    geom = models.MultiPolygonField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()

    class Meta:
        verbose_name = _("water")
        verbose_name_plural = _("waters")
        constraints = feature_constraints("territory_water")
        indexes = feature_indexes("territory_water")


class Green(LayerFeature):
    """A green area: park ground, river belt, verge, yard."""

    kind = models.CharField(_("kind"), max_length=24)
    geom = models.MultiPolygonField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()

    class Meta:
        verbose_name = _("green")
        verbose_name_plural = _("greens")
        constraints = feature_constraints("territory_green")
        indexes = feature_indexes("territory_green")
