"""Imports: what was delivered, what it would change, what is ready to be written, and mappings that were kept."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where an import stands."""

    UPLOADING = "uploading", _("being uploaded")
    RECEIVED = "received", _("received")
    READING = "reading", _("being read")
    ASKING = "asking", _("waiting for an answer")
    REFUSED = "refused", _("refused")
    READY = "ready", _("ready to be committed")
    COMMITTING = "committing", _("being committed")
    COMMITTED = "committed", _("committed")
    ROLLING_BACK = "rolling_back", _("being rolled back")
    ROLLED_BACK = "rolled_back", _("rolled back")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Import(models.Model):
    """One delivery for one layer, from the first byte to its rollback; the row is history and is never deleted.

    Only a `dry_run` goes when its command has told what it found; nobody else sees it, and no event tells of it.

    `answers` is what people said (`answering.clean_answers`), `mapping` how the fields are filled (`Mapping.as_dict`),
    `columns` what the file offers to fill them, `report` that of the contract, `offences` the pairs that break the
    topology. `base_version` is the last version of the layer when this was prepared: another one means that the layer
    has moved on. `version` grows with every change that a person can see.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    client_id = models.UUIDField(null=True, unique=True, editable=False)
    layer = models.CharField(_("layer"), max_length=40)
    makes_layer = models.BooleanField(_("makes the layer"), default=False)
    dry_run = models.BooleanField(default=False, editable=False)
    status = models.CharField(_("state"), max_length=16, choices=Status.choices, default=Status.UPLOADING)
    file_name = models.CharField(_("file"), max_length=200)
    file_bytes = models.BigIntegerField(_("bytes"))
    file_sha256 = models.CharField(max_length=64, blank=True)
    received_bytes = models.BigIntegerField(default=0)
    answers = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    signature = models.CharField(max_length=64, blank=True)
    report = models.JSONField(default=dict)
    diff = models.JSONField(default=dict)
    consequences = models.JSONField(default=list)
    offences = models.JSONField(default=list)
    areas = ArrayField(models.CharField(max_length=15), default=list)
    base_version = models.PositiveIntegerField(null=True)
    version_before = models.PositiveIntegerField(null=True)
    version_after = models.PositiveIntegerField(null=True)
    rollback_version = models.PositiveIntegerField(null=True)
    undone_versions = ArrayField(models.PositiveIntegerField(), default=list)
    effective = models.DateField(_("effective from"), null=True)
    actor = models.CharField(_("by"), max_length=64)
    asked_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    progress = models.JSONField(default=dict)
    error = models.JSONField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    committed_at = models.DateTimeField(_("committed"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["layer", "-created_at"], name="imports_import_layer"),
            models.Index(fields=["status", "updated_at"], name="imports_import_status"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} → {self.layer}"


class Change(models.Model):
    """One feature that an import adds, removes or alters, with both states of what differs; kept as history.

    `row` counts from 1 in the file, `row_id` is the stored row. `before` and `after` hold the attributes that differ by
    field name (all of them for what comes or goes); geometries are whole, in EPSG:4326.
    """

    owner = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes", db_column="import_id")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    feature_id = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    row = models.PositiveIntegerField(null=True)
    row_id = models.BigIntegerField(null=True)
    columns = ArrayField(models.CharField(max_length=60), default=list)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    distance_m = models.FloatField(default=0)
    area_change_m2 = models.FloatField(default=0)
    geom_before = models.GeometryField(srid=4326, null=True, spatial_index=False)
    geom_after = models.GeometryField(srid=4326, null=True, spatial_index=False)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["owner", "ordinal"]
        constraints = [models.UniqueConstraint(fields=["owner", "ordinal"], name="imports_change_once")]
        indexes = [models.Index(fields=["owner", "kind", "ordinal"], name="imports_change_kind")]


class Staged(models.Model):
    """One row ready to be written, or one to be closed; gone once its import is decided.

    `row_id` is the stored row that ends; `new_row_id` and `feature_version` are those of the row that comes (null: none
    comes). `values` holds its attributes by database column, `search` its entry in the search index (null: none).
    """

    owner = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="staged", db_column="import_id")
    layer = models.CharField(max_length=40)
    ordinal = models.PositiveIntegerField()
    feature_id = models.CharField(max_length=40)
    row_id = models.BigIntegerField(null=True)
    new_row_id = models.BigIntegerField(null=True)
    feature_version = models.PositiveIntegerField(null=True)
    rank = models.PositiveSmallIntegerField(default=5)
    digest = models.BinaryField(max_length=16, null=True)
    values = models.JSONField(null=True)
    search = models.JSONField(null=True)
    geom = models.GeometryField(srid=4326, null=True, spatial_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "layer", "ordinal"], name="imports_staged_once")]


class KeptMapping(models.Model):
    """How the columns of one kind of delivery fill a layer's fields, as a person left it: used for the next one."""

    layer = models.CharField(max_length=40)
    signature = models.CharField(max_length=64)
    columns = ArrayField(models.CharField(max_length=200))
    mapping = models.JSONField()
    by = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("kept mapping")
        verbose_name_plural = _("kept mappings")
        db_table = "imports_mapping"
        constraints = [models.UniqueConstraint(fields=["layer", "signature"], name="imports_mapping_once")]
