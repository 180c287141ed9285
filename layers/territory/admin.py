"""Names of area kinds in /admin/. The layers themselves are registered by `layers.catalog.admin`, which knows them all."""

from __future__ import annotations

from django.contrib import admin

from layers.people.admin_base import ReadOnlyAdmin
from layers.territory.models import AreaKind


@admin.register(AreaKind)
class AreaKindAdmin(ReadOnlyAdmin):
    """What areas are called, and were called."""

    list_display = ("level", "code", "zh", "en", "valid_from", "valid_to")
    search_fields = ("code", "zh", "en")
