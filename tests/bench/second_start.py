"""The second start by `make run`, from the command to the line `ready`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from gis.local.places import find_places
from tests.bench.report import Figure, share
from tests.bench.servers import free_port
from tests.bench.stage import ROOT

BOUND_S = 15.0
_FIRST_LIMIT_S = 1200.0


def measure(times: int = 3) -> list[Figure]:
    """Starts once to set up, then `times` more with the clock running; each is stopped by SIGINT."""
    var = ROOT / "var" / "bench-start"
    seconds = []
    try:
        first = _start(var, _FIRST_LIMIT_S)
        for _ in range(times):
            seconds.append(_start(var, 120))
    finally:
        places = find_places(ROOT, str(var.relative_to(ROOT)))
        for folder in {places.state, var}:  # the state moves where the services can't enter the project's folder
            shutil.rmtree(folder, ignore_errors=True)
    note = f"make run in a WANGGE_VAR of its own; its first start took {first:.0f} s with the packages there"
    return [share("second start", BOUND_S, seconds, note)]


def _start(var: Path, limit_s: float) -> float:
    """Seconds until the line `ready`; the run is stopped again."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("DATABASE_", "WANGGE_", "DJANGO_"))}
    environment |= {"WANGGE_VAR": str(var.relative_to(ROOT)), "PORT": str(free_port()), "SIMULATE": "0"}
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    told: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            told.append(line)
            if line.startswith("ready "):
                return time.monotonic() - started
            if time.monotonic() - started > limit_s:
                break
        raise RuntimeError("make run did not come to `ready`:\n" + "".join(told[-20:]))
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            print("make run did not stop within 30 s", file=sys.stderr)
            os.killpg(process.pid, signal.SIGKILL)
