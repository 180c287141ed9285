"""Who may see, prepare and commit an import: the rights of single edits, asked over every area it touches."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from layers.catalog import edit_rules
from layers.catalog.registry import spec_of
from layers.errors import Forbidden, NotFound, UnknownLayer
from layers.imports.models import Import
from layers.people.models import User
from layers.people.rights import Actor, may, visible
from layers.people.selectors import actor_of
from layers.roles import Capability, Mode
from layers.spec import LayerSpec

SYSTEM = "system:import_layer"
_PREPARING = frozenset(Mode) - {Mode.APPROVE}
_APPROVING = frozenset(Mode) - {Mode.PROPOSE}
_WRITING = frozenset(Mode) - {Mode.PROPOSE, Mode.APPROVE}
#: Codes of districts are this long: whoever edits a whole district sees every import of it.
_DISTRICT = 6


def known_spec(layer: str) -> LayerSpec | None:
    """The description of a layer, or None while it is only being made."""
    try:
        return spec_of(layer)
    except UnknownLayer:
        return None


def of_staff(layer: str) -> bool:
    """True for a layer that staff made."""
    spec = known_spec(layer)
    return spec is not None and spec.staff


def capability_of(layer: str) -> Capability:
    """What a person needs to change a layer, also one that does not exist yet."""
    spec = known_spec(layer)
    return edit_rules.capability_for(spec) if spec else Capability.EDIT_LAYERS


def name_of(actor: Actor | None) -> str:
    """Who acts, as it is stored; None stands for the server's own command."""
    return SYSTEM if actor is None else actor.id


def actor_behind(name: str) -> Actor | None:
    """The actor of a stored name with the posts held now; None for the server's own commands."""
    if name.startswith("system:"):
        return None
    try:
        person = User.objects.filter(pk=uuid.UUID(name)).first()
    except ValueError:
        person = None
    return Actor(name) if person is None else actor_of(person)


def may_prepare(actor: Actor | None, layer: str, areas: Iterable[str] = ("",)) -> bool:
    """True when the actor may prepare imports of a layer over all these areas (anywhere, by default)."""
    if actor is None:
        return True
    capability = capability_of(layer)
    return all(may(actor, capability, area=area, modes=_PREPARING) for area in areas)


def may_commit(actor: Actor | None, layer: str, areas: Sequence[str], *, author: str) -> bool:
    """True when the actor may let an import take effect: what others prepared may also be approved."""
    if actor is None:
        return True
    capability = capability_of(layer)
    modes = _WRITING if actor.id == author else _APPROVING
    return all(may(actor, capability, area=area, modes=modes) for area in areas or ("",))


def may_write_row(actor: Actor | None, spec: LayerSpec, area: str) -> bool:
    """True when the actor may bring in or change a row that lies in an area: proposing counts, for it is looked at."""
    if actor is None:
        return True
    if not area or not visible(actor, spec).allows(area):
        return False
    return may(actor, edit_rules.capability_for(spec), area=area, modes=frozenset(Mode))


def may_see(actor: Actor | None, row: Import) -> bool:
    """True for one's own imports, and for whoever may prepare them over every area they touch."""
    if actor is None or (actor.known and row.actor == actor.id):
        return True
    if row.areas:
        return all(may(actor, capability_of(row.layer), area=area, modes=frozenset(Mode)) for area in row.areas)
    return any(len(post.area) <= _DISTRICT for post in actor.posts) and may(
        actor, capability_of(row.layer), modes=frozenset(Mode)
    )


def role_used(actor: Actor | None, layer: str) -> str:
    """The role by which the actor acts on a layer."""
    for post in actor.posts if actor else ():
        if may(Actor(actor.id, (post,)), capability_of(layer), modes=frozenset(Mode)):  # type: ignore[union-attr]
            return post.role.value
    return ""


def demand_preparing(actor: Actor | None, layer: str) -> None:
    """Raises Forbidden when the actor may prepare no import of this layer anywhere."""
    if not may_prepare(actor, layer):
        raise Forbidden(
            f"您不能为 {layer} 准备导入", f"you may not prepare imports of {layer}", field="layer", found=layer
        )


def demand_committing(actor: Actor | None, row: Import) -> None:
    """Raises Forbidden when the actor may not let this import take effect, or take it back."""
    if not may_commit(actor, row.layer, row.areas, author=row.actor):
        raise Forbidden(
            "您可以准备导入，但生效须由有编辑权限的人员办理",
            "you may prepare this import; letting it take effect needs somebody who may edit there",
            field="id", found=row.pk,
        )  # fmt: skip


def unknown(import_id: object) -> NotFound:
    """The one answer for an import that is not there and one that is not for you."""
    return NotFound(
        f"没有导入 {str(import_id)[:40]}", f"there is no import {str(import_id)[:40]}", field="id", found=import_id
    )
