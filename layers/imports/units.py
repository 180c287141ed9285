"""Units and team rosters of a profile: one team a grid, the delivered vehicles, the posts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from layers.catalog.features import FeatureRow, stable_id
from layers.spec import LayerSpec

_MEMBER = ("grid", "post", "name", "name_en")


def unit_rows(spec: LayerSpec, values: Sequence[Mapping[str, Any]], *, teams: bool = False) -> list[FeatureRow]:
    """Rows of `units`: from grids (one team each) or from delivered vehicles. Off duty, so without a position."""
    columns = [f.db_column for f in spec.fields if f.name not in ("id", "version", "valid_from", "valid_to")]
    rows = []
    for given in values:
        row: dict[str, Any] = {column: given.get(column) for column in columns}
        row |= {"status": "off_duty", "at": None, "speed_mps": None, "bearing_deg": None}
        if teams:
            grid = str(given["code"])
            row |= {
                "code": f"T{grid}", "grid": grid, "community": grid[:12], "kind": "team", "team": grid,
                "name": f"{given['name']}队", "name_en": f"{given['name_en']} team",
            }  # fmt: skip
        row |= {key: row[key] or "" for key in ("code", "name", "name_en", "team", "grid")}
        row["community"] = row["community"] or row["grid"][:12]
        row["team"] = row["team"] or str(given.get("call_sign") or "")
        rows.append(FeatureRow(stable_id("units", row["code"]), None, row, 3 if teams else 4))
    return rows


def member_rows(records: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """(grid, post, name, name_en) of every post of every team, as delivered."""
    return [{name: str(record.get(name) or "").strip() for name in _MEMBER} for record in records]
