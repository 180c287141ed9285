"""The form of a description: its parts as fields, the words of each attribute a line, code lists as lines of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from layers.catalog.descriptions import COLOURS, HIGHEST_ZOOM, LOWEST_ZOOM, MAP, PUBLIC, readers
from layers.errors import InvalidInput, WanggeError
from layers.people.admin_base import either
from layers.people.admin_forms import ServiceForm

Json = dict[str, Any]

ROLES = "roles"
_PLAIN = ("title_zh", "title_en", "min_zoom", "max_zoom", "label_zoom", "label", "area")
_STYLE = ("colour", "size", "width", "opacity")
#: What may be changed of an attribute; its name and type stay with the rows.
_PARTS = ("title_zh", "title_en", "unit", "tile_zoom")


def _zoom(label: Any, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=LOWEST_ZOOM, max_value=HIGHEST_ZOOM, required=required)


class DescriptionForm(ServiceForm):
    """The next description of a layer. Nothing of it reaches the model: `store` calls the service."""

    title_zh = forms.CharField(label=_("Chinese title"), max_length=80)
    title_en = forms.CharField(label=_("English title"), max_length=80)
    colour = forms.ChoiceField(
        label=_("Colour"), widget=forms.RadioSelect,
        choices=[(token, either(words.zh, words.en)) for token, words in COLOURS.items()],
    )  # fmt: skip
    size = forms.FloatField(label=_("Size of dots"), min_value=1, max_value=12)
    width = forms.FloatField(label=_("Width of lines"), min_value=0.25, max_value=8)
    opacity = forms.FloatField(label=_("Opacity"), min_value=0.05, max_value=1)
    label = forms.ChoiceField(label=_("Named by"), required=False)
    sight = forms.ChoiceField(
        label=_("Who sees it"),
        choices=[(PUBLIC, _("Everybody, also without an account")), (MAP, _("Whoever sees the map there")), (ROLES, _("Some roles"))],
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        choices=[(role, role) for role in readers()],
        widget=forms.CheckboxSelectMultiple,
    )
    area = forms.CharField(label=_("Area"), max_length=15, help_text=_("Whose editors keep the layer."))
    min_zoom = _zoom(_("From zoom"))
    max_zoom = _zoom(_("To zoom"))
    label_zoom = _zoom(_("Names from zoom"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Kept beside the event log."))
    state_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @classmethod
    def of(cls, description: Json) -> type[DescriptionForm]:
        """The form of one layer: with fields for its attributes."""
        members: Json = {}
        for number, field in enumerate(description["fields"]):
            members |= {
                f"f{number}_title_zh": forms.CharField(label=_("Chinese title"), max_length=80),
                f"f{number}_title_en": forms.CharField(label=_("English title"), max_length=80),
                f"f{number}_unit": forms.CharField(label=_("Unit"), max_length=16, required=False),
                f"f{number}_tile_zoom": forms.IntegerField(
                    label=_("In tiles from zoom"), min_value=0, max_value=HIGHEST_ZOOM, required=False
                ),
            }
            if field["type"] == "text":
                members[f"f{number}_values"] = forms.CharField(
                    label=_("Code list"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
                    help_text=_("One a line: code | Chinese | English"),
                )  # fmt: skip
        return type("DescriptionFormOfLayer", (cls,), members)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        description: Json = self.instance.description
        given, sight = dict(description), description["seen_by"]
        self.initial.update({name: given[name] for name in _PLAIN} | {name: given["style"][name] for name in _STYLE})
        self.initial["sight"] = sight if isinstance(sight, str) else ROLES
        self.initial["roles"] = [] if isinstance(sight, str) else sight
        self.initial["state_version"] = self.instance.version
        for number, field in enumerate(given["fields"]):
            self.initial.update({f"f{number}_{part}": field[part] for part in _PARTS})
            self.initial[f"f{number}_values"] = _lines(field["values"])
        if "label" in self.fields:
            names = [("", "—"), ("name", _("name")), ("name_en", _("English name")), ("code", _("code"))]
            own = [(field["name"], either(field["title_zh"], field["title_en"])) for field in given["fields"]]
            self.fields["label"].choices = [*names, *own]  # type: ignore[attr-defined]

    def changes(self, description: Json) -> Json:
        """What the form changes of a description. Raises InvalidInput for a line of a code list that is none."""
        data = self.cleaned_data
        sight = data["roles"] if data["sight"] == ROLES else data["sight"]
        fields = []
        for number, field in enumerate(description["fields"]):
            part = {name: data[f"f{number}_{name}"] for name in _PARTS}
            if field["type"] == "text":
                part["values"] = _values(data[f"f{number}_values"], f"fields.{number}.values")
            fields.append(field | part)
        changes = {name: data[name] for name in _PLAIN} | {"seen_by": sight, "fields": fields}
        return changes | {"style": {name: data[name] for name in _STYLE}}

    def _place_of(self, error: WanggeError) -> str | None:
        """The form's own name of the part that an error is about."""
        path = (error.field or "").split(".")
        name = {"seen_by": "roles" if self.cleaned_data.get("sight") == ROLES else "sight", "version": ""}.get(
            path[0], path[0]
        )
        if path[0] == "style" and len(path) > 1:
            name = path[1]
        if path[0] == "fields" and len(path) > 2:
            name = f"f{path[1]}_{path[2]}"
        return name if name in self.fields else None


def field_rows(description: Json) -> list[tuple[str, Any, list[Any]]]:
    """Name, title and form fields of each attribute."""
    rows: list[tuple[str, Any, list[Any]]] = []
    for number, field in enumerate(description["fields"]):
        names: list[Any] = [(f"f{number}_title_zh", f"f{number}_title_en"), (f"f{number}_unit", f"f{number}_tile_zoom")]
        if field["type"] == "text":
            names.append(f"f{number}_values")
        rows.append((field["name"], either(field["title_zh"], field["title_en"]), names))
    return rows


def _lines(values: Mapping[str, Mapping[str, str]]) -> str:
    return "\n".join(f"{code} | {words['zh']} | {words['en']}" for code, words in values.items())


def _values(text: str, path: str) -> Json:
    """The code list of lines such as `ok | 正常 | Fine`."""
    values: Json = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3 or parts[0] in values:
            raise InvalidInput(
                f"代码表每行应为“代码 | 中文 | 英文”，代码不重复：{line[:40]}",
                f"each line of a code list is code | Chinese | English, no code twice: {line[:40]}", field=path,
            )  # fmt: skip
        values[parts[0]] = {"zh": parts[1], "en": parts[2]}
    return values
