"""The limit: processes that do nothing but a prepared binary ST_AsMVT statement through psycopg, tile after tile.

Two statements, both with the product's rows, columns, order, cap, labels and session settings, rights left out:
`textbook` puts every shape through ST_AsMVTGeom, as PostGIS' manual does; `own` is the product's statement to the letter,
so that what is left is the server's overhead. The processes are started once and told by a line on stdin which statement
to run, at which zoom and for how long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.bench.stage import ROOT, Database

if TYPE_CHECKING:
    from layers.tiles.mvt import Statement

STATEMENTS = ("textbook", "own")


class Limit:
    """Two such processes."""

    def __init__(self, database: Database, tiles: dict[int, list[tuple[int, int]]], layer: str) -> None:
        given = json.dumps({"layer": layer, "tiles": {str(z): held for z, held in tiles.items()}})
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.bench.limit"], cwd=ROOT, text=True, env=database.environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
            for _ in range(2)
        ]  # fmt: skip
        for number, process in enumerate(self._processes):
            self._say(process, given)
            self._say(process, str(number))
            assert process.stdout is not None
            process.stdout.readline()

    @property
    def pids(self) -> list[int]:
        """The processes."""
        return [process.pid for process in self._processes]

    def rate(self, which: str, z: int, seconds: float) -> float:
        """Tiles a second of both together."""
        for process in self._processes:
            self._say(process, f"{which} {z} {seconds}")
        return sum(float(process.stdout.readline()) for process in self._processes if process.stdout)

    def close(self) -> None:
        """Ends them."""
        for process in self._processes:
            if process.stdin:
                process.stdin.close()
            process.wait(20)

    @staticmethod
    def _say(process: subprocess.Popen[str], line: str) -> None:
        assert process.stdin is not None
        process.stdin.write(line + "\n")
        process.stdin.flush()


def statement(which: str, ids: tuple[str, ...], z: int) -> Statement:
    """The statement of that name."""
    from layers.tiles import mvt, selectors

    specs = [replace(spec, snaps=which == "own" and spec.snaps) for spec in selectors.tiled_specs(ids)]
    made = mvt.statement([mvt.Source(spec, selectors.table_of(spec)) for spec in specs], z)
    assert made is not None
    return made


def _serve() -> None:
    import django

    django.setup()
    import psycopg

    from layers.people.rights import EVERYTHING
    from layers.tiles import links

    given, number = json.loads(sys.stdin.readline()), int(sys.stdin.readline())
    ids = tuple(given["layer"].split(","))
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, options=links.OPTIONS)
    cursor = psycopg.RawCursor(connection)
    work = {}
    for which in STATEMENTS:
        for z, tiles in given["tiles"].items():
            sql = statement(which, ids, int(z))
            values = [sql.parameters(int(z), x, y, (1,) * len(ids), (EVERYTHING,) * len(ids)) for x, y in tiles]
            half = number * len(values) // 2
            work[which, z] = (sql.text, values[half:] + values[:half])
    print("ready", flush=True)
    for line in sys.stdin:
        which, z, seconds = line.split()
        text, values = work[which, z]
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < float(seconds):
            cursor.execute(text, values[count % len(values)], binary=True, prepare=True)
            row = cursor.fetchone()
            assert row is not None and row[0]
            count += 1
        print(count / (time.perf_counter() - started), flush=True)


if __name__ == "__main__":
    _serve()
