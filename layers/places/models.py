"""Places: one table, many kinds; a kind is data, its extras are optional columns."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from layers.territory.features import LayerFeature, feature_constraints, feature_indexes, web_geometry


class Place(LayerFeature):
    """A service centre, compound, alley, park, square, school, shop … as point, line or polygon."""

    kind = models.CharField(_("kind"), max_length=24)
    address = models.CharField(_("address"), max_length=160, blank=True)
    grid = models.CharField(_("grid"), max_length=15)
    community = models.CharField(_("community"), max_length=12)
    built_year = models.PositiveSmallIntegerField(_("built in"), null=True, blank=True)
    renewal = models.CharField(_("renewal"), max_length=16, blank=True)
    needs = models.CharField(_("needs"), max_length=120, blank=True)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    hours = models.CharField(_("opening hours"), max_length=60, blank=True)
    counters = models.PositiveSmallIntegerField(_("counters"), null=True, blank=True)
    story_zh = models.CharField(_("story"), max_length=200, blank=True)
    story_en = models.CharField(_("story in English"), max_length=300, blank=True)
    length_m = models.FloatField(_("length in m"), null=True, blank=True)
    geom = models.GeometryField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = feature_constraints("places_place")
        indexes = [*feature_indexes("places_place"), models.Index(fields=["kind"], name="places_place_kind")]
