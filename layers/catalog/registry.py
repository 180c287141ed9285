"""The hand-written list of built-in layers; the only module that knows them all."""

from __future__ import annotations

from layers.cameras import layer as cameras
from layers.errors import UnknownLayer
from layers.incidents import layer as incidents
from layers.patrols import layer as patrols
from layers.people.rights import Actor, visible
from layers.places import layer as places
from layers.spec import LayerSpec
from layers.territory import layer as territory

#: In the order of the public contract, which is also the order of the layer switch.
BUILT_IN: tuple[LayerSpec, ...] = (
    *territory.LAYERS, *places.LAYERS, *cameras.LAYERS, *incidents.LAYERS, *patrols.LAYERS,
)  # fmt: skip
#: Those that are published as versions of feature rows; the others live in the log and the stream alone.
VERSIONED: tuple[LayerSpec, ...] = tuple(spec for spec in BUILT_IN if spec.versioned)

_BY_ID = {spec.id: spec for spec in BUILT_IN}


def spec_of(layer: str) -> LayerSpec:
    """The description of a layer; UnknownLayer when there is none of that id."""
    try:
        return _BY_ID[layer]
    except KeyError:
        raise UnknownLayer(
            f"没有图层 {layer[:40]}", f"there is no layer {layer[:40]}", field="layer", found=layer
        ) from None


def visible_specs(actor: Actor) -> tuple[LayerSpec, ...]:
    """The layers of which the actor may see at least some rows, in contract order."""
    return tuple(spec for spec in BUILT_IN if not visible(actor, spec).nothing)


def visible_spec(actor: Actor, layer: str) -> LayerSpec:
    """The description of a layer that the actor may see; unknown and forbidden give the same UnknownLayer."""
    spec = spec_of(layer)
    if visible(actor, spec).nothing:
        raise UnknownLayer(f"没有图层 {layer[:40]}", f"there is no layer {layer[:40]}", field="layer", found=layer)
    return spec
