"""Reading imports: who may see which, what one changes row by row, and the same as shapes for the map."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from layers.catalog.models import LayerVersion
from layers.imports import rights
from layers.imports.models import Change, Import
from layers.people.rights import Actor

PAGE = 100
#: Shapes a map gets at once; what lies beyond is counted.
CAP = 5000

Box = tuple[float, float, float, float]


def imports_visible(actor: Actor | None, *, layer: str = "", status: str = "", limit: int = PAGE) -> list[Import]:
    """The newest imports that the actor may see, without what they changed row by row."""
    rows = Import.objects.filter(dry_run=False).defer("report", "offences", "columns")
    if layer:
        rows = rows.filter(layer=layer)
    if status:
        rows = rows.filter(status=status)
    found: list[Import] = []
    for row in rows.order_by("-created_at", "id").iterator(chunk_size=200):
        if rights.may_see(actor, row):
            found.append(row)
            if len(found) >= limit:
                break
    return found


def import_visible(actor: Actor | None, import_id: uuid.UUID | str) -> Import:
    """One import; unknown and forbidden are the same NotFound."""
    try:
        row = Import.objects.filter(pk=uuid.UUID(str(import_id)), dry_run=False).first()
    except ValueError:
        row = None
    if row is None or not rights.may_see(actor, row):
        raise rights.unknown(import_id)
    return row


def report_of(row: Import) -> dict[str, Any]:
    """The report of the contract as far as it goes: before the file was read it holds its name alone."""
    empty: dict[str, Any] = {"file": row.file_name, "verdict": None, "layers": [], "findings": []}
    return {
        **empty, **row.report, "diff": row.diff.get("counts"), "fields_changed": row.diff.get("fields", {}),
        "matched_by": row.diff.get("matched_by"), "consequences": row.consequences, "import_id": str(row.pk),
        "version_before": row.version_before if row.version_before is not None else row.base_version,
        "version_after": row.version_after, "status": row.status, "error": row.error,
    }  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One page of a table: rows, how many there are in all, and which page this is, from 1."""

    rows: list[Change]
    total: int
    page: int
    pages: int


def _changes(import_id: uuid.UUID, kind: str, field: str, text: str) -> QuerySet[Change]:
    rows = Change.objects.filter(owner_id=import_id)
    if kind:
        rows = rows.filter(kind=kind)
    if field:
        rows = rows.filter(columns__contains=[field])
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(feature_id__startswith=text))
    return rows


def changes(
    import_id: uuid.UUID, *, kind: str = "", field: str = "", text: str = "", page: int = 1, size: int = PAGE
) -> Page:
    """One page of what an import changes, in order of delivery; of one kind, of one field, of a name or id."""
    rows = _changes(import_id, kind, field, text).defer("geom_before", "geom_after")
    total = rows.count()
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    return Page(list(rows.order_by("ordinal")[(page - 1) * size : page * size]), total, page, pages)


def change_at(import_id: uuid.UUID, ordinal: int) -> Change | None:
    """One change with both shapes."""
    return Change.objects.filter(owner_id=import_id, ordinal=ordinal).first()


def change_counts(import_id: uuid.UUID) -> dict[str, int]:
    """How many stored changes there are of each kind."""
    return dict(Change.objects.filter(owner_id=import_id).values_list("kind").annotate(Count("id")).order_by())


_MAP = """
SELECT ordinal, kind, feature_id, name, state, ST_AsGeoJSON(geom, 8) FROM (
    SELECT ordinal, kind, feature_id, name, 'after' AS state, geom_after AS geom FROM imports_change
    WHERE import_id = %(import)s AND geom_after IS NOT NULL
    UNION ALL
    SELECT ordinal, kind, feature_id, name, 'before', geom_before FROM imports_change
    WHERE import_id = %(import)s AND geom_before IS NOT NULL
) AS both_states
WHERE (%(kind)s = '' OR kind = %(kind)s)
  AND (%(west)s::float8 IS NULL OR geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326))
ORDER BY ordinal, state LIMIT %(limit)s
"""


def changes_map(import_id: uuid.UUID, *, kind: str = "", bbox: Box | None = None, cap: int = CAP) -> dict[str, Any]:
    """A FeatureCollection of what comes and goes: `state` tells before from after; `capped` when there is more."""
    with connection.cursor() as cursor:
        cursor.execute(_MAP, {"import": import_id, "kind": kind, "limit": cap + 1, **sides(bbox)})
        return collection(cursor.fetchall(), cap)


def sides(bbox: Box | None) -> dict[str, float | None]:
    """A box as parameters of a query: its four sides, null for everywhere."""
    return dict(zip(("west", "south", "east", "north"), bbox or (None,) * 4, strict=True))


def collection(rows: Sequence[Sequence[Any]], cap: int) -> dict[str, Any]:
    """The first `cap` of (ordinal, kind, feature, name, state, GeoJSON text) as a FeatureCollection that tells if it is all."""
    return {
        "type": "FeatureCollection",
        "capped": len(rows) > cap,
        "features": [
            {
                "type": "Feature", "id": f"{ordinal}-{state}",
                "properties": {"ordinal": ordinal, "kind": kind, "feature": key, "name": name, "state": state},
                "geometry": json.loads(shape),
            }
            for ordinal, kind, key, name, state, shape in rows[:cap]
        ],
    }  # fmt: skip


def changes_bounds(import_id: uuid.UUID) -> Box | None:
    """West, south, east, north of everything that an import changes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM (SELECT ST_Extent(geom) AS b FROM ("
            "SELECT geom_after AS geom FROM imports_change WHERE import_id = %(id)s"
            " UNION ALL SELECT geom_before FROM imports_change WHERE import_id = %(id)s) AS g) AS whole",
            {"id": import_id},
        )
        box = cursor.fetchone()
    return None if box[0] is None else tuple(box)


def history_of(layer: str) -> list[dict[str, Any]]:
    """Every version of a layer, newest first, with the import that made it and the one that took it back."""
    made = {row.version_after: row for row in Import.objects.filter(layer=layer, version_after__isnull=False)}
    undone: dict[int, Import] = {}
    undoing: dict[int, Import] = {}
    for row in Import.objects.filter(layer=layer, rollback_version__isnull=False):
        undoing[row.rollback_version or 0] = row
        undone |= dict.fromkeys(row.undone_versions, row)
    return [
        {"version": version, "import": made.get(version.version), "undoes": undoing.get(version.version),
         "undone_by": undone.get(version.version)}
        for version in LayerVersion.objects.filter(layer=layer).order_by("-version")
    ]  # fmt: skip
