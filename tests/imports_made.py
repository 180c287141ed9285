"""Imports in the states that pages and addresses must tell of, made without reading a file."""

from __future__ import annotations

import uuid
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from shapely.affinity import translate

from layers.imports.models import Change, Import, Status
from layers.people.models import User
from layers.territory.models import Building

#: A finding of each weight, as the report writes them.
FINDINGS: tuple[dict[str, Any], ...] = (
    {"code": "shapes_repaired", "severity": "warning", "layer": "buildings", "field": None, "rows": [1204],
     "message_zh": "1 行图形无效，已修复；面积共变化 0.4 m²", "message_en": "1 row had an invalid shape and was repaired; area changed by 0.4 m²",
     "remedy": "核对所列的行。", "remedy_en": "Check the rows listed."},
    {"code": "numbers_overflow", "severity": "warning", "layer": "buildings", "field": "floors", "rows": [3361, 3362, 3363, 5018],
     "message_zh": "字段 floors 有 4 行全是星号（溢出，或有的软件以此表示无值），置空", "message_en": "field floors: 4 rows hold asterisks (an overflow, or no value as some programs write it) and become null",
     "remedy": "无需处理；如要保留请提供方补齐。", "remedy_en": "Nothing to do; to keep what is lost, ask the source to mend it."},
    {"code": "litter_ignored", "severity": "info", "layer": None, "field": None, "rows": [],
     "message_zh": "忽略无关文件：Thumbs.db", "message_en": "files that are not needed were ignored: Thumbs.db", "remedy": "无需处理。", "remedy_en": "Nothing to do."},
)  # fmt: skip
#: A question that a map can help with.
QUESTION: dict[str, Any] = {
    "code": "crs_missing", "severity": "question", "layer": "buildings", "field": None, "rows": [],
    "message_zh": "没有坐标系说明", "message_en": "no coordinate system is stated",
    "remedy": "用 --crs 指明坐标系，候选见清单。", "remedy_en": "Name the system with --crs; candidates are listed.", "option": "--crs",
    "candidates": [
        {"value": "4547", "label_zh": "CGCS2000 / 3 度带 CM 114E", "label_en": "CGCS2000 / 3-degree GK CM 114E", "bounds_4326": [113.99, 33.55, 114.05, 33.6]},
        {"value": "4548", "label_zh": "CGCS2000 / 3 度带 CM 117E", "label_en": "CGCS2000 / 3-degree GK CM 117E", "bounds_4326": [116.99, 33.55, 117.05, 33.6]},
    ],
}  # fmt: skip
CONSEQUENCES = [
    {"code": "cases_of_reshaped", "count": 9, "message_zh": "在办案件的楼栋被改形", "message_en": "active cases whose building is reshaped", "detail_zh": "位置不动，仍挂原楼", "detail_en": "They stay where they are, with the same building"},
    {"code": "cases_of_removed", "count": 2, "severity": "warning", "message_zh": "在办案件的楼栋被删除", "message_en": "active cases whose building is removed", "detail_zh": "改挂院落，通知调度", "detail_en": "They are hung on the compound; dispatch is told"},
    {"code": "grids_changed", "count": 3, "message_zh": "网格楼栋数变化超过 5 %", "message_en": "grids whose number of buildings changes by more than 5 %", "detail_zh": "23、50、54 网格", "detail_en": "grids 23, 50, 54"},
]  # fmt: skip
#: What a file offers, and how it fills the layer.
COLUMNS = [
    {"name": "LCS", "type": "integer", "samples": [6, 11, 3, 18], "filled": 11998},
    {"name": "JZGD", "type": "number", "samples": [18.4, 33, 9.6], "filled": 12046},
    {"name": "YT", "type": "text", "samples": ["住宅", "商业", "学校", "其它"], "values": ["住宅", "商业", "学校", "其它"], "filled": 12046},
    {"name": "MC", "type": "text", "samples": ["1号楼", "2号楼"], "filled": 8120},
    {"name": "BZ", "type": "text", "samples": [], "filled": 0},
]  # fmt: skip
MAPPING = {"fields": [
    {"field": "name", "column": "MC", "constant": None, "values": {}, "factor": 1.0, "confidence": 0.95, "reason": "列名 MC 是名称的缩写"},
    {"field": "name_en", "column": "", "constant": None, "values": {}, "factor": 1.0, "confidence": 1.0, "reason": ""},
    {"field": "use", "column": "YT", "constant": None, "values": {}, "factor": 1.0, "confidence": 0.7, "reason": ""},
    {"field": "floors", "column": "LCS", "constant": None, "values": {}, "factor": 1.0, "confidence": 0.9, "reason": ""},
    {"field": "height_m", "column": "JZGD", "constant": None, "values": {}, "factor": 1.0, "confidence": 0.5, "reason": ""},
]}  # fmt: skip
_SHARES = (("added", 8), ("removed", 6), ("moved", 24), ("reshaped", 8), ("changed", 20))


