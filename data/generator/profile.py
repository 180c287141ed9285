"""Writes the profile: shapefiles, rosters and ``profile.toml``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from . import shapefile
from .district import District
from .tables import Table, all_tables

HEAD = """# The district profile of Yuanhui. Written by data.generator; all geometry is invented.
id = "yuanhui"
title_zh = "源汇区"
title_en = "Yuanhui District"
synthetic = true
notice_zh = "示意图，非测绘成果"
notice_en = "Schematic map, not survey data"
seed = {seed}
crs = "EPSG:4547"
effective = "2025-01-01"

[rosters]
teams = "rosters/teams.csv"
vehicles = "rosters/vehicles.csv"
encoding = "GBK"

[catalogue]
items = "catalogue/items.csv"
encoding = "UTF-8"

[admin]
divisions = "admin/divisions_411102.csv"
communities = "admin/communities19.json"
encoding = "UTF-8"
"""

#: A 2018 article counts three subdistricts: 干河陈 was a township then. The two days are invented, the fact is not.
FORMER = {
    "subdistricts": """
[[source.former]]
code = "411102004"
since = "2018-01-01"
until = "2019-01-01"
values = { kind = "township", name = "干河陈乡", name_en = "Ganhechen Township" }
""",
}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _source(table: Table) -> str:
    lines = ["", "[[source]]", f"layer = {_quoted(table.layer)}", f"file = {_quoted(table.file)}", 'encoding = "GBK"']
    lines += ["", "[source.fields]"] + [f"{k} = {_quoted(c.name)}" for k, c in table.fields.items()]
    if table.constants:
        lines += ["", "[source.constants]"] + [f"{k} = {_quoted(v)}" for k, v in table.constants.items()]
    for name, codes in table.codes.items():
        lines += ["", f"[source.codes.{name}]"] + [f"{_quoted(k)} = {_quoted(v)}" for k, v in codes.items()]
    return "\n".join(lines) + "\n" + FORMER.get(table.layer, "")


def _csv(path: Path, header: str, rows: Sequence[tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join([header, *(",".join(row) for row in rows)]) + "\n"
    path.write_bytes(text.encode("gbk"))


def write_profile(district: District, out: Path, seed: int) -> None:
    """Write the whole profile under ``out``; catalogue and admin codes are not touched."""
    tables = all_tables(district)
    for table in tables:
        shapefile.write(
            out / table.file.removesuffix(".shp"),
            table.geometries,
            list(table.fields.values()),
            table.rows,
            table.cpg,
            table.ldid,
        )
    _csv(out / "rosters/teams.csv", "grid,post,name,name_en", district.rosters.teams)
    _csv(out / "rosters/vehicles.csv", "code,kind,call_sign,community,name,name_en", district.rosters.vehicles)
    text = HEAD.format(seed=seed) + "".join(_source(table) for table in tables)
    (out / "profile.toml").write_text(text, encoding="utf-8", newline="\n")
