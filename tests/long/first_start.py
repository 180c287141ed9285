"""A tree of its own for tests of ``make run``: a copy of the project under a folder that others may enter."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("Makefile", "manage.py", "pyproject.toml", "requirements.lock", "package.json", "package-lock.json", ".npmrc")
TREES = ("gis", "layers", "data", "locale")


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Tree:
    """A copy of the project and the means to start it."""

    path: Path
    port: int

    @property
    def url(self) -> str:
        """Its address, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, output: Path, **env: str) -> subprocess.Popen[bytes]:
        """``make run`` in a process group of its own, as a script's background job would be (SIGINT ignored)."""
        with output.open("wb") as sink:
            return subprocess.Popen(
                ["make", "run"],
                cwd=self.path,
                stdout=sink,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**clean_environment(), "PORT": str(self.port), **env},
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
            )

    def processes(self) -> list[str]:
        """Command lines of whatever still runs out of this tree."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                where = str((process / "cwd").readlink())
                if str(self.path) in line or where.startswith(str(self.path)):
                    found.append(f"{process.name} {line}")
        return found


def clean_environment() -> dict[str, str]:
    """Our environment without what ``make test`` put there for the tests themselves."""
    taken = {"DATABASE_URL", "DATABASE_OWNER_URL", "WANGGE_VAR", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "BUNDLE"}
    return {name: value for name, value in os.environ.items() if name not in taken}


def copy_project(to: Path, *, with_environment: bool = True) -> None:
    """Copies what git would hold, and (by link) the environment, so that a test doesn't install it again."""
    to.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        shutil.copy2(ROOT / name, to / name)
    for name in TREES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__", "vendor.new", "vendor.old"))
    if with_environment:
        (to / ".venv").symlink_to(ROOT / ".venv")


def wait_for_ready(run: subprocess.Popen[bytes], output: Path, timeout_s: float) -> float:
    """Seconds until the line ``ready http://…``; fails with the output when it doesn't come."""
    begun = time.monotonic()
    while time.monotonic() - begun < timeout_s:
        text = output.read_text("utf-8", "replace")
        if any(line.startswith("ready http://") for line in text.splitlines()):
            return time.monotonic() - begun
        assert run.poll() is None, f"make run ended with {run.returncode}:\n{text[-4000:]}"
        time.sleep(0.05)
    raise AssertionError(f"not ready within {timeout_s} s:\n{output.read_text('utf-8', 'replace')[-4000:]}")


def status(url: str) -> int:
    """The HTTP status of a GET."""
    with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.status)
    return 0


def end(run: subprocess.Popen[bytes], number: int = signal.SIGTERM, patience_s: float = 20) -> float:
    """Stops a start as a person would; seconds it took."""
    begun = time.monotonic()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.pid, number)
    run.wait(patience_s)
    return time.monotonic() - begun


def wait_until(what: str, holds, timeout_s: float) -> None:
    """Waits for ``holds()``; fails naming ``what``."""
    begun = time.monotonic()
    while not (last := holds()):
        assert time.monotonic() - begun < timeout_s, f"{what} did not happen within {timeout_s} s (last: {last!r})"
        time.sleep(0.05)


@contextlib.contextmanager
def tree_in(folder: Path, **choices: bool) -> Iterator[Tree]:
    """A tree below ``folder``; whatever still runs out of it afterwards is ended."""
    copy_project(folder / "wangge", **choices)
    tree = Tree(folder / "wangge", free_port())
    try:
        yield tree
    finally:
        for line in tree.processes():
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(line.split()[0]), signal.SIGKILL)
