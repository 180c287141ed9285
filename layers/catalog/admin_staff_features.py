"""Features of the layers that staff made: one table for all of them, its form made from the layer's description."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.catalog.admin_features import FeatureAdmin
from layers.catalog.admin_filters import InForce
from layers.catalog.admin_forms import FeatureForm, ShapeWidget
from layers.catalog.admin_words import label_of
from layers.catalog.columns import DOCUMENT, spread
from layers.catalog.datasets import may_describe
from layers.catalog.models import DatasetFeature
from layers.catalog.staff_layers import staff_layers
from layers.errors import Forbidden, WanggeError
from layers.people.admin_base import actor_in, either
from layers.people.rights import visible
from layers.spec import FieldSpec, LayerSpec

#: Before the name of an attribute in a form: a layer may call one of its own as the form calls another thing.
PREFIX = "a_"


class StaffFeatureForm(FeatureForm):
    """The next state of a feature; what stands in its document are fields of their own."""

    spec: LayerSpec

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            document = spread(self.spec, {DOCUMENT: self.instance.attributes})
            self.initial.update({PREFIX + name: value for name, value in document.items()})

    def _place_of(self, error: WanggeError) -> str | None:
        """As before, of attributes as well."""
        own = PREFIX + (error.field or "")
        return own if own in self.fields else super()._place_of(error)


class OfLayer(SimpleListFilter):
    """Features of one layer."""

    title = either("图层", "Layer")
    parameter_name = "layer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The layers that the asker may see, by name."""
        actor = actor_in(request)
        seen = (spec for spec in staff_layers().values() if not visible(actor, spec).nothing)
        return [(spec.id, either(spec.zh, spec.en)) for spec in seen]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the chosen layer; an id that is not in the list filters nothing."""
        known = {layer for layer, _words in self.lookup_choices}
        return queryset.filter(layer=self.value()) if self.value() in known else queryset


@admin.register(DatasetFeature)
class StaffFeatureAdmin(FeatureAdmin):
    """Rows of all layers of staff; each has the attributes of its own layer."""

    ordering = ("layer", "code", "feature_id")  # type: ignore[assignment]
    list_display = ("__str__", "layer_title", "code", "community", "valid_from", "feature_version")
    list_filter = (InForce, OfLayer)

    @property
    def specs(self) -> tuple[LayerSpec, ...]:  # type: ignore[override]
        """The layers as they are described now."""
        return tuple(staff_layers().values())

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Where the asker keeps a layer."""
        return any(may_describe(actor_in(request), spec) for spec in self.specs)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form of the layer that the address names; without one, which it shall be."""
        kept = [spec for spec in self.specs if may_describe(actor_in(request), spec)]
        if not kept:
            raise Forbidden()
        if not any(spec.id == request.GET.get("layer") for spec in kept):
            given = {
                **self.admin_site.each_context(request), "opts": self.opts, "title": _("Add a feature to which layer?"),
                "layers": [(spec.id, either(spec.zh, spec.en)) for spec in kept],
            }  # fmt: skip
            return TemplateResponse(request, "admin/choose_layer.html", given)
        return super().add_view(request, form_url, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing out of the address."""
        return {}

    def spec_to_add(self, request: HttpRequest) -> LayerSpec:
        """The one that the address names."""
        layers = staff_layers()
        return layers[request.GET.get("layer", next(iter(layers)))]

    def spec_of_new(self, request: HttpRequest, data: dict[str, Any]) -> LayerSpec:
        """The same when the form comes back."""
        return self.spec_to_add(request)

    def attribute(self, field: FieldSpec) -> str:
        """The model's own field, or that of the form which stands for a key of the document."""
        return PREFIX + field.name if field.json else super().attribute(field)

    def value_of(self, obj: Any, field: FieldSpec) -> Any:
        """Out of the document where the attribute stands there."""
        if not field.json:
            return super().value_of(obj, field)
        return spread(self.spec_for(obj), {DOCUMENT: obj.attributes})[field.name]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form with a field for each attribute of the layer."""
        spec = self.spec_for(obj) if obj else self.spec_to_add(request)
        members: dict[str, Any] = {PREFIX + field.name: _field_of(field) for field in spec.fields if field.json}
        form = type("StaffFeatureFormOfLayer", (StaffFeatureForm,), members | {"spec": spec})
        return super().get_form(request, obj, change, form=form, **kwargs)

    def _widget(self, request: HttpRequest, db_field: Any, obj: Any, modifiable: bool) -> ShapeWidget:
        """Draws what the layer holds."""
        widget = super()._widget(request, db_field, obj, modifiable)
        kinds = (self.spec_for(obj) if obj else self.spec_to_add(request)).geometry_types
        if len(kinds) == 1:
            widget.geom_type = kinds[0].upper()
            widget.attrs["geom_type"] = widget.geom_type
        return widget

    @admin.display(description=gettext_lazy("Layer"), ordering="layer")
    def layer_title(self, obj: DatasetFeature) -> str:
        """The layer by name."""
        spec = self.spec_for(obj)
        return str(either(spec.zh, spec.en))


def _field_of(field: FieldSpec) -> forms.Field:
    """The form's field for an attribute."""
    given: dict[str, Any] = {"label": label_of(field), "required": field.required}
    match field.type:
        case "integer":
            return forms.IntegerField(**given)
        case "number":
            return forms.FloatField(**given)
        case "boolean":
            words = [("", "—"), ("true", either("是", "Yes")), ("false", either("否", "No"))]
            return forms.TypedChoiceField(choices=words, coerce=lambda text: text == "true", empty_value=None, **given)
        case "date":
            return forms.DateField(**given)
        case "datetime":
            return forms.SplitDateTimeField(**given)
    if field.values:
        words = [(code, either(value.zh, value.en)) for code, value in field.values.items()]
        return forms.ChoiceField(choices=words if field.required else [("", "—"), *words], **given)
    long = field.max_length > 200
    return forms.CharField(max_length=field.max_length, widget=forms.Textarea if long else forms.TextInput, **given)
