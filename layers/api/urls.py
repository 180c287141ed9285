"""Addresses under /api/ and their doors, one line each: an address without a door does not start."""

from __future__ import annotations

from typing import Any

from layers.api.csrf import session_writes_checked
from layers.api.endpoints import api
from layers.api.uploads import sized
from layers.people.access import PUBLIC, SHOWN, SIGNED_IN, Access
from layers.roles import KEEPER_ROLES, Capability, TokenScope

DISPLAYS = frozenset({TokenScope.DISPLAY})
#: Whoever keeps layers or proposes changes to them; what is his to see is asked behind the door.
KEEPERS = Access(roles=KEEPER_ROLES)
#: Address below /api/ -> who may enter. Rows are filtered by the permission functions behind the door.
DOORS: dict[str, Access] = {
    "": SIGNED_IN,
    "openapi.json": PUBLIC,
    "layers": SHOWN,
    "layers/<layer>/features/<feature_id>": SHOWN,
    "layers/<layer>/export.geojson": Access(capability=Capability.SEE_MAP),
    "layers/<layer>/export.csv": Access(capability=Capability.SEE_MAP),
    "exports": Access(capability=Capability.SEE_MAP),
    "exports/<export>": Access(capability=Capability.SEE_MAP),
    "exports/<export>/file": Access(capability=Capability.SEE_MAP),
    "search": SHOWN,
    "chain": SHOWN,
    "me": SIGNED_IN,
    "incidents": Access(capability=Capability.REPORT, reading=Capability.SEE_CASES, readers=DISPLAYS),
    "incidents/<incident>": Access(capability=Capability.SEE_CASES, readers=DISPLAYS),
    "counts": Access(capability=Capability.SEE_CASES, readers=DISPLAYS),
    "heat": Access(capability=Capability.SEE_CASES, readers=DISPLAYS),
    "near": Access(capability=Capability.SEE_MAP, readers=DISPLAYS),
    "duty": Access(capability=Capability.SEE_CASES, readers=DISPLAYS),
    "scenes": SHOWN,
    "walls": SHOWN,
    "walls/<name>/commands": Access(capability=Capability.SEE_CASES),
    "walls/<name>/presence": Access(capability=Capability.SEE_MAP, scopes=DISPLAYS),
    "walls/<name>/reports": Access(capability=Capability.SEE_MAP, scopes=DISPLAYS),
    "incidents/<incident>/relocate": Access(capability=Capability.ACCEPT),
    "incidents/<incident>/<action>": Access(capability=Capability.SEE_CASES),
    "positions": Access(scopes=frozenset({TokenScope.POSITIONS_OWN, TokenScope.POSITIONS_ANY})),
    "units/<unit>/status": Access(scopes=frozenset({TokenScope.POSITIONS_ANY})),
    "cameras/<camera>/status": Access(capability=Capability.VIDEO),
    "imports": KEEPERS,
    "imports/<import_id>": KEEPERS,
    "imports/<import_id>/content": KEEPERS,
    "imports/<import_id>/finish": KEEPERS,
    "imports/<import_id>/answer": KEEPERS,
    "imports/<import_id>/commit": KEEPERS,
    "imports/<import_id>/rollback": KEEPERS,
    "imports/<import_id>/cancel": KEEPERS,
    "imports/<import_id>/again": KEEPERS,
    "imports/<import_id>/standing": KEEPERS,
    "imports/<import_id>/changes": KEEPERS,
    "imports/<import_id>/changes.geojson": KEEPERS,
    "imports/<import_id>/report.<form>": KEEPERS,
    "layers/<layer>/history": KEEPERS,
    "layers/<layer>/quality": KEEPERS,
    "quality": KEEPERS,
}


def _with_doors(patterns: list[Any]) -> list[Any]:
    for pattern in patterns:
        address = str(pattern.pattern)
        pattern.callback = session_writes_checked(pattern.callback)
        if address.startswith("imports"):
            pattern.callback = sized(pattern.callback)
        pattern.callback.access = DOORS[address]
    return patterns


_patterns, app_name, _namespace = api.urls
urlpatterns = _with_doors(_patterns)
