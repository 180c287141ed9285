"""How good a layer is as it stands: sound shapes, filled attributes, age, topology, and what its last import noted."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.utils import timezone
from psycopg import sql

from layers.catalog import edit_rules
from layers.catalog.columns import expression
from layers.catalog.models import LayerVersion
from layers.catalog.selectors import own_rows, table_of, version_of
from layers.imports.models import Import, Status
from layers.people.rights import Actor, visible_fields
from layers.spec import FieldSpec, Group, LayerSpec

Json = dict[str, Any]

#: Overlap of a pair below this is no fault (EPSG:4547).
TOLERANCE_M2 = 1.0
#: Pairs and rows that are named.
NAMED = 20
_NEVER_EMPTY = frozenset({"id", "version", "valid_from", "valid_to"})
#: Layers whose surfaces may not lie on one another.
_APART = frozenset({"buildings"})
#: (database, layer, version) -> what was measured, in this process.
_KEPT: OrderedDict[tuple[str, str, int], Json] = OrderedDict()
_MOST_KEPT = 100


def layer_quality(actor: Actor, spec: LayerSpec) -> Json:
    """Validity, completeness by field (of those the actor may read), age, topology and noted flaws of a layer in force."""
    version = version_of(spec.id)
    measured: Json = _measured(spec, version) if version else {"rows": 0, "filled": {}, "checks": []}
    fields = [field for field in visible_fields(actor, spec) if field.name not in _NEVER_EMPTY]
    return {
        "layer": spec.id, "version": version, "rows": measured["rows"],
        "completeness": [
            {"field": field.name, "title_zh": field.zh, "title_en": field.en, "required": field.required,
             "filled": measured["filled"].get(field.name, 0)}
            for field in fields
        ],
        "checks": measured["checks"], "age": _age(spec.id), "flaws": _flaws(spec.id, version),
    }  # fmt: skip


def quality_line(actor: Actor, spec: LayerSpec) -> Json:
    """The same in one line: rows, share of attributes that are filled, faults by weight, age."""
    whole = layer_quality(actor, spec)
    cells = whole["rows"] * len(whole["completeness"])
    filled = sum(entry["filled"] for entry in whole["completeness"])
    return {
        "layer": spec.id, "title_zh": spec.zh, "title_en": spec.en, "group": spec.group.value,
        "editable": spec.editable, "version": whole["version"], "rows": whole["rows"],
        "filled": round(filled / cells, 4) if cells else None,
        "faults": sum(check["count"] for check in whole["checks"]),
        "checks": whole["checks"], "age": whole["age"],
        "flaws": sum(flaw["rows"] for flaw in whole["flaws"]["findings"]),
    }  # fmt: skip


def _measured(spec: LayerSpec, version: int) -> Json:
    """What follows from the rows in force at a version alone; a version never changes, so it is measured once."""
    key = (connection.settings_dict["NAME"], spec.id, version)
    if key not in _KEPT:
        checks = [*_shape_checks(spec, version), *_topology(spec, version)]
        rows, filled = _filled(spec, version)
        _KEPT[key] = {"rows": rows, "filled": filled, "checks": checks}
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return _KEPT[key]


def _in_force(spec: LayerSpec, version: int, alias: str = "") -> tuple[sql.Composable, list[Any]]:
    prefix = sql.SQL(f"{alias}." if alias else "")
    own, values = own_rows(spec)
    if alias:
        parts = [sql.SQL("{}{} = %s").format(prefix, sql.Identifier(column)) for column in spec.where]
        own = sql.SQL(" AND ").join(parts) if parts else sql.SQL("true")
    condition = sql.SQL("{p}version_from <= %s AND ({p}version_to IS NULL OR {p}version_to > %s) AND {own}").format(
        p=prefix, own=own
    )
    return condition, [version, version, *values]


def _rows(query: sql.Composable, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), values)
        return list(cursor.fetchall())


def _filled(spec: LayerSpec, version: int) -> tuple[int, dict[str, int]]:
    where, values = _in_force(spec, version)
    fields = [field for field in spec.fields if field.name not in _NEVER_EMPTY]
    counts = [sql.SQL("count(nullif({}::text, ''))").format(_value(field)) for field in fields]
    query = sql.SQL("SELECT count(*){comma}{counts} FROM {table} WHERE {where}").format(
        comma=sql.SQL(", " if counts else ""), counts=sql.SQL(", ").join(counts),
        table=sql.Identifier(table_of(spec)), where=where,
    )  # fmt: skip
    [(rows, *found)] = _rows(query, values)
    return rows, dict(zip((field.name for field in fields), found, strict=True))


def _value(field: FieldSpec) -> sql.Composable:
    return sql.SQL(expression(field))  # of checked identifiers only


def _check(code: str, count: int, zh: str, en: str, *, fault: bool = True, rows: list[str] | None = None) -> Json:
    return {
        "code": code, "count": int(count) if fault else 0, "ok": not fault or not count, "title_zh": zh, "title_en": en,
        "features": (rows or [])[:NAMED],
    }  # fmt: skip


def _shape_checks(spec: LayerSpec, version: int) -> list[Json]:
    where, values = _in_force(spec, version)
    table = sql.Identifier(table_of(spec))
    [(missing, broken, tiny)] = _rows(
        sql.SQL(
            "SELECT count(*) FILTER (WHERE geom IS NULL), count(*) FILTER (WHERE NOT ST_IsValid(geom)),"
            " count(*) FILTER (WHERE ST_Dimension(geom) = 2 AND ST_Area(ST_Transform(geom, 4547)) < 1)"
            " FROM {} WHERE {}"
        ).format(table, where),
        values,
    )
    twice = _rows(
        sql.SQL(
            "SELECT min(feature_id), count(*) - 1 FROM {} WHERE {} AND geom IS NOT NULL"
            " GROUP BY ST_AsBinary(geom) HAVING count(*) > 1 ORDER BY 2 DESC, 1"
        ).format(table, where),
        values,
    )
    checks = [
        _check("invalid", broken, "图形有效", "Shapes are valid"),
        _check(
            "twice",
            sum(count for _, count in twice),
            "没有重复图形",
            "No shape occurs twice",
            rows=[key for key, _ in twice],
        ),
    ]
    if spec.group is not Group.LIVE:  # what lives has its place in the stream
        checks.insert(1, _check("missing", missing, "都有图形", "Every row has a shape"))
    if any("Polygon" in kind for kind in spec.geometry_types):
        checks.append(_check("tiny", tiny, "没有小于 1 m² 的面", "No surface below 1 m²"))
    return [*checks, *_outside(spec, version)]


def _outside(spec: LayerSpec, version: int) -> list[Json]:
    columns = [column for column in spec.area_columns if column in {field.db_column for field in spec.fields}]
    if not columns or spec.model in ("territory.Area", "territory.UnitGrid"):
        return []
    where, values = _in_force(spec, version)
    empty = sql.SQL(" AND ").join(sql.SQL("coalesce({}, '') = ''").format(sql.Identifier(c)) for c in columns)
    found = _rows(
        sql.SQL("SELECT feature_id, count(*) OVER () FROM {} WHERE {} AND {} ORDER BY 1 LIMIT %s").format(
            sql.Identifier(table_of(spec)), where, empty
        ),
        [*values, NAMED],
    )
    return [
        _check(
            "outside", found[0][1] if found else 0, "都在辖区内", "All lie in the district", rows=[r[0] for r in found]
        )
    ]


def _topology(spec: LayerSpec, version: int) -> list[Json]:
    checks = []
    if edit_rules.tiles(spec) or spec.id in _APART:
        pairs = _overlaps(spec, version)
        most = f"{pairs[0][2]:.1f}" if pairs else ""
        zh = f"互不重叠（最大 {most} m²）" if pairs else "互不重叠"
        en = f"No overlap ({most} m² at most)" if pairs else "No overlap"
        checks.append(_check("overlaps", len(pairs), zh, en, rows=[f"{one}/{other}" for one, other, _ in pairs]))
    if edit_rules.tiles(spec) and spec.id != "district":
        misfits = _misfits(spec, version)
        checks.append(_check("gaps", len(misfits), "铺满上级", "They fill the area above", rows=misfits))
    if spec.id == "roads":
        loose = _loose(spec, version)
        checks.append(_check("unconnected", len(loose), "路网连通", "Roads are connected", rows=loose))
    return checks


_OVERLAPS = """
SELECT one, other, area FROM (
    SELECT a.feature_id AS one, b.feature_id AS other,
           ST_Area(ST_Intersection(ST_Transform(a.geom, 4547), ST_Transform(b.geom, 4547))) AS area
    FROM {table} a JOIN {table} b ON a.geom && b.geom AND a.row_id < b.row_id AND ST_Intersects(a.geom, b.geom)
    WHERE {a} AND {b}
) AS pairs WHERE area > %s ORDER BY area DESC, one LIMIT 500
"""


def _overlaps(spec: LayerSpec, version: int) -> list[tuple[str, str, float]]:
    a, values_a = _in_force(spec, version, "a")
    b, values_b = _in_force(spec, version, "b")
    query = sql.SQL(_OVERLAPS).format(table=sql.Identifier(table_of(spec)), a=a, b=b)
    return [(r[0], r[1], r[2]) for r in _rows(query, [*values_a, *values_b, TOLERANCE_M2])]


def _misfits(spec: LayerSpec, version: int) -> list[str]:
    """Areas above whose own children leave a part of them, or reach beyond them, by more than the tolerance."""
    where, values = _in_force(spec, version)
    parent = "grid" if spec.id == "unit_grids" else "parent"
    query = sql.SQL(
        "SELECT p.code FROM territory_area p JOIN ("
        " SELECT {parent} AS code, ST_Union(ST_Transform(geom, 4547)) AS geom FROM {table} WHERE {where} GROUP BY 1"
        ") AS c USING (code) WHERE p.version_to IS NULL AND ST_Area(ST_SymDifference(ST_Transform(p.geom, 4547), c.geom)) > %s"
        " ORDER BY 1"
    ).format(parent=sql.Identifier(parent), table=sql.Identifier(table_of(spec)), where=where)
    return [row[0] for row in _rows(query, [*values, TOLERANCE_M2])]


def _loose(spec: LayerSpec, version: int) -> list[str]:
    """Roads that no chain of shared vertices (to a centimetre) links with the largest connected part."""
    where, values = _in_force(spec, version)
    query = sql.SQL(
        "SELECT feature_id, ST_AsBinary(ST_Transform(geom, 4547)) FROM {} WHERE {} AND geom IS NOT NULL ORDER BY 1"
    )
    rows = _rows(query.format(sql.Identifier(table_of(spec)), where), values)
    if not rows:
        return []
    shapes = shapely.from_wkb([bytes(wkb) for _, wkb in rows])
    positions, owners = shapely.get_coordinates(shapes, return_index=True)
    _, nodes = np.unique(np.round(positions * 100).astype(np.int64), axis=0, return_inverse=True)
    root = list(range(len(rows)))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    first: dict[int, int] = {}
    for node, owner in zip(nodes.ravel().tolist(), owners.tolist(), strict=True):
        root[find(owner)] = find(first.setdefault(node, owner))
    groups = np.array([find(one) for one in range(len(rows))])
    names, sizes = np.unique(groups, return_counts=True)
    main = names[sizes.argmax()]
    return [rows[one][0] for one in np.flatnonzero(groups != main)]


def _age(layer: str) -> Json:
    """When the layer was published last, from which day it holds, and how many days ago that was."""
    today = timezone.localdate()
    last = LayerVersion.objects.filter(layer=layer, effective__lte=today).order_by("-version").first()
    made = Import.objects.filter(layer=layer, status=Status.COMMITTED).order_by("-committed_at").first()
    return {
        "published_at": last.published_at.isoformat() if last else None,
        "effective": last.effective.isoformat() if last else None,
        "days": (timezone.now() - last.published_at).days if last else None,
        "last_import": {
            "id": str(made.pk), "file": made.file_name,
            "committed_at": made.committed_at.isoformat() if made.committed_at else None,
        } if made else None,
    }  # fmt: skip


def _flaws(layer: str, version: int) -> Json:
    """What the import that made the version in force noted of its rows and stored all the same."""
    row = Import.objects.filter(layer=layer, version_after=version, status=Status.COMMITTED).first()
    findings = row.report.get("findings", []) if row else []
    return {
        "import": str(row.pk) if row else None,
        "findings": [
            {"code": f["code"], "rows": len(f["rows"]), "message_zh": f["message_zh"], "message_en": f["message_en"]}
            for f in findings
            if f["severity"] == "warning"
        ],
    }
