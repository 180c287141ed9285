"""Tokens in /admin/: looked at, revoked, and issued for displays; the token itself is shown once and stored nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.errors import WanggeError
from layers.people.admin_base import GuardedAdmin, actor_in, sentence
from layers.people.models import Assignment, Token, User
from layers.people.rights import Actor, may
from layers.people.services import issue_token, revoke_token
from layers.roles import Capability, Role, TokenScope


def managed(actor: Actor) -> QuerySet[Assignment]:
    """Assignments over areas whose people the actor may manage."""
    areas = Assignment.objects.values_list("area", flat=True).distinct()
    return Assignment.objects.filter(area__in=[area for area in areas if may(actor, Capability.USERS, area=area)])


def displays(actor: Actor) -> QuerySet[User]:
    """Accounts in use that hold a display's post in force where the actor may manage people, and no post elsewhere."""
    now = timezone.now()
    posts = Assignment.objects.filter(person=OuterRef("pk"))
    mine = managed(actor).filter(person=OuterRef("pk"))
    in_force = mine.filter(role=Role.DISPLAY.value, valid_from__lte=now).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    )
    foreign = posts.exclude(pk__in=managed(actor).values("pk"))
    return User.objects.filter(Exists(in_force), ~Exists(foreign), is_active=True).order_by("username")


class DisplayTokenForm(forms.Form):
    """Which display gets a token, what it is called, and for how long it holds."""

    person = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Display account"),
        help_text=gettext_lazy("Accounts with a display's post in force; the wall sees the area of that post."),
    )  # fmt: skip
    label = forms.CharField(
        label=gettext_lazy("Label"), max_length=80, required=False,
        help_text=gettext_lazy("Where the screen hangs."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=gettext_lazy("Days"), min_value=1, max_value=3650, required=False,
        help_text=gettext_lazy("Empty: until it is revoked."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


@admin.register(Token)
class TokenAdmin(GuardedAdmin):
    """Tokens by owner, scope and age."""

    list_display = ("person", "scope", "label", "created_at", "expires_at", "revoked_at")
    list_select_related = ("person",)
    search_fields = ("person__username", "person__name", "label")
    ordering = ("-created_at",)
    fields = ("person", "scope", "label", "created_at", "expires_at", "revoked_at")
    readonly_fields = fields
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Tokens of people whom the asker may manage."""
        people = managed(actor_in(request)).values("person")
        return super().get_queryset(request).filter(person__in=people)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only the list's action changes anything."""
        return obj is None and super().has_change_permission(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Issues a display's token; other scopes are issued by `manage.py issue_token`, which prints them once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        people = displays(actor_in(request))
        form = DisplayTokenForm(request.POST if request.method == "POST" else None, people=people)
        if request.method == "POST" and form.is_valid():
            try:
                return self._issued(request, form.cleaned_data)
            except WanggeError as error:
                form.add_error(None, sentence(error))
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": _("Issue a display's token"),
            "form": form, "none": not people.exists(),
        }  # fmt: skip
        return TemplateResponse(request, "admin/token_issue.html", context)

    def _issued(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        """The page that shows the new token, this once."""
        ends = timezone.now() + timedelta(days=data["days"]) if data["days"] else None
        text = issue_token(
            actor=actor_in(request), person=data["person"], scope=TokenScope.DISPLAY, expires_at=ends,
            label=data["label"],
        )  # fmt: skip
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": _("The display's token"),
            "token": text, "address": request.build_absolute_uri(f"/wall/?display={text}"), "person": data["person"],
            "expires_at": ends,
        }  # fmt: skip
        response = TemplateResponse(request, "admin/token_issued.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description=gettext_lazy("Revoke the chosen tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        """Each through the service."""
        rows = [row for row in queryset if row.revoked_at is None]
        for row in rows:
            revoke_token(actor=actor_in(request), token=row)
        self.message_user(request, _("%(count)d tokens are revoked.") % {"count": len(rows)}, messages.SUCCESS)
