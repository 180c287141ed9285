"""The private PostgreSQL cluster: made once, whole or not at all; started as a child of the supervisor.

It listens on one socket in a short private folder and on no network address. Its superuser has no password: only the
cluster's own operating-system user and root may become it (peer). Killed at any moment, the next start goes on from
what was finished: ``initdb`` works beside and is renamed, the databases are renamed into being as their last step.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, urlencode

from . import children, cluster_sql
from .console import Step
from .files import digest_of, free_mb, read_json, read_stamp, remove_tree, write_if_changed, write_whole
from .packages import POSTGRES_MAJOR, postgres_bin
from .places import Places, make_socket_dirs
from .problems import SetupProblem, no_room

PORT = 5439
SUPERUSER = "wangge_admin"
DATABASE = "wangge"
_NEEDED_MB = 600
_PREPARED = "wangge-prepared"
_START_TIMEOUT_S = 120


def bin_dir(places: Places) -> Path:
    """The programs that fit the cluster (or, before there is one, Debian 12's).

    Raises:
        SetupProblem: the cluster was made by a major version that this machine doesn't have.
    """
    made_by = read_stamp(places.cluster_dir / "PG_VERSION")
    major = int(made_by) if made_by.isdigit() else POSTGRES_MAJOR
    folder = postgres_bin(major)
    if not (folder / "postgres").exists():
        raise SetupProblem(
            f"The data in {places.cluster_dir} was made by PostgreSQL {major}, which is not on this machine "
            f"(it has {_majors() or 'none'}).",
            f"Install postgresql-{major} and postgresql-{major}-postgis-3; or move the folder away, run make again, "
            "and bring the content back with manage.py restore.",
        )
    return folder


def _majors() -> str:
    return ", ".join(
        sorted(path.name for path in Path("/usr/lib/postgresql").glob("*") if (path / "bin/postgres").exists())
    )


def create(places: Places, step: Step, log: Path) -> None:
    """Makes the data directory unless it is there: checksums on, UTF-8, C collation (order never changes with libc).

    Raises:
        SetupProblem: no room, or ``initdb`` failed.
    """
    if (places.cluster_dir / "PG_VERSION").exists():
        return
    if free_mb(places.state) < _NEEDED_MB:
        raise no_room(str(places.state), f"A new database needs {_NEEDED_MB} MB, {free_mb(places.state)} MB are free.")
    account, new = places.cluster_account(), places.state / "cluster.new"
    remove_tree(new)
    if places.cluster_dir.exists():
        places.cluster_dir.rename(places.state / f"cluster.broken-{int(time.time())}")
    new.mkdir(mode=0o700)
    account.owns(new)
    command: list[str | Path] = [
        bin_dir(places) / "initdb",
        "-D",
        new,
        "-U",
        SUPERUSER,
        "--data-checksums",
        "--encoding=UTF8",
    ]
    command += ["--locale=C.UTF-8", "--lc-collate=C", "--auth=peer"]
    code, output = children.run(
        command, account=account, env=_env(), cwd=Path("/"), log=log, tick=lambda: step.update("initdb")
    )
    if code:
        remove_tree(new)
    children.must(code, output, "initdb")
    new.rename(places.cluster_dir)
    _sync_folder(places.state)


def _env() -> dict[str, str]:
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def configure(places: Places, *, durable: bool = True) -> None:
    """Writes the cluster's configuration (each start: the machine, the folder or our tuning may have changed)."""
    account, data = places.cluster_account(), places.cluster_dir
    allowed = {account.name, "root"} if places.rooted else {account.name}
    texts = {
        "postgresql.conf": cluster_sql.configuration(places.socket_dir, PORT, memory_mb(), durable=durable),
        "pg_hba.conf": cluster_sql.HBA.format(superuser=SUPERUSER),
        "pg_ident.conf": "".join(f"wangge {name} {SUPERUSER}\n" for name in sorted(allowed)),
    }
    for name, text in texts.items():
        path = data / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text, mode=0o600, owner=account)
    auto = data / "postgresql.auto.conf"
    if not auto.exists():
        write_whole(auto, "", mode=0o600, owner=account)


def memory_mb() -> int:
    """The machine's memory in megabytes."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // (1 << 20)


def start_command(places: Places) -> list[str | Path]:
    """The postmaster's command line."""
    return [bin_dir(places) / "postgres", "-D", places.cluster_dir]


def clear_stale_locks(places: Places) -> None:
    """Removes lock files of a postmaster that is gone; stops one that outlived its supervisor.

    PostgreSQL refuses to start when the process id in its lock file lives, even if it is somebody else's by now
    (after a reboot, or in a container where ids are small).
    """
    lock = places.cluster_dir / "postmaster.pid"
    pid = _pid_in(lock)
    if pid and _is_our_postmaster(pid, places.cluster_dir):
        _end_orphan(pid)
    if pid and not _is_our_postmaster(pid, places.cluster_dir):
        lock.unlink(missing_ok=True)
    make_socket_dirs(places)
    for leftover in places.socket_dir.glob(".s.PGSQL.*"):
        leftover.unlink(missing_ok=True)


