"""The two permission questions, pure: may X do Y here, and which rows of a layer may X see.

Every door (page, API, tile, stream, count, search, export, /admin/) asks these and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from layers.geo.codes import covers, widen
from layers.roles import GRANTS, Capability, Mode, Reach, Role, TokenScope
from layers.spec import FieldSpec, LayerSpec


@dataclass(frozen=True)
class Post:
    """One assignment in force: a role over an area, maybe for a department, maybe as a deputy."""

    role: Role
    area: str
    department: str = ""
    post: str = ""
    deputy_of: str = ""


@dataclass(frozen=True)
class Actor:
    """Whoever asks: an account with its posts in force, or nobody in particular (no posts)."""

    id: str = ""
    posts: tuple[Post, ...] = ()
    token_scope: TokenScope | None = None
    language: str = "zh-hans"

    @property
    def known(self) -> bool:
        """True for an account, false for an anonymous visitor."""
        return bool(self.id)

    @property
    def roles(self) -> frozenset[Role]:
        """Roles held now; `public` for an anonymous visitor."""
        return frozenset(post.role for post in self.posts) or frozenset({Role.PUBLIC})


ANONYMOUS = Actor()


@dataclass(frozen=True)
class RowScope:
    """Which rows of a layer may be seen: all, or those whose area code starts with one of `prefixes`.

    `department` narrows case layers to the cases of those departments.
    """

    everything: bool = False
    prefixes: tuple[str, ...] = ()
    departments: tuple[str, ...] = field(default=())

    @property
    def nothing(self) -> bool:
        """True when no row at all may be seen."""
        return not self.everything and not self.prefixes

    def allows(self, code: str) -> bool:
        """True when a row that lies in the area `code` may be seen."""
        return self.everything or any(covers(prefix, code) for prefix in self.prefixes)

    @property
    def key(self) -> str:
        """The same text for the same rows: names the scope in cache keys and tile addresses."""
        return "public" if self.everything else ",".join(self.prefixes)


EVERYTHING = RowScope(everything=True)
NOTHING = RowScope()


def may(
    actor: Actor, capability: Capability, *, area: str = "", department: str = "", modes: Iterable[Mode] | None = None
) -> bool:
    """True when one of the actor's posts grants `capability` over `area` (any area when empty).

    `department` is the department of the thing acted upon, asked where a grant reaches only the own department.
    `modes` limits which kinds of grant count; by default every mode but `propose` and `approve` does.
    """
    if withheld(actor, capability):
        return False
    wanted = frozenset(modes) if modes is not None else frozenset(Mode) - {Mode.PROPOSE, Mode.APPROVE}
    for post in actor.posts:
        grant = GRANTS[post.role].get(capability)
        if grant is None or grant.mode not in wanted:
            continue
        if grant.reach is Reach.DEPARTMENT and department and department != post.department:
            continue
        if not area or covers(reach_of(post, grant.reach), area):
            return True
    return False


def withheld(actor: Actor, capability: Capability) -> bool:
    """True for what no display shows, whoever its token was issued to: anybody may stand before a wall."""
    return actor.token_scope is TokenScope.DISPLAY and capability is Capability.PERSONAL_DATA


@dataclass(frozen=True)
class LiveView:
    """An actor's rights over live objects, ready to be asked a thousand times a second.

    `sees` answers as `may` does for the capability that shows an object, in any of its areas, for any of its
    departments; a grant limited to a department shows nothing that has none.
    """

    wide: tuple[tuple[str, str], ...]
    narrow: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, actor: Actor) -> LiveView:
        """The view of an actor's posts as they are now."""
        wide, narrow = set(), set()
        for post in actor.posts:
            for capability, grant in GRANTS[post.role].items():
                if grant.mode in (Mode.PROPOSE, Mode.APPROVE) or withheld(actor, capability):
                    continue
                if grant.reach is Reach.DEPARTMENT:
                    narrow.add((capability.value, post.area, post.department))
                else:
                    wide.add((capability.value, reach_of(post, grant.reach)))
        return cls(tuple(sorted(wide)), tuple(sorted(narrow)))

    @property
    def key(self) -> str:
        """The same text for the same rights."""
        return repr((self.wide, self.narrow))

    def sees(self, visibility: str, areas: Sequence[str], departments: Sequence[str]) -> bool:
        """True when an object may be seen; without `visibility` everybody known may."""
        if not visibility:
            return True
        return any(
            capability == visibility and any(covers(prefix, area) for area in areas) for capability, prefix in self.wide
        ) or any(
            capability == visibility and department in departments and any(covers(prefix, area) for area in areas)
            for capability, prefix, department in self.narrow
        )


