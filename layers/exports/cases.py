"""Cases as rows: as they stand, or as the log left them on a day. They are no versions of a layer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import shapely
from django.db import connection
from django.utils import timezone

from layers.errors import InvalidInput
from layers.exports.asked import Selection
from layers.exports.sight import Sight
from layers.incidents.live import dress, live_object
from layers.incidents.models import Incident
from layers.incidents.sight import seen_condition
from layers.live.models import Event
from layers.live.objects import carries_object, object_of

Feature = dict[str, Any]


def read_cases(sight: Sight, rows: Selection) -> list[tuple[Any, ...]]:
    """The cases that whoever exports may see, ordered by id: values of the sight's fields, then the point as binary.

    Without a day all there are, ended ones too; on a day those that were open when it ended (Asia/Shanghai).
    Raises InvalidInput as `check_cases` does.
    """
    check_cases(sight, rows)
    features = _standing(sight) if rows.at is None else _open_on(sight, rows.at)
    dress(features)
    kept = [feature for feature in features if _wanted(feature, rows)]
    kept.sort(key=lambda feature: str(feature["id"]))
    return [_row(sight, feature) for feature in kept]


def check_cases(sight: Sight, rows: Selection) -> None:
    """Raises InvalidInput for a version, which cases do not have, and for a field that may not be seen."""
    if rows.version is not None:
        raise InvalidInput(
            f"图层 {sight.spec.id} 没有版本，可按日期导出", f"layer {sight.spec.id} has no versions; give a day",
            field="version", found=rows.version,
        )  # fmt: skip
    for name in rows.where:
        sight.field(name)


def _standing(sight: Sight) -> list[Feature]:
    condition = seen_condition(sight.viewer)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT i.id FROM incidents_incident i WHERE {condition.sql}", condition.values)
        ids = [row[0] for row in cursor.fetchall()]
    cases = Incident.objects.filter(pk__in=ids).select_related("item")
    return [live_object(case).feature() for case in cases.iterator(chunk_size=2000)]


def _open_on(sight: Sight, day: date) -> list[Feature]:
    end = datetime.combine(day + timedelta(days=1), time(), timezone.get_default_timezone()).astimezone(UTC)
    last = Event.objects.filter(object_type=sight.spec.id, recorded_at__lt=end)
    found, live = [], sight.live
    for event in last.order_by("object_id", "-object_version", "-pk").distinct("object_id").iterator(chunk_size=2000):
        one = object_of(event) if carries_object(event) else None
        if one is not None and one.present and live.sees(one.visibility, one.areas, one.departments):
            found.append(one.feature())
    return found


def _wanted(feature: Feature, rows: Selection) -> bool:
    """True when a case is in the box, the area and the values asked for; of a guarded case no more than its community."""
    properties = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"]
    if rows.ids and feature["id"] not in rows.ids:
        return False
    if rows.bbox_4326 and not (
        rows.bbox_4326[0] <= lon <= rows.bbox_4326[2] and rows.bbox_4326[1] <= lat <= rows.bbox_4326[3]
    ):
        return False
    if rows.area and not str(properties["grid"] or properties["community"]).startswith(rows.area):
        return False
    return all(str(properties.get(name)) in values for name, values in rows.where.items())


def _row(sight: Sight, feature: Feature) -> tuple[Any, ...]:
    properties = feature["properties"]
    point = shapely.to_wkb(shapely.Point(feature["geometry"]["coordinates"]))
    return (*(properties.get(field.name) for field in sight.fields), point)
