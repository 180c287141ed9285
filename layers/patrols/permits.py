"""Who may report positions of which units, and who may set their status. Pure.

A unit lies where its grid is, or its community when it has no grid (vehicles). The caller's token decides first:

- `positions:own`: the team of the grid that the person is a member or leader of; positions only.
- `positions:any`: a gateway of devices; every unit inside the areas of its person's assignments, whatever their role.
- `full`, or a session: positions where the person may `handle`, status of the own team and where he may `dispatch`;
  grants that reach a department's cases only reach no unit.
"""

from __future__ import annotations

from layers.geo.codes import covers, level_of
from layers.people.rights import Actor, Post, reach_of
from layers.roles import GRANTS, Capability, Mode, Reach, Role, TokenScope

_TEAM = frozenset({Role.GRID_MEMBER, Role.GRID_LEADER})
_NOT_DOING = frozenset({Mode.PROPOSE, Mode.APPROVE})


def may_report(actor: Actor, area: str) -> bool:
    """True when the actor may report positions of a unit that lies in `area` (the unit's grid or community)."""
    if actor.token_scope is TokenScope.POSITIONS_OWN:
        return _own(actor, area)
    if actor.token_scope is TokenScope.POSITIONS_ANY:
        return _anywhere(actor, area)
    return _writes(actor) and _granted(actor, Capability.HANDLE, area)


def may_set_status(actor: Actor, area: str) -> bool:
    """True when the actor may put a unit that lies in `area` on duty, off duty, on its way or on scene."""
    if actor.token_scope is TokenScope.POSITIONS_ANY:
        return _anywhere(actor, area)
    return _writes(actor) and (_own(actor, area) or _granted(actor, Capability.DISPATCH, area))


def _writes(actor: Actor) -> bool:
    """A session or a full token: the others name what they are for."""
    return actor.token_scope in (None, TokenScope.FULL)


def _own(actor: Actor, area: str) -> bool:
    return any(post.role in _TEAM and post.area == area and level_of(area) == "grid" for post in actor.posts)


def _anywhere(actor: Actor, area: str) -> bool:
    return any(covers(post.area, area) for post in actor.posts)


def _granted(actor: Actor, capability: Capability, area: str) -> bool:
    return any(_grants(post, capability, area) for post in actor.posts)


def _grants(post: Post, capability: Capability, area: str) -> bool:
    grant = GRANTS[post.role].get(capability)
    if grant is None or grant.reach is Reach.DEPARTMENT or grant.mode in _NOT_DOING:
        return False
    return covers(reach_of(post, grant.reach), area)
