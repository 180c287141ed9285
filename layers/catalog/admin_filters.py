"""Filters of the layer tables: in force or past, by code list, by area. All take values from a closed list."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from layers.people.admin_base import either, in_chinese
from layers.people.admin_forms import StateFilter
from layers.spec import FieldSpec, LayerSpec
from layers.territory.models import Area


def in_areas(spec: LayerSpec, prefixes: tuple[str, ...]) -> Q:
    """Rows of a layer that lie in one of the areas, by the layer's own area columns."""
    condition = Q(**{spec.area_columns[0]: ""}) if spec.staff else Q(pk__in=[])
    for prefix in prefixes:
        condition |= Q(**{f"{spec.area_columns[0]}__startswith": prefix})
        if len(spec.area_columns) > 1:
            condition |= Q(**{spec.area_columns[0]: "", f"{spec.area_columns[1]}__startswith": prefix})
    return condition


class InForce(StateFilter):
    """Rows in force today, unless the past is asked for."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By dates of validity, in Asia/Shanghai."""
        today = timezone.localdate()
        now = Q(valid_from__lte=today) & (Q(valid_to__isnull=True) | Q(valid_to__gt=today))
        if self.value() == "all":
            return queryset
        return queryset.exclude(now) if self.value() == "past" else queryset.filter(now)


def code_filter(field: FieldSpec, attribute: str) -> type[SimpleListFilter]:
    """A filter by the values of one code list."""

    class ByCode(SimpleListFilter):
        """Values of the layer's own code list."""

        title = either(field.zh, field.en)
        parameter_name = field.name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            """The code list in the page's language."""
            return [(code, either(words.zh, words.en)) for code, words in field.values.items()]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            """Rows of the chosen value; a value that is not in the list filters nothing."""
            return queryset.filter(**{attribute: self.value()}) if self.value() in field.values else queryset

    return ByCode


def area_filter(spec: LayerSpec) -> type[SimpleListFilter]:
    """A filter by subdistrict and community."""

    class ByArea(SimpleListFilter):
        """Subdistricts with their communities."""

        title = either("辖区", "Area")
        parameter_name = "in"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            """Code and name, communities under their subdistrict."""
            rows = Area.objects.filter(level__in=("subdistrict", "community"), version_to__isnull=True)
            return [
                (code, ("\u3000" if len(code) > 9 else "") + (name if in_chinese() or not name_en else name_en))
                for code, name, name_en in rows.order_by("code").values_list("code", "name", "name_en")
            ]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            """Rows in the chosen area; a code that is not in the list filters nothing."""
            known = {code for code, _name in self.lookup_choices}
            return queryset.filter(in_areas(spec, (self.value() or "",))) if self.value() in known else queryset

    return ByArea
