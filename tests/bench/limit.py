"""The limit: processes that do nothing but the prepared binary ST_AsMVT statement through psycopg, tile after tile.

The same statement and the same session settings as the product's, rights left out. They are started once and told by
a line on stdin which zoom to run and for how long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.bench.stage import ROOT, Database


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

    def rate(self, z: int, seconds: float) -> float:
        """Tiles a second of both together."""
        for process in self._processes:
            self._say(process, f"{z} {seconds}")
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


def _serve() -> None:
    import django

    django.setup()
    import psycopg

    from layers.people.rights import EVERYTHING
    from layers.tiles import links, selectors

    given, number = json.loads(sys.stdin.readline()), int(sys.stdin.readline())
    ids: Sequence[str] = tuple(given["layer"].split(","))
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, options=links.OPTIONS)
    cursor = psycopg.RawCursor(connection)
    work = {}
    for z, tiles in given["tiles"].items():
        sql = selectors.statement_for(ids, int(z), (False,) * len(ids))
        assert sql is not None
        values = [sql.parameters(int(z), x, y, (1,) * len(ids), (EVERYTHING,) * len(ids)) for x, y in tiles]
        work[int(z)] = (sql.text, values[number * len(values) // 2 :] + values[: number * len(values) // 2])
    print("ready", flush=True)
    for line in sys.stdin:
        zoom, seconds = line.split()
        text, values = work[int(zoom)]
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < float(seconds):
            cursor.execute(text, values[count % len(values)], binary=True, prepare=True)
            row = cursor.fetchone()
            assert row is not None and row[0]
            count += 1
        print(count / (time.perf_counter() - started), flush=True)


if __name__ == "__main__":
    _serve()
