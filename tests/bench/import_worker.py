"""The process that the import's bench tells what to load: a warm one, as the worker is, with Django on the bench's database.

A line of JSON in (`{"who", "file", "layer"}`), a line out (`{"seconds", "peak_mb"}`): the peak is that of this process
or of its largest child since the process began.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path


def main() -> None:
    """Serves orders until stdin ends."""
    import django

    if os.environ.get("WANGGE_BENCH_AS_OWNER"):
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    django.setup()
    from tests.bench import import_rivals
    from tests.bench.import_ours import load, take_back

    doings = {
        "ours": lambda order: load(Path(order["file"]), order["layer"]),
        "back": lambda order: take_back(order["layer"]),
        "table": lambda _: import_rivals.make_table(),
        "mapping": lambda order: import_rivals.layer_mapping(Path(order["file"])),
        "ogr2ogr": lambda order: import_rivals.ogr2ogr(Path(order["file"]), os.environ["DATABASE_OWNER_URL"]),
    }
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        started = time.perf_counter()
        doings[order["who"]](order)
        seconds = time.perf_counter() - started
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(json.dumps({"seconds": seconds, "peak_mb": peak / 1024}), flush=True)


if __name__ == "__main__":
    main()
