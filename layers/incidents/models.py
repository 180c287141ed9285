"""The item catalogue (事项清单): versioned data. A case will keep the version it was opened under."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.people.models import Department


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
