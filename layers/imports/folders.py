"""Where delivered files lie: one folder an import. Bytes come in and go out here; nobody looks into them."""

from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from layers.errors import InvalidInput

_CHUNK = 1 << 20
_LONGEST_NAME = 180


def folder_of(import_id: uuid.UUID) -> Path:
    """The folder of an import; it need not exist yet."""
    return Path(settings.IMPORTS_DIR) / str(import_id)


def target_of(import_id: uuid.UUID) -> Path:
    """What was delivered: the one file, or the folder when several lie in it."""
    inside = folder_of(import_id) / "delivered"
    held = sorted(inside.iterdir()) if inside.is_dir() else []
    return held[0] if len(held) == 1 else inside


def make_folder(import_id: uuid.UUID) -> Path:
    """The folder for what is delivered, made with the rights of the folder above it."""
    inside = folder_of(import_id) / "delivered"
    inside.mkdir(parents=True, exist_ok=True)
    give_away(import_id)
    return inside


def give_away(import_id: uuid.UUID) -> None:
    """Makes the folder belong to whoever owns the folder of all imports: commands may run as another user."""
    if os.geteuid() != 0:
        return
    above = Path(settings.IMPORTS_DIR).stat()
    top = folder_of(import_id)
    for path in (top, *top.rglob("*")):
        os.chown(path, above.st_uid, above.st_gid, follow_symlinks=False)


def remove_folder(import_id: uuid.UUID) -> None:
    """Forgets what was delivered."""
    shutil.rmtree(folder_of(import_id), ignore_errors=True)


def safe_name(name: str) -> str:
    """A delivered file's own name without folders and control characters. Raises InvalidInput when nothing is left."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip().lstrip(".")
    stem, dot, extension = clean.rpartition(".")
    while len(clean.encode()) > _LONGEST_NAME and stem:
        stem = stem[:-1]
        clean = f"{stem}{dot}{extension}"
    if not clean or len(clean.encode()) > _LONGEST_NAME:
        raise InvalidInput("文件名不能用", "the file has no usable name", field="file_name", found=name[:80])
    return clean


def write_at(path: Path, offset: int, data: bytes) -> None:
    """Puts bytes at a place of a file that may not be there yet, and onto the disk."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        view = memoryview(data)
        while view:
            written = os.pwrite(handle, view, offset)
            view, offset = view[written:], offset + written
        os.fsync(handle)
    finally:
        os.close(handle)


def cut_to(path: Path, size: int) -> None:
    """Drops what an interrupted write left behind the last byte that counts."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        os.ftruncate(handle, size)
        os.fsync(handle)
    finally:
        os.close(handle)


def files_of(target: Path) -> list[Path]:
    """The files of a delivery, by name."""
    return [target] if target.is_file() else sorted(path for path in target.rglob("*") if path.is_file())


def sha256_of(target: Path) -> str:
    """Hex SHA-256 of a file; of a folder that over the names and hashes of what lies in it."""
    if target.is_file():
        return _sha256(target)
    whole = hashlib.sha256()
    for path in files_of(target):
        whole.update(f"{path.relative_to(target)}\t{_sha256(path)}\n".encode())
    return whole.hexdigest()


def copy_in(source: Path, inside: Path) -> None:
    """Copies a file, what lies beside a lone part of a shapefile, or a folder into the folder of an import."""
    for path in _belonging(source):
        goal = inside / (path.relative_to(source) if source.is_dir() else path.name)
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, goal)


def _belonging(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield from files_of(source)
    elif source.suffix.lower() == ".shp":
        stem = source.stem.lower()
        yield from (p for p in sorted(source.parent.iterdir()) if p.is_file() and p.name.lower().split(".")[0] == stem)
    else:
        yield source


def _sha256(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            whole.update(block)
    return whole.hexdigest()
