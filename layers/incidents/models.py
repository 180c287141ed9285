"""The item catalogue (事项清单) as versioned data, and the cases (案卷) that keep the version they were opened under.

A case's own row holds codes, numbers and places. Its words and whoever told of it stand in tables of their own, which
may be erased one day; the log knows them by salted hashes.
"""

from __future__ import annotations

import secrets
import uuid

import pghistory
import pgtrigger
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from layers.incidents.bodies import SOURCES
from layers.incidents.counts_models import IncidentCount  # noqa: F401 - a table of this app
from layers.incidents.states import ENDED, TRANSITIONS, State
from layers.people.models import Department, User
from layers.territory.features import GeometryFits

#: Groups of items (family, violence) of which no place finer than the community is ever shown.
GUARDED_GROUPS = frozenset({"B03"})
_ENDED = sorted(state.value for state in ENDED)


class ItemType(models.Model):
    """One version of one item type: who handles it, how, and within which limits."""

    code = models.CharField(_("code"), max_length=12)
    version = models.PositiveIntegerField(_("version"))
    current = models.BooleanField(_("in force"), default=True)
    retired = models.BooleanField(_("retired"), default=False)
    category = models.CharField(_("category"), max_length=1)
    category_zh = models.CharField(max_length=20)
    category_en = models.CharField(max_length=40)
    group = models.CharField(_("group"), max_length=4)
    group_zh = models.CharField(max_length=40)
    group_en = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120)
    first_layer = models.CharField(_("first handled at"), max_length=12)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, verbose_name=_("department"))
    accept_minutes = models.PositiveIntegerField(_("accept within, minutes"))
    resolve_hours = models.PositiveIntegerField(_("resolve within, hours"))
    resolve_clock = models.CharField(_("clock"), max_length=8)
    severity = models.PositiveSmallIntegerField(_("severity"))
    escalation_path = models.CharField(_("escalation"), max_length=120)
    procedure_zh = ArrayField(models.CharField(max_length=200), verbose_name=_("procedure, Chinese"))
    procedure_en = ArrayField(models.CharField(max_length=300), verbose_name=_("procedure, English"))
    geometry = models.CharField(_("geometry"), max_length=8)
    needs_photo = models.BooleanField(_("photo needed"))
    public = models.BooleanField(_("public"))
    personal_data = models.BooleanField(_("personal data"))
    delegated_counter_service = models.BooleanField(_("delegated counter service"))
    standard_class = models.CharField(_("class of the standard"), max_length=60)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("item type")
        verbose_name_plural = _("item types")
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="incidents_itemtype_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(current=True), name="incidents_itemtype_one_current"),
            models.CheckConstraint(
                name="incidents_itemtype_not_public_and_personal", condition=~Q(public=True, personal_data=True)
            ),
            models.CheckConstraint(name="incidents_itemtype_severity", condition=Q(severity__gte=1, severity__lte=4)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def guarded(self) -> bool:
        """True for items whose cases only those see who may read personal data, and no finer than the community."""
        return self.group in GUARDED_GROUPS


@pghistory.track(meta={"db_table": "incidents_incident_history"})
class Incident(models.Model):
    """A case: what was reported where and when, and how far it has come.

    The codes of its areas and its unit grid are those of the day it was written and stay when boundaries change.
    `geom` is the exact place; `shown` the one that may leave this table: the same, or for guarded items a point that
    stands for the community. `handled_by` are the accounts that had a hand in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True)
    client_id = models.UUIDField(unique=True, editable=False)
    item = models.ForeignKey(ItemType, on_delete=models.PROTECT, verbose_name=_("item type"))
    category = models.CharField(_("category"), max_length=1)
    severity = models.PositiveSmallIntegerField(_("severity"))
    state = models.CharField(_("state"), max_length=12, default=State.REPORTED.value)
    source = models.CharField(_("source"), max_length=12)
    district = models.CharField(_("district"), max_length=6)
    subdistrict = models.CharField(_("subdistrict"), max_length=9)
    community = models.CharField(_("community"), max_length=12)
    grid = models.CharField(_("grid"), max_length=15)
    unit_grid = models.CharField(_("unit grid"), max_length=15, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, verbose_name=_("department"))
    geom = models.PointField(srid=4326, spatial_index=False)
    shown = models.PointField(srid=4326, spatial_index=False)
    due = models.DateTimeField(_("due"), null=True)
    occurred_at = models.DateTimeField(_("occurred"))
    reported_at = models.DateTimeField(_("reported"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("reported by"))
    handled_by = ArrayField(models.UUIDField(), default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            GistIndex(fields=["geom"], name="incidents_incident_geom"),
            models.Index(fields=["grid"], name="incidents_incident_open_grid", condition=~Q(state__in=_ENDED)),
            models.Index(fields=["reported_at"], name="incidents_incident_reported"),
            models.Index(fields=["closed_at"], name="incidents_incident_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["grid"], name="incidents_incident_area", opclasses=["varchar_pattern_ops"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="incidents_incident_state", condition=Q(state__in=[state.value for state in State])
            ),
            models.CheckConstraint(name="incidents_incident_source", condition=Q(source__in=SOURCES)),
            models.CheckConstraint(name="incidents_incident_severity", condition=Q(severity__gte=1, severity__lte=4)),
            models.CheckConstraint(name="incidents_incident_number", condition=Q(number__regex=r"^[0-9]{20}$")),
            models.CheckConstraint(
                name="incidents_incident_codes",
                condition=Q(grid__regex=r"^[0-9]{15}$", unit_grid__regex=r"^([0-9]{14,15})?$")
                & Q(grid__startswith=F("community"), community__regex=r"^[0-9]{12}$")
                & Q(community__startswith=F("subdistrict"), subdistrict__regex=r"^[0-9]{9}$")
                & Q(subdistrict__startswith=F("district"), district__regex=r"^[0-9]{6}$"),
            ),
            models.CheckConstraint(
                name="incidents_incident_ended",
                condition=Q(closed_at__isnull=False, state__in=_ENDED)
                | (Q(closed_at__isnull=True) & ~Q(state__in=_ENDED)),
            ),
            models.CheckConstraint(
                name="incidents_incident_geom_fits", condition=Q(GeometryFits("geom")) & Q(GeometryFits("shown"))
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_states", field="state", transitions=list(TRANSITIONS)),
            pgtrigger.Protect(
                name="starts_reported", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="reported")
            ),
            pgtrigger.ReadOnly(
                name="kept",
                fields=["number", "client_id", "item", "source", "occurred_at", "reported_at", "reported_by"],
            ),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number


def salt() -> bytes:
    """Sixteen random bytes."""
    return secrets.token_bytes(16)


class Words(models.Model):
    """Free text of a case; erased, the row stays and says when. The log keeps the salted hash."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="words")
    field = models.CharField(max_length=20)
    text = models.TextField()
    salt = models.BinaryField(max_length=16, default=salt)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "incidents_words"
        constraints = [
            models.UniqueConstraint(fields=["incident", "field"], name="incidents_words_one_a_field"),
            models.CheckConstraint(name="incidents_words_erased", condition=Q(erased_at__isnull=True) | Q(text="")),
        ]


class Reporter(models.Model):
    """Who told of a case, as far as he said; personal data, erasable."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="reporter", primary_key=True)
    name = models.CharField(max_length=64, blank=True)
    phone = models.CharField(max_length=64, blank=True)
    salt = models.BinaryField(max_length=16, default=salt)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "incidents_reporter"
        constraints = [
            models.CheckConstraint(
                name="incidents_reporter_erased", condition=Q(erased_at__isnull=True) | Q(name="", phone="")
            )
        ]


class SerialDay(models.Model):
    """Where the serials of a day begin in the one sequence that counts cases (see `serials`)."""

    day = models.DateField(primary_key=True)
    base = models.BigIntegerField()

    class Meta:
        db_table = "incidents_serial"
