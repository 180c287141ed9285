"""A real worker on the test database."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gis.local.children import die_with_parent
from tests.stage import ROOT, database_settings


@dataclass
class Worker:
    """A running `manage.py worker`."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """No chance to say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def stop(self) -> float:
        """Asks it to end; how long that took, in seconds."""
        began = time.monotonic()
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0, self.text()
        return time.monotonic() - began

    def text(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace")


@contextlib.contextmanager
def worker(folder: Path, name: str = "worker", **environment: str) -> Iterator[Worker]:
    """Starts one; ends it if it still runs afterwards."""
    var, log = folder / "var", folder / f"{name}.log"
    var.mkdir(exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=ROOT, stdout=out, stderr=out,
            env=os.environ | database_settings() | {"WANGGE_VAR": str(var)} | environment,
            preexec_fn=lambda: die_with_parent(signal.SIGKILL),
        )  # fmt: skip
    try:
        yield Worker(process, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=10)


def until(true: Callable[[], object], seconds: float = 30, says: Callable[[], str] = str) -> None:
    """Returns once the condition holds; fails with `says()` when it never does."""
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, says()
        time.sleep(0.05)
