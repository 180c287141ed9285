"""What would follow from an import elsewhere, before it takes effect: cases, cameras, people, walls. Counted set by set.

Read from what was staged: the areas as they will be are those in force, less what goes, and what comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from layers.imports.models import Import, Staged
from layers.incidents.states import ENDED
from layers.spec import LayerSpec

#: Ids named of each consequence.
NAMED = 50
_DIGITS = {"district": 6, "subdistrict": 9, "community": 12, "grid": 15}
_LEVEL_ZH = {"district": "区", "subdistrict": "街道", "community": "社区", "grid": "网格"}
_OPEN = "version_to IS NULL"


Json = dict[str, Any]


@dataclass(frozen=True)
class Noun:
    """What is counted, in Chinese and in English (one, many)."""

    zh: str
    en: tuple[str, str]


@dataclass(frozen=True)
class _Thing:
    """Something that lies in areas: where it is kept, which rows count, where its place is, and its words."""

    name: str
    table: str
    key: str
    label: str
    where: str
    spot: str
    noun: Noun


_NOUNS = {
    "cases": Noun("宗在办案卷", ("open case", "open cases")), "cameras": Noun("个摄像头", ("camera", "cameras")),
    "places": Noun("处场所", ("place", "places")), "buildings": Noun("栋建筑", ("building", "buildings")),
}  # fmt: skip
_THINGS = (
    _Thing("cases", "incidents_incident", "id::text", "number", "state <> ALL(%(ended)s)", "t.geom", _NOUNS["cases"]),
    _Thing("cameras", "cameras_camera", "feature_id", "name", _OPEN, "t.geom", _NOUNS["cameras"]),
    _Thing("places", "places_place", "feature_id", "name", _OPEN, "ST_PointOnSurface(t.geom)", _NOUNS["places"]),
    _Thing("buildings", "territory_building", "feature_id", "name", _OPEN, "ST_PointOnSurface(t.geom)", _NOUNS["buildings"]),
)  # fmt: skip

#: Things near what changes whose area at a level will be another one, or none.
_MOVE = """
WITH now AS MATERIALIZED (
    SELECT a.code, a.geom FROM territory_area a
    WHERE a.level = %(level)s AND a.version_to IS NULL AND NOT EXISTS (
        SELECT 1 FROM imports_staged s WHERE s.import_id = %(import)s AND s.layer = %(layer)s AND s.row_id = a.row_id)
    UNION ALL
    SELECT s.values->>'code', s.geom FROM imports_staged s
    WHERE s.import_id = %(import)s AND s.layer = %(layer)s AND s.new_row_id IS NOT NULL
), hit AS MATERIALIZED (
    SELECT s.geom FROM imports_staged s
    WHERE s.import_id = %(import)s AND s.layer = %(layer)s AND s.new_row_id IS NOT NULL
    UNION ALL
    SELECT a.geom FROM imports_staged s JOIN territory_area a ON a.row_id = s.row_id
    WHERE s.import_id = %(import)s AND s.layer = %(layer)s
), near AS MATERIALIZED (
    SELECT DISTINCT t.{identity} AS identity FROM hit h JOIN {table} t ON ST_Intersects(h.geom, t.geom) WHERE {where}
), judged AS (
    SELECT {key} AS key, {label} AS label, left(t.grid, %(digits)s) AS before, (
        SELECT n.code FROM now n WHERE ST_Covers(n.geom, {spot}) ORDER BY n.code LIMIT 1) AS after
    FROM {table} t JOIN near ON near.identity = t.{identity}
)
SELECT after IS NULL, count(*), (array_agg(key ORDER BY key))[1:{named}], (array_agg(label ORDER BY key))[1:5]
FROM judged WHERE before <> '' AND after IS DISTINCT FROM before GROUP BY 1 ORDER BY 1
"""


def consequences_of(row: Import, spec: LayerSpec) -> list[Json]:
    """Each: `kind`, `count`, `ids` (at most 50), `zh`, `en`; the weightiest first."""
    if spec.model == "territory.Area":
        return [*_things_that_move(row, spec), *_what_loses_its_area(row, spec)]
    return _rows_that_move(row, spec)


def _things_that_move(row: Import, spec: LayerSpec) -> list[Json]:
    level = spec.where["level"]
    found = []
    for thing in _THINGS:
        query = _MOVE.format(
            table=thing.table, identity="id" if thing.name == "cases" else "row_id", where=thing.where, key=thing.key,
            label=thing.label, spot=thing.spot, named=NAMED,
        )  # fmt: skip
        values = {
            "import": row.pk, "layer": spec.id, "level": level, "digits": _DIGITS[level],
            "ended": sorted(state.value for state in ENDED),
        }  # fmt: skip
        for leaves, count, ids, labels in _asked(query, values):
            found.append(_moves(thing.noun, thing.name, leaves, level, count, ids, labels))
    return found


def _what_loses_its_area(row: Import, spec: LayerSpec) -> list[Json]:
    """Posts, scenes, walls, teams and smaller areas of the areas that go."""
    staged = Staged.objects.filter(owner=row, layer=spec.id)
    gone = list(staged.filter(new_row_id__isnull=True).values_list("feature_id", flat=True))
    if not gone:
        return []
    patterns = {"patterns": [f"{code}%" for code in gone], "now": timezone.now(), "gone": gone}
    found = []
    for kind, query, zh, en in _LOSERS:
        keys = [key for (key,) in _asked(query, patterns)]
        if keys:
            words = {"zh": zh.format(n=len(keys)), "en": en.format(n=len(keys))}
            found.append({"kind": kind, "count": len(keys), "ids": keys[:NAMED], **words})
    return found


_LOSERS = (
    ("assignments_lose_area", "SELECT id::text FROM people_assignment WHERE area LIKE ANY(%(patterns)s)"
     " AND (valid_to IS NULL OR valid_to > %(now)s) ORDER BY 1", "{n} 个任职的辖区将不存在", "assignments that lose their area: {n}"),
    ("scenes_lose_area", "SELECT id FROM walls_scene WHERE area LIKE ANY(%(patterns)s) ORDER BY 1",
     "{n} 个大屏场景的区域将不存在", "scenes that lose their area: {n}"),
    ("walls_lose_area", "SELECT name FROM walls_wall WHERE area LIKE ANY(%(patterns)s) ORDER BY 1",
     "{n} 块大屏的区域将不存在", "walls that lose their area: {n}"),
    ("unit_grids_lose_grid", "SELECT feature_id FROM territory_unitgrid WHERE version_to IS NULL AND grid LIKE ANY(%(patterns)s)"
     " ORDER BY 1", "{n} 个单元网格的所属网格将不存在", "unit grids that lose their grid: {n}"),
    ("areas_lose_parent", "SELECT code FROM territory_area WHERE version_to IS NULL AND code LIKE ANY(%(patterns)s)"
     " AND code <> ALL(%(gone)s) ORDER BY 1", "{n} 个下级区域的上级将不存在", "areas that lose the area above them: {n}"),
    ("units_lose_area", "SELECT feature_id FROM patrols_unit WHERE version_to IS NULL"
     " AND (grid LIKE ANY(%(patterns)s) OR community = ANY(%(gone)s)) ORDER BY 1",
     "{n} 支队伍的所属区域将不存在", "units that lose their area: {n}"),
)  # fmt: skip

#: Rows of the import that come to lie in another grid, or in none, with what they were.
_ROWS = """
SELECT s.values->>'grid' = '' AS leaves, count(*), (array_agg(s.feature_id ORDER BY s.ordinal))[1:%(named)s],
       (array_agg(s.values->>'name' ORDER BY s.ordinal))[1:5]
