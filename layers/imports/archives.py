"""The door for zip archives: nothing comes in that lies about its size, its place or its kind. Pure but for the files.

Headers of an archive are claims: sizes are counted again while bytes stream, and every file gets a name of our own,
so that no path of a stranger is ever opened (OWASP ASVS 5.2.3, 5.2.5, 5.3.3).
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from layers.imports.encodings import decode, settle
from layers.imports.findings import refuse
from layers.imports.sniff import HEAD_BYTES, Kind, extension, identify

MB = 1_000_000
MAX_UPLOAD_BYTES = 200 * MB
MAX_UNPACKED_BYTES = 2_000 * MB
MAX_RATIO = 100
#: The ratio counts from here on: small tables of blanks compress a thousandfold in all honesty.
RATIO_FROM_BYTES = 100 * MB
MAX_ENTRIES = 5_000
_MAX_DIRECTORY_BYTES = 4 * MB
_CHUNK = 1 << 20
_LITTER = ("thumbs.db", "desktop.ini", ".ds_store")


@dataclass(frozen=True)
class Entry:
    """One file at hand: what it was called (with its folders) and where it lies under our own name."""

    name: str
    path: Path

    @property
    def extension(self) -> str:
        """In small letters, without the dot."""
        return extension(self.name.rpartition("/")[2])

    @property
    def stem(self) -> str:
        """The name without folders and without the last extension."""
        return self.name.rpartition("/")[2].rpartition(".")[0]

    @property
    def group(self) -> str:
        """What the files of one shapefile share: folder and stem, in small letters."""
        folder, _, last = self.name.rpartition("/")
        return f"{folder}/{last.rpartition('.')[0]}".lower()

    @property
    def litter(self) -> bool:
        """True for what systems leave behind in folders."""
        parts = self.name.lower().split("/")
        return parts[-1] in _LITTER or "__macosx" in parts or parts[-1].startswith(("._", "~$"))


def unpack(archive: Path, folder: Path) -> list[Entry]:
    """The files of a zip, streamed into `folder` under own names, litter left out. Raises Refused with the reason."""
    with _opened(archive) as (handle, infos, names):
        _check_claims(infos, names, archive.stat().st_size)
        return list(_streamed(handle, infos, names, folder, archive.stat().st_size))


def demand_sound_archive(archive: Path, name: str, *, holds: str) -> None:
    """Nothing; Refused when a file that is a zip inside lies about it, or lacks the part that makes it what it says.

    Its parts are read by a library, which reads no more of them than the directory claims.
    """
    with _opened(archive) as (_, infos, names):
        _check_claims(infos, names, archive.stat().st_size, whole=False)
    if holds not in (part.lower() for part in names):
        raise refuse("unreadable", file=name, reason=f"no {holds} in it")


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo], list[str]]]:
    """(archive, its files, their names); what is wrong with it becomes a refusal."""
    if archive.stat().st_size > MAX_UPLOAD_BYTES:
        raise too_large(archive.name, archive.stat().st_size)
    try:
        _check_directory(archive)
        with zipfile.ZipFile(archive) as handle:
            infos = [info for info in handle.infolist() if not info.is_dir()]
            yield handle, infos, _names(infos)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, OverflowError) as error:
        raise refuse("archive_damaged", reason=str(error)) from error
    except RuntimeError as error:  # zipfile's way to say that a password is wanted
        raise refuse("archive_encrypted", file=archive.name) from error


def too_large(name: str, size_bytes: int) -> Exception:
    """The refusal of a file above the limit of an upload."""
    return refuse("upload_too_large", file=name, size_mb=-(-size_bytes // MB), limit_mb=MAX_UPLOAD_BYTES // MB)


def _check_directory(archive: Path) -> None:
    """Refuses before the directory is read at all when it is too long for the entries that are allowed."""
    size = archive.stat().st_size
    with archive.open("rb") as handle:
        handle.seek(max(0, size - 65_600))
        tail = handle.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + 22:
        raise zipfile.BadZipFile("no end of central directory")
    entries, directory_bytes = struct.unpack_from("<HI", tail, place + 10)
    wide = entries == 0xFFFF or directory_bytes == 0xFFFFFFFF
    if wide and (far := tail.rfind(b"PK\x06\x06")) >= 0 and len(tail) >= far + 48:
        entries, directory_bytes = struct.unpack_from("<QQ", tail, far + 32)
    if entries > MAX_ENTRIES or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise refuse("archive_entries", limit=MAX_ENTRIES)


def _names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Names as people wrote them: UTF-8 where the archive says so, else detected (GBK from Chinese Windows)."""
    raw = [info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace") for info in infos]
    unsaid = [name for name, info in zip(raw, infos, strict=True) if not info.flag_bits & 0x800]
    reading = settle(unsaid, None)
    return [
        (
            name.decode("utf-8", "replace")
            if info.flag_bits & 0x800
            else decode(name, reading.encoding or "cp437").text or name.decode("cp437")
        ).replace("\\", "/")
        for name, info in zip(raw, infos, strict=True)
    ]


def _check_claims(infos: list[zipfile.ZipInfo], names: list[str], packed: int, *, whole: bool = True) -> None:
    """Refuses what the directory already admits; archives inside only where the `whole` of it is unpacked."""
    if len(infos) > MAX_ENTRIES:
        raise refuse("archive_entries", limit=MAX_ENTRIES)
    for info, name in zip(infos, names, strict=True):
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or "\x00" in info.orig_filename or parts[0][1:2] == ":":
            raise refuse("archive_path", file=name)
        if info.create_system == 3 and stat.S_ISLNK(info.external_attr >> 16):
            raise refuse("archive_link", file=name)
        if info.flag_bits & 0x1:
            raise refuse("archive_encrypted", file=name)
        if whole and extension(name) in ("zip", "kmz", "rar", "7z", "gz", "tgz", "tar", "bz2", "xz"):
            raise refuse("archive_nested", file=name)
    _check_size(sum(info.file_size for info in infos), packed)


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED_BYTES:
        raise refuse("archive_size", limit_mb=MAX_UNPACKED_BYTES // MB)
    if unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * packed:
        raise refuse("archive_ratio", limit=MAX_RATIO)


def _streamed(
    handle: zipfile.ZipFile, infos: list[zipfile.ZipInfo], names: list[str], folder: Path, packed: int
) -> Iterator[Entry]:
    total = 0
    for number, (info, name) in enumerate(zip(infos, names, strict=True)):
        entry = Entry(name, folder / f"entry{number:05d}")
        with handle.open(info) as source, entry.path.open("xb") as target:
            head = source.read(HEAD_BYTES)
            if identify(head) in (Kind.ZIP, Kind.OTHER_ARCHIVE) and not (entry.litter or _office(info, name)):
                raise refuse("archive_nested", file=name)
            chunk = head
            while chunk:
                total += len(chunk)
                _check_size(total, packed)
                target.write(chunk)
                chunk = source.read(_CHUNK)
        yield entry


def _office(info: zipfile.ZipInfo, name: str) -> bool:
    """True for documents of office programs, which are zips themselves and lie beside many a delivery."""
    return extension(name) in ("xlsx", "docx", "pptx", "xlsm", "ods", "odt") and info.file_size <= MAX_UPLOAD_BYTES


def carried(paths: list[tuple[str, Path]]) -> list[Entry]:
    """The files of a bare folder or a lone file, refused when one is a link or all are too large together."""
    entries = []
    total = 0
    for name, path in paths:
        if path.is_symlink():
            raise refuse("link_refused", file=name)
        total += path.stat().st_size
        if total > MAX_UNPACKED_BYTES:
            raise refuse("archive_size", limit_mb=MAX_UNPACKED_BYTES // MB)
        entries.append(Entry(name, path))
    if len(entries) > MAX_ENTRIES:
        raise refuse("archive_entries", limit=MAX_ENTRIES)
    return entries
