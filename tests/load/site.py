"""The whole site as separate processes over a cluster that may be killed, and a small supervisor that starts the dead again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gis.local.children import die_with_parent
from tests.load.cluster import CrashCluster
from tests.local_tree import free_port
from tests.stage import ROOT
from tests.streaming import get_json

DATABASE, WORKER = "database", "worker"
PROCESSES = ("web", "stream", "relay", WORKER)
#: A dead process is started again after so long, as by the product's supervisor.
_PAUSE_S = 0.5


@dataclass
class CrashSite:
    """Web process, stream, relay and worker. Everything is started from one thread: the kernel ties children to it."""

    cluster: CrashCluster
    folder: Path
    environment: dict[str, str]
    web_port: int = field(default_factory=free_port)
    stream_port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _due: dict[str, float] = field(default_factory=dict)

    @classmethod
    @contextlib.contextmanager
    def open(cls, cluster: CrashCluster, folder: Path) -> Iterator[CrashSite]:
        """The running site; stopped afterwards."""
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="wg-") as sockets:
            own = {"WANGGE_VAR": str(folder), "WANGGE_SOCKET_DIR": sockets, "WANGGE_LOG_LEVEL": "WARNING"}
            site = cls(cluster, folder, os.environ | cluster.environment | own)
            try:
                for name in PROCESSES:
                    site.start(name)
                yield site
            finally:
                for name in list(site.processes):
                    site.kill(name)

    @property
    def url(self) -> str:
        """Where pages and the JSON interface are."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def live_url(self) -> str:
        """Where /live/ is."""
        return f"http://127.0.0.1:{self.stream_port}"

    def command(self, name: str) -> list[str]:
        """How a process is started."""
        if name == "web":
            return [
                "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.web_port),
                "--workers", "2", "--blocking-threads", "4", "--no-ws", "gis.wsgi:application",
            ]  # fmt: skip
        return ["manage.py", name, *(["--port", str(self.stream_port)] if name == "stream" else [])]

    def start(self, name: str) -> None:
        """Starts one process."""
        with (self.folder / f"{name}.log").open("ab") as out:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *self.command(name)], cwd=ROOT, stdout=out, stderr=out, env=self.environment,
                start_new_session=True, preexec_fn=lambda: die_with_parent(signal.SIGKILL),
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """kill -9 of a process and what it started; of the database with all its processes at once."""
        if name == DATABASE:
            self.cluster.kill()
        else:
            process = self.processes.pop(name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._due[name] = time.monotonic() + _PAUSE_S

    def look_after(self) -> None:
        """Starts again what was killed or died by itself."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.kill(name)
        for name, due in list(self._due.items()):
            if time.monotonic() >= due:
                del self._due[name]
                if name == DATABASE:
                    self.cluster.start_again()
                else:
                    self.start(name)

    def live_seq(self, token: str) -> int:
        """The seq of the live state; -1 while it can't be read."""
        try:
            return int(get_json(self.live_url, "/live/state", token)["seq"])
        except (OSError, AssertionError):
            return -1

    def logs(self) -> str:
        """The last words of every process."""
        files = [*self.folder.glob("*.log"), self.cluster.log]
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-1500:]}" for file in files)
