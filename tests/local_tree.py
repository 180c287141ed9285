"""A tree of its own for tests of ``make run``: a copy of the project under a folder that others may enter."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("Makefile", "manage.py", "pyproject.toml", "requirements.lock", "package.json", "package-lock.json", ".npmrc")
TREES = ("gis", "layers", "data", "locale")
STAND_IN_MANAGE = """
import json, os, pathlib, sys
command, var = sys.argv[1], pathlib.Path(os.environ["WANGGE_VAR"])
print(command, "as user", os.getuid())
if command == "prepare_database":
    import psycopg
    with psycopg.connect(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS live_event (seq bigint)")
        owner.execute("GRANT SELECT, INSERT ON live_event TO wangge_app")
if command == "collectstatic":
    (var / "static" / "plain.css").write_text("body{}" * 500)
    (var / "static" / "x.abcdef012345.css").write_text("body{}" * 500)
if command == "demo_accounts":
    (var / "demo" / "accounts.json").write_text(json.dumps([{"username": "a", "password": "b", "role": "seat"}]))
if command in ("relay", "stream", "worker", "simulate"):
    import signal, socket
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if "--with-web" in sys.argv:
        sys.path.insert(0, os.getcwd())
        from wsgiref.simple_server import make_server
        from gis.wsgi import application
        make_server(sys.argv[sys.argv.index("--host") + 1], int(sys.argv[sys.argv.index("--port") + 1]), application).serve_forever()
    if "--uds" in sys.argv:
        door = socket.socket(socket.AF_UNIX)
        door.bind(sys.argv[sys.argv.index("--uds") + 1])
        door.listen()
    signal.pause()
"""
STAND_IN_WSGI = """
import json, os, pathlib, psycopg
url = os.environ.get("DATABASE_URL") or json.loads((pathlib.Path(os.environ["WANGGE_VAR"]) / "cluster.json").read_text())["app_url"]
count = 0

def application(env, start):
    global count
    path, query, kind, body = env["PATH_INFO"], env["QUERY_STRING"], "text/plain", b""
    extra = []
    if path == "/readyz":
        try:
            with psycopg.connect(url, connect_timeout=2) as connection:
                connection.execute("SELECT count(*) FROM live_event")
            status = "200 OK"
        except psycopg.Error as error:
            status, body = "503 Not ready", str(error).encode()
    elif path.startswith("/tiles/"):
        count += 1
        status, body = "200 OK", b"%d %d" % (os.getpid(), count)
        if env.get("HTTP_IF_NONE_MATCH"):
            status, body = "304 Not Modified", b""
        kind = "application/vnd.mapbox-vector-tile"
        extra = [("Cache-Control", "private" if "private" in query else "public, max-age=60"), ("ETag", '"t"')]
        extra += [("Vary", "Cookie")] if "vary" in query else [("Vary", "Accept-Encoding")]
        extra += [("Set-Cookie", "a=b")] if "cookie" in query else []
    elif path == "/whoami":
        names = ("HTTP_HOST", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_X_TEST")
        status, body = "200 OK", json.dumps({n: env.get(n) for n in names} | {"uid": os.getuid(), "pid": os.getpid()}).encode()
    else:
        status, body = "200 OK", str(len(env["wsgi.input"].read())).encode()
    start(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *extra])
    return [body]
"""


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
                own = int(process.name) == os.getpid()
                if not own and (str(self.path) in line or where.startswith(str(self.path))):
                    found.append(f"{process.name} {line}")
        return found


def clean_environment() -> dict[str, str]:
    """Our environment without what ``make test`` put there for the tests themselves."""
    taken = {
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "WANGGE_VAR",
        "DJANGO_SETTINGS_MODULE",
        "MAKEFLAGS",
        "MAKELEVEL",
        "MFLAGS",
        "BUNDLE",
    }
    return {name: value for name, value in os.environ.items() if name not in taken}


def copy_project(to: Path, *, with_environment: bool = True) -> None:
    """Copies what git would hold, and (by link) the environment, so that a test doesn't install it again."""
    to.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        shutil.copy2(ROOT / name, to / name)
    for name in TREES:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__", "vendor.new", "vendor.old")
            )
    if with_environment:
        (to / ".venv").symlink_to(ROOT / ".venv")


def stand_in(to: Path) -> None:
    """A tree with the real set-up, supervisor and edge around a tiny application: starts in seconds."""
    to.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        shutil.copy2(ROOT / name, to / name)
    (to / "gis").mkdir()
    shutil.copytree(ROOT / "gis" / "local", to / "gis" / "local", ignore=shutil.ignore_patterns("__pycache__"))
    vendor = ROOT / "gis" / "static" / "vendor"
    if vendor.is_dir():
        shutil.copytree(vendor, to / "gis" / "static" / "vendor")
    (to / "gis" / "__init__.py").touch()
    (to / "gis" / "wsgi.py").write_text(STAND_IN_WSGI)
    (to / "manage.py").write_text(STAND_IN_MANAGE)
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
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter (pytest's own are private)."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-test-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def tree_in(folder: Path, make: Callable[[Path], None]) -> Iterator[Tree]:
    """A tree made by ``make`` below ``folder``; whatever still runs out of it afterwards is ended."""
    make(folder / "wangge")
    tree = Tree(folder / "wangge", free_port())
    try:
        yield tree
    finally:
        for line in tree.processes():
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(line.split()[0]), signal.SIGKILL)
