"""Files that are whole or absent: written beside, synced, renamed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from .places import Account


def write_whole(
    path: Path, data: str | bytes, *, mode: int = 0o644, owner: Account | None = None, gid: int | None = None
) -> None:
    """Puts ``data`` at ``path`` so that a reader (or a crash) sees the old file or the new one, never a part."""
    raw = data.encode() if isinstance(data, str) else data
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            if owner is not None and owner.switch:
                os.fchown(stream.fileno(), owner.uid, owner.gid)
            elif gid is not None and os.geteuid() == 0:
                os.fchown(stream.fileno(), 0, gid)
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_if_changed(path: Path, data: str, *, mode: int = 0o644, gid: int | None = None) -> bool:
    """Writes ``data`` unless the file already says so; returns whether it wrote."""
    try:
        if path.read_text(encoding="utf-8") == data and (path.stat().st_mode & 0o777) == mode:
            return False
    except (OSError, UnicodeDecodeError):
        pass
    write_whole(path, data, mode=mode, gid=gid)
    return True


def read_json(path: Path) -> dict[str, Any]:
    """The object in ``path``; empty when the file is missing, cut short or something else."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def read_stamp(path: Path) -> str:
    """The text of a stamp file; empty when there is none."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def sha256_of(path: Path) -> str:
    """The file's hex SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def digest_of(*parts: str | bytes) -> str:
    """One hex SHA-256 over several parts, each with its length."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def remove_tree(path: Path) -> None:
    """Removes a folder even while a dying process still adds a last file to it."""
    for _ in range(20):
        if not path.exists() and not path.is_symlink():
            return
        if path.is_symlink() or path.is_file():
            path.unlink(missing_ok=True)
            continue
        shutil.rmtree(path, ignore_errors=True)
        if path.exists():
            time.sleep(0.2)
    shutil.rmtree(path)


def free_mb(path: Path) -> int:
    """Megabytes that ``path`` (or its nearest existing folder) still has room for."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free // (1 << 20)
