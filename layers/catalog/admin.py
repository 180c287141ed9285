"""Every layer of the map in /admin/, the versions they were published as, and the log (both only to read)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from layers.catalog.admin_features import feature_admin
from layers.catalog.models import LayerVersion
from layers.catalog.registry import BUILT_IN
from layers.catalog.selectors import model_of
from layers.live.models import Event
from layers.people.admin_base import ReadOnlyAdmin, either
from layers.spec import LayerSpec

_by_model: dict[type[Model], list[LayerSpec]] = defaultdict(list)
for _spec in BUILT_IN:
    _by_model[model_of(_spec)].append(_spec)
for _model, _specs in _by_model.items():
    # The deepest description comes first: of the areas it is the grid, which has every attribute.
    admin.site.register(_model, feature_admin(_model, tuple(reversed(_specs))))


class ByLayer(admin.SimpleListFilter):
    """Versions of one layer."""

    title = either("图层", "Layer")
    parameter_name = "layer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The built-in layers by name."""
        return [(spec.id, either(spec.zh, spec.en)) for spec in BUILT_IN]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Rows of the chosen layer."""
        return queryset.filter(layer=self.value()) if self.value() else queryset


@admin.register(LayerVersion)
class LayerVersionAdmin(ReadOnlyAdmin):
    list_display = ("layer", "version", "effective", "published_at", "added", "changed", "removed", "total", "source")
    list_filter = (ByLayer,)
    ordering = ("-published_at",)
    fields = (
        "layer", "version", "effective", "published_at", "actor", "source", "source_sha256", "import_id",
        "added", "changed", "removed", "total",
    )  # fmt: skip


class ByKind(admin.SimpleListFilter):
    """Events by what happened."""

    title = either("事件类别", "Kind of event")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds that the log holds."""
        kinds = Event.objects.order_by("kind").values_list("kind", flat=True).distinct()
        return [(kind, kind) for kind in kinds]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Rows of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("recorded_at", "kind", "object_type", "object_id", "object_version", "actor", "role_used")
    list_filter = (ByKind,)
    ordering = ("-id",)
    search_fields = ("object_id",)
    search_help_text = _("Id of the object")
    show_full_result_count = False
