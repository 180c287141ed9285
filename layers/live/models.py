"""The one log. The app's role may INSERT here and nothing else; nothing here is ever updated or pruned.

An act is one `Event` row, written in the transaction of the change. Its place in the order (`seq`) and in the hash
chain is one `Link` row, written later by the single relay, so that the log stays append-only for every role.
Payloads hold ids, codes, numbers and geometry; free text, names, phones and media live in erasable `EventText` rows
that the event references by a salted hash, so that erasure never breaks the chain.
"""

from __future__ import annotations

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One act that somebody may have to see, replay or answer for."""

    kind = models.CharField(max_length=64)
    payload_version = models.PositiveSmallIntegerField(default=1)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    object_version = models.PositiveIntegerField()
    areas_before = ArrayField(models.CharField(max_length=15), default=list)
    areas_after = ArrayField(models.CharField(max_length=15), default=list)
    visibility = models.CharField(max_length=40, help_text="capability that shows this event; empty: everybody")
    actor = models.CharField(max_length=64, help_text="id of the account, or system:NAME")
    role_used = models.CharField(max_length=40, blank=True)
    on_behalf_of = models.CharField(max_length=64, blank=True)
    client_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=64, blank=True, help_text="salted SHA-256 of the text kept in EventText")
    happened_at = models.DateTimeField(help_text="when it happened, as the writer knows it")
    recorded_at = models.DateTimeField(db_default=Now())
    payload = models.JSONField()

    class Meta:
        db_table = "live_event"
        indexes = [
            models.Index(fields=["object_type", "object_id", "object_version"], name="live_event_object"),
            models.Index(fields=["kind", "recorded_at"], name="live_event_kind"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class Link(models.Model):
    """The place of one event in the gap-free order and in the hash chain."""

    seq = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="link")
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    hash_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        db_table = "live_link"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class EventText(models.Model):
    """Words that belong to an event and may have to be erased one day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="texts")
    field = models.CharField(max_length=40)
    salt = models.BinaryField(max_length=16)
    text = models.TextField()

    class Meta:
        db_table = "live_event_text"


class Receipt(models.Model):
    """The first result of a client-made id: the same id and body again get it back."""

    client_id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(max_length=32)
    result = models.JSONField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "live_receipt"


class Cursor(models.Model):
    """How far a consumer of the log has come: everything up to `seq` is done."""

    consumer = models.CharField(max_length=40, primary_key=True)
    seq = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "live_cursor"


class Process(models.Model):
    """The newest sign of life of one long-running process."""

    name = models.CharField(max_length=40)
    instance = models.CharField(max_length=40)
    pid = models.IntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_default=Now())
    starts = models.PositiveIntegerField(default=1, help_text="how often this instance was started")
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "live_process"
        constraints = [models.UniqueConstraint(fields=["name", "instance"], name="live_process_instance")]