def report_with(*findings: dict[str, Any], verdict: str) -> dict[str, Any]:
    """A report of one layer with these findings."""
    return {
        "file": "yuanhui_bld_2026q3.zip", "verdict": verdict,
        "layers": [{
            "name": "buildings", "geometry_type": "Polygon", "count": 12046, "crs": "EPSG:4490", "source_datum": "cgcs2000",
            "encoding": "GB18030", "encoding_confidence": 1.0, "bounds_4326": [113.98, 33.545, 114.06, 33.6],
            "fields": [{"name": column["name"], "type": column["type"]} for column in COLUMNS],
        }],
        "findings": list(findings),
    }  # fmt: skip


def make_import(person: User, status: Status = Status.READY, *, changes: int = 66, **values: Any) -> Import:
    """A stored import of buildings; from `ready` on with changes of every kind round the middle of the district."""
    asking = status is Status.ASKING
    compared = status not in (Status.UPLOADING, Status.RECEIVED, Status.READING, Status.ASKING)
    verdict = "ask" if asking else "warn"
    given: dict[str, Any] = {
        "layer": "buildings", "status": status, "file_name": "yuanhui_bld_2026q3.zip", "file_bytes": 4_812_330,
        "received_bytes": 4_812_330, "file_sha256": "4b7e90d2" + "0" * 52 + "61af", "actor": str(person.pk), "base_version": 1,
        "reason": "三季度测绘更新", "report": report_with(*FINDINGS, *([QUESTION] if asking else []), verdict=verdict),
        "mapping": MAPPING, "columns": COLUMNS, "areas": ["411102"],
    }  # fmt: skip
    if status in (Status.UPLOADING, Status.RECEIVED, Status.READING):
        given |= {"report": {}, "mapping": {}, "columns": []}
    row = Import.objects.create(**{**given, **values})
    if compared and changes:
        fill_with_changes(row, changes)
    return row


def fill_with_changes(row: Import, most: int) -> None:
    """Changes of every kind made from buildings in force near the middle of the district, and their diff."""
    middle = GEOSGeometry("POINT(114.0215 33.574)", srid=4326)
    from django.contrib.gis.db.models.functions import Distance

    stored = list(
        Building.objects.filter(version_to__isnull=True).order_by(Distance("geom", middle), "row_id")[: most * 3]
    )
    made: list[Change] = []
    near = stored[:24]
    rest = stored[24::3]
    for kind, share in _SHARES:
        taken = near if kind == "moved" else [rest.pop() for _ in range(min(share, len(rest)))]
        for building in taken[: max(1, most * share // 66)]:
            made.append(_change(row, kind, len(made), building))
    Change.objects.bulk_create(made)
    counts = {kind: sum(1 for one in made if one.kind == kind) for kind, _ in _SHARES}
    row.diff = {
        "counts": {**counts, "unchanged": 12040 - len(made)}, "fields": {"floors": counts["changed"], "use": counts["changed"] // 2},
        "matched_by": "code",
    }  # fmt: skip
    row.consequences = CONSEQUENCES
    row.save(update_fields=["diff", "consequences"])


def _change(row: Import, kind: str, at: int, building: Building) -> Change:
    shape = shapely.from_wkb(bytes(building.geom.wkb))
    after = {
        "added": lambda: translate(shape, 0.00031, 0.00022), "moved": lambda: translate(shape, 0.000026, 0.0),
        "reshaped": lambda: shape.minimum_rotated_rectangle.buffer(0.00002, join_style="mitre"),
    }.get(kind, lambda: shape)()  # fmt: skip
    if after.geom_type == "Polygon":
        after = shapely.MultiPolygon([after])
    values = {"name": building.name, "use": building.use, "floors": building.floors, "height_m": building.height_m}
    edits = {"floors": building.floors + 1, **({"use": "mixed"} if at % 2 else {})}
    before, later = {
        "added": (None, values), "removed": (values, None), "changed": ({name: values[name] for name in edits}, edits),
    }.get(kind, ({}, {}))  # fmt: skip
    return Change(
        owner=row, ordinal=at, kind=kind, feature_id=str(uuid.uuid4()) if kind == "added" else building.feature_id,
        name=building.name, row=None if kind == "removed" else 2000 + at, row_id=None if kind == "added" else building.row_id,
        columns=list(edits) if kind == "changed" else [], before=before, after=later,
        distance_m=2.4 if kind == "moved" else 0.0, area_change_m2=12.3 if kind == "reshaped" else 0.0,
        geom_before=None if kind == "added" else building.geom,
        geom_after=None if kind == "removed" else GEOSGeometry(memoryview(shapely.to_wkb(after)), srid=4326),
    )  # fmt: skip


def touch(row: Import) -> None:
    """The row one version on, as a worker leaves it."""
    row.version, row.updated_at = row.version + 1, timezone.now()
    row.save(update_fields=["version", "updated_at", "status"])
