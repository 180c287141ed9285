"""Cold tiles through HTTP, rights included, against the limit and against tipg; nothing is cached anywhere."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import psycopg

from layers.geo.tilemath import tiles_over
from tests.bench.limit import Limit
from tests.bench.load import rate, tool
from tests.bench.report import Figure, compare
from tests.bench.servers import tipg, wangge
from tests.bench.stage import ROOT, Database

LAYER, TABLE = "buildings", "territory_building"
#: What our tiles carry, under the names of the table's columns.
PROPERTIES = ["feature_id", "feature_version", "code", "name", "name_en", "use", "floors", "height_m", "rank"]
BOX = (113.975, 33.54, 114.065, 33.605)
ZOOMS = (14, 16)
TIPG_GOAL = {14: 1.5, 16: 3.0}


def filled_tiles(database: Database, z: int) -> list[tuple[int, int]]:
    """The tiles of a zoom that hold buildings: a rival must not gain by empty ones."""
    with psycopg.connect(database.url) as link:
        return [
            (x, y)
            for x, y in tiles_over(BOX, z)
            if link.execute(
                f"SELECT EXISTS (SELECT FROM {TABLE} WHERE ST_Intersects(geom_3857, ST_TileEnvelope(%s, %s, %s)))",
                [z, x, y],
            ).fetchone()
            == (True,)
        ]


def measure(database: Database, folder: Path, rounds: int, seconds: float) -> list[Figure]:
    """Round by round: limit, ours, ours packed, tipg, at each zoom, on servers that run all the while."""
    tiles = {z: filled_tiles(database, z) for z in ZOOMS}
    ours = {z: [f"/tiles/{LAYER}/{z}/{x}/{y}.mvt?v=1&s=public" for x, y in tiles[z]] for z in ZOOMS}
    theirs = {
        z: [f"/collections/public.{TABLE}/tiles/WebMercatorQuad/{z}/{x}/{y}?f=mvt" for x, y in tiles[z]] for z in ZOOMS
    }
    python = os.environ.get("WANGGE_BENCH_PYTHON") or str(ROOT / ".venv-bench" / "bin" / "python")
    rates: dict[tuple[str, int], list[float]] = {
        (who, z): [] for who in ("limit", "ours", "packed", "tipg") for z in ZOOMS
    }
    limit = Limit(database, tiles, LAYER)
    with contextlib.ExitStack() as stack:
        stack.callback(limit.close)
        web = stack.enter_context(wangge(database, folder, cache_mb=0))
        rival = None
        if Path(python).exists():
            rival = stack.enter_context(tipg(python, database, folder, TABLE, PROPERTIES))
        for z in ZOOMS:  # warm: connections, prepared statements, the versions this process has seen
            limit.rate(z, 1)
            rate(web, ours[z], 1, folder)
            if rival:
                rate(rival, theirs[z], 1, folder)
        for number in range(rounds):
            print(f"  tiles: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            for z in ZOOMS:
                rates["limit", z].append(limit.rate(z, seconds))
                rates["ours", z].append(rate(web, ours[z], seconds, folder))
                if rival:
                    rates["tipg", z].append(rate(rival, theirs[z], seconds, folder))
                rates["packed", z].append(rate(web, ours[z], seconds, folder, accept_encoding="gzip"))
    return _figures(rates, tiles)


def _figures(rates: dict[tuple[str, int], list[float]], tiles: dict[int, list[tuple[int, int]]]) -> list[Figure]:
    figures = []
    for z in ZOOMS:
        note = f"{len(tiles[z])} distinct tiles with {LAYER}, 2 processes each, load by {tool()} on 8 connections"
        limit, ours = rates["limit", z], rates["ours", z]
        figures.append(
            compare(f"cold tile z{z}", "psycopg ST_AsMVT loop", ours, limit, goal=0.75, unit="tiles/s", note=note)
        )
        figures.append(
            compare(
                f"cold tile z{z}, gzipped",
                "psycopg ST_AsMVT loop",
                rates["packed", z],
                limit,
                goal=None,
                unit="tiles/s",
            )
        )
        if rates["tipg", z]:
            figures.append(
                compare(f"cold tile z{z}", "tipg 1.6.1", ours, rates["tipg", z], goal=TIPG_GOAL[z], unit="tiles/s")
            )
    return figures
