"""A repeated tile through the edge, against the edge serving the same bytes as files."""

from __future__ import annotations

import contextlib
import gzip
import sys
import urllib.request
from pathlib import Path

from tests.bench.load import rate
from tests.bench.meter import Meter, Run
from tests.bench.report import Figure, compare
from tests.bench.servers import edge, wangge
from tests.bench.stage import Database
from tests.bench.tiles import LAYER, filled_tiles

ZOOMS = (14, 16)


def measure(database: Database, folder: Path, rounds: int, seconds: float) -> list[Figure]:
    """Round by round: cached tile, same bytes as precompressed file, and for comparison the web process's own cache."""
    paths = {z: [f"/tiles/{LAYER}/{z}/{x}/{y}.mvt?v=1&s=public" for x, y in filled_tiles(database, z)] for z in ZOOMS}
    static = folder / "files"
    runs: dict[tuple[str, int], list[Run]] = {}
    with contextlib.ExitStack() as stack:
        meter = Meter(database)
        stack.callback(meter.close)
        web = stack.enter_context(wangge(database, folder, cache_mb=256))
        files = {z: [_save(web.url, path, static, number, z) for number, path in enumerate(paths[z])] for z in ZOOMS}
        front = stack.enter_context(edge(folder, static, web))
        for z in ZOOMS:
            rate(front.url, paths[z], 2, folder, accept_encoding="gzip")
            _must_be_cached(front.url + paths[z][0])
        for number in range(rounds):
            print(f"  edge: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            for z in ZOOMS:
                for name, server, asked in (
                    ("file", front, files[z]),
                    ("edge", front, paths[z]),
                    ("web", web, paths[z]),
                ):
                    before = meter.used(server.pid)
                    found = rate(server.url, asked, seconds, folder, connections=32, accept_encoding="gzip")
                    run = Run(found, found * seconds / max(1e-9, meter.used(server.pid) - before))
                    runs.setdefault((name, z), []).append(run)
    return [figure for z in ZOOMS for figure in _figures(runs, z)]


def _figures(runs: dict[tuple[str, int], list[Run]], z: int) -> list[Figure]:
    note = "gzipped form, 32 connections; the edge runs the product's configuration"
    figures = []
    for who, goal in (("edge", 0.7), ("web", None)):
        name = f"repeated tile z{z}, {'edge' if who == 'edge' else 'no edge'}"
        mine, theirs = runs[who, z], runs["file", z]
        figures += [
            compare(name, "nginx static file", [r.rate for r in mine], [r.rate for r in theirs], goal=goal,
                    unit="tiles/s", note=note),
            compare(f"{name}, by CPU time", "nginx static file", [r.per_cpu for r in mine],
                    [r.per_cpu for r in theirs], goal=goal, unit="tiles/CPU s"),
        ]  # fmt: skip
    return figures


def _save(base: str, path: str, static: Path, number: int, z: int) -> str:
    """Stores a tile's bytes as a file and its gzipped twin; the address under which the edge serves them."""
    request = urllib.request.Request(base + path, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        packed = answer.read()
        encoded = answer.headers.get("Content-Encoding") == "gzip"
    folder = static / str(z)
    folder.mkdir(parents=True, exist_ok=True)
    name = folder / f"{number}.mvt"
    name.write_bytes(gzip.decompress(packed) if encoded else packed)
    if encoded:
        Path(f"{name}.gz").write_bytes(packed)
    return f"/static/{z}/{number}.mvt"


def _must_be_cached(url: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept-Encoding": "gzip"}), timeout=30) as answer:
        if answer.headers.get("X-Cache") != "HIT":
            raise RuntimeError(f"the edge did not keep {url}: {dict(answer.headers)}")
