"""Live objects: what a service tells the log about something that screens show this second."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from layers.live.models import Event
from layers.live.services import Act, publish

Json = dict[str, Any]


@dataclass(frozen=True)
class LiveObject:
    """One feature of one live layer, and what decides who sees it.

    `visibility` is the capability that shows it; `areas` are its area codes, most specific first (none: it is not in
    the live set); `departments` are those whose case it is. `properties` hold codes and numbers only: no names, no
    words. `geometry` is GeoJSON in degrees (EPSG:4326) or None.
    """

    layer: str
    id: str
    version: int
    visibility: str
    areas: tuple[str, ...]
    geometry: Json | None
    properties: Mapping[str, Any]
    departments: tuple[str, ...] = field(default=())

    @property
    def present(self) -> bool:
        """True while the object belongs to the live set."""
        return bool(self.areas)

    def feature(self) -> Json:
        """The GeoJSON feature of the public contract: a string id, and the version among the properties."""
        return {
            "type": "Feature",
            "id": self.id,
            "geometry": self.geometry,
            "properties": {"id": self.id, "version": self.version, **self.properties},
        }


def publish_object(
    *, kind: str, before: LiveObject | None, after: LiveObject, actor: str, happened_at: datetime, role_used: str = "",
    on_behalf_of: str = "", client_id: uuid.UUID | None = None, reason: str = "", facts: Mapping[str, Any] | None = None,
) -> Event:  # fmt: skip
    """The stored event that carries a live object from one state to the next; the last step of its transaction.

    `before` is None for an object that is new; `after` without areas says that it left the live set. `facts` are more
    ids, codes and numbers for whoever reads the log, kept apart from the feature.
    """
    if before is not None and (before.layer, before.id) != (after.layer, after.id):
        raise ValueError("an event carries one object: before and after must name the same")
    return publish(
        Act(
            kind=kind, object_type=after.layer, object_id=after.id, object_version=after.version, actor=actor,
            happened_at=happened_at, areas_before=before.areas if before else (), areas_after=after.areas,
            visibility=after.visibility, role_used=role_used, on_behalf_of=on_behalf_of, client_id=client_id, reason=reason,
            payload=payload_of(before, after, facts or {}),
        )
    )  # fmt: skip


def payload_of(before: LiveObject | None, after: LiveObject, facts: Mapping[str, Any]) -> Json:
    """What the log keeps of an object: the whole feature, so that replaying needs no other row."""
    return {
        "layer": after.layer,
        "feature": after.feature() if after.present else None,
        "departments_before": list(before.departments if before else ()),
        "departments_after": list(after.departments),
        **({"facts": dict(facts)} if facts else {}),
    }


def object_of(event: Event) -> LiveObject:
    """The object as an event left it."""
    payload = event.payload
    feature = payload["feature"] or {"geometry": None, "properties": {}}
    properties = {k: v for k, v in feature["properties"].items() if k not in ("id", "version")}
    return LiveObject(
        payload["layer"], event.object_id, event.object_version, event.visibility, tuple(event.areas_after),
        feature["geometry"], properties, tuple(payload["departments_after"]),
    )  # fmt: skip


def carries_object(event: Event) -> bool:
    """True when an event is about a live object."""
    return "feature" in event.payload and "layer" in event.payload


def areas_of(*codes: str) -> tuple[str, ...]:
    """The first non-empty code as the areas of an object: most specific first, as a layer's `area_columns`."""
    return next(((code,) for code in codes if code), ())


__all__: Sequence[str] = (
    "LiveObject", "areas_of", "carries_object", "object_of", "payload_of", "publish_object",
)  # fmt: skip