def _pid_in(lock: Path) -> int:
    try:
        return abs(int(lock.read_text().splitlines()[0]))
    except (OSError, ValueError, IndexError):
        # An empty or garbled lock file stops PostgreSQL as well.
        lock.unlink(missing_ok=True)
        return 0


def _is_our_postmaster(pid: int, data: Path) -> bool:
    try:
        return (
            Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
            and "postgres" in Path(f"/proc/{pid}/comm").read_text()
        )
    except OSError:
        return False


def _end_orphan(pid: int) -> None:
    for number, patience_s in ((signal.SIGINT, 15), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if not Path(f"/proc/{pid}").exists():
                return
            time.sleep(0.1)


def is_ready(places: Places) -> bool:
    """Whether the postmaster says so in its lock file (line 8, as pg_ctl reads it; no fork)."""
    try:
        lines = (places.cluster_dir / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def wait_ready(places: Places, child: subprocess.Popen[bytes], step: Step | None = None) -> None:
    """Waits until connections are accepted (crash recovery included).

    Raises:
        SetupProblem: the postmaster died, or recovery takes longer than two minutes.
    """
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not is_ready(places):
        if child.poll() is not None:
            text = _log_tail(places)
            children.must(child.returncode or 1, text, "PostgreSQL", f"Its log: {places.var / 'log' / 'postgres.log'}")
        if time.monotonic() > deadline:
            raise SetupProblem(
                "PostgreSQL is still recovering after two minutes.", f"Watch {places.var / 'log' / 'postgres.log'}"
            )
        if step:
            step.update("starting")
        time.sleep(0.05)


def _log_tail(places: Places) -> str:
    try:
        return "\n".join(
            (places.state / "log" / "postgres.log").read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
        )
    except OSError:
        return ""


def prepare(places: Places, log: Path) -> None:
    """Roles, template and database on a running cluster; writes ``cluster.json`` and ``owner.json``.

    Safe to run again: a stamp inside the data directory says which state it was left in.
    """
    known = read_json(places.var / "owner.json")
    passwords = {role: str(known.get(f"{role}_password") or secrets.token_urlsafe(24)) for role in ("owner", "app")}
    folder = str(places.socket_dir)
    owner = {
        "owner_url": _url("wangge_owner", passwords["owner"], folder),
        "superuser_url": _url(SUPERUSER, "", folder),
        **{f"{role}_password": password for role, password in passwords.items()},
    }
    # The passwords are on disk before the roles know them: a crash in between loses nothing.
    write_if_changed(places.var / "owner.json", json.dumps(owner, indent=1) + "\n", mode=0o600)
    steps = cluster_sql.preparation(passwords)
    digest = digest_of(*(text for _, text in steps), *passwords.values())
    # The number tells a database that was dropped or made anew by hand from the one the stamp is about.
    number = database_number(places, log)
    if not number or read_stamp(places.cluster_dir / _PREPARED) != f"{digest} {number}":
        for database, text in steps:
            _psql(places, database, text, log)
        number = database_number(places, log)
        stamp(places, _PREPARED, f"{digest} {number}")
    about = {
        "data_dir": str(places.cluster_dir),
        "socket_dir": folder,
        "port": PORT,
        "database": DATABASE,
        "app_url": _url("wangge_app", passwords["app"], folder),
        "os_user": places.cluster_account().name,
    }
    text = json.dumps(about, indent=1) + "\n"
    write_if_changed(places.state / "cluster.json", text, mode=0o640, gid=places.service_account().gid)


def database_number(places: Places, log: Path) -> str:
    """PostgreSQL's number (oid) of our database; empty when there is none."""
    return _psql(places, "postgres", f"SELECT oid FROM pg_database WHERE datname = '{DATABASE}'", log).strip()


def stamp(places: Places, name: str, text: str) -> None:
    """Remembers ``text`` inside the data directory, so that it goes where the data goes."""
    write_whole(places.cluster_dir / name, text + "\n", mode=0o600, owner=places.cluster_account())


def stamped(places: Places, name: str) -> str:
    """What :func:`stamp` remembered; empty when nothing."""
    return read_stamp(places.cluster_dir / name)


def _url(role: str, password: str, folder: str) -> str:
    secret = f":{quote(password, safe='')}" if password else ""
    return f"postgresql://{role}{secret}@/{DATABASE}?" + urlencode({"host": folder, "port": PORT}, safe="/")


def _psql(places: Places, database: str, text: str, log: Path) -> str:
    command: list[str | Path] = [bin_dir(places) / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", places.socket_dir]
    command += ["-p", str(PORT), "-U", SUPERUSER, "-d", database, "-f", "-"]
    code, output = children.run(
        command, account=places.cluster_account(), env=_env(), cwd=Path("/"), log=log, feed=text.encode()
    )
    children.must(code, output, "Preparing the database")
    return output
