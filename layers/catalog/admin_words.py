"""Attributes and their values in the page's language, as the layer descriptions name them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from layers.people.admin_base import either, in_chinese
from layers.spec import FieldSpec


def label_of(field: FieldSpec) -> Any:
    """Name and unit of an attribute."""
    unit = f" ({field.unit})" if field.unit else ""
    return either(field.zh + unit, field.en + unit)


def words_for(field: FieldSpec, value: Any) -> str:
    """A stored value as people read it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in field.values:
        word = field.values[value]
        return word.zh if in_chinese() else word.en
    return f"{value:,.1f}".replace(",", "\u2009") if isinstance(value, float) else str(value)


def column(field: FieldSpec, attribute: str) -> Any:
    """A column of a list that shows an attribute in words."""

    def show(self: Any, obj: Any) -> str:
        return words_for(field, getattr(obj, attribute))

    show.short_description = label_of(field)  # type: ignore[attr-defined]
    show.admin_order_field = attribute  # type: ignore[attr-defined]
    return show
