"""The test database and the running server: set up by the owner, used by the app's role."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from gis.local.children import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
PROFILE = ROOT / "data" / "yuanhui"
TEMPLATE = "wangge_template"
_CODE = ("layers", "gis/database.py")
#: Code that reads or serves and never decides what a loaded database looks like.
_READERS = ("layers/tiles/", "layers/api/", "layers/exports/")


def fingerprint() -> str:
    """Hash of everything that decides what the loaded database looks like."""
    total = hashlib.sha256()
    files = [
        file for part in _CODE for file in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
    ]
    files = [
        file for file in files if "migrations" in file.parts or not str(file.relative_to(ROOT)).startswith(_READERS)
    ]
    files += [file for file in PROFILE.rglob("*") if file.is_file()]
    for file in sorted(files):
        total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:12]


def _owner() -> psycopg.Connection:
    """A connection of the owner to its maintenance database."""
    if "owner" not in settings.DATABASES:
        pytest.exit("tests need DATABASE_URL and DATABASE_OWNER_URL: run `make test`, which sets both", returncode=3)
    entry = settings.DATABASES["owner"]
    return psycopg.connect(
        host=entry["HOST"], port=entry["PORT"] or 5432, user=entry["USER"], password=entry["PASSWORD"] or None,
        dbname=TEMPLATE if not entry["NAME"] else entry["NAME"], autocommit=True,
    )  # fmt: skip


def _point_at(name: str) -> None:
    """Every connection of this process goes to database `name` from now on."""
    for alias in settings.DATABASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        settings.DATABASES[alias]["NAME"] = name


def _exists(owner: psycopg.Connection, name: str) -> bool:
    return owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(owner: psycopg.Connection, name: str) -> None:
    owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _copy(owner: psycopg.Connection, source: str, name: str) -> None:
    owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source)))


@contextlib.contextmanager
def open_stage() -> Iterator[str]:
    """The name of a fresh database with the district loaded; dropped afterwards."""
    home = settings.DATABASES["default"]["NAME"]
    cached = f"wangge_test_{fingerprint()}"
    with _owner() as owner:
        owner.execute(
            "SELECT pg_advisory_lock(hashtextextended('wangge_test_template', 0))"
        )  # one builds, the others wait
        if not _exists(owner, cached):
            _build(owner, cached)
        owner.execute("SELECT pg_advisory_unlock(hashtextextended('wangge_test_template', 0))")
        name = f"wangge_test_run_{os.getpid()}"
        _drop(owner, name)
        _copy(owner, cached, name)
    _point_at(name)
    try:
        yield name
    finally:
        _point_at(home)
        with _owner() as owner:
            _drop(owner, name)


@contextlib.contextmanager
def spare_database(purpose: str) -> Iterator[str]:
    """The name of one more copy of the loaded district, for processes that would leave their traces in ours."""
    with _owner() as owner:
        name = f"wangge_test_{purpose}_run_{os.getpid()}"
        _drop(owner, name)
        _copy(owner, f"wangge_test_{fingerprint()}", name)
        try:
            yield name
        finally:
            _drop(owner, name)


@contextlib.contextmanager
def database_of_its_own() -> Iterator[str]:
    """As `open_stage` inside a session that has one: what is committed here stays here. Dropped afterwards."""
    home = settings.DATABASES["default"]["NAME"]
    with spare_database(f"own{time.monotonic_ns()}") as name:
        _point_at(name)
        try:
            yield name
        finally:
            _point_at(home)


def _in_use(name: str) -> bool:
    """True for the database of a test run that is still alive; older templates and what killed runs left are not."""
    *_, kind, number = name.split("_")
    if kind not in ("run", "building"):
        return False
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _build(owner: psycopg.Connection, cached: str) -> None:
    """Migrates and loads under a temporary name, then renames: a killed run leaves nothing half made."""
    from gis.database import prepare
    from layers.imports.services import load_profile

    for (old,) in owner.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'wangge\_test\_%'").fetchall():
        if not _in_use(old):
            _drop(owner, old)
    building = f"{cached}_building_{os.getpid()}"
    _copy(owner, TEMPLATE, building)
    home = settings.DATABASES["default"]["NAME"]
    _point_at(building)
    try:
        prepare(verbosity=0)
        load_profile(folder=PROFILE, actor=None)
    finally:
        _point_at(home)
    owner.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(cached)))


def url_of(alias: str, name: str = "") -> str:
    """Where the test database (or one of that name) is, as that connection's role."""
    entry = settings.DATABASES[alias]
    password = f":{quote(entry['PASSWORD'])}" if entry["PASSWORD"] else ""
    return f"postgresql://{entry['USER']}{password}@/{name or entry['NAME']}?host={quote(entry['HOST'], safe='')}&port={entry['PORT']}"


