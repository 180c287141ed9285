"""Cases as live objects: what the log and the screens carry of a case, and how it is read afresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from layers.incidents.models import Incident, ItemType
from layers.incidents.numbers import day_of
from layers.incidents.states import ENDED, State
from layers.live.objects import LiveObject, areas_of
from layers.roles import Capability

Json = dict[str, Any]
LAYER = "incidents"

#: (item code, version) -> (name, English name); such a row never changes, so it is read once.
_names: dict[tuple[str, int], tuple[str, str]] = {}


def live_object(incident: Incident) -> LiveObject:
    """The case as screens show it; without areas once it has ended.

    A case of a guarded item shows no grid and no unit grid, stands at the point of its community, and needs
    `personal_data` to be seen.
    """
    guarded = incident.item.guarded
    ended = State(incident.state) in ENDED
    return LiveObject(
        layer=LAYER, id=str(incident.pk), version=incident.version, visibility=visibility_of(incident),
        areas=() if ended else areas_of(area_shown(incident)), departments=(incident.department_id,),
        geometry={"type": "Point", "coordinates": [incident.shown.x, incident.shown.y]},
        properties={
            "number": incident.number, "item": incident.item.code, "item_version": incident.item.version,
            "category": incident.category, "severity": incident.severity, "state": str(incident.state),
            "source": incident.source, "department": incident.department_id, "district": incident.district,
            "subdistrict": incident.subdistrict, "community": incident.community,
            "grid": "" if guarded else incident.grid, "unit_grid": "" if guarded else incident.unit_grid,
            "occurred_at": utc(incident.occurred_at), "reported_at": utc(incident.reported_at),
            "due": utc(incident.due), "closed_at": utc(incident.closed_at),
        },
    )  # fmt: skip


def visibility_of(incident: Incident) -> Capability:
    """The capability that shows a case."""
    return Capability.PERSONAL_DATA if incident.item.guarded else Capability.SEE_CASES


def area_shown(incident: Incident) -> str:
    """The area by which it is decided who sees a case: its grid, of guarded items the community."""
    return incident.community if incident.item.guarded else incident.grid


def read_live() -> list[LiveObject]:
    """Every case that has not ended, in one query, each exactly as its last event carries it."""
    rows = Incident.objects.exclude(state__in=[state.value for state in ENDED]).select_related("item")
    return [live_object(incident) for incident in rows.order_by("pk")]


def dress(features: Sequence[Json]) -> None:
    """Adds the names of the items (the version each case was opened under) and the days of the case, in place."""
    keys = {(f["properties"]["item"], f["properties"]["item_version"]) for f in features}
    missing = {code for code, version in keys if (code, version) not in _names}
    if missing:
        rows = ItemType.objects.filter(code__in=missing).values_list("code", "version", "name", "name_en")
        _names.update({(code, version): (name, name_en) for code, version, name, name_en in rows})
    for feature in features:
        properties = feature["properties"]
        properties["name"], properties["name_en"] = _names[(properties["item"], properties["item_version"])]
        properties["valid_from"] = _day(properties["reported_at"])
        properties["valid_to"] = _day(properties["closed_at"], after=1)


def utc(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with Z, or None."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(text: str | None, after: int = 0) -> str | None:
    """The day in Asia/Shanghai of such a text, some days on; intervals are half open."""
    return None if text is None else (day_of(datetime.fromisoformat(text)) + timedelta(days=after)).isoformat()
