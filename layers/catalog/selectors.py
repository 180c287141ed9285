"""Reading the catalog: versions, counts, bounds, the notice; finding features by name, pinyin or code."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Max, Model
from django.utils import timezone
from psycopg import sql

from layers.catalog.models import LayerVersion, Profile
from layers.spec import LayerSpec
from layers.territory.features import ever_seen

#: Seconds a process may trust what it knows about layer versions.
KEEP_S = 1.0


@dataclass(frozen=True)
class Current:
    """The version of a layer in force today."""

    version: int
    total: int
    bbox: tuple[float, float, float, float] | None


_kept: dict[str, Current] = {}
_kept_at = 0.0


def model_of(spec: LayerSpec) -> type[Model]:
    """The Django model that a description names."""
    return apps.get_model(spec.model)


def table_of(spec: LayerSpec) -> str:
    """The table that holds a layer's rows."""
    return model_of(spec)._meta.db_table


def own_rows(spec: LayerSpec) -> tuple[sql.Composable, list[str]]:
    """SQL condition (and its values) that picks a layer's rows of its table; `true` when the table is its own."""
    parts = [sql.SQL("{} = %s").format(sql.Identifier(column)) for column in spec.where]
    return sql.SQL(" AND ").join(parts) if parts else sql.SQL("true"), list(spec.where.values())


def current_versions(*, fresh: bool = False) -> dict[str, Current]:
    """Layer id -> version in force today (Asia/Shanghai); kept for a second unless `fresh`."""
    global _kept, _kept_at
    now = time.monotonic()
    if fresh or now - _kept_at > KEEP_S:
        rows = LayerVersion.objects.filter(effective__lte=timezone.localdate()).order_by("layer", "version")
        _kept = {
            row.layer: Current(
                row.version,
                row.total,
                None if row.west is None else (row.west, row.south, row.east, row.north),  # type: ignore[arg-type]
            )
            for row in rows
        }
        _kept_at = now
    return _kept


def version_of(layer: str) -> int:
    """The version of a layer in force today; 0 before the first."""
    current = current_versions().get(layer)
    return current.version if current else 0


def next_version(layer: str) -> int:
    """The number the next publication of a layer gets."""
    last = LayerVersion.objects.filter(layer=layer).aggregate(last=Max("version"))["last"]
    return (last or 0) + 1


def next_feature_version(spec: LayerSpec, feature_id: str) -> int:
    """The number the next row of a feature gets: greater than that of any it had, also of those that were taken back."""
    rows = ever_seen(model_of(spec)._default_manager.filter(feature_id=feature_id, **spec.where))
    last = rows.aggregate(last=Max("feature_version"))["last"]
    return (last or 0) + 1


def has_district() -> bool:
    """True when a district profile is loaded."""
    return Profile.objects.exists()


def profile() -> Profile | None:
    """The district profile in use."""
    return Profile.objects.order_by("-loaded_at").first()


def notice() -> dict[str, str]:
    """The words that must stand on every map, by language; empty when the data is a real survey."""
    row = profile()
    return {"zh": row.notice_zh, "en": row.notice_en} if row and row.synthetic else {"zh": "", "en": ""}


def district_bounds() -> list[float]:
    """[west, south, east, north] of the district in degrees; the country before anything is loaded."""
    current = current_versions().get("district")
    return list(current.bbox) if current and current.bbox else [73.5, 18.0, 135.1, 53.6]


def current_rows(spec: LayerSpec) -> Any:
    """Queryset of a layer's rows in force at its current version."""
    version = version_of(spec.id)
    rows = model_of(spec)._default_manager.filter(version_from__lte=version, **spec.where)
    return rows.exclude(version_to__lte=version)


#: Pieces that share a name (the sections of a street) are one result with the box of all of them.
_SEARCH = """
WITH found AS (
    SELECT layer, feature_id, code, kind, name, name_en, area, lon, lat, west, south, east, north, rank,
           CASE WHEN layer = ANY(%(joined)s) THEN name ELSE feature_id END AS whole,
           CASE WHEN code = %(exact)s OR name = %(exact)s THEN 0
                WHEN name LIKE %(prefix)s OR code LIKE %(prefix)s THEN 1
                WHEN initials LIKE %(lower)s THEN 2
                WHEN pinyin LIKE %(lower)s OR lower(name_en) LIKE %(lower)s THEN 3
                ELSE 4 END AS fit
    FROM catalog_search
    WHERE layer = ANY(%(layers)s)
      AND (name LIKE %(part)s OR code LIKE %(prefix)s OR initials LIKE %(lower)s OR pinyin LIKE %(lower)s
           OR name_en ILIKE %(part)s)
      AND (layer = ANY(%(open)s) OR area LIKE ANY(%(areas)s) OR (area = '' AND layer = ANY(%(unplaced)s)))
), joined AS (
    SELECT layer, feature_id, code, kind, name, name_en, area, lon, lat, rank, fit,
           min(west) OVER all_pieces AS west, min(south) OVER all_pieces AS south,
           max(east) OVER all_pieces AS east, max(north) OVER all_pieces AS north,
           count(*) OVER all_pieces AS pieces,
           row_number() OVER (PARTITION BY layer, whole ORDER BY fit, rank, feature_id) AS nth
    FROM found
    WINDOW all_pieces AS (PARTITION BY layer, whole)
)
SELECT layer, feature_id, code, kind, name, name_en, area, lon, lat, west, south, east, north, pieces
FROM joined
WHERE nth = 1
ORDER BY fit, rank, length(name), name, feature_id
LIMIT %(limit)s
"""


def search_names(
    text: str, *, layers: list[str], open_layers: list[str], unplaced: list[str], joined: list[str],
    prefixes: list[str], limit: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Features whose name, pinyin, initials or code fit `text`, best first.

    `layers` may be searched at all; those not in `open_layers` only inside the areas `prefixes`, and where they are
    `unplaced` also what has no area. In the layers
    `joined`, features of one name are one result.
    """
    plain = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    values: dict[str, Any] = {
        "exact": text,
        "prefix": plain + "%",
        "part": "%" + plain + "%",
        "lower": plain.lower().replace(" ", "") + "%",
        "layers": layers,
        "open": open_layers,
        "unplaced": unplaced,
        "joined": joined,
        "areas": [prefix + "%" for prefix in prefixes],
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
