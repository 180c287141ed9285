"""Every layer by its id: the hand-written list of the built-in ones, and after them those that staff made."""

from __future__ import annotations

from layers.cameras import layer as cameras
from layers.catalog.staff_layers import known_staff_layers, staff_layers
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

_BY_ID = {spec.id: spec for spec in BUILT_IN}


def all_specs() -> tuple[LayerSpec, ...]:
    """Every layer there is, the built-in ones first; of staff layers what was true at most a second ago."""
    return (*BUILT_IN, *staff_layers().values())


def versioned_specs() -> tuple[LayerSpec, ...]:
    """Those that are published as versions of feature rows; the others live in the log and the stream alone."""
    return tuple(spec for spec in all_specs() if spec.versioned)


def layer_ids() -> frozenset[str]:
    """The ids of all layers."""
    return frozenset(spec.id for spec in all_specs())


def spec_of(layer: str) -> LayerSpec:
    """The description of a layer; UnknownLayer when there is none of that id."""
    spec = _BY_ID.get(layer) or staff_layers().get(layer)
    if spec is None:
        raise UnknownLayer(f"没有图层 {layer[:40]}", f"there is no layer {layer[:40]}", field="layer", found=layer)
    return spec


def known_spec(layer: str) -> LayerSpec | None:
    """As `spec_of` without asking the database; None for what only the database could tell."""
    spec = _BY_ID.get(layer)
    if spec is not None:
        return spec
    known = known_staff_layers()
    return None if known is None else known.get(layer)


def visible_specs(actor: Actor) -> tuple[LayerSpec, ...]:
    """The layers of which the actor may see at least some rows, in contract order."""
    return tuple(spec for spec in all_specs() if not visible(actor, spec).nothing)


def visible_spec(actor: Actor, layer: str) -> LayerSpec:
    """The description of a layer that the actor may see; unknown and forbidden give the same UnknownLayer."""
    spec = spec_of(layer)
    if visible(actor, spec).nothing:
        raise UnknownLayer(f"没有图层 {layer[:40]}", f"there is no layer {layer[:40]}", field="layer", found=layer)
    return spec
