"""Which cases somebody may see, as a condition in SQL: the rule of the stream (`LiveView.sees`), asked of rows.

An ordinary case is seen by `see_cases` over its grid; a guarded one by `personal_data` over its community, for no place
finer than that is ever shown of it. A grant that reaches one department shows that department's cases alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from layers.incidents.models import GUARDED_GROUPS
from layers.people.rights import Actor, LiveView
from layers.roles import Capability

#: Both are columns of the alias `i` of incidents_incident; `%(guarded)s` are the ids of guarded item versions.
_ORDINARY = ("i.grid", "i.item_id <> ALL(%(guarded)s)")
_GUARDED = ("i.community", "i.item_id = ANY(%(guarded)s)")


@dataclass(frozen=True)
class Condition:
    """A piece of SQL over the alias `i` with its values; `area` narrows it further."""

    sql: str
    values: dict[str, Any]


def seen_condition(actor: Actor, *, area: str = "") -> Condition:
    """The condition that picks the cases the actor may see, of one area and all below it when `area` is given.

    A guarded case belongs to an area no finer than its community: asked for a grid, it is left out.
    """
    view = LiveView.of(actor)
    values: dict[str, Any] = {"guarded": _guarded_items()}
    parts = [
        part
        for capability, (column, kind) in ((Capability.SEE_CASES, _ORDINARY), (Capability.PERSONAL_DATA, _GUARDED))
        for part in _parts(view, capability, column, kind, values)
    ]
    seen = f"({' OR '.join(parts)})" if parts else "false"
    if area:
        values["within"] = f"{area}%"
        column = f"CASE WHEN {_GUARDED[1]} THEN i.community ELSE i.grid END"
        seen = f"i.grid LIKE %(within)s AND {column} LIKE %(within)s AND {seen}"
    return Condition(seen, values)


def _parts(view: LiveView, capability: Capability, column: str, kind: str, values: dict[str, Any]) -> list[str]:
    prefixes = sorted({f"{area}%" for held, area in view.wide if held == capability.value})
    narrow = sorted({(department, f"{area}%") for held, area, department in view.narrow if held == capability.value})
    parts = []
    if prefixes:
        name = f"{capability.value}_areas"
        values[name] = prefixes
        parts.append(f"({kind} AND {_like_any(column, name, prefixes, values)})")
    for number, (department, prefix) in enumerate(narrow):
        own, where = f"{capability.value}_own_{number}", f"{capability.value}_in_{number}"
        values[own], values[where] = department, prefix
        parts.append(f"({kind} AND i.department_id = %({own})s AND {column} LIKE %({where})s)")
    return parts


def _like_any(column: str, name: str, prefixes: Sequence[str], values: dict[str, Any]) -> str:
    """One prefix is compared as it is, which an index can answer; several as an array."""
    if len(prefixes) == 1:
        values[name] = prefixes[0]
        return f"{column} LIKE %({name})s"
    return f"{column} LIKE ANY(%({name})s)"


def _guarded_items() -> list[int]:
    """Ids of the item versions whose cases are guarded; the catalogue is small."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT id FROM incidents_itemtype WHERE "group" = ANY(%s)', [sorted(GUARDED_GROUPS)])
        return [row[0] for row in cursor.fetchall()]
