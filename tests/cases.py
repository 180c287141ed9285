"""Cases that tests share: made through the services, at a point inside a given grid."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from layers.incidents.bodies import read_move, read_order, read_report
from layers.incidents.models import Incident
from layers.incidents.services import act_on_incident, relocate_incident, report_incident
from layers.people.models import User
from layers.people.rights import Actor
from layers.people.selectors import actor_of
from layers.roles import ROLE_LEVEL, Role

#: An ordinary item and one of family and violence, of which only the community is shown.
ITEM = "C01-003"
GUARDED = "B03-005"
LEVEL_LENGTH = {"district": 6, "subdistrict": 9, "community": 12, "grid": 15}


def point_in(code: str) -> tuple[float, float]:
    """(lon, lat) well inside the area of that code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geom) FROM territory_area"
            " WHERE code = %s AND version_to IS NULL) AS found (p)",
            [code],
        )
        lon, lat = cursor.fetchone()
    return lon, lat


def body_of(grid: str, **fields: Any) -> dict[str, Any]:
    """The body of a report at a point inside a grid; fields given as None are left out."""
    lon, lat = point_in(grid)
    body = {
        "client_id": str(uuid.uuid4()), "item": ITEM, "lon": lon, "lat": lat, "source": "patrol",
        "occurred_at": (timezone.now() - timedelta(minutes=3)).isoformat(), "description": "路灯不亮 lamp out",
        **fields,
    }  # fmt: skip
    return {name: value for name, value in body.items() if value is not None}


def home_of(role: Role | str, grid: str) -> str:
    """The area of a role's own level that holds a grid."""
    return grid[: LEVEL_LENGTH[ROLE_LEVEL[Role(role)]]]


def report(cast: Any, role: Role | str = "seat", *, grid: str = "", by: User | None = None, **fields: Any) -> Incident:
    """A case reported by a new person of that role at home (or by `by`) inside a grid (the district's last)."""
    grid = grid or cast.district.last("grid")
    person = by or cast.person(role, home_of(role, grid))
    outcome = report_incident(actor=actor_of(person), report=read_report(body_of(grid, **fields)))
    return Incident.objects.select_related("item").get(pk=outcome.result["id"])


def act(incident: Incident, actor: Actor, action: str, *, version: int | None = None, **fields: Any) -> dict[str, Any]:
    """What an action answered; the version is the stored one unless it is given."""
    body = {"client_id": str(uuid.uuid4()), "version": version or version_of(incident), **fields}
    return act_on_incident(actor=actor, incident_id=incident.pk, order=read_order(action, body)).result


def relocate(incident: Incident, actor: Actor, grid: str, **fields: Any) -> dict[str, Any]:
    """What moving a case into another grid answered."""
    lon, lat = point_in(grid)
    body = {
        "client_id": str(uuid.uuid4()), "version": version_of(incident), "lon": lon, "lat": lat, "reason": "定位有误",
        **fields,
    }  # fmt: skip
    return relocate_incident(actor=actor, incident_id=incident.pk, move=read_move(body)).result


def version_of(incident: Incident) -> int:
    """The stored version of a case."""
    return Incident.objects.values_list("version", flat=True).get(pk=incident.pk)
