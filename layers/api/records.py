"""What is known of a layer as a whole: its history and its quality."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from layers.api.asking import actor_of_request
from layers.catalog.registry import visible_spec, visible_specs
from layers.errors import UnknownLayer
from layers.imports.history import layer_history
from layers.imports.quality import layer_quality, quality_line
from layers.people.rights import Actor
from layers.spec import LayerSpec

router = Router(tags=["layers"])


@router.get(
    "/layers/{layer}/history", summary="Versions of a layer: who, when, source, hash, counts, what took them back"
)
def history(request: HttpRequest, layer: str) -> Any:
    """`{"layer", "versions": [...]}`, newest first."""
    actor = actor_of_request(request)
    spec = _versioned(actor, layer)
    return {"layer": spec.id, "versions": layer_history(actor, spec)}


@router.get("/layers/{layer}/quality", summary="Quality of a layer: validity, completeness by field, age, topology")
def quality(request: HttpRequest, layer: str) -> Any:
    """Measured over the rows in force."""
    actor = actor_of_request(request)
    return layer_quality(actor, _versioned(actor, layer))


@router.get("/quality", summary="Quality of all layers, one line each")
def qualities(request: HttpRequest) -> Any:
    """`{"layers": [...]}` in the order of the layer switch."""
    actor = actor_of_request(request)
    return {"layers": [quality_line(actor, spec) for spec in visible_specs(actor) if spec.versioned]}


def _versioned(actor: Actor, layer: str) -> LayerSpec:
    """A layer with versions that the actor may see. Raises UnknownLayer."""
    spec = visible_spec(actor, layer)
    if not spec.versioned:
        raise UnknownLayer(f"图层 {spec.id} 没有版本", f"layer {spec.id} has no versions", field="layer", found=spec.id)
    return spec
