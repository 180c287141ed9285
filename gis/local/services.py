"""The process table: what the supervisor runs. One more process is one more entry in :func:`table`."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import cluster, edge
from .options import Options
from .places import Account, Places


@dataclass(frozen=True)
class Service:
    """One long-running process.

    ``stage``: lower starts first and stops last. ``death_signal``: what the kernel sends when the supervisor is killed.
    """

    name: str
    command: tuple[str | Path, ...]
    account: Account
    env: dict[str, str] = field(repr=False)
    cwd: Path
    stage: int
    stop_signal: int = signal.SIGTERM
    stop_patience_s: float = 6.0
    death_signal: int = signal.SIGTERM
    before_start: Callable[[], object] | None = None
    #: The next service of the table waits for this (20 s at most).
    is_up: Callable[[], bool] | None = None
    #: Log lines may hold addresses with tokens: cut their queries.
    mask_queries: bool = False


def service_env(places: Places, options: Options) -> dict[str, str]:
    """The whole environment of our own processes; nothing of the caller's shell leaks in by accident.

    The owner's database URL is not part of it: no service may change the schema or the log.
    """
    passed = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("WANGGE_") or name in ("TZ", "SSL_CERT_FILE", "NO_COLOR", "DJANGO_SETTINGS_MODULE")
    }
    env = {
        **passed,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(places.state / "tmp"),
        "TMPDIR": str(places.state / "tmp"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONSAFEPATH": "1",
        "WANGGE_VAR": str(places.state),
        "HOST": options.host,
        "PORT": str(options.port),
        "EDGE": "1" if options.edge else "0",
        "DEMO": "1" if options.demo else "0",
        "SIMULATE": "1" if options.simulate else "0",
        "WANGGE_SOCKET_DIR": str(places.web_socket.parent),
    }
    env["PYTHONPATH"] = str(places.code)
    if places.rooted:
        env["PYTHONDONTWRITEBYTECODE"] = "1"
    if options.database_url:
        env["DATABASE_URL"] = options.database_url
    return env


def postgres(places: Places) -> Service:
    """The private cluster."""
    return Service(
        name="postgres",
        command=tuple(cluster.start_command(places)),
        account=places.cluster_account(),
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        cwd=Path("/"),
        stage=0,
        # Fast shutdown: roll back, checkpoint, go.
        stop_signal=signal.SIGINT,
        stop_patience_s=9.0,
        death_signal=signal.SIGINT,
        before_start=lambda: cluster.clear_stale_locks(places),
    )


def web(places: Places, options: Options) -> Service:
    """The Django application on the edge's private socket."""
    command: list[str | Path] = [places.service_python, "-m", "granian", "--interface", "wsgi", "--workers", "2"]
    command += [
        "--http",
        "1",
        "--no-ws",
        "--workers-kill-timeout",
        "4",
        "--respawn-failed-workers",
        "--log-level",
        "error",
    ]
    # A thread keeps its database connection: 2 x 8 of the cluster's 80.
    command += ["--blocking-threads", "8", "--backpressure", "64"]
    command += ["--uds", places.web_socket, "--uds-permissions", "0o600"]
    return Service(
        name="web",
        command=(*command, "gis.wsgi:application"),
        account=places.service_account(),
        env=service_env(places, options),
        cwd=places.code,
        stage=2,
        before_start=lambda: places.web_socket.unlink(missing_ok=True),
        is_up=lambda: _accepts(places.web_socket),
    )


def command(places: Places, options: Options, name: str, *words: str | Path, stage: int = 2) -> Service:
    """A long-running `manage.py` command as the service's user."""
    return Service(
        name=name,
        command=(places.service_python, places.code / "manage.py", *(words or (name,))),
        account=places.service_account(),
        env=service_env(places, options),
        cwd=places.code,
        stage=stage,
    )


def stream(places: Places, options: Options) -> Service:
    """The process of /live/: behind the edge on its socket; without an edge it serves the whole site on the port."""
    if not options.edge:
        return command(
            places, options, "web", "stream", "--host", options.host, "--port", str(options.port), "--with-web"
        )
    behind = command(places, options, "stream", "stream", "--uds", places.live_socket)
    return replace(
        behind,
        before_start=lambda: places.live_socket.unlink(missing_ok=True),
        is_up=lambda: _accepts(places.live_socket),
    )


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(str(path)) == 0


def nginx(places: Places, options: Options) -> Service:
    """The edge."""
    run = places.state / "run"
    return Service(
        name="edge",
        command=("/usr/sbin/nginx", "-e", "stderr", "-p", run, "-c", run / "nginx.conf"),
        account=places.service_account(),
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        cwd=Path("/"),
        stage=3,
        stop_patience_s=3.0,
        before_start=lambda: edge.write_configuration(places, options),
        mask_queries=True,
    )


def table(places: Places, options: Options) -> list[Service]:
    """Everything that runs, in the order it starts."""
    services = [postgres(places)] if options.private_cluster else []
    services.append(command(places, options, "relay"))
    services += [web(places, options)] if options.edge else []
    services.append(stream(places, options))
    services.append(replace(command(places, options, "worker"), stop_patience_s=8.0))
    services += [nginx(places, options)] if options.edge else []
    services += [command(places, options, "simulate", stage=4)] if options.demo and options.simulate else []
    return services
