"""The states a feature had: when, by whom, from what, why."""

from __future__ import annotations

import uuid
from typing import Any

from layers.catalog.models import LayerVersion
from layers.catalog.selectors import model_of
from layers.live.models import Event
from layers.people.models import User
from layers.spec import LayerSpec
from layers.territory.features import ever_seen


def states_of(spec: LayerSpec, feature_id: str) -> list[dict[str, Any]]:
    """Oldest first: row_id, version, valid_from, valid_to, layer_version, by, source, columns, reshaped, reason.

    `by` is a person's name, or the name of the command that published the layer.
    """
    rows = ever_seen(model_of(spec)._default_manager.filter(feature_id=feature_id, **spec.where))
    rows = rows.defer("geom", "geom_3857")
    states: list[Any] = list(rows.order_by("version_from"))
    published = {
        row.version: row
        for row in LayerVersion.objects.filter(layer=spec.id, version__in=[s.version_from for s in states])
    }
    events = {
        event.object_version: event
        for event in Event.objects.filter(
            object_type=spec.id, object_id=feature_id, kind__in=("feature.added", "feature.edited")
        ).prefetch_related("texts")
    }
    names = _names({row.actor for row in published.values()})
    return [_state(s, published.get(s.version_from), events.get(s.feature_version), names) for s in states]


def _state(row: Any, version: LayerVersion | None, event: Event | None, names: dict[str, str]) -> dict[str, Any]:
    return {
        "row_id": row.pk,
        "version": row.feature_version,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "layer_version": row.version_from,
        "by": names.get(version.actor, version.actor) if version else "",
        "source": version.source if version else "",
        "columns": event.payload.get("columns", []) if event else [],
        "reshaped": bool(event and event.payload.get("reshaped")),
        "reason": next((text.text for text in event.texts.all()), "") if event else "",
    }


def _names(actors: set[str]) -> dict[str, str]:
    """Account id -> name; ids that belong to commands are left out."""
    ids = []
    for actor in actors:
        try:
            ids.append(uuid.UUID(actor))
        except ValueError:
            continue
    return {str(pk): name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}
