"""The list behind every number: cases newest first, filtered, a page at a time."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from layers.errors import InvalidInput
from layers.incidents.live import dress, live_object
from layers.incidents.models import Incident
from layers.incidents.sight import Condition, seen_condition
from layers.incidents.states import ENDED
from layers.people.rights import Actor

Json = dict[str, Any]
MOST = 500
OPEN = "i.state NOT IN ({})".format(", ".join(f"'{state.value}'" for state in sorted(ENDED)))
_CURSOR = re.compile(r"([0-9]{1,17})\.([0-9a-f]{32})")


@dataclass(frozen=True)
class Filters:
    """What a list of cases is asked for; empty means any."""

    area: str = ""
    states: Sequence[str] = ()
    open: bool = False
    categories: Sequence[str] = ()
    severities: Sequence[int] = ()
    reported_since: datetime | None = None
    closed_since: datetime | None = None
    after: str = ""
    limit: int = 100


def list_incidents(actor: Actor, filters: Filters) -> Json:
    """`{"type", "features", "total", "next"}`: the cases as the stream carries them, newest first, how many there are in
    all, and the cursor of the next page (null on the last). Raises InvalidInput for a cursor that is none."""
    where, values = _where(actor, filters)
    page, more = _page(filters)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM incidents_incident i WHERE {where}", values)
        total = int(cursor.fetchone()[0])
        cursor.execute(
            f"SELECT i.id FROM incidents_incident i WHERE {where}{page} ORDER BY i.reported_at DESC, i.id DESC"
            " LIMIT %(limit)s",
            {**values, **more},
        )
        ids = [row[0] for row in cursor.fetchall()]
    further, ids = len(ids) > filters.limit, ids[: filters.limit]
    rows = Incident.objects.select_related("item").in_bulk(ids)
    found = [rows[pk] for pk in ids]
    features = [live_object(incident).feature() for incident in found]
    dress(features)
    return {
        "type": "FeatureCollection", "features": features, "total": total,
        "next": cursor_of(found[-1].reported_at, found[-1].pk) if further else None,
    }  # fmt: skip


def cursor_of(reported_at: datetime, key: uuid.UUID) -> str:
    """Where a page ends, as text."""
    return f"{round(reported_at.timestamp() * 1_000_000)}.{key.hex}"


def read_cursor(text: str) -> tuple[datetime, uuid.UUID]:
    """The instant and id of a cursor. Raises InvalidInput."""
    match = _CURSOR.fullmatch(text)
    if match is not None:
        seconds, micros = divmod(int(match.group(1)), 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros), uuid.UUID(match.group(2))
    raise InvalidInput(
        "cursor 应取自上一页的 next", "cursor must be the next of a page before", field="cursor", found=text
    )


def _where(actor: Actor, filters: Filters) -> tuple[str, dict[str, Any]]:
    seen: Condition = seen_condition(actor, area=filters.area)
    parts, values = [seen.sql], dict(seen.values)
    wanted: tuple[tuple[str, str, Any], ...] = (
        ("i.state = ANY(%(states)s)", "states", list(filters.states)),
        ("i.category = ANY(%(categories)s)", "categories", list(filters.categories)),
        ("i.severity = ANY(%(severities)s)", "severities", list(filters.severities)),
        ("i.reported_at >= %(reported_since)s", "reported_since", filters.reported_since),
        ("i.closed_at >= %(closed_since)s", "closed_since", filters.closed_since),
    )
    for sql, name, value in wanted:
        if value:
            parts.append(sql)
            values[name] = value
    if filters.open:
        parts.append(OPEN)
    return " AND ".join(parts), values


def _page(filters: Filters) -> tuple[str, dict[str, Any]]:
    """The condition for what follows the cursor; one row more than asked tells whether another page follows."""
    more: dict[str, Any] = {"limit": filters.limit + 1}
    if not filters.after:
        return "", more
    more["before_at"], more["before_id"] = read_cursor(filters.after)
    return " AND (i.reported_at, i.id) < (%(before_at)s, %(before_id)s)", more
