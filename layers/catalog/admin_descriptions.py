"""Descriptions of the layers that staff made: words, who sees them, zooms, style with a swatch, attributes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from layers.catalog import descriptions
from layers.catalog.admin_description_form import DescriptionForm, field_rows
from layers.catalog.datasets import change_description, may_describe
from layers.catalog.models import DatasetLayer
from layers.catalog.staff_layers import staff_layers
from layers.live.models import Event
from layers.people.admin_base import GuardedAdmin, actor_in, either
from layers.people.rights import visible

_STYLE = ("colour", ("size", "width", "opacity"), "label", "swatch")
_SIGHT = ("sight", "roles", "area")
_ZOOMS = (("min_zoom", "max_zoom", "label_zoom"),)


@admin.register(DatasetLayer)
class StaffLayerAdmin(GuardedAdmin):
    """The layers themselves. They are made by importing a file and go when that import is undone."""

    form = DescriptionForm
    list_display = ("id", "title", "owner", "seen_by", "version", "created_at")
    ordering = ("created_at", "id")
    readonly_fields = ("swatch", "states")

    class Media:
        css = {"screen": ["gis/admin/swatch.css"]}
        js = ("gis/admin/swatch.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Layers in force of which the asker sees at least some rows."""
        actor = actor_in(request)
        seen = [spec.id for spec in staff_layers().values() if not visible(actor, spec).nothing]
        return super().get_queryset(request).filter(pk__in=seen)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: a layer is made by importing a file."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Over the area of the layer's owner."""
        if obj is None:
            return super().has_change_permission(request)
        return may_describe(actor_in(request), descriptions.read(obj.description))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The parts of the description; an attribute a line."""
        rows = field_rows(obj.description)
        fields = [(f"{title} ({name})", {"fields": names, "classes": ["collapse"]}) for name, title, names in rows]
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ["swatch", "states"]})]
        return [
            (None, {"fields": [("title_zh", "title_en"), "reason", "state_version"]}),
            (_("Style"), {"fields": _STYLE}),
            (_("Who sees it"), {"fields": _SIGHT}),
            (_("Zooms"), {"fields": _ZOOMS}),
            *fields,
            (_("History"), {"fields": ["states"]}),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form class of this request, with the attributes of the layer; it calls the service."""

        def store(filled: DescriptionForm) -> None:
            request.described = change_description(  # type: ignore[attr-defined]
                actor=actor_in(request), layer=obj.pk, version=filled.cleaned_data["state_version"] or 0,
                changes=filled.changes(obj.description), reason=filled.cleaned_data["reason"],
            )  # fmt: skip

        form = DescriptionForm.of(obj.description)
        bound = super().get_form(request, obj, change, form=form, **kwargs)
        return type("BoundDescriptionForm", (bound,), {"store": staticmethod(store)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing: the form has called the service already."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing, likewise."""

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Back to the layer's own page."""
        spec = request.described  # type: ignore[attr-defined]
        self.message_user(request, _("%(name)s is saved.") % {"name": either(spec.zh, spec.en)})
        return HttpResponseRedirect(reverse("admin:catalog_datasetlayer_change", args=[spec.id]))

    # -- columns

    @admin.display(description=_("Layer"))
    def title(self, obj: DatasetLayer) -> Any:
        """The layer by name."""
        return either(obj.description["title_zh"], obj.description["title_en"])

    @admin.display(description=_("Area"))
    def owner(self, obj: DatasetLayer) -> str:
        """Whose it is."""
        return str(obj.description["area"])

    @admin.display(description=_("Who sees it"))
    def seen_by(self, obj: DatasetLayer) -> str:
        """As the description says."""
        given = obj.description["seen_by"]
        return given if isinstance(given, str) else ", ".join(given)

    @admin.display(description=_("Preview"))
    def swatch(self, obj: DatasetLayer) -> Any:
        """How the layer is drawn; a script redraws it while somebody changes the style."""
        style = obj.description["style"]
        return format_html(
            '<svg id="swatch" viewBox="0 0 240 96" role="img" aria-label="{}" data-geometry="{}" data-colour="{}"'
            ' data-size="{}" data-width="{}" data-opacity="{}"></svg>',
            _("Preview"), style["geometry"], style["colour"], style["size"], style["width"], style["opacity"],
        )  # fmt: skip

    @admin.display(description=_("History"))
    def states(self, obj: DatasetLayer) -> Any:
        """Every change of the description: when, what, why."""
        events = Event.objects.filter(object_type="layer_description", object_id=obj.pk).prefetch_related("texts")
        rows = [
            (
                event.object_version, f"{localtime(event.happened_at):%Y-%m-%d %H:%M}", event.kind,
                ", ".join(event.payload.get("parts", [])), next((text.text for text in event.texts.all()), ""),
            )
            for event in events.order_by("id")
        ]  # fmt: skip
        return format_html(
            "<ol class='states'>{}</ol>", format_html_join("", "<li>{} {} <code>{}</code> {} {}</li>", rows)
        )
