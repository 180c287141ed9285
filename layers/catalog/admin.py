"""Every layer of the map in /admin/, the versions they were published as, and the log (both only to read)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from layers.catalog import admin_descriptions, admin_staff_features
from layers.catalog.admin_features import feature_admin
from layers.catalog.models import LayerVersion
from layers.catalog.registry import BUILT_IN, versioned_specs
from layers.catalog.selectors import model_of
from layers.live.models import Event
from layers.people.admin_base import ReadOnlyAdmin, actor_in, either
from layers.people.rights import may
from layers.roles import Capability
from layers.spec import LayerSpec
from layers.territory.models import Area

#: The tables of the layers that staff made register themselves.
STAFF_TABLES = (admin_staff_features.StaffFeatureAdmin, admin_descriptions.StaffLayerAdmin)

_by_model: dict[type[Model], list[LayerSpec]] = defaultdict(list)
for _spec in (spec for spec in BUILT_IN if spec.versioned):
    _by_model[model_of(_spec)].append(_spec)
for _model, _specs in _by_model.items():
    # The deepest description comes first: of the areas it is the grid, which has every attribute.
    admin.site.register(_model, feature_admin(_model, tuple(reversed(_specs))))


class ByLayer(admin.SimpleListFilter):
    """Versions of one layer."""

    title = either("图层", "Layer")
    parameter_name = "layer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The layers that have versions, by name."""
        return [(spec.id, either(spec.zh, spec.en)) for spec in versioned_specs()]

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


def _told(attribute: str, zh: str, en: str) -> Any:
    """A column of the log with its heading in the page's language."""

    def show(self: Any, obj: Event) -> Any:
        return getattr(obj, attribute)

    show.short_description = either(zh, en)  # type: ignore[attr-defined]
    show.admin_order_field = attribute  # type: ignore[attr-defined]
    return show


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Who did what when, as the log holds it; the words of a reason lie apart and can be erased."""

    recorded = _told("recorded_at", "记录时间", "Recorded")
    what = _told("kind", "事件", "Event")
    thing = _told("object_type", "对象类别", "Object")
    which = _told("object_id", "对象编号", "Id")
    state = _told("object_version", "版本", "Version")
    who = _told("actor", "操作者", "By")
    post = _told("role_used", "所用岗位", "As")
    happened = _told("happened_at", "发生时间", "Happened")
    before = _told("areas_before", "原辖区", "Areas before")
    after = _told("areas_after", "现辖区", "Areas after")
    content = _told("payload", "内容", "Payload")
    list_display = ("recorded", "what", "thing", "which", "state", "who", "post")
    list_filter = (ByKind,)
    ordering = ("-id",)
    search_fields = ("object_id",)
    search_help_text = _("Id of the object")
    show_full_result_count = False
    fields = (
        "recorded", "happened", "what", "thing", "which", "state", "who", "post", "before", "after", "content",
    )  # fmt: skip
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The log is not cut by area, so that it is shown to those alone who operate the whole district."""
        whole = Area.objects.filter(level="district", version_to__isnull=True).values_list("code", flat=True).first()
        return may(actor_in(request), Capability.OPERATE, area=whole or "")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As for viewing."""
        return self.has_view_permission(request)
