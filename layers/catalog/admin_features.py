"""One admin table a model of features, made from the layer descriptions; every save goes through the edit service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.gis.db.models import GeometryField
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.catalog import edit_rules as rules
from layers.catalog.admin_filters import InForce, area_filter, code_filter, in_areas
from layers.catalog.admin_forms import FeatureForm, ShapeField, ShapeWidget, shape_of
from layers.catalog.admin_pages import FeaturePages
from layers.catalog.admin_words import column, label_of, words_for
from layers.catalog.edit import add_feature, edit_feature
from layers.catalog.selectors import model_of
from layers.errors import InvalidInput
from layers.geo.codes import level_of
from layers.people.admin_base import actor_in, either
from layers.people.rights import visible, visible_fields
from layers.spec import FieldSpec, LayerSpec

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

_EDIT = ("reason", "effective", "state_version", "client_key")


class FeatureAdmin(FeaturePages):
    """Rows of one model; `specs` are the layers it holds."""

    form = FeatureForm
    ordering = ("code", "feature_id")
    search_fields = ("code", "name", "name_en", "feature_id")
    search_help_text = gettext_lazy("Name, English name, code or id")
    readonly_fields = ("facts", "shape_map")
    change_form_template = "admin/feature_change_form.html"

    # -- which rows, and what may be done to them

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that the permission function shows this person."""
        actor, shown = actor_in(request), Q(pk__in=[])
        for spec in self.specs:
            scope, here = visible(actor, spec), Q(pk__isnull=False, **spec.where)
            if scope.everything:
                shown |= here
            elif not scope.nothing and spec.area_columns:
                shown |= here & in_areas(spec, scope.prefixes)
        return super().get_queryset(request).filter(shown).defer("geom", "geom_3857")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row, which knows who asked for it: read-only parts of the page show what that person may read."""
        obj = super().get_object(request, object_id, from_field)
        if obj is not None:
            obj.asked_by = request
        return obj

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True when some rows of this table may be seen."""
        return any(not visible(actor_in(request), spec).nothing for spec in self.specs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As for viewing."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Areas that tile are made by importing the layer: one alone always overlaps."""
        spec, actor = self.specs[0], actor_in(request)
        places = {post.area for post in actor.posts}
        return not rules.tiles(spec) and any(rules.may_edit(actor, spec, area) for area in places)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Asked over the row's own area. A past state is only looked at; sent back, it gets the service's answer."""
        if obj is None:
            return any(spec.editable for spec in self.specs) and self.has_view_permission(request)
        if obj.version_to is not None and request.method != "POST":
            return False
        return rules.may_edit(actor_in(request), self.spec_for(obj), self._area_of(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Closing one feature that leaves no gap behind."""
        return (
            obj is not None
            and obj.version_to is None
            and not rules.tiles(self.spec_for(obj))
            and self.has_change_permission(request, obj)
        )

    def _area_of(self, obj: Any) -> str:
        spec = self.spec_for(obj)
        values = {column: getattr(obj, column) for column in spec.area_columns}
        shape = None if any(values.values()) else shape_of(obj.geom)
        return rules.area_of(spec, values, shape)

    # -- the form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What may be set, what follows from it, the shape, and why and from when."""
        spec = self.spec_for(obj) if obj else self.spec_to_add(request)
        names = [self.attribute(f) for f in rules.editable_fields(spec) if obj is None or f.name != "code"]
        if obj is None:
            return [(None, {"fields": names}), (_("Shape"), {"fields": ["geom"]}), (_("This edit"), {"fields": _EDIT})]
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ["facts"]}), (_("Shape"), {"fields": ["shape_map"]})]
        return [
            (None, {"fields": names}),
            (_("Derived"), {"fields": ["facts"], "classes": ["collapse"]}),
            (_("Shape"), {"fields": ["geom"], "description": self._tiling_note(spec)}),
            (_("This edit"), {"fields": _EDIT}),
        ]

    def _tiling_note(self, spec: LayerSpec) -> str:
        if not rules.tiles(spec):
            return ""
        return _("A border belongs to two areas: moved alone it leaves a gap and is refused. Import the layer instead.")

    def attribute(self, field: FieldSpec) -> str:
        """Name of the model field that holds an attribute, which is that of the form as well."""
        return next(f.name for f in self.opts.concrete_fields if f.column == field.db_column)

    def value_of(self, obj: Any, field: FieldSpec) -> Any:
        """An attribute of a row."""
        return getattr(obj, self.attribute(field))

    def spec_to_add(self, request: HttpRequest) -> LayerSpec:
        """The layer whose attributes the empty form shows."""
        return self.specs[0]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form class of this request: it knows the row, the person and the service."""
        form = super().get_form(request, obj, change, **kwargs)
        spec = self.spec_for(obj) if obj else self.spec_to_add(request)

        def store(filled: FeatureForm) -> None:
            self._store(request, obj, filled)

        members: dict[str, Any] = {"store": staticmethod(store)}
        bound: type = type("BoundFeatureForm", (form,), members)
        for f in spec.fields:
            name = self.attribute(f)
            if name in bound.base_fields:  # type: ignore[attr-defined]
                bound.base_fields[name].label = label_of(f)  # type: ignore[attr-defined]
        return bound

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A map for the shape, a list for a code list, else Django's own."""
        if isinstance(db_field, GeometryField):
            match = request.resolver_match
            key = match.kwargs.get("object_id") if match else None
            row = self.model._default_manager.filter(pk=key).first() if str(key or "").isdigit() else None
            return ShapeField(
                label=_("Shape"), required=not db_field.null, widget=self._widget(request, db_field, row, True)
            )
        spec_field = next(
            (f for s in self.specs for f in s.fields if f.db_column == db_field.column and f.values), None
        )
        if spec_field is not None:
            blank = [] if spec_field.required else [("", "—")]
            words = [(code, either(value.zh, value.en)) for code, value in spec_field.values.items()]
            return forms.ChoiceField(choices=[*blank, *words], required=spec_field.required)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def _widget(self, request: HttpRequest, db_field: Any, obj: Any, modifiable: bool) -> ShapeWidget:
        return ShapeWidget(
            geom_type=db_field.geom_type, modifiable=modifiable, nonce=str(getattr(request, "csp_nonce", "")),
            context_url=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_context"),
            feature_id=obj.feature_id if obj else "",
        )  # fmt: skip

    def _store(self, request: HttpRequest, obj: Any, form: FeatureForm) -> None:
        """Hands what the form holds to the service."""
        actor, data = actor_in(request), form.cleaned_data
        spec = self.spec_for(obj) if obj else self.spec_of_new(request, data)
        names = {self.attribute(f): f.name for f in rules.editable_fields(spec)}
        given = {name: data[attribute] for attribute, name in names.items() if attribute in data}
        more = {"reason": data["reason"], "effective": data["effective"], "client_id": data.get("client_key")}
        if obj is None:
            done = add_feature(spec=spec, actor=actor, values=given, geometry=data["geom"], **more)
        else:
            shape = data["geom"] if "geom" in form.changed_data else None
            done = edit_feature(
                spec=spec, actor=actor, feature_id=obj.feature_id, version=data.get("state_version") or 0,
                changes=given, geometry=shape, **more,
            )  # fmt: skip
        request.edited = done  # type: ignore[attr-defined]

    def spec_of_new(self, request: HttpRequest, data: dict[str, Any]) -> LayerSpec:
        """The layer that a new feature goes to, by its code where the table holds several."""
        if len(self.specs) == 1:
            return self.specs[0]
        code = data.get("code", "")
        spec = next((s for s in self.specs if s.where.get("level") == level_of(code)), None)
        if spec is None:
            raise InvalidInput("代码与层级不符", "the code is that of no level", field="code", found=code)
        return spec

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing: the form has called the service already."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing: a feature has no rows of its own elsewhere."""

    # -- columns

    def shape_map(self, obj: Any) -> SafeString:
        """The shape on the map, only to look at."""
        field = self.opts.get_field("geom")
        widget = self._widget(obj.asked_by, field, obj, False)
        drawn: SafeString = widget.render("geom", obj.geom, {"id": "id_geom"})
        return drawn

    shape_map.short_description = gettext_lazy("Map")  # type: ignore[attr-defined]

    def facts(self, obj: Any) -> SafeString:
        """All attributes the person may read, in words."""
        spec = self.spec_for(obj)
        fields = visible_fields(actor_in(obj.asked_by), spec)
        rows = [(label_of(f), words_for(f, self.value_of(obj, f))) for f in fields]
        return format_html("<dl class='facts'>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))

    facts.short_description = gettext_lazy("Attributes")  # type: ignore[attr-defined]


def feature_admin(model: type[Model], specs: tuple[LayerSpec, ...]) -> type[FeatureAdmin]:
    """The admin class of one model, its columns and filters read from the layers' descriptions."""
    base = specs[0]
    attribute = {f.column: f.name for f in model_of(base)._meta.concrete_fields}
    coded = [f for f in base.fields if f.values]
    listed = [f for f in base.fields if f.name in ("code", "grid", "area_m2", "height_m", "width_m")]
    shown = [*listed[:1], *coded[:3], *listed[1:3]]
    members: dict[str, Any] = {"specs": specs, "__module__": __name__}
    for f in shown:
        members[f"col_{f.name}"] = column(f, attribute[f.db_column])
    members["list_display"] = ("__str__", *(f"col_{f.name}" for f in shown), "valid_from", "feature_version")
    filters: list[Any] = [InForce, *(code_filter(f, attribute[f.db_column]) for f in coded)]
    if base.area_columns:
        filters.append(area_filter(base))
    members["list_filter"] = tuple(filters)
    return type(f"{model.__name__}Admin", (FeatureAdmin,), members)