def reach_of(post: Post, reach: Reach) -> str:
    """The area code that a grant of this post covers."""
    return widen(post.area, "community") if reach is Reach.COMMUNITY else post.area


def visible(actor: Actor, spec: LayerSpec) -> RowScope:
    """Which rows of a layer the actor may see; public base layers are one scope for everybody.

    A layer of staff is seen by posts that touch its owner's area, and, where it is kept for some roles, by those and by
    whoever edits it.
    """
    if spec.rights is None:
        return EVERYTHING
    prefixes: set[str] = set()
    for post in actor.posts:
        grant = GRANTS[post.role].get(spec.rights)
        if grant is None or grant.reach is Reach.DEPARTMENT:
            continue
        prefix = reach_of(post, grant.reach)
        if spec.owner and not (covers(prefix, spec.owner) or covers(spec.owner, prefix)):
            continue
        if spec.seen_by is not None and post.role not in spec.seen_by and not _edits(actor, post, spec):
            continue
        prefixes.add(prefix)
    return RowScope(prefixes=_outermost(prefixes))


def sees_row(spec: LayerSpec, scope: RowScope, code: str) -> bool:
    """True when a row of the area `code` ("" for none) may be seen by whoever has this scope of the layer."""
    return scope.allows(code) or (spec.staff and not code and not scope.nothing)


def _edits(actor: Actor, post: Post, spec: LayerSpec) -> bool:
    return may(replace(actor, posts=(post,)), Capability.EDIT_LAYERS, area=spec.owner)


def visible_fields(actor: Actor, spec: LayerSpec) -> tuple[FieldSpec, ...]:
    """The attributes of a layer that the actor may read, in the layer's order."""
    roles = actor.roles
    return tuple(f for f in spec.fields if f.visible_to is None or f.visible_to & roles)


def _outermost(codes: set[str]) -> tuple[str, ...]:
    return tuple(sorted(code for code in codes if not any(other != code and covers(other, code) for other in codes)))


#: Django model permission -> capability asked of the role table; `view` needs any of them.
_ADMIN_MODELS: dict[str, Capability] = {
    "people.user": Capability.USERS,
    "people.assignment": Capability.USERS,
    "people.token": Capability.USERS,
    "people.posttitle": Capability.USERS,
    "people.department": Capability.CATALOGUE,
    "incidents.itemtype": Capability.CATALOGUE,
    "territory.area": Capability.EDIT_BOUNDARIES,
    "territory.areakind": Capability.EDIT_BOUNDARIES,
    "territory.unitgrid": Capability.EDIT_BOUNDARIES,
    "catalog.layerversion": Capability.EDIT_LAYERS,
    "catalog.datasetlayer": Capability.EDIT_LAYERS,
    "catalog.datasetfeature": Capability.EDIT_LAYERS,
    "live.event": Capability.OPERATE,
}
#: Shared by who draws the map and who runs the system.
_WALL_MODELS = frozenset({"walls.scene", "walls.wall", "walls.wallpresence"})
_LAYER_APPS = frozenset({"territory", "places", "cameras", "patrols"})
#: Tables of other apps that hold features of layers.
_LAYER_MODELS = frozenset({"catalog.datasetfeature"})


def admin_permission(actor: Actor, perm: str) -> bool:
    """Whether a Django permission such as `territory.change_road` is granted by the actor's posts."""
    app, _, codename = perm.partition(".")
    verb, _, model = codename.partition("_")
    if f"{app}.{model}" in _WALL_MODELS:
        return any(may(actor, wanted) for wanted in (Capability.EDIT_LAYERS, Capability.OPERATE))
    capability = _ADMIN_MODELS.get(f"{app}.{model}")
    if capability is None and app in _LAYER_APPS:
        capability = Capability.EDIT_LAYERS
    if capability is None:
        return False
    holds_features = app in _LAYER_APPS or f"{app}.{model}" in _LAYER_MODELS
    if verb == "view" and holds_features and may(actor, Capability.SEE_MAP):
        return True
    return may(actor, capability)
