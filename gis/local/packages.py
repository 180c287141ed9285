"""System packages: what is missing, and its installation by apt without touching a system service."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from . import children
from .console import Console, Step
from .problems import SetupProblem

#: Debian 12's PostgreSQL. A cluster made by another major version asks for that one.
POSTGRES_MAJOR = 15
PYTHON = "/usr/bin/python3.11"
_SCRIPT = Path(__file__).with_name("apt_install.sh")


@dataclass(frozen=True)
class Package:
    """A Debian package and the files that prove it is there (globs; each needs one match)."""

    name: str
    files: tuple[str, ...]
    why: str

    @property
    def present(self) -> bool:
        """Whether every file is there (no fork: the second start must be fast)."""
        return all(any(Path("/").glob(pattern.lstrip("/"))) for pattern in self.files)


RUN = (
    Package(f"postgresql-{POSTGRES_MAJOR}", (f"/usr/lib/postgresql/{POSTGRES_MAJOR}/bin/initdb",), "the database"),
    Package(
        f"postgresql-{POSTGRES_MAJOR}-postgis-3",
        (f"/usr/lib/postgresql/{POSTGRES_MAJOR}/lib/postgis-3.so",),
        "geometry in the database",
    ),
    Package(
        f"postgresql-{POSTGRES_MAJOR}-postgis-3-scripts",
        (f"/usr/share/postgresql/{POSTGRES_MAJOR}/extension/postgis.control",),
        "geometry in the database",
    ),
    Package("gdal-bin", ("/usr/bin/ogr2ogr", "/usr/lib/*/libgdal.so.*"), "GDAL, GEOS and PROJ for GeoDjango"),
    Package("python3.11-venv", (PYTHON, "/usr/lib/python3.11/ensurepip/__init__.py"), "the project's environment"),
)
EDGE = (Package("nginx", ("/usr/sbin/nginx", "/etc/nginx/mime.types"), "static files and the tile cache"),)
TEST = (
    Package("chromium", ("/usr/bin/chromium",), "browser tests"),
    Package("fonts-noto-cjk", ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",), "Chinese in browser tests"),
)
WRK = Package("wrk", ("/usr/bin/wrk",), "load for make bench")
_NODE = Package("nodejs", ("/usr/bin/node",), "front-end modules")
_NPM = Package("npm", ("/usr/bin/npm",), "front-end modules")


def node_packages() -> tuple[Package, ...]:
    """Node and npm, only where no other installation provides them."""
    return tuple(p for p, program in ((_NODE, "node"), (_NPM, "npm")) if shutil.which(program) is None)


def missing(wanted: tuple[Package, ...]) -> list[Package]:
    """The packages of ``wanted`` whose files are not there."""
    return [package for package in wanted if not package.present]


def install(wanted: tuple[Package, ...], console: Console, log: Path) -> None:
    """Installs what is missing; does nothing, and starts nothing, when all is there.

    Raises:
        SetupProblem: no Debian, no right to install, or apt failed.
    """
    lacking = missing(wanted)
    if not lacking:
        return
    names = [package.name for package in lacking]
    by_hand = f"sudo sh {_SCRIPT} {' '.join(names)}"
    if shutil.which("apt-get") is None:
        raise SetupProblem(
            f"Missing on this machine: {', '.join(names)}, and there is no apt-get.",
            "Wangge is made for Debian 12; on another system install the same programs first.",
        )
    _install(names, f"System packages ({len(names)} missing)", by_hand, console, log)
    left = missing(wanted)
    if left:
        raise SetupProblem(
            f"apt-get ended well, yet these are not usable: {', '.join(p.name for p in left)}.",
            f"Try it by hand: {by_hand}",
        )


def install_files(debs: list[Path], console: Console, log: Path) -> None:
    """Installs ``.deb`` files (those of a bundle), with the same guards and without any index.

    Raises:
        SetupProblem: no right to install, or apt failed.
    """
    by_hand = f"sudo sh {_SCRIPT} {debs[0].parent}/*.deb"
    _install([str(path) for path in debs], f"System packages ({len(debs)} files)", by_hand, console, log)


def _install(names: list[str], title: str, by_hand: str, console: Console, log: Path) -> None:
    with console.step(title) as step:
        step.note = " ".join(names) if len(names) < 20 else ""
        status = _AptProgress(step)
        command = [*_as_root(by_hand), "/bin/sh", str(_SCRIPT), *names]
        # No death signal: apt must finish (and put its guards back) even when we are killed.
        code, output = children.run(
            command, env=dict(os.environ), log=log, on_line=status.line, tick=status.tick, death_signal=0, patience_s=15
        )
        if code in (128 + signal.SIGINT, 128 + signal.SIGTERM):
            raise SetupProblem("The installation of packages was interrupted.", "Run make again.")
        children.must(code, _without_status(output), "apt-get", f"Try it by hand: {by_hand}")


def _as_root(by_hand: str) -> list[str]:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        raise SetupProblem(
            "Packages are missing and we are not root, nor is there sudo.", f"Ask an administrator to run: {by_hand}"
        )
    if sys.stdin.isatty():
        return ["sudo"]
    return ["sudo", "-n"]


class _AptProgress:
    """Turns apt's status lines into one moving bar: downloads are the first half, unpacking the second."""

    def __init__(self, step: Step) -> None:
        self.step, self.text, self.share = step, "asking the package index", 0.0

    def line(self, line: str) -> None:
        kind, _, rest = line.partition(":")
        if kind not in ("dlstatus", "pmstatus"):
            return
        subject, percent, what = ([*rest.split(":", 2), "", ""])[:3]
        try:
            done = float(percent) / 100
        except ValueError:
            return
        self.share = done / 2 if kind == "dlstatus" else 0.5 + done / 2
        self.text = "downloading" if kind == "dlstatus" else f"{subject}: {what}"[:40]

    def tick(self) -> None:
        self.step.update(self.text, self.share)


def _without_status(output: str) -> str:
    return "\n".join(line for line in output.splitlines() if not line.startswith(("dlstatus:", "pmstatus:")))


def postgres_bin(major: int = POSTGRES_MAJOR) -> Path:
    """The folder of PostgreSQL's programs of that major version (Debian's layout, never PATH)."""
    return Path(f"/usr/lib/postgresql/{major}/bin")


def ensure_service_user(name: str) -> bool:
    """Creates the system user the services run as; returns whether it had to."""
    import pwd

    try:
        pwd.getpwnam(name)
        return False
    except KeyError:
        pass
    command = ["/usr/sbin/useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    code, output = children.run([*command, "--shell", "/usr/sbin/nologin", name])
    children.must(code, output, f"useradd {name}", f"Create the system user {name} by hand, then run make again.")
    return True
