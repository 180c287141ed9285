"""Keeping the territory true: area kinds, and the proof that areas tile."""

from __future__ import annotations

from datetime import date

from django.db import connection

from layers.errors import TilingBroken
from layers.territory.layer import AREA_KINDS
from layers.territory.models import AreaKind

TOLERANCE_M2 = 1.0
_LEVEL_OF_KIND = {
    "district": "district", "subdistrict": "subdistrict", "township": "subdistrict", "community": "community",
    "resident": "grid", "dedicated": "grid",
}  # fmt: skip

#: Parents whose union of children differs from them by more than the tolerance, on one day, in EPSG:4547.
_MISFITS = """
WITH parents AS (
    SELECT code, ST_Transform(geom, 4547) AS geom FROM territory_area
    WHERE level = %(above)s AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
), children AS (
    SELECT {parent} AS parent, ST_Union(ST_Transform(geom, 4547)) AS geom,
           sum(ST_Area(ST_Transform(geom, 4547))) AS total
    FROM {table}
    WHERE {level} AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
    GROUP BY 1
)
SELECT coalesce(p.code, c.parent),
       CASE WHEN p.geom IS NULL OR c.geom IS NULL THEN coalesce(ST_Area(p.geom), ST_Area(c.geom))
            ELSE ST_Area(ST_SymDifference(p.geom, c.geom)) END AS misfit_m2,
       coalesce(c.total - ST_Area(c.geom), 0) AS overlap_m2
FROM parents p FULL JOIN children c ON c.parent = p.code
WHERE p.geom IS NULL OR c.geom IS NULL OR ST_Area(ST_SymDifference(p.geom, c.geom)) > %(tolerance)s
   OR c.total - ST_Area(c.geom) > %(tolerance)s
ORDER BY 2 DESC
"""
_TREE = (
    ("subdistrict", "district", "territory_area", "parent", "level = 'subdistrict'"),
    ("community", "subdistrict", "territory_area", "parent", "level = 'community'"),
    ("grid", "community", "territory_area", "parent", "level = 'grid'"),
    ("unit grid", "grid", "territory_unitgrid", "grid", "true"),
)


def ensure_kinds(*, valid_from: date) -> None:
    """Every area kind has a name in force; names already there are left as people set them."""
    known = set(AreaKind.objects.values_list("code", flat=True))
    AreaKind.objects.bulk_create(
        [
            AreaKind(code=code, level=_LEVEL_OF_KIND[code], zh=words.zh, en=words.en, valid_from=valid_from)
            for code, words in AREA_KINDS.items()
            if code not in known
        ]
    )


def prove_tiling(day: date, *, levels: frozenset[str] | None = None) -> None:
    """Returns when on `day` every level tiles the one above it; else raises TilingBroken with the areas at fault.

    Judged in EPSG:4547 with 1 m² a parent. Levels without any row yet are passed over. `levels` ("subdistrict",
    "community", "grid", "unit grid") limits the proof to those that are to tile what stands above them.
    """
    faults = []
    for level, above, table, parent, condition in _TREE:
        if levels is not None and level not in levels:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {condition})")
            if not cursor.fetchone()[0]:
                continue
            cursor.execute(
                _MISFITS.format(table=table, parent=parent, level=condition),
                {"above": above, "day": day, "tolerance": TOLERANCE_M2},
            )
            faults += [(level, *row) for row in cursor.fetchall()]
    if faults:
        level, code, misfit, _overlap = faults[0]
        raise TilingBroken(
            f"{code} 与其下级{level}相差 {misfit:.1f} m²", f"{code} and its {level}s differ by {misfit:.1f} m²",
            pairs=[{"level": f[0], "code": f[1], "misfit_m2": f[2], "overlap_m2": f[3]} for f in faults[:50]],
        )  # fmt: skip
