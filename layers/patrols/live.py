"""Units as live objects: what the log and the state hold of them, and what is added when they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from layers.live.objects import LiveObject, areas_of
from layers.patrols.layer import UNITS
from layers.patrols.models import OFF_DUTY, Unit, UnitState
from layers.patrols.selectors import states_of, units_in_force
from layers.roles import Capability

Json = dict[str, Any]
LAYER = UNITS.id
NAMES = ("name", "name_en", "team")


def live_version(unit: Unit, state: UnitState | None) -> int:
    """The version that clients see: it grows with every change of the row and of what the unit does."""
    return unit.feature_version + (state.version if state else 0)


def live_object(unit: Unit, state: UnitState | None) -> LiveObject:
    """The unit as an event carries it. Its geometry is always None: where people walk is never in the log."""
    return LiveObject(
        layer=LAYER,
        id=unit.feature_id,
        version=live_version(unit, state),
        visibility=Capability.SEE_CASES.value,
        areas=areas_of(unit.grid, unit.community),
        geometry=None,
        properties={
            "kind": unit.kind,
            "code": unit.code,
            "grid": unit.grid,
            "community": unit.community,
            "status": state.status if state else OFF_DUTY,
            "stale": state.stale if state else False,
        },
    )


def read_live() -> list[LiveObject]:
    """Every unit there is today, by id."""
    states = states_of()
    return [live_object(unit, states.get(unit.feature_id)) for unit in units_in_force().order_by("feature_id")]


def dress(features: Sequence[Json]) -> None:
    """Adds `name`, `name_en` and `team` of the unit's row today (its last one when it is gone) to features, in place."""
    today = Case(
        When(pk__in=units_in_force().values("pk"), then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = (
        Unit.objects.filter(feature_id__in={feature["id"] for feature in features})
        .order_by("feature_id", today, "-version_from")
        .distinct("feature_id")
        .values("feature_id", *NAMES)
    )
    words = {row.pop("feature_id"): row for row in rows}
    for feature in features:
        feature["properties"] |= words.get(feature["id"], dict.fromkeys(NAMES, ""))
