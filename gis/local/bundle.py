"""``make bundle``: everything a site without internet needs, in one file; and installing from it.

The file holds the wheels of the lock file, the vendored front-end modules and fonts, the list of system packages, and with
``BUNDLE_DEBS=1`` their ``.deb`` files. ``make run BUNDLE=file`` asks no Python or npm registry for anything: pip still
compares every wheel with the lock file's hashes, and each module with the manifest's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tarfile
import tomllib
from pathlib import Path

from . import children, packages, python_env, start, vendor
from .console import Console
from .files import free_mb, read_json, read_stamp, remove_tree, sha256_of, write_whole
from .options import Options
from .places import Places
from .problems import SetupProblem, no_room

ABOUT = "BUNDLE.json"
_NEEDED_MB = 1000


def make(options: Options, console: Console) -> int:
    """Writes ``dist/wangge-bundle-<version>.tar``; returns the exit code."""
    places, log = start.prepare_machine(options, console)
    version = tomllib.loads((places.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    dist = places.root / "dist"
    dist.mkdir(exist_ok=True)
    if free_mb(dist) < _NEEDED_MB:
        raise no_room(str(dist), f"A bundle needs {_NEEDED_MB} MB, {free_mb(dist)} MB are free.")
    stage, target = dist / "stage.part", dist / f"wangge-bundle-{version}.tar"
    remove_tree(stage)
    stage.mkdir()
    try:
        _download_wheels(places, stage / "wheels", console, log)
        damaged = vendor.damaged_files(places.vendor)
        if damaged:
            raise SetupProblem(f"Vendored files differ from their manifest: {', '.join(damaged[:5])}.", "make vendor")
        shutil.copytree(places.vendor, stage / "vendor")
        names = _system_packages()
        write_whole(stage / "system-packages.txt", "\n".join(names) + "\n")
        if os.environ.get("BUNDLE_DEBS") == "1":
            _download_debs(stage / "debs", names, console, log)
        about = {
            "wangge": version,
            "lock": python_env.lock_digest(places.root),
            "vendor": vendor.wanted_digest(places.root),
            "debian": Path("/etc/debian_version").read_text().strip() if Path("/etc/debian_version").exists() else "",
            "files": {str(p.relative_to(stage)): sha256_of(p) for p in sorted(stage.rglob("*")) if p.is_file()},
        }
        write_whole(stage / ABOUT, json.dumps(about, indent=1) + "\n")
        with console.step(f"Packing {target.name}") as step:
            _pack(stage, target)
            step.note = f"{target.stat().st_size / 1e6:.0f} MB"
    finally:
        remove_tree(stage)
    console.line(f"{target}\n  carry it with the tree, then: make run BUNDLE={target.relative_to(places.root)}")
    return 0


def _system_packages() -> list[str]:
    return [p.name for p in (*packages.RUN, *packages.EDGE)]


def _download_wheels(places: Places, folder: Path, console: Console, log: Path) -> None:
    folder.mkdir()
    lock = places.root / "requirements.lock"
    total = len(re.findall(r"^[A-Za-z0-9._-]+==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    with console.step(f"Wheels ({total})") as step:
        command: list[str | Path] = [
            places.venv / "bin" / "python",
            "-m",
            "pip",
            "download",
            "--require-hashes",
            "--no-deps",
        ]
        command += ["--only-binary", ":all:", "--progress-bar", "off", "--no-input", "-d", folder, "-r", lock]
        seen = 0

        def on_line(line: str) -> None:
            nonlocal seen
            seen += line.startswith("Collecting ")

        code, output = children.run(
            command,
            env=dict(os.environ),
            log=log,
            on_line=on_line,
            tick=lambda: step.update(f"{seen}/{total}", seen / total),
        )
        children.must(code, output, "pip download")


def _download_debs(folder: Path, names: list[str], console: Console, log: Path) -> None:
    """The packages and all they depend on, as if the site's machine had nothing but Debian's base."""
    folder.mkdir()
    with console.step("System packages (.deb)") as step:
        status = folder / "status"
        status.write_text("")
        command = [
            "apt-get",
            "-q",
            "-y",
            "--no-install-recommends",
            "--download-only",
            "-o",
            f"Dir::State::status={status}",
        ]
        command += ["-o", f"Dir::Cache::archives={folder}", "-o", "Debug::NoLocking=1", "install", *names]
        (folder / "partial").mkdir()
        code, output = children.run(command, env=dict(os.environ), log=log, tick=step.update)
        children.must(code, output, "apt-get --download-only")
        status.unlink()
        remove_tree(folder / "partial")
        (folder / "lock").unlink(missing_ok=True)


def _pack(stage: Path, target: Path) -> None:
    """A tar with sorted names, fixed owners and times: the same content gives the same bytes."""
    part = target.with_name(target.name + ".part")

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        info.mtime = 0
        info.mode = 0o755 if info.isdir() else 0o644
        return info

    with tarfile.open(part, "w") as tar:
        for path in sorted(stage.rglob("*")):
            tar.add(path, str(path.relative_to(stage)), recursive=False, filter=plain)
    part.replace(target)


def unpack(source: Path, places: Places, console: Console) -> Path:
    """Unpacks a bundle beside the data (once) and compares every file; returns the folder.

    Raises:
        SetupProblem: no such file, damaged, or made for another version of the tree.
    """
    source = source if source.is_absolute() else start.ROOT / source
    if not source.is_file():
        raise SetupProblem(
            f"There is no bundle {source}.", "make bundle, on a machine with internet; then carry the file here"
        )
    info = source.stat()
    folder = places.var / "bundle"
    stamp = f"{source} {info.st_size} {info.st_mtime_ns}"
    if read_stamp(folder / ".unpacked") == stamp:
        return folder
    if free_mb(places.var) < 2 * info.st_size // (1 << 20):
        raise no_room(str(places.var), "Unpacking the bundle needs twice its size.")
    with console.step(f"Unpacking {source.name}"):
        remove_tree(folder)
        folder.mkdir(parents=True)
        try:
            with tarfile.open(source) as tar:
                for member in tar:
                    _extract(tar, member, folder)
        except (tarfile.TarError, EOFError) as error:
            raise SetupProblem(
                f"{source} is not a whole bundle ({error}).", "Carry it over again, or make a new one."
            ) from error
        _compare(folder, source)
        write_whole(folder / ".unpacked", stamp + "\n")
    return folder


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """One file or folder, by name below ``folder`` only (Debian's 3.11.2 has no extraction filters)."""
    name = Path(member.name)
    if name.is_absolute() or ".." in name.parts or not (member.isfile() or member.isdir()):
        raise SetupProblem(f"The bundle holds {member.name!r}, which no bundle of ours does.", "make bundle")
    target = folder / name
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    assert source is not None
    with target.open("wb") as sink:
        shutil.copyfileobj(source, sink)


def _compare(folder: Path, source: Path) -> None:
    about = read_json(folder / ABOUT)
    wanted = {"lock": python_env.lock_digest(start.ROOT), "vendor": vendor.wanted_digest(start.ROOT)}
    if not about:
        raise SetupProblem(f"{source} is not a bundle of Wangge.", "make bundle")
    if any(about.get(key) != value for key, value in wanted.items()):
        raise SetupProblem(
            f"{source} was made for Wangge {about.get('wangge', '?')} with other packages than this tree asks for.",
            "Make the bundle from the same commit: make bundle",
        )
    for name, digest in about["files"].items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != digest:
            raise SetupProblem(f"{name} in {source} is damaged.", "Carry the bundle over again.")


def install_debs(folder: Path, lacking: list[packages.Package], console: Console, log: Path) -> None:
    """Installs missing system packages from the bundle's ``.deb`` files, where it has them."""
    debs = sorted((folder / "debs").glob("*.deb"))
    if not lacking or not debs:
        return
    packages.install_files(debs, console, log)
