"""Exports asked for over HTTP: what is wanted, how far it is, where the file lies."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now


class Status(models.TextChoices):
    """The life of an export."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


class Export(models.Model):
    """One export of one person. The file lies in the folder of exports under the row's own id until it expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_id = models.UUIDField(unique=True)
    actor = models.CharField(max_length=64)
    layer = models.CharField(max_length=40)
    wanted = models.JSONField()
    rights = models.TextField(help_text="what the person may see of the layer, as the file was written")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
    progress = models.JSONField(default=dict)
    count = models.PositiveIntegerField(null=True)
    bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    notes = models.JSONField(default=list)
    error = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "exports_export"
        indexes = [
            models.Index(fields=["actor", "created_at"], name="exports_of_person"),
            models.Index(fields=["status", "updated_at"], name="exports_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.layer} {self.id}"
