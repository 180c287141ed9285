"""Servers under measurement: ours, the rival's, the edge. Each on a free loopback port, stopped afterwards."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from tests.bench.stage import ROOT, Database


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """Where a server answers, and the process it is."""

    url: str
    pid: int


@contextlib.contextmanager
def running(command: Sequence[str | Path], environment: dict[str, str], log: Path, url: str) -> Iterator[Server]:
    """A server while it answers at `url`; what is yielded names its address without a path."""
    with log.open("wb") as out:
        process = subprocess.Popen([str(part) for part in command], cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        _wait(process, url, log)
        yield Server(url.removesuffix("/healthz"), process.pid)
    except RuntimeError:
        print(f"{command[0]} ({log.name}) said:\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
        raise
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"no answer at {url}:\n{log.read_text(errors='replace')[-3000:]}")


def web_command() -> list[str]:
    """Our web process as `make run` starts it, where it listens left out."""
    from gis.local import services

    places: Any = SimpleNamespace(
        service_python=sys.executable, web_socket=Path("/nonexistent"), service_account=lambda: None
    )
    original, services.service_env = services.service_env, lambda *_: {}
    try:
        places.code = ROOT
        command = [str(part) for part in services.web(places, SimpleNamespace(edge=False, host="H", port="P")).command]
    finally:
        services.service_env = original
    cut = command.index("--uds")
    return [*command[:cut], *command[cut + 4 :]]


@contextlib.contextmanager
def wangge(
    database: Database, folder: Path, *, cache_mb: int, application: str = "gis.wsgi:application"
) -> Iterator[Server]:
    """Our web process with so much room for kept tiles."""
    port = free_port()
    environment = database.environment | {
        "WANGGE_TILE_CACHE_MB": str(cache_mb),
        "WANGGE_VAR": str(folder),
        "PYTHONPATH": str(ROOT),
        "PYTHONFAULTHANDLER": "1",
    }
    command = [application if part == "gis.wsgi:application" else part for part in web_command()]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with running(command, environment, folder / f"web-{port}.log", f"http://127.0.0.1:{port}/healthz") as server:
        yield server


@contextlib.contextmanager
def tipg(python: str, database: Database, folder: Path, table: str, properties: list[str]) -> Iterator[Server]:
    """tipg on uvicorn (uvloop, httptools), two workers, on the same stored 3857 column, with the same attributes."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": _with_host(database.url),
        "TIPG_DB_TABLES": json.dumps([f"public.{table}"]),
        "TIPG_TABLE_CONFIG": json.dumps(
            {f"public_{table}": {"geomcol": "geom_3857", "pk": "feature_id", "properties": properties}}
        ),
        "TIPG_TILE_BUFFER": "64",
        "TIPG_CATALOG_TTL": "100000",
        "TIPG_DB_SPATIAL_EXTENT": "false",
        "TIPG_DB_DATETIME_EXTENT": "false",
    }
    environment.pop("PYTHONPATH", None)
    command = [
        python, "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
        "--loop", "uvloop", "--http", "httptools", "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    with running(command, environment, folder / "tipg.log", f"http://127.0.0.1:{port}/healthz") as server:
        yield server


def _with_host(url: str) -> str:
    """The URL with the socket's folder as its (percent-encoded) host: pydantic wants one before the path."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    user = parts.username or ""
    password = f":{parts.password}" if parts.password else ""
    host = query.get("host") or parts.hostname or "localhost"
    port = query.get("port") or parts.port or 5432
    return f"postgresql://{user}{password}@{quote(host, safe='')}:{port}{parts.path}"


@contextlib.contextmanager
def edge(folder: Path, static: Path, web: Server) -> Iterator[Server]:
    """nginx with the product's own configuration: static files from `static`, tiles from the web process."""
    from gis.local.edge import configuration

    port = free_port()
    for name in ("run/edge", "log/edge", "cache/tiles"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "static").symlink_to(static)
    places: Any = SimpleNamespace(state=folder, web_socket=Path("WEB"), live_socket=folder / "no-stream", rooted=False)
    text = configuration(places, SimpleNamespace(host="127.0.0.1", port=port))
    target = folder / "nginx.conf"
    target.write_text(text.replace("unix:WEB", web.url.removeprefix("http://")))
    command = ["/usr/sbin/nginx", "-e", "stderr", "-p", str(folder), "-c", str(target)]
    if os.geteuid() == 0:  # else its workers would be nobody, who can't enter our folder
        command += ["-g", f"user {getpass.getuser()};"]
    with running(command, dict(os.environ), folder / "nginx.log", f"http://127.0.0.1:{port}/healthz") as server:
        yield server
