"""Layers that staff make: made, described anew, retired. Order: permission, rule, write, event; one transaction each.

Rows are no part of it: they are published like those of every layer (`catalog.services.publish_version`), and no row of
a layer without a description in force is seen anywhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from layers.catalog import descriptions, edit_rules
from layers.catalog.description_parts import wrong
from layers.catalog.models import DatasetLayer, SearchName
from layers.catalog.registry import BUILT_IN
from layers.catalog.selectors import model_of
from layers.catalog.services import Source, lock_layer, publish_version, restate_version
from layers.catalog.staff_layers import staff_layers
from layers.errors import Conflict, Forbidden, StaleVersion, UnknownLayer
from layers.live.services import Act, publish
from layers.people.rights import Actor, may, visible
from layers.roles import Capability
from layers.spec import LayerSpec
from layers.territory.selectors import chain_of

#: Who acts when a command runs on the machine itself.
SYSTEM = "system:datasets"
_BUILT_IN_IDS = frozenset(spec.id for spec in BUILT_IN)


@transaction.atomic
def make_layer(
    *, actor: Actor | None, description: Mapping[str, Any], client_id: uuid.UUID | None = None, reason: str = "",
) -> LayerSpec:  # fmt: skip
    """The new layer, without rows. An id that was retired may be used again. No `actor`: the machine's own operator.

    Raises InvalidInput naming the part of the description at fault, Forbidden over the owner's area, Conflict when the id
    is taken or the `client_id` was used with another description.
    """
    spec = descriptions.read(description)
    _demand(actor, spec.owner)
    _demand_area(spec.owner)
    lock_layer(spec.id)
    whole = descriptions.write(spec)
    if (known := _repeated(client_id, whole)) is not None:
        return known
    stored = DatasetLayer.objects.select_for_update().filter(pk=spec.id).first()
    if spec.id in _BUILT_IN_IDS or (stored is not None and stored.retired_at is None):
        raise Conflict(f"图层 {spec.id} 已存在", f"there is a layer {spec.id} already", field="id", found=spec.id)
    who = actor.id if actor else SYSTEM
    if stored is None:
        stored = DatasetLayer.objects.create(id=spec.id, description=whole, created_by=who, client_id=client_id)
    else:
        stored.description, stored.created_by, stored.client_id = whole, who, client_id
        stored.version, stored.retired_at, stored.created_at = stored.version + 1, None, timezone.now()
        stored.save()
    made = descriptions.read(whole, stamp=stored.version)
    _tell("layer.made", made, actor, (), (made.owner,), reason, client_id, _shape(made))
    return made


@transaction.atomic
def change_description(
    *, actor: Actor | None, layer: str, version: int, changes: Mapping[str, Any], reason: str = "",
    client_id: uuid.UUID | None = None,
) -> LayerSpec:  # fmt: skip
    """The layer described anew; `changes` holds whole parts, of `style` the figures that change.

    Tiles that look different get new addresses. Raises UnknownLayer, StaleVersion, InvalidInput, Forbidden over the area
    the layer has or would get, Conflict while a version of it is planned and its tiles would have to be drawn anew.
    """
    lock_layer(layer)
    stored, before = _owned(actor, layer)
    after = descriptions.read(descriptions.merged(descriptions.write(before), changes), stamp=stored.version + 1)
    if after.owner != before.owner:
        _demand(actor, after.owner)
        _demand_area(after.owner)
    if stored.version != version:
        raise StaleVersion(
            f"您看的是第 {version} 版描述，现在是第 {stored.version} 版",
            f"you looked at description {version}; it is at {stored.version} now",
            field="version", found=version, current=stored.version, sent=version,
        )  # fmt: skip
    descriptions.check_change(before, after)
    whole = descriptions.write(after)
    if whole == stored.description:
        return before
    parts = sorted(name for name, value in whole.items() if value != stored.description.get(name))
    stored.description, stored.version = whole, after.stamp
    stored.save()
    if descriptions.redraws_tiles(before, after):
        day = edit_rules.effective_day(after, None)
        restate_version(
            spec=after, effective=day, actor=actor.id if actor else SYSTEM, source=Source(f"described/{layer}")
        )
    owners = ((before.owner,), (after.owner,))
    _tell("layer.described", after, actor, *owners, reason, client_id, {"parts": parts, **_shape(after)})
    return after


@transaction.atomic
def retire_layer(*, actor: Actor | None, layer: str, reason: str = "", client_id: uuid.UUID | None = None) -> None:
    """Takes a layer off every map; rows that were still in force end today, and all stay in the history.

    Raises UnknownLayer, or Forbidden over the area of its owner.
    """
    lock_layer(layer)
    stored, spec = _owned(actor, layer)
    if model_of(spec)._default_manager.filter(version_to__isnull=True, **spec.where).exists():
        publish_version(
            spec=spec, rows=(), effective=edit_rules.effective_day(spec, None), actor=actor.id if actor else SYSTEM,
            source=Source(f"retired/{layer}"),
        )  # fmt: skip
    SearchName.objects.filter(layer=layer).delete()
    stored.retired_at, stored.client_id = timezone.now(), None
    stored.version += 1
    stored.save()
    _tell(
        "layer.retired",
        descriptions.read(stored.description, stamp=stored.version),
        actor,
        (spec.owner,),
        (),
        reason,
        client_id,
        {},
    )


def _repeated(client_id: uuid.UUID | None, description: Mapping[str, Any]) -> LayerSpec | None:
    """The layer that this very order made. Raises Conflict for the same key with another description."""
    known = DatasetLayer.objects.filter(client_id=client_id).first() if client_id else None
    if known is None:
        return None
    if known.description != description:
        raise Conflict("同一 client_id 已用于另一内容", "this client_id was used with another body", field="client_id")
    return descriptions.read(known.description, stamp=known.version)


def _owned(actor: Actor | None, layer: str) -> tuple[DatasetLayer, LayerSpec]:
    """The row and the description of a layer that the actor keeps. A layer he may not see is one he knows nothing of."""
    stored = DatasetLayer.objects.select_for_update().filter(pk=layer, retired_at__isnull=True).first()
    spec = descriptions.read(stored.description, stamp=stored.version) if stored else None
    if stored is None or spec is None or (actor is not None and visible(actor, spec).nothing):
        raise UnknownLayer(
            f"没有自建图层 {layer[:40]}", f"there is no layer of staff {layer[:40]}", field="layer", found=layer
        )
    _demand(actor, spec.owner)
    return stored, spec


def may_describe(actor: Actor, spec: LayerSpec) -> bool:
    """True when the actor keeps a layer of staff: its rows and its description."""
    return spec.staff and may(actor, Capability.EDIT_LAYERS, area=spec.owner)


def _demand(actor: Actor | None, area: str) -> None:
    if actor is not None and not may(actor, Capability.EDIT_LAYERS, area=area):
        raise Forbidden("不能修改该辖区的图层", "may not change layers of that area", field="area", found=area)


def _demand_area(area: str) -> None:
    chain = chain_of(area)
    if not chain or chain[-1].code != area:
        raise wrong("area", "不是现行辖区的代码", "is no code of an area in force", area)


def _shape(spec: LayerSpec) -> dict[str, Any]:
    """What the log keeps of a description: names and numbers, no words."""
    return {
        "fields": [field.name for field in spec.fields if field.json], "geometry_types": list(spec.geometry_types),
        "public": spec.public, "roles": sorted(spec.seen_by or ()),
    }  # fmt: skip


def _tell(
    kind: str, spec: LayerSpec, actor: Actor | None, before: tuple[str, ...], after: tuple[str, ...], reason: str,
    client_id: uuid.UUID | None, facts: Mapping[str, Any],
) -> None:  # fmt: skip
    """The event, last; and once it is committed this process knows at once."""
    publish(
        Act(
            kind=kind, object_type="layer_description", object_id=spec.id, object_version=spec.stamp,
            actor=actor.id if actor else SYSTEM, happened_at=timezone.now(), areas_before=before, areas_after=after,
            visibility=spec.rights.value if spec.rights else "", client_id=client_id, reason=reason,
            role_used=edit_rules.role_used(actor, spec, spec.owner) if actor else "",
            payload={"layer": spec.id, "version": spec.stamp, **facts},
        )
    )  # fmt: skip
    transaction.on_commit(lambda: staff_layers(fresh=True))
