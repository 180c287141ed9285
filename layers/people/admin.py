"""Accounts, assignments, tokens, departments and post names in /admin/, limited to the areas one may manage."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.people.admin_base import GuardedAdmin, ReadOnlyAdmin, actor_in, in_chinese
from layers.people.admin_forms import ServiceForm
from layers.people.admin_tokens import managed
from layers.people.models import Assignment, Department, PostTitle, User
from layers.people.rights import Actor, may
from layers.people.selectors import post_titles
from layers.people.services import (
    assign,
    create_account,
    end_assignment,
    set_password,
    update_account,
)
from layers.roles import Capability, Role


def role_words() -> dict[str, str]:
    """Role id -> its name in force today, in the page's language."""
    titles = post_titles(timezone.now())
    return {role.value: titles.get(role.value, (role.value, role.value))[0 if in_chinese() else 1] for role in Role}


class ServiceAdmin(GuardedAdmin):
    """A table whose form calls a service."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form class of this request: it knows the row and the person."""
        form = super().get_form(request, obj, change, **kwargs)

        def store(filled: Any) -> None:
            request.stored = self.store(actor_in(request), obj, filled.cleaned_data)  # type: ignore[attr-defined]

        return type("BoundForm", (form,), {"store": staticmethod(store)})

    def store(self, actor: Actor, obj: Any, data: dict[str, Any]) -> Any:
        """The row that came of it."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing: the form has called the service already."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing, likewise."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Back to the list."""
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Back to the list."""
        self.message_user(request, _("%(name)s is saved.") % {"name": request.stored}, messages.SUCCESS)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))


class AccountForm(ServiceForm):
    """An account; the password is only ever written."""

    new_password = forms.CharField(
        label=gettext_lazy("New password"), required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Leave empty to keep it as it is."),
    )  # fmt: skip
    state_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[("zh-hans", "中文"), ("en", "English")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.instance._state.adding:
            self.initial["state_version"] = self.instance.version

    def clean_new_password(self) -> str:
        """The password when it is strong enough."""
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password


@admin.register(User)
class UserAdmin(ServiceAdmin):
    form = AccountForm
    list_display = ("username", "name", "name_en", "posts", "is_active", "last_login")
    search_fields = ("username", "name", "name_en")
    ordering = ("username",)
    readonly_fields = ("posts", "last_login", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """People with a post where the asker may manage people, and those who have none anywhere yet."""
        mine = managed(actor_in(request)).filter(person=OuterRef("pk"))
        none = ~Exists(Assignment.objects.filter(person=OuterRef("pk")))
        return super().get_queryset(request).filter(Q(Exists(mine)) | none).prefetch_related("assignments")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only people all of whose posts lie where the asker may manage: else a password would open a wider door."""
        if not super().has_change_permission(request, obj):
            return False
        posts = [] if obj is None else list(obj.assignments.all())
        return all(may(actor_in(request), Capability.USERS, area=row.area) for row in posts)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The sign-in name is chosen once."""
        names = ["name", "name_en", "language"]
        if obj is None:
            return ["username", *names, "new_password"]
        if not self.has_change_permission(request, obj):
            return [*names, "is_active", "posts", "last_login", "created_at"]
        return [*names, "is_active", "new_password", "posts", "last_login", "created_at", "state_version"]

    def store(self, actor: Actor, obj: Any, data: dict[str, Any]) -> User:
        """Through the services of people."""
        names = {key: data[key] for key in ("name", "name_en", "language")}
        if obj is None:
            return create_account(
                actor=actor, username=data["username"], password=data["new_password"] or None, **names
            )
        user = update_account(
            actor=actor, user=obj, version=data["state_version"] or 0, is_active=data["is_active"], **names
        )
        if data["new_password"]:
            set_password(actor=actor, user=user, password=data["new_password"])
        return user

    @admin.display(description=gettext_lazy("Posts in force"))
    def posts(self, obj: User) -> str:
        """Role and area of every assignment in force."""
        now, words = timezone.now(), role_words()
        rows = [
            (words.get(row.role, row.role), row.area)
            for row in obj.assignments.all()
            if row.valid_from <= now and (row.valid_to is None or row.valid_to > now)
        ]
        return format_html_join(", ", "{} {}", rows) or "—"


class InForce(admin.SimpleListFilter):
    """Assignments in force, or ended."""

    title = gettext_lazy("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Two states."""
        return [("now", gettext_lazy("In force today")), ("past", gettext_lazy("No longer in force"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By the period."""
        over = Q(valid_to__lte=timezone.now())
        if self.value() == "past":
            return queryset.filter(over)
        return queryset.exclude(over) if self.value() == "now" else queryset


class ByRole(admin.SimpleListFilter):
    """Assignments by role."""

    title = gettext_lazy("Role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All roles by name."""
        return list(role_words().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the chosen role."""
        return queryset.filter(role=self.value()) if self.value() in set(Role) else queryset


@admin.register(Assignment)
class AssignmentAdmin(ServiceAdmin):
    """Assignments are made and ended; what was once in force is never rewritten."""

    form = ServiceForm
    list_display = ("person", "role_name", "area", "department", "post", "valid_from", "valid_to")
    list_filter = (InForce, ByRole)
    list_select_related = ("person", "department")
    search_fields = ("person__username", "person__name", "area")
    ordering = ("person__username", "role", "area")
    fields = ("person", "role", "area", "department", "post", "valid_from", "valid_to", "deputy_of")
    actions = ("end_now",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Assignments over areas whose people the asker may manage."""
        return super().get_queryset(request).filter(pk__in=managed(actor_in(request)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only the list's action changes anything, and it asks the service for each row."""
        return obj is None and super().has_change_permission(request)

    def store(self, actor: Actor, obj: Any, data: dict[str, Any]) -> Assignment:
        """Through the services of people."""
        return assign(actor=actor, **{**data, "role": Role(data["role"])})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Roles by name; people and departments without pop-up windows."""
        if db_field.name == "role":
            return forms.ChoiceField(label=_("Role"), choices=list(role_words().items()))
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.is_relation:
            field.widget = field.widget.widget
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """An assignment begins now unless told otherwise."""
        return {"valid_from": timezone.now()}

    @admin.display(description=gettext_lazy("Role"), ordering="role")
    def role_name(self, obj: Assignment) -> str:
        """The role's name in force today."""
        return role_words().get(obj.role, obj.role)

    @admin.action(description=gettext_lazy("End the chosen assignments now"), permissions=["change"])
    def end_now(self, request: HttpRequest, queryset: QuerySet[Assignment]) -> None:
        """Each through the service, which asks for the right and tells the log."""
        rows = [row for row in queryset if row.valid_to is None or row.valid_to > timezone.now()]
        for row in rows:
            end_assignment(actor=actor_in(request), assignment=row, at=timezone.now())
        self.message_user(request, _("%(count)d assignments are ended.") % {"count": len(rows)}, messages.SUCCESS)


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin):
    """The bodies that the item catalogue names; they come and change with it."""

    list_display = ("code", "name", "name_en")
    search_fields = ("code", "name", "name_en")


@admin.register(PostTitle)
class PostTitleAdmin(ReadOnlyAdmin):
    """What posts are called, and were called."""

    list_display = ("code", "zh", "en", "valid_from", "valid_to")
    search_fields = ("code", "zh", "en")