def database_settings(name: str = "") -> dict[str, str]:
    """Environment that points another process at the test database (or one of that name), as the app's role only."""
    return {"DATABASE_URL": url_of("default", name), "WANGGE_SECRET_KEY": settings.SECRET_KEY, "EDGE": "0"}


def spawn(words: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """A program of ours with its output in a file; it dies with this process."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, stdout=out, stderr=out, env=os.environ | environment,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )  # fmt: skip


@dataclass
class LiveSite:
    """The whole site on one port, with its relay: processes that tests may kill and start again."""

    port: int
    folder: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]]

    @classmethod
    @contextlib.contextmanager
    def open(cls, environment: dict[str, str], folder: Path) -> Iterator[LiveSite]:
        """A running relay and site on a free port; stopped afterwards."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        var = folder / "var"
        var.mkdir()
        # A socket's path is short: not every temporary folder's is.
        with tempfile.TemporaryDirectory(prefix="wg-") as sockets:
            own = {"WANGGE_VAR": str(var), "WANGGE_SOCKET_DIR": sockets}
            site = cls(port, folder, environment | own, {})
            try:
                site.start("relay")
                site.start("web")
                site.wait()
                yield site
            finally:
                for name in list(site.processes):
                    site.stop(name)

    @property
    def url(self) -> str:
        """Its address, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str) -> None:
        """Starts one process: `web` (pages and streams), or a command of its own name."""
        words = ["stream", "--with-web", "--port", str(self.port)] if name == "web" else [name]
        self.processes[name] = spawn(["manage.py", *words], self.environment, self.folder / f"{name}.log")

    def stop(self, name: str, with_signal: int = signal.SIGTERM) -> None:
        """Ends one process and waits for its end."""
        process = self.processes.pop(name)
        process.send_signal(with_signal)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise

    def wait(self, seconds: float = 60) -> None:
        """Returns once /healthz answers."""
        wait_for_health(self.url, self.processes["web"], self.folder / "web.log", seconds)


def wait_for_health(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    """Returns once /healthz answers; RuntimeError with the end of the log when it does not."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(f"the web process did not start:\n{log.read_text(errors='replace')[-3000:]}")


@dataclass
class Server:
    """A running web process."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    @contextlib.contextmanager
    def start(cls, environment: dict[str, str], folder: Path, workers: int = 1) -> Iterator[Server]:
        """Starts granian on a free loopback port, waits for /healthz, stops it afterwards."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = folder / "web.log"
        var = folder / "var"
        var.mkdir()
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
            "--workers", str(workers), "--blocking-threads", "2", "--no-ws", "gis.wsgi:application",
        ]  # fmt: skip
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=out,
                stderr=out,
                env=os.environ | environment | {"WANGGE_VAR": str(var)},
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )
        running = cls(f"http://127.0.0.1:{port}", process, log)
        try:
            running.wait()
            yield running
        finally:
            process.terminate()
            process.wait(timeout=20)

    def wait(self, seconds: float = 60) -> None:
        """Returns once /healthz answers."""
        wait_for_health(self.url, self.process, self.log, seconds)
