"""Scenes and walls in /admin/: an editor whose values go to the services, and the screens, only to look at."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from layers.catalog.registry import all_specs
from layers.catalog.selectors import district_bounds
from layers.people.admin import ServiceAdmin
from layers.people.admin_base import ReadOnlyAdmin, actor_in, either, in_chinese
from layers.people.admin_forms import ServiceForm
from layers.people.rights import Actor
from layers.territory.selectors import area_names, areas_with_bounds
from layers.walls import words
from layers.walls.models import Scene, Wall, WallPresence
from layers.walls.rules import ADDRESSES, CHOROPLETHS, HEATS, KINDS, LANGUAGES, THEMES, may_edit
from layers.walls.selectors import described_scene
from layers.walls.services import SCENE_FIELDS, WALL_FIELDS, create_scene, create_wall, update_scene, update_wall


def _choices(values: tuple[str, ...], named: dict[str, tuple[str, str]]) -> list[tuple[str, Any]]:
    return [(value, either(*named[value])) for value in values]


def _areas(actor: Actor, kept: str = "") -> list[tuple[str, str]]:
    """The areas whose scenes the actor may change, by code and name; grids only by the area a row has already."""
    return [
        (area.code, f"{area.code} {area.name if in_chinese() else area.name_en or area.name}")
        for area in areas_with_bounds()
        if (area.level != "grid" or area.code == kept) and may_edit(actor, area.code)
    ]


class _VersionedForm(ServiceForm):
    """A form that remembers which version it shows."""

    state_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["state_version"] = self.instance.version


class SceneForm(_VersionedForm):
    """A picture of a wall."""

    kind = forms.ChoiceField(label=_("Kind"), choices=_choices(KINDS, words.KINDS))
    area = forms.ChoiceField(
        label=_("Area"), help_text=_("What the picture is of; without a camera it fits this area.")
    )
    layers = forms.MultipleChoiceField(
        label=_("Layers shown"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(spec.id, either(spec.zh, spec.en)) for spec in all_specs()],
    )  # fmt: skip
    choropleth = forms.ChoiceField(label=_("Areas coloured by"), choices=_choices(CHOROPLETHS, words.CHOROPLETHS))
    heat = forms.ChoiceField(label=_("Heat"), choices=_choices(HEATS, words.HEATS))

    class Meta:
        help_texts = {
            "id": _("Small letters, digits and hyphens; chosen once."),
            "lon": _("Camera: give all five figures, or none to fit the area."),
            "duration_s": _("How long it stays when scenes change by themselves, 5 to 3600 s."),
            "order": _("Smaller comes first."),
            "enabled": _("A scene that is not enabled is shown nowhere and kept."),
        }


class WallForm(_VersionedForm):
    """A wall by its name."""

    area = forms.ChoiceField(label=_("Area"), help_text=_("Who may steer the wall follows from its area."))
    theme = forms.ChoiceField(label=_("Theme"), choices=_choices(THEMES, words.THEMES))
    language = forms.ChoiceField(label=_("Language"), choices=_choices(LANGUAGES, words.LANGUAGES))
    scenes = forms.CharField(
        label=_("Scenes in order"), required=False, widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text=_("Ids of scenes with commas; empty: every scene that is enabled."),
    )  # fmt: skip

    class Meta:
        help_texts = {
            "name": _("Opens as /wall/?name=NAME. Small letters, digits and hyphens; chosen once."),
            "rotate": _("Off: the wall stays where it is until somebody steers it."),
        }

    def clean_scenes(self) -> list[str]:
        """The ids as a list."""
        return [part.strip() for part in self.cleaned_data["scenes"].replace("，", ",").split(",") if part.strip()]


class _OfArea(ServiceAdmin):
    """Rows of areas where the asker may change walls; the others are looked at."""

    key_field = ""
    shown_fields: tuple[str, ...] = ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form with the areas that the asker may choose."""
        form = super().get_form(request, obj, change, **kwargs)
        if "area" in form.base_fields:
            form.base_fields["area"].choices = _areas(actor_in(request), obj.area if obj else "")
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key is chosen once; whoever may not change a row sees no hidden field."""
        key = [self.key_field] if obj is None else []
        hidden = ["state_version"] if obj is not None and self.has_change_permission(request, obj) else []
        return [*key, *self.shown_fields, *hidden]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Over the row's own area."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_edit(actor_in(request), obj.area))

    @admin.display(description=_("Area"), ordering="area")
    def area_name(self, obj: Any) -> str:
        """The area by name and code."""
        known = area_names([obj.area]).get(obj.area)
        return f"{known.name} / {known.name_en} {obj.area}" if known else f"— {obj.area}"


@admin.register(Scene)
class SceneAdmin(_OfArea):
    form = SceneForm
    key_field = "id"
    shown_fields = SCENE_FIELDS
    list_display = (
        "order", "id", "title_zh", "title_en", "kind_name", "area_name", "duration_s", "three_d", "heat", "enabled",
    )  # fmt: skip
    list_display_links = ("id",)
    search_fields = ("id", "title_zh", "title_en")
    ordering = ("order", "id")
    change_form_template = "admin/scene_change_form.html"

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The form with what its map needs: the wall's own map, on which the camera is chosen."""
        obj = kwargs.get("obj") or (args[3] if len(args) > 3 else None)
        areas = areas_with_bounds()
        context["scene_map"] = {
            "areas": [asdict(area) for area in areas],
            "district": {"code": next((a.code for a in areas if a.level == "district"), ""), "bbox": district_bounds()},
            "urls": ADDRESSES,
            "scene": described_scene(obj, obj.area) if obj is not None else None,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def store(self, actor: Actor, obj: Any, data: dict[str, Any]) -> Scene:
        """Through the services of walls."""
        if obj is None:
            return create_scene(actor=actor, values=data)
        return update_scene(actor=actor, scene=obj.pk, version=data.pop("state_version") or 0, values=data)

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_name(self, obj: Scene) -> str:
        """The kind by name."""
        return words.KINDS[obj.kind][0 if in_chinese() else 1]


@admin.register(Wall)
class WallAdmin(_OfArea):
    form = WallForm
    key_field = "name"
    shown_fields = WALL_FIELDS
    list_display = ("name", "title_zh", "title_en", "area_name", "rotate", "theme", "language")
    search_fields = ("name", "title_zh", "title_en")
    ordering = ("name",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A wall changes its scenes unless told otherwise."""
        return {"rotate": True}

    def store(self, actor: Actor, obj: Any, data: dict[str, Any]) -> Wall:
        """Through the services of walls."""
        if obj is None:
            return create_wall(actor=actor, values=data)
        return update_wall(actor=actor, wall=obj.pk, version=data.pop("state_version") or 0, values=data)


@admin.register(WallPresence)
class WallPresenceAdmin(ReadOnlyAdmin):
    """Which screens are there, and what went wrong on them."""

    list_display = (
        "wall", "screen", "seen_at", "phase", "scene", "width", "height", "build", "seq", "hash_ok", "hash_mismatches",
        "context_losses", "reloads", "slow_spells", "reported_at",
    )  # fmt: skip
    ordering = ("wall", "-seen_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Screens of walls of areas where the asker may change walls."""
        actor = actor_in(request)
        walls = [wall.name for wall in Wall.objects.all() if may_edit(actor, wall.area)]
        return super().get_queryset(request).filter(wall__in=walls)
