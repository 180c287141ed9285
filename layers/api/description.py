"""Layers as JSON: the description every client builds its legend, filters and forms from."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from layers.catalog.descriptions import write_style
from layers.catalog.registry import visible_specs
from layers.catalog.selectors import current_versions
from layers.people.rights import Actor, visible_fields
from layers.people.selectors import describe
from layers.spec import FieldSpec, LayerSpec
from layers.territory.selectors import area_names


def describe_field(field: FieldSpec) -> dict[str, Any]:
    """One attribute with its words, unit and code list."""
    return {
        "name": field.name,
        "type": field.type,
        "title_zh": field.zh,
        "title_en": field.en,
        "unit": field.unit,
        "values": {code: {"zh": words.zh, "en": words.en} for code, words in field.values.items()},
    }


def describe_layer(actor: Actor, spec: LayerSpec) -> dict[str, Any]:
    """One layer as the actor may see it. The count is the layer's own, whatever part of it the actor may
    see; null for a layer that only lives."""
    current = current_versions().get(spec.id)
    return {
        "id": spec.id,
        "title_zh": spec.zh,
        "title_en": spec.en,
        "group": spec.group.value,
        "geometry_types": list(spec.geometry_types),
        "min_zoom": spec.min_zoom,
        "max_zoom": spec.max_zoom,
        "label_zoom": spec.label_zoom,
        "public": spec.public,
        "staff": spec.staff,
        "label": spec.label,
        "described": spec.stamp,
        "style": write_style(spec.style) if spec.style else None,
        "editable": spec.editable,
        "tiles": f"/tiles/{spec.id}.json" if spec.tiled else None,
        "count": (current.total if current else 0) if spec.versioned else None,
        "version": current.version if current else 0,
        "bbox": list(current.bbox) if current and current.bbox else None,
        "fields": [describe_field(field) for field in visible_fields(actor, spec)],
    }


def describe_layers(actor: Actor) -> list[dict[str, Any]]:
    """Every layer of which the actor may see at least some rows."""
    return [describe_layer(actor, spec) for spec in visible_specs(actor)]


def described_person(user: AbstractBaseUser | AnonymousUser, actor: Actor) -> dict[str, Any]:
    """What a person may know of his own account, the areas of his posts by name."""
    person = describe(user, actor)
    names = area_names(sorted({post.area for post in actor.posts}))
    for post in person["assignments"]:
        area = names.get(post["area"])
        post |= {"area_name": area.name if area else "", "area_name_en": area.name_en if area else ""}
    return person
