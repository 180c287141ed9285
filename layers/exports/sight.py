"""What of a layer whoever exports may see: rows, fields, and whether the layer is there for him at all."""

from __future__ import annotations

from dataclasses import dataclass

from layers.catalog.registry import spec_of, visible_spec
from layers.errors import InvalidInput
from layers.people.rights import EVERYTHING, Actor, LiveView, Post, RowScope, visible, visible_fields
from layers.people.services import SYSTEM
from layers.roles import Role
from layers.spec import FieldSpec, LayerSpec
from layers.territory.models import Area


@dataclass(frozen=True)
class Sight:
    """The rows and fields of one layer that an export may hold; `actor` is None for the server's own commands."""

    spec: LayerSpec
    actor: Actor | None
    scope: RowScope
    fields: tuple[FieldSpec, ...]

    @property
    def who(self) -> str:
        """Who exports, as the log names him."""
        return SYSTEM if self.actor is None else self.actor.id

    def field(self, name: str) -> FieldSpec:
        """A field that may be seen. Raises InvalidInput: who may not see a field may not filter by it either."""
        for field in self.fields:
            if field.name == name:
                return field
        raise InvalidInput(
            f"图层 {self.spec.id} 没有字段 {name[:40]!a}", f"layer {self.spec.id} has no field {name[:40]!a}",
            field="where", found=ascii(name)[:80],
        )  # fmt: skip

    @property
    def viewer(self) -> Actor:
        """Whose rights hold over live objects; the server's own commands see what map staff of the district see."""
        return self.actor or _staff_of_everything()

    @property
    def live(self) -> LiveView:
        """The viewer's rights over live objects."""
        return LiveView.of(self.viewer)

    @property
    def key(self) -> str:
        """The same text for the same rights over this layer."""
        return repr(
            (self.scope.key, [field.name for field in self.fields], "" if self.spec.versioned else self.live.key)
        )


def sight_of(actor: Actor | None, layer: str) -> Sight:
    """What the actor may export of a layer. Raises UnknownLayer for one that he may not see.

    Commands of the server itself see every row, and no field that is kept for some roles.
    """
    if actor is None:
        spec = spec_of(layer)
        return Sight(spec, None, EVERYTHING, tuple(f for f in spec.fields if f.visible_to is None))
    spec = visible_spec(actor, layer)
    return Sight(spec, actor, visible(actor, spec), visible_fields(actor, spec))


def _staff_of_everything() -> Actor:
    districts = Area.objects.filter(level="district").values_list("code", flat=True).distinct()
    return Actor(SYSTEM, tuple(Post(Role.GIS_STAFF, code) for code in sorted(districts)))
