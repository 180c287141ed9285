"""``make run``: from whatever state the machine is in to ``ready``, then the supervisor."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import bundle, children, cluster, mirror, packages, ports, python_env, services, vendor
from .console import Console
from .files import digest_of, read_json, read_stamp, sha256_of, write_whole
from .options import Options
from .places import SERVICE_USER, Places, find_places, make_folders, make_socket_dirs, require_reachable_data
from .problems import SetupProblem, Stopped
from .supervisor import STOP_SIGNALS, Supervisor

ROOT = Path(__file__).resolve().parents[2]
_STATIC_STAMP = "static.sha256"
_LOADED, _DEMO = "wangge-loaded", "wangge-demo"


def stop_on_signals() -> None:
    """From here on SIGINT, SIGTERM and SIGHUP raise :class:`Stopped`, also when they were ignored at our start."""

    def on_signal(number: int, frame: object) -> None:
        raise Stopped(signal.Signals(number).name)

    for number in STOP_SIGNALS:
        signal.signal(number, on_signal)


@contextmanager
def only_one(var: Path, what: str) -> Iterator[None]:
    """Holds the lock of this ``WANGGE_VAR``; the kernel gives it back however we end.

    Raises:
        SetupProblem: another ``make run`` (or ``make test``) holds it.
    """
    var.mkdir(parents=True, exist_ok=True)
    path = var / "run.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 200).decode("utf-8", "replace").strip()
            raise SetupProblem(
                f"{holder or 'Another start'} is already running in {var}.",
                "Stop it first (Ctrl-C in its terminal), or use another place and port: make run WANGGE_VAR=var2 PORT=8001",
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{what} (process {os.getpid()}, since {time.strftime('%H:%M:%S')})\n".encode())
        yield
    finally:
        os.close(descriptor)


def run(options: Options, console: Console) -> int:
    """Sets everything up, then supervises. Returns the exit code."""
    started = time.monotonic()
    places = find_places(ROOT, options.var)
    console.line(f"Wangge: {places.root}")
    with only_one(places.var, f"make run at {options.url}"):
        ports.require_free(options)
        places, log = prepare_machine(options, console)
        mirror.refresh(places, console)
        supervisor = Supervisor(places, options, console)
        try:
            start_database(places, options, console, supervisor, log)
            load(places, options, console, log)
            _show_accounts(places, options, console)
            console.line(f"  set up in {time.monotonic() - started:.1f} s; starting the services")
            ports.require_free(options)
            return supervisor.run(services.table(places, options))
        finally:
            supervisor.stop()


def prepare_machine(
    options: Options, console: Console, extra: tuple[packages.Package, ...] = ()
) -> tuple[Places, Path]:
    """System packages, users, folders, ``.venv``, front-end modules; returns the places and the set-up log."""
    log = _open_log(find_places(ROOT, options.var))
    with _alone_in_tree(console):
        return _prepare_machine(options, console, extra, log), log


@contextmanager
def _alone_in_tree(console: Console) -> Iterator[None]:
    """``.venv`` and the front-end modules are shared by all starts of one tree: one installs, the others wait."""
    descriptor = os.open(ROOT, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.line("  · waiting for another set-up in this tree")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _prepare_machine(options: Options, console: Console, extra: tuple[packages.Package, ...], log: Path) -> Places:
    unpacked = bundle.unpack(Path(options.bundle), find_places(ROOT, options.var), console) if options.bundle else None
    wanted = (*packages.RUN, *extra)
    if options.edge:
        wanted += packages.EDGE
    places = find_places(ROOT, options.var)
    if unpacked is None and not (vendor.is_current(places) and not extra):
        wanted += packages.node_packages()
    if unpacked is not None:
        bundle.install_debs(unpacked, packages.missing(wanted), console, log)
    packages.install(wanted, console, log)
    if places.rooted:
        packages.ensure_service_user(SERVICE_USER)
    places = find_places(ROOT, options.var)
    require_reachable_data(places)
    if places.why_moved:
        console.line(f"  · {places.why_moved}: the data lie in {places.state}")
    make_folders(places)
    make_socket_dirs(places)
    _secret_key(places)
    python_env.install(places, console, log, unpacked / "wheels" if unpacked else None)
    vendor.install(places, console, log, unpacked, with_dev=bool(set(extra) & set(packages.TEST)))
    return places


def _open_log(places: Places) -> Path:
    places.var.mkdir(parents=True, exist_ok=True)
    log = places.var / "setup.log"
    if log.is_symlink() or (log.exists() and log.stat().st_size > 5_000_000):
        log.unlink()
    log.touch(mode=0o640)
    return log


def _secret_key(places: Places) -> None:
    """A random key in ``secret_key`` (0640), unless the environment gives one or it is there."""
    import secrets

    path = places.state / "secret_key"
    if os.environ.get("WANGGE_SECRET_KEY") or len(read_stamp(path)) >= 40:
        return
    write_whole(path, secrets.token_urlsafe(48) + "\n", mode=0o640, gid=places.service_account().gid)


def start_database(places: Places, options: Options, console: Console, supervisor: Supervisor, log: Path) -> None:
    """Starts the private cluster (making it first where there is none), or says whose database is used."""
    if not options.private_cluster:
        (places.state / "cluster.json").unlink(missing_ok=True)
        console.line("  · using the database of DATABASE_URL")
        if not options.owner_url:
            console.line(
                "  ! Only one database role was given: the event log is not protected against the application itself."
            )
            console.line(
                "    Give DATABASE_URL (a role that owns nothing) and DATABASE_OWNER_URL (the owner) to protect it."
            )
        return
    with console.step("Database") as step:
        cluster.create(places, step, log)
        cluster.configure(places)
        child = supervisor.start(services.postgres(places), quiet=True)
        cluster.wait_ready(places, child, step)
        step.update("roles and template")
        cluster.prepare(places, log)


def setup_env(places: Places, options: Options) -> dict[str, str]:
    """The environment of a set-up command: it migrates as the owner and may take its time."""
    owner = options.owner_url or (
        str(read_json(places.var / "owner.json").get("owner_url", "")) if options.private_cluster else ""
    )
    env = {**services.service_env(places, options), "PGOPTIONS": "-c statement_timeout=0"}
    if owner:
        env["DATABASE_OWNER_URL"] = owner
        if options.private_cluster:
            env["DATABASE_URL"] = str(read_json(places.state / "cluster.json")["app_url"])
    return env


def load(places: Places, options: Options, console: Console, log: Path) -> None:
    """Migrates, collects static files, loads the profile, makes the demo's accounts."""
    manage(places, options, console, log, "Tables and rights", "prepare_database")
    static = _static_digest(places)
    if read_stamp(places.state / "static" / _STATIC_STAMP) != static:
        manage(places, options, console, log, "Static files", "collectstatic", "--noinput", "--verbosity=1")
        write_whole(places.state / "static" / _STATIC_STAMP, static + "\n", owner=places.service_account())
    profile = str(places.code / "data" / "yuanhui")
    state = _profile_digest(places)
    if options.private_cluster:
        state += " " + cluster.database_number(places, log)
    if not options.private_cluster or cluster.stamped(places, _LOADED) != state:
        manage(places, options, console, log, "District profile data/yuanhui", "load_district", profile)
        if options.private_cluster:
            cluster.stamp(places, _LOADED, state)
    if options.demo and not (
        options.private_cluster
        and cluster.stamped(places, _DEMO) == state
        and (places.state / "demo" / "accounts.json").exists()
    ):
        manage(places, options, console, log, "Demo accounts", "demo_accounts")
        if options.private_cluster:
            cluster.stamp(places, _DEMO, state)


