"""Where everything of one installation lives, and which operating-system user owns it.

As root nothing but set-up runs as root: the cluster belongs to ``postgres``, the services to ``wangge``. As a plain
user everything belongs to that user. Where a folder above ``var/`` can't be entered by those two, the state moves to
``/var/lib/wangge/<id>`` and ``var/`` holds links to it.
"""

from __future__ import annotations

import contextlib
import grp
import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from .problems import SetupProblem

SERVICE_USER = "wangge"
CLUSTER_USER = "postgres"
SYSTEM_STATE = Path("/var/lib/wangge")
#: A socket's whole path must stay below 108 bytes; ``/.s.PGSQL.5439.lock`` needs 20 of them.
SOCKET_DIR_MAX_BYTES = 85
#: Folders the services write to. Everything else under ``var/`` belongs to set-up.
SERVICE_DIRS = ("run", "log/edge", "log/heads", "demo", "media", "static", "cache", "tmp", "imports", "exports")
#: Folders that set-up and the supervisor write to and the services only read.
SETUP_DIRS = ("log",)
#: Files set-up writes and the services read.
STATE_FILES = ("cluster.json", "secret_key")


@dataclass(frozen=True)
class Account:
    """An operating-system user that processes run as; ``uid`` is None for "whoever we are"."""

    name: str
    uid: int
    gid: int
    switch: bool

    def owns(self, path: Path) -> None:
        """Gives ``path`` to this account (only root can, and only root needs to)."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Places:
    """The answer to "where is …" for one tree and one ``WANGGE_VAR``."""

    root: Path
    var: Path
    state: Path
    key: str
    why_moved: str
    rooted: bool

    @property
    def moved(self) -> bool:
        """Whether the state had to leave ``var/``."""
        return self.state != self.var

    @property
    def cluster_dir(self) -> Path:
        """PostgreSQL's data directory."""
        return self.state / "cluster"

    @property
    def venv(self) -> Path:
        """The developer's environment, at the project's root."""
        return self.root / ".venv"

    @property
    def code(self) -> Path:
        """The tree the services run: the project itself, or its read-only mirror."""
        return self.state / "app" if self.moved else self.root

    @property
    def service_python(self) -> Path:
        """The interpreter the services run."""
        return (self.state / "venv" if self.moved else self.venv) / "bin" / "python"

    @property
    def vendor(self) -> Path:
        """The ignored folder of front-end modules and fonts."""
        return self.root / "gis" / "static" / "vendor"

    @property
    def socket_dir(self) -> Path:
        """PostgreSQL's socket folder: short, and private to the cluster and the services."""
        return self.socket_base / "pg"

    @property
    def web_socket(self) -> Path:
        """The socket between the edge and the web process."""
        return self.socket_base / "web" / "http"

    @property
    def live_socket(self) -> Path:
        """The socket between the edge and the stream process; pokes between processes lie beside it."""
        return self.web_socket.with_name("live")

    @property
    def socket_base(self) -> Path:
        """A short folder for all sockets of this installation (created by :func:`make_socket_dirs`)."""
        if self.rooted:
            return Path("/run") / f"wangge-{self.key}"
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        if runtime and len(runtime) < 60 and os.access(runtime, os.W_OK) and Path(runtime).is_dir():
            return Path(runtime) / f"wangge-{self.key}"
        return Path("/tmp") / f"wangge-{self.key}-{os.getuid()}"

    def cluster_account(self) -> Account:
        """Who owns the cluster: ``postgres`` under root, else ourselves."""
        return _account(CLUSTER_USER) if self.rooted else _ourselves()

    def service_account(self) -> Account:
        """Who runs the services: ``wangge`` under root, else ourselves."""
        return _account(SERVICE_USER) if self.rooted else _ourselves()


def find_places(root: Path, var: str | None = None) -> Places:
    """The places of the tree at ``root``; ``var`` is ``WANGGE_VAR`` (relative to ``root``, default ``var``)."""
    root = root.resolve()
    var_path = Path(os.path.normpath(root / (var or "var")))
    key = hashlib.sha256(str(var_path).encode()).hexdigest()[:8]
    rooted = os.geteuid() == 0
    why = _why_not_enterable(root, var_path) if rooted else ""
    state = SYSTEM_STATE / key if why else var_path
    earlier = _earlier_state(var_path)
    if earlier is not None:
        # The data stays where it is when the tree is renamed, or its folders are opened later.
        state, why = earlier, why or f"they were put there when a folder above {var_path} could not be entered"
    return Places(root=root, var=var_path, state=state, key=key, why_moved=why, rooted=rooted)


def _earlier_state(var: Path) -> Path | None:
    """The folder under ``/var/lib/wangge`` that an earlier start linked ``var`` to."""
    link = var / SETUP_DIRS[0]
    if not link.is_symlink():
        return None
    state = link.readlink().parent
    return state if state.parent == SYSTEM_STATE and state.is_dir() else None


