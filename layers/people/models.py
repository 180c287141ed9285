"""Accounts, their assignments and tokens. An account alone may do nothing: rights come from assignments."""

from __future__ import annotations

import uuid
from typing import Any

import pghistory
from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from layers.roles import Role, TokenScope


class UserManager(BaseUserManager["User"]):
    """Makes accounts; there is no superuser to make."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The account of that sign-in name, letter case aside."""
        return self.get(username__iexact=username)


@pghistory.track(exclude=["password", "last_login"], meta={"db_table": "people_user_history"})
class User(AbstractBaseUser):
    """A person who signs in, or a device or display that carries tokens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("sign-in name"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=64)
    name_en = models.CharField(_("name in English"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=8, default="zh-hans")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    client_id = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    is_superuser = False

    objects = UserManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """True when an authentication backend grants it: ours reads the assignments (see `backends`)."""
        return self.is_active and any(
            backend.has_perm(self, perm, obj) for backend in get_backends() if hasattr(backend, "has_perm")
        )

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        """True when `has_perm` says so for each."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """True for an active account: the admin site's own gate and each model's rights decide the rest."""
        return self.is_active


class Department(models.Model):
    """A responsible body of the item catalogue."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=120)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class PostTitle(models.Model):
    """The name of a post in force between two dates: a city renames its posts, the code stays."""

    code = models.CharField(_("code"), max_length=40)
    zh = models.CharField(_("Chinese"), max_length=80)
    en = models.CharField(_("English"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("post title")
        verbose_name_plural = _("post titles")
        ordering = ["code", "valid_from"]
        constraints = [
            ExclusionConstraint(
                name="people_posttitle_one_a_day",
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


@pghistory.track(meta={"db_table": "people_assignment_history"})
class Assignment(models.Model):
    """One person in one role over one area for a time; the only source of rights."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=32, choices=[(role.value, role.value) for role in Role])
    area = models.CharField(_("area code"), max_length=15)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("department")
    )
    post = models.CharField(_("post"), max_length=40, blank=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    deputy_of = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="deputies", verbose_name=_("deputy of")
    )
    client_id = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [models.Index(fields=["area"], name="people_assignment_area")]
        constraints = [
            models.CheckConstraint(
                name="people_assignment_area_code", condition=Q(area__regex=r"^[0-9]{6}([0-9]{3}){0,3}$")
            ),
            models.CheckConstraint(
                name="people_assignment_period", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.area}"


class Token(models.Model):
    """A bearer token. Only its SHA-256 is kept; the token itself is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("person"))
    scope = models.CharField(_("scope"), max_length=16, choices=[(scope.value, scope.value) for scope in TokenScope])
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    label = models.CharField(_("label"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.scope} {self.label}".strip()
