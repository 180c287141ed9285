"""Imports end to end beside ogr2ogr and GeoDjango's LayerMapping, their memory, and what they cost a watching wall.

Ours reads in its sandbox, maps, checks, compares, keeps history and publishes; the rivals fill a bare table with a spatial
index. All work in warm processes on the same database, in turns; ogr2ogr and our sandbox start processes of their own.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import import_files
from tests.bench.live import RATE, Delays, Spine, Talker, reported
from tests.bench.report import Figure, at_most, compare, share
from tests.bench.stage import Database

STREAMS = 20
MEMORY_GB = 1.0


class Loader:
    """A process that loads files when it is told to."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._talker = Talker("import_worker", environment)

    def start(self, who: str, file: Path | None = None, layer: str = "") -> None:
        """Gives an order and does not wait."""
        self._talker.say(json.dumps({"who": who, "file": str(file or ""), "layer": layer}))

    def end(self) -> dict[str, Any]:
        """What the order came to: seconds and peak_mb. RuntimeError when it failed; its reason is on stderr."""
        said = self._talker.hear()
        if not said:
            raise RuntimeError("the loading process failed")
        result: dict[str, Any] = json.loads(said)
        return result

    def do(self, who: str, file: Path | None = None, layer: str = "") -> float:
        """Seconds of one order."""
        self.start(who, file, layer)
        return float(self.end()["seconds"])

    def close(self) -> None:
        """Ends the process."""
        self._talker.close()


@contextlib.contextmanager
def loader(environment: dict[str, str]) -> Iterator[Loader]:
    """A loading process; ended afterwards."""
    process = Loader(environment)
    try:
        yield process
    finally:
        process.close()


def measure(database: Database, folder: Path, rounds: int) -> list[Figure]:
    """All figures of imports."""
    folder = folder / "imports"
    folder.mkdir()
    ours_env = database.environment | {"WANGGE_VAR": str(folder)}
    rounds = min(rounds, 5)
    with loader(ours_env) as ours, loader(ours_env | {"WANGGE_BENCH_AS_OWNER": "1"}) as rival:
        figures = [*_points(ours, rival, folder, rounds), _footprints(ours, rival, folder, rounds)]
    with loader(ours_env) as ours:
        figures.append(_memory(ours, folder))
        figures.append(_watched(database, ours, folder, rounds))
    return figures


def _points(ours: Loader, rival: Loader, folder: Path, rounds: int) -> list[Figure]:
    file = import_files.points(folder)
    mine, theirs = [], []
    for number in range(rounds):
        print(f"  imports: points, round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        mine.append(ours.do("ours", file, "new:bench_furniture"))
        ours.do("back", layer="bench_furniture")
        theirs.append(rival.do("ogr2ogr", file))
    note = f"{import_files.POINTS:,} points, from the file to the version everybody sees; ogr2ogr: COPY into a bare table with a spatial index"
    return [at_most("import, points", "ogr2ogr, bare table", mine, theirs, goal=3.0, unit="s", note=note)]


def _footprints(ours: Loader, rival: Loader, folder: Path, rounds: int) -> Figure:
    """Every footprint is moved, so that every row is closed and written anew."""
    files = [import_files.footprints(folder, shift_m) for shift_m in (0.05, 0.1)]
    rival.do("table")
    mine, theirs = [], []
    for number in range(rounds):
        print(f"  imports: footprints, round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        mine.append(1 / ours.do("ours", files[number % 2], "buildings"))
        theirs.append(1 / rival.do("mapping", files[number % 2]))
    note = "12,040 footprints all moved; ours with checks, diff and history, LayerMapping into a bare table"
    return compare("import, polygons", "LayerMapping", mine, theirs, goal=15, unit="runs/s", note=note)


def _memory(ours: Loader, folder: Path) -> Figure:
    """Of a fresh process, and of the largest of its children."""
    ours.start("ours", import_files.rings(folder), "new:bench_parcels")
    peak_gb = ours.end()["peak_mb"] / 1024
    figure = share(
        "import, memory", MEMORY_GB, [peak_gb], "100,000 polygons of 200 MB; the larger of worker and sandbox"
    )
    figure.peer, figure.unit = f"bound {MEMORY_GB:g} GB", "GB"
    return figure


def _watched(database: Database, ours: Loader, folder: Path, rounds: int) -> Figure:
    """From commit to client, with imports going on and without, in turns."""
    files = [import_files.footprints(folder, shift_m) for shift_m in (0.15, 0.2)]
    calm, busy = [], []
    with Spine.open(database, folder) as spine, contextlib.closing(spine.writer()) as writer:
        for number in range(rounds):
            print(f"  imports: watched, round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            calm.append(_delay_ms(spine, writer, seconds=4))
            ours.start("ours", files[number % 2], "buildings")
            busy.append(_delay_ms(spine, writer, seconds=4))
            ours.end()
    spread = max(calm) / statistics.median(calm)
    note = f"median of {STREAMS} streams, {RATE} events/s, two cores; without an import the rounds spread up to {spread:.2f}"
    return at_most("commit to client during an import", "without one", busy, calm, goal=1.5, unit="ms", note=note)


def _delay_ms(spine: Spine, writer: Talker, seconds: float) -> float:
    clients = spine.clients(STREAMS)
    writer.say(f"paced {RATE} {seconds}")
    events = int(writer.hear())
    return Delays.of(reported(clients), events).p50_ms