FROM imports_staged s JOIN {table} t ON t.row_id = s.row_id
WHERE s.import_id = %(import)s AND s.layer = %(layer)s AND s.new_row_id IS NOT NULL
  AND t.grid <> s.values->>'grid'
GROUP BY 1 ORDER BY 1
"""
_TABLES = {"buildings": "territory_building", "places": "places_place", "cameras": "cameras_camera"}


def _rows_that_move(row: Import, spec: LayerSpec) -> list[Json]:
    if spec.id not in _TABLES:
        return []
    values = {"import": row.pk, "layer": spec.id, "named": NAMED}
    return [
        _moves(_NOUNS[spec.id], spec.id, leaves, "grid", count, ids, labels)
        for leaves, count, ids, labels in _asked(_ROWS.format(table=_TABLES[spec.id]), values)
    ]


def _moves(noun: Noun, what: str, leaves: bool, level: str, count: int, ids: list[str], labels: list[str]) -> Json:
    """The consequence that things leave the district or change area, with names where they are few."""
    names = "、".join(text for text in labels if text)
    told = f"（{names}）" if names and count <= 5 else ""
    one, many = noun.en
    who = f"{count} {one if count == 1 else many}"
    if leaves:
        zh, en = f"{count} {noun.zh}将离开辖区", f"{who} {'leaves' if count == 1 else 'leave'} the district"
    else:
        zh, en = f"{count} {noun.zh}将换{_LEVEL_ZH[level]}", f"{who} {'changes' if count == 1 else 'change'} {level}"
    kind = f"{what}_{'leave' if leaves else 'change_area'}"
    return {"kind": kind, "count": count, "ids": list(ids), "zh": zh + told, "en": en}


def _asked(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
