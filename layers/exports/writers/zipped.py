"""Zip archives whose bytes follow from their contents alone. Pure."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

#: The moment that every member carries: the first that the format knows.
MOMENT = (1980, 1, 1, 0, 0, 0)


#: What a member holds: its bytes, a file that holds them, or pieces of them as they are made.
Contents = bytes | Path | Iterator[bytes]


def write_zip(path: Path, members: Iterable[tuple[str, Contents]]) -> None:
    """An archive of (name, contents), in the order given."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, contents in members:
            with archive.open(_member(name), "w", force_zip64=True) as target:
                if isinstance(contents, bytes):
                    target.write(contents)
                elif isinstance(contents, Path):
                    with contents.open("rb") as source:
                        shutil.copyfileobj(source, target, 1 << 20)
                else:
                    for piece in contents:
                        target.write(piece)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, MOMENT)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o644 << 16
    return member
