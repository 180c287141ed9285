"""The item catalogue in /admin/: every version of every item, only to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from layers.incidents.models import ItemType
from layers.people.admin_base import ReadOnlyAdmin, either
from layers.people.admin_forms import StateFilter


class Current(StateFilter):
    """Versions in force, unless the past is asked for."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By the version's own mark."""
        return queryset if self.value() == "all" else queryset.filter(current=self.value() != "past")


class ByCategory(admin.SimpleListFilter):
    """Items of one category."""

    title = either("大类", "Category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The categories that the catalogue holds."""
        rows = ItemType.objects.order_by("category").values_list("category", "category_zh", "category_en").distinct()
        return [(code, either(zh, en)) for code, zh, en in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the chosen category."""
        return queryset.filter(category=self.value()) if self.value() else queryset


@admin.register(ItemType)
class ItemTypeAdmin(ReadOnlyAdmin):
    """A change of the catalogue is a new version; cases keep the one they were opened under."""

    list_display = (
        "code", "name", "name_en", "version", "department", "accept_minutes", "resolve_hours", "severity", "valid_from",
        "valid_to",
    )  # fmt: skip
    list_filter = (Current, ByCategory)
    list_select_related = ("department",)
    search_fields = ("code", "name", "name_en")
    ordering = ("code", "-version")