def require_reachable_data(places: Places) -> None:
    """Returns unless there is a cluster in ``var/`` that its user can't reach any more.

    Raises:
        SetupProblem: starting would silently begin with an empty database elsewhere.
    """
    if places.moved and (places.var / "cluster" / "PG_VERSION").exists():
        raise SetupProblem(
            f"The data lie in {places.var / 'cluster'}, but {places.why_moved} any more.",
            "Open that folder again (chmod o+x), or move cluster/ away to start with an empty database.",
        )


def _why_not_enterable(root: Path, var: Path) -> str:
    """The sentence that says which folder shuts the services out; empty when none does.

    The users may not exist yet on a bare machine, so the question is asked for "others", plus for the accounts' own
    identity where they exist.
    """
    for path in (root, var):
        for folder in (path, *path.parents):
            if folder == var and folder.is_dir() and not folder.is_symlink():
                continue  # var/ itself is ours: set-up opens it
            if folder.exists() and not _open_to_services(folder):
                return f"{folder} can't be entered by other users"
    return ""


def _open_to_services(folder: Path) -> bool:
    """Whether both ``postgres`` and ``wangge`` may pass through ``folder``."""
    info = folder.stat()
    for name in (CLUSTER_USER, SERVICE_USER):
        try:
            entry = pwd.getpwnam(name)
            groups = {entry.pw_gid, *(g.gr_gid for g in grp.getgrall() if name in g.gr_mem)}
            identity = (entry.pw_uid, groups)
        except KeyError:
            identity = (-1, set())
        if info.st_uid == identity[0]:
            allowed = info.st_mode & stat.S_IXUSR
        elif info.st_gid in identity[1]:
            allowed = info.st_mode & stat.S_IXGRP
        else:
            allowed = info.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def _account(name: str) -> Account:
    entry = pwd.getpwnam(name)
    return Account(name, entry.pw_uid, entry.pw_gid, switch=True)


def _ourselves() -> Account:
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = str(os.geteuid())
    return Account(name, os.geteuid(), os.getegid(), switch=False)


def make_folders(places: Places) -> None:
    """Creates ``var/`` and the state folders with their owners; links ``var/`` to a state that had to move."""
    places.var.mkdir(parents=True, exist_ok=True)
    if places.rooted and not places.moved:
        places.var.chmod(places.var.stat().st_mode | 0o111)
    if places.moved:
        for folder in (SYSTEM_STATE, places.state):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
    service = places.service_account()
    for name in SETUP_DIRS:
        folder = places.state / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o750)
        if service.switch:
            os.chown(folder, 0, service.gid)
    for name in SERVICE_DIRS:
        folder = places.state / name
        folder.mkdir(exist_ok=True)
        service.owns(folder)
        folder.chmod(0o700 if name in ("demo", "tmp") else 0o750)
    if places.moved:
        for name in (*SETUP_DIRS, *(n for n in SERVICE_DIRS if "/" not in n), *STATE_FILES):
            _link(places.var / name, places.state / name)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    if link.is_dir() and not link.is_symlink():
        link.rmdir() if not any(link.iterdir()) else link.rename(link.with_name(link.name + ".before-move"))
    temporary = link.with_name(f".{link.name}.link")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)


def make_socket_dirs(places: Places) -> None:
    """The socket folders, private to the cluster's and the services' users.

    Raises:
        SetupProblem: somebody else owns a folder of that name, or its path is too long for a socket.
    """
    base = places.socket_base
    if len(os.fsencode(places.web_socket)) > SOCKET_DIR_MAX_BYTES:
        raise SetupProblem(f"The socket folder {base} has too long a path for a socket.", "unset XDG_RUNTIME_DIR")
    base.mkdir(mode=0o700, exist_ok=True)
    info = base.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
        raise SetupProblem(f"{base} belongs to somebody else.", f"Remove it, then run make again: rm -r {base}")
    base.chmod(0o711 if places.rooted else 0o700)
    cluster, service = places.cluster_account(), places.service_account()
    for folder, owner in ((places.socket_dir, cluster), (places.web_socket.parent, service)):
        folder.mkdir(mode=0o700, exist_ok=True)
        if owner.switch:
            os.chown(folder, owner.uid, service.gid)
        folder.chmod(0o750 if owner is cluster and owner.switch else 0o700)


def remove_socket_dirs(places: Places) -> None:
    """Takes the socket folders away again; one that still holds a socket stays."""
    with contextlib.suppress(OSError):
        for leftover in places.web_socket.parent.iterdir():
            leftover.unlink()
        places.web_socket.parent.rmdir()
        places.socket_dir.rmdir()
        places.socket_base.rmdir()
