"""`python -m tests.bench [--quick] [--only tiles|edge|live|positions|load|imports|wall|start]`: all figures beside named peers, in one run.

Rivals take turns within each round, so that what else the machine does hits them alike; a figure is the median of the
rounds' ratios with its spread. Nothing is asserted: the table says how far each goal is.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.bench.report import Figure, machine, print_table, write
from tests.bench.stage import bench_database

PARTS = ("tiles", "edge", "live", "positions", "load", "imports", "wall", "start")


def main() -> int:
    """Runs the parts, prints the table, writes the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 short rounds instead of 7, no second start")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part (may be given again)")
    parser.add_argument("--rounds", type=int, help="rounds (default 7, quick 3)")
    choice = parser.parse_args()
    if "DATABASE_URL" not in os.environ or "DATABASE_OWNER_URL" not in os.environ:
        print(
            "run `make bench`: it starts a database of its own and sets DATABASE_URL and DATABASE_OWNER_URL",
            file=sys.stderr,
        )
        return 64
    rounds = choice.rounds or (3 if choice.quick else 7)
    seconds = 2 if choice.quick else 3
    parts = choice.only or [part for part in PARTS if not (choice.quick and part == "start")]
    facts = machine()
    print("machine:", ", ".join(f"{name} {value}" for name, value in facts.items()), flush=True)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder, bench_database() as database:
        figures += database.figures if "load" in parts else []
        if "tiles" in parts:
            from tests.bench.tiles import measure as tiles

            figures += tiles(database, Path(folder), rounds, seconds)
        if "edge" in parts:
            from tests.bench.edge import measure as edge

            figures += edge(database, Path(folder), rounds, seconds)
        if "positions" in parts:
            from tests.bench.positions import measure as positions

            figures += positions(database, rounds)
        if "live" in parts:
            from tests.bench.live import measure as live

            figures += live(database, Path(folder), rounds, seconds)
        if "imports" in parts:
            from tests.bench.imports import measure as imports

            figures += imports(database, Path(folder), rounds)
        if "wall" in parts:
            _set_up_django()
            from tests.bench.wall import measure as wall

            figures += wall(database, Path(folder), rounds)
    if "start" in parts:
        from tests.bench.second_start import measure as second_start

        figures += second_start()
    print_table(figures)
    result = Path(os.environ.get("WANGGE_BENCH_RESULT") or Path(__file__).parents[2] / "var" / "bench.json")
    write(result, facts, figures)
    print(f"written: {result}")
    return 0


def _set_up_django() -> None:
    """The wall's bench uses what the browser tests use, and that knows the models."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
