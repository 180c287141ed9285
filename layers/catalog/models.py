"""Versions of layers, staff-made layers, and the search index."""

from __future__ import annotations

import uuid

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from layers.territory.features import LayerFeature, feature_constraints, feature_indexes, web_geometry


class LayerVersion(models.Model):
    """One publication of one layer: what came, what went, where it came from, from which day it holds."""

    layer = models.CharField(_("layer"), max_length=40)
    version = models.PositiveIntegerField(_("version"))
    effective = models.DateField(_("effective from"))
    published_at = models.DateTimeField(_("published"), db_default=Now())
    actor = models.CharField(_("by"), max_length=64)
    source = models.CharField(_("source"), max_length=200)
    source_sha256 = models.CharField(max_length=64, blank=True)
    import_id = models.UUIDField(default=uuid.uuid4)
    added = models.PositiveIntegerField(_("added"))
    changed = models.PositiveIntegerField(_("changed"))
    removed = models.PositiveIntegerField(_("removed"))
    total = models.PositiveIntegerField(_("total"))
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)

    class Meta:
        verbose_name = _("layer version")
        verbose_name_plural = _("layer versions")
        ordering = ["layer", "-version"]
        constraints = [models.UniqueConstraint(fields=["layer", "version"], name="catalog_layerversion_once")]

    def __str__(self) -> str:
        return f"{self.layer} v{self.version}"


@pghistory.track(meta={"db_table": "catalog_dataset_history"})
class DatasetLayer(models.Model):
    """A layer that staff made from a dataset: the same description as a built-in one, as a row.

    `version` counts descriptions and goes on when an id that was retired is used again.
    """

    id = models.CharField(_("id"), max_length=40, primary_key=True)
    description = models.JSONField(_("description"))
    created_at = models.DateTimeField(_("made"), db_default=Now())
    created_by = models.CharField(_("by"), max_length=64)
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)
    client_id = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("staff layer")
        verbose_name_plural = _("staff layers")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.id


class DatasetFeature(LayerFeature):
    """A feature of a staff-made layer; its attributes are one JSON document checked against the description."""

    layer = models.CharField(_("layer"), max_length=40)
    community = models.CharField(_("community"), max_length=12, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict)
    geom = models.GeometryField(srid=4326, spatial_index=False)
    geom_3857 = web_geometry()

    class Meta:
        verbose_name = _("staff layer feature")
        verbose_name_plural = _("staff layer features")
        constraints = feature_constraints("catalog_feature")
        indexes = [*feature_indexes("catalog_feature"), models.Index(fields=["layer"], name="catalog_feature_layer")]
        db_table = "catalog_feature"


class SearchName(models.Model):
    """One way to find one feature: rebuilt for a layer in the transaction that publishes it."""

    layer = models.CharField(max_length=40)
    feature_id = models.CharField(max_length=40)
    code = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    pinyin = models.CharField(max_length=400, blank=True)
    initials = models.CharField(max_length=120, blank=True)
    area = models.CharField(max_length=15, blank=True)
    rank = models.PositiveSmallIntegerField(default=5)
    lon = models.FloatField()
    lat = models.FloatField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()

    class Meta:
        indexes = [
            models.Index(fields=["layer", "feature_id"], name="catalog_search_feature"),
            GinIndex(OpClass("name", name="gin_trgm_ops"), name="catalog_search_name"),
            GinIndex(OpClass("initials", name="gin_trgm_ops"), name="catalog_search_initials"),
            GinIndex(OpClass("pinyin", name="gin_trgm_ops"), name="catalog_search_pinyin"),
            GinIndex(OpClass("name_en", name="gin_trgm_ops"), name="catalog_search_name_en"),
            models.Index(OpClass("code", name="varchar_pattern_ops"), name="catalog_search_code"),
        ]
        db_table = "catalog_search"


class Profile(models.Model):
    """The district this installation shows: where its data came from and what must stand on every map."""

    id = models.CharField(max_length=40, primary_key=True)
    title_zh = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120)
    synthetic = models.BooleanField()
    notice_zh = models.CharField(max_length=120)
    notice_en = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("district profile")
        verbose_name_plural = _("district profiles")
