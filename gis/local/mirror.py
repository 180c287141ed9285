"""A read-only copy of code and environment for services that can't enter the project's folder.

Only made when the state had to move (a clone under /root, say). It is refreshed at each start; the developer's ``.venv``
and tree stay where they are.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .console import Console
from .files import free_mb, read_stamp, remove_tree, write_whole
from .places import Places
from .problems import no_room
from .python_env import lock_digest

_TREES = ("gis", "layers", "data", "locale")
_FILES = ("manage.py", "pyproject.toml", "requirements.lock", "package-lock.json")
_SKIPPED = {"__pycache__", ".mypy_cache", "vendor.new", "vendor.old"}
_STAMP = "wangge-mirror.sha256"


def refresh(places: Places, console: Console) -> None:
    """Makes the mirror equal to the project (nothing to do when the project itself can be entered)."""
    if not places.moved:
        return
    _mirror_environment(places, console)
    with console.step("Copy of the code for the services"):
        app = places.code
        app.mkdir(exist_ok=True)
        app.chmod(0o755)
        wanted: set[Path] = set()
        for name in _FILES:
            wanted.add(_copy(places.root / name, app / name))
        for name in _TREES:
            for source in _files(places.root / name):
                wanted.add(_copy(source, app / source.relative_to(places.root)))
        for path in _files(app):
            if path not in wanted:
                path.unlink()


def _files(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED]
        yield from (Path(base) / name for name in names)


def _copy(source: Path, target: Path) -> Path:
    """Copies one file unless size and time agree; readable by everybody, writable by root only."""
    if not source.exists():
        return target
    have, want = (target.stat() if target.exists() else None), source.stat()
    if have is None or (have.st_size, have.st_mtime_ns) != (want.st_size, want.st_mtime_ns):
        missing = [folder for folder in (target.parent, *target.parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir()
            folder.chmod(0o755)
        temporary = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, temporary)
        temporary.chmod(0o644)
        os.utime(temporary, ns=(want.st_atime_ns, want.st_mtime_ns))
        temporary.replace(target)
    return target


def _mirror_environment(places: Places, console: Console) -> None:
    target = places.state / "venv"
    digest = lock_digest(places.root)
    if read_stamp(target / _STAMP) == digest:
        return
    with console.step("Copy of the Python packages for the services") as step:
        if free_mb(places.state) < 1500:
            raise no_room(
                str(places.state), f"A copy of the Python packages needs 1500 MB, {free_mb(places.state)} MB are free."
            )
        remove_tree(target)
        copied = 0

        def copy(source: str, destination: str) -> str:
            nonlocal copied
            copied += 1
            if copied % 200 == 0:
                step.update(f"{copied} files")
            shutil.copyfile(source, destination, follow_symlinks=False)
            if not Path(destination).is_symlink():
                shutil.copystat(source, destination)
            return destination

        shutil.copytree(places.venv, target, symlinks=True, copy_function=copy)
        for base, folders, names in os.walk(target):
            for name in (*folders, *names):
                path = Path(base) / name
                if not path.is_symlink():
                    mode = path.stat().st_mode
                    path.chmod((mode & 0o755) | (0o555 if mode & 0o100 or path.is_dir() else 0o444))
        target.chmod(0o755)
        write_whole(target / _STAMP, digest + "\n")