def _profile_digest(places: Places) -> str:
    """What the loaded profile and the demo's people depend on: the delivered files and the code that reads them."""
    files = [path for path in (places.code / "data" / "yuanhui").rglob("*") if path.is_file()]
    files += [*(places.code / "layers").rglob("*.py"), *(places.code / "gis").glob("*.py")]
    return digest_of(*(f"{path.relative_to(places.code)} {sha256_of(path)}" for path in sorted(files)))


def _static_digest(places: Places) -> str:
    """What the collected files depend on: the packages, and our own files by size and time."""
    own = sorted(
        f"{path.relative_to(places.code)} {path.stat().st_size} {path.stat().st_mtime_ns}"
        for path in (places.code / "gis" / "static").rglob("*")
        if path.is_file()
    )
    return digest_of(python_env.lock_digest(places.root), *own)


def manage(places: Places, options: Options, console: Console, log: Path, title: str, *command: str) -> None:
    """Runs one ``manage.py`` command as a step, as the services' user."""
    with console.step(title) as step:
        last = {"line": ""}

        def on_line(line: str) -> None:
            last["line"] = line.strip()[:60]

        show: Callable[[], None] = lambda: step.update(last["line"])  # noqa: E731 - a name for the reader
        code, output = children.run(
            [places.service_python, places.code / "manage.py", *command],
            account=places.service_account(),
            env=setup_env(places, options),
            cwd=places.code,
            log=log,
            on_line=on_line,
            tick=show,
        )
        children.must(
            code,
            output,
            f"manage.py {command[0]}",
            f"The whole output is in {log}; `manage.py doctor` looks for causes.",
        )


def _show_accounts(places: Places, options: Options, console: Console) -> None:
    """The demo's accounts, for the person at the terminal (the file itself is 0600)."""
    if not options.demo:
        return
    path = places.var / "demo" / "accounts.json"
    try:
        accounts = json.loads(path.read_text(encoding="utf-8"))
        width = max(len(str(a["username"])) for a in accounts)
        console.line(f"  Demo accounts ({path}):")
        for account in accounts:
            console.line(f"    {account['username']:<{width}}  {account['password']}  {account['role']}")
    except (OSError, ValueError, KeyError, TypeError):
        console.line(f"  ! no demo accounts in {path}")
