"""Cold tiles through HTTP, rights included, against the limit and against tipg; nothing is cached anywhere."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from layers.geo.tilemath import tiles_over
from tests.bench.limit import STATEMENTS, Limit
from tests.bench.load import rate, tool
from tests.bench.meter import Meter, Run
from tests.bench.report import Figure, compare
from tests.bench.servers import tipg, wangge
from tests.bench.stage import ROOT, Database

LAYER, TABLE = "buildings", "territory_building"
#: What our tiles carry, under the names of the table's columns.
PROPERTIES = ["feature_id", "feature_version", "code", "name", "name_en", "use", "floors", "height_m", "rank"]
BOX = (113.975, 33.54, 114.065, 33.605)
ZOOMS = (14, 16)
TIPG_GOAL = {14: 1.5, 16: 3.0}
#: From here our tile carries a label for each building besides, which tipg's does not: `bare` leaves them out.
LABEL_ZOOM = 16


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


class _Contest:
    """The contestants on their running servers."""

    def __init__(self, database: Database, folder: Path, stack: contextlib.ExitStack) -> None:
        self.tiles = {z: filled_tiles(database, z) for z in ZOOMS}
        self.folder = folder
        self.meter = Meter(database)
        stack.callback(self.meter.close)
        self.limit = Limit(database, self.tiles, LAYER)
        stack.callback(self.limit.close)
        self.web = stack.enter_context(wangge(database, folder, cache_mb=0))
        self.bare = stack.enter_context(
            wangge(database, folder, cache_mb=0, application="tests.bench.same_content:application")
        )
        python = os.environ.get("WANGGE_BENCH_PYTHON") or str(ROOT / ".venv-bench" / "bin" / "python")
        self.rival = None
        if Path(python).exists():
            self.rival = stack.enter_context(tipg(python, database, folder, TABLE, PROPERTIES))

    @property
    def names(self) -> list[str]:
        """Who takes part, in turn."""
        return [*STATEMENTS, "ours", *(["tipg", "bare"] if self.rival else []), "packed"]

    def run(self, who: str, z: int, seconds: float) -> Run:
        """One measurement of one contestant."""
        if who in STATEMENTS:
            return self._metered(self.limit.pids, seconds, lambda: self.limit.rate(who, z, seconds))
        server = {"tipg": self.rival, "bare": self.bare}.get(who, self.web)
        assert server is not None
        accept = "gzip" if who == "packed" else ""
        paths = [_path(who, z, x, y) for x, y in self.tiles[z]]
        return self._metered(
            [server.pid], seconds, lambda: rate(server.url, paths, seconds, self.folder, accept_encoding=accept)
        )

    def _metered(self, pids: list[int], seconds: float, work: Callable[[], float]) -> Run:
        before = self.meter.used(*pids)
        found = work()
        return Run(found, found * seconds / max(1e-9, self.meter.used(*pids) - before))


def _path(who: str, z: int, x: int, y: int) -> str:
    if who == "tipg":
        return f"/collections/public.{TABLE}/tiles/WebMercatorQuad/{z}/{x}/{y}?f=mvt"
    return f"/tiles/{LAYER}/{z}/{x}/{y}.mvt?v=1&s=public"


def measure(database: Database, folder: Path, rounds: int, seconds: float) -> list[Figure]:
    """Round by round both limits, ours, tipg, ours packed, at each zoom, on servers that run all the while."""
    runs: dict[tuple[str, int], list[Run]] = {}
    with contextlib.ExitStack() as stack:
        contest = _Contest(database, folder, stack)
        for z in ZOOMS:  # warm: connections, prepared statements, the versions a process has seen
            for who in contest.names:
                contest.run(who, z, 1)
        for number in range(rounds):
            print(f"  tiles: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            for z in ZOOMS:
                for who in contest.names:
                    runs.setdefault((who, z), []).append(contest.run(who, z, seconds))
        return [figure for z in ZOOMS for figure in _figures(runs, z, len(contest.tiles[z]))]


def _figures(runs: dict[tuple[str, int], list[Run]], z: int, count: int) -> list[Figure]:
    note = f"{count} distinct tiles with {LAYER} and their labels, 2 processes each, load by {tool()} on 8 connections"
    figures = []
    for who, other, peer, goal in (
        ("ours", "textbook", "psycopg ST_AsMVT loop", 0.75),
        ("ours", "own", "the same loop with our own statement", None),
        ("packed", "textbook", "psycopg ST_AsMVT loop, not packed", None),
        ("ours", "tipg", "tipg 1.6.1", None if z >= LABEL_ZOOM else TIPG_GOAL[z]),
        *([("bare", "tipg", "tipg 1.6.1", TIPG_GOAL[z])] if z >= LABEL_ZOOM else []),
    ):
        if (other, z) not in runs:
            continue
        name = f"cold tile z{z}" + {"packed": ", gzipped", "bare": ", same content"}.get(who, "")
        mine, theirs = runs[who, z], runs[other, z]
        figures += [
            compare(name, peer, [r.rate for r in mine], [r.rate for r in theirs], goal=goal, unit="tiles/s", note=note),
            compare(
                f"{name}, by CPU time", peer, [r.per_cpu for r in mine], [r.per_cpu for r in theirs], goal=goal,
                unit="tiles/CPU s",
            ),
        ]  # fmt: skip
    return figures
