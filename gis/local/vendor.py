"""Front-end modules and fonts: from ``package-lock.json`` into the ignored ``gis/static/vendor``, with a manifest.

The copy is made in a folder beside and swapped in, so a page never meets half a library. Each file's SHA-256 stands in
``manifest.json``; ``doctor`` compares. A site without Node gets the same folder out of a bundle.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import children, letters
from .console import Console, Step
from .files import digest_of, read_json, read_stamp, remove_tree, sha256_of, write_whole
from .places import Places

MANIFEST = "manifest.json"
_WEIGHTS = (400, 700)


@dataclass(frozen=True)
class Module:
    """One npm package: which of its files are shipped, and under which name."""

    package: str
    folder: str
    files: tuple[str, ...]


MODULES = (
    Module(
        "maplibre-gl",
        "maplibre-gl",
        (
            "dist/maplibre-gl.mjs",
            "dist/maplibre-gl-shared.mjs",
            "dist/maplibre-gl-worker.mjs",
            "dist/maplibre-gl.css",
            "LICENSE.txt",
        ),
    ),
    Module("@fontsource/noto-sans-sc", "noto-sans-sc", ("LICENSE",)),
    Module("@fontsource/noto-sans-mono", "noto-sans-mono", ("LICENSE",)),
)
#: Font package, its folder here, and which of its pieces: Latin, and for Chinese the numbered simplified pieces.
FONTS = (
    ("@fontsource/noto-sans-sc", "noto-sans-sc", re.compile(r"\[\d+\]|latin")),
    ("@fontsource/noto-sans-mono", "noto-sans-mono", re.compile(r"latin")),
)
_FACE = re.compile(r"/\* (?P<name>\S+) \*/\s*@font-face \{(?P<body>.*?)\}", re.DOTALL)
_SOURCE = re.compile(r"src: url\(\./files/(?P<file>[\w.-]+\.woff2)\) format\('woff2'\)[^;]*;")


def wanted_digest(root: Path) -> str:
    """What identifies the vendored folder that this tree asks for."""
    return digest_of((root / "package-lock.json").read_bytes(), Path(__file__).read_bytes(), *letters.sources())


def is_current(places: Places) -> bool:
    """Whether the folder was made from this lock file by this script."""
    return bool(read_json(places.vendor / MANIFEST).get("digest") == wanted_digest(places.root))


def damaged_files(vendor: Path) -> list[str]:
    """The files that differ from the manifest, or are missing (all of them when there is no manifest)."""
    manifest = read_json(vendor / MANIFEST)
    if not manifest:
        return [MANIFEST]
    return [
        name
        for package in manifest["packages"]
        for name, digest in package["files"].items()
        if not (vendor / name).is_file() or sha256_of(vendor / name) != digest
    ]


def install(places: Places, console: Console, log: Path, bundle: Path | None = None, *, with_dev: bool = False) -> None:
    """Makes the vendored folder current, from npm or from an unpacked ``bundle``.

    ``with_dev`` also installs what only the front end's tests need, so that npm runs once.

    Raises:
        SetupProblem: npm failed, or the bundle belongs to another version.
    """
    if is_current(places):
        return
    with console.step("Front-end modules and fonts") as step:
        if bundle is not None:
            _swap_in(places, bundle / "vendor", copy=True)
        else:
            npm_install(places, step, log, with_dev=with_dev)
            copy_modules(places)
    if not is_current(places):
        children.must(
            1, "the modules were made for another package-lock.json", "vendoring", "Use the bundle of this version."
        )


def npm_install(places: Places, step: Step, log: Path, *, with_dev: bool) -> None:
    """``npm ci`` into ``node_modules``, unless it already holds what the lock file asks for."""
    stamp = places.root / "node_modules" / ".wangge-stamp"
    lock = digest_of((places.root / "package-lock.json").read_bytes())
    if read_stamp(stamp) in ({f"{lock} dev"} if with_dev else {f"{lock} dev", f"{lock} run"}):
        return
    stamp.unlink(missing_ok=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--progress=false"]
    if not with_dev:
        command.append("--omit=dev")
    code, output = children.run(
        command, cwd=places.root, env=dict(os.environ), log=log, tick=lambda: step.update("npm ci")
    )
    remedy = "Is the package registry reachable (npm ping)? Without internet: make run BUNDLE=wangge-bundle-….tar"
    children.must(code, output, "npm ci", remedy)
    write_whole(stamp, f"{lock} {'dev' if with_dev else 'run'}\n")


def copy_modules(places: Places) -> None:
    """Copies what is shipped out of ``node_modules`` and writes the manifest and ``fonts.css``."""
    source = places.root / "node_modules"
    new = places.vendor.with_name("vendor.new")
    remove_tree(new)
    new.mkdir(parents=True)
    packages = []
    for module in MODULES:
        folder = new / module.folder
        folder.mkdir()
        for name in module.files:
            shutil.copyfile(source / module.package / name, folder / Path(name).name)
        _drop_map_comment(folder)
        packages.append(_entry(source / module.package, module.folder))
    write_whole(new / "fonts.css", "\n".join(_font_faces(source, new)))
    for entry in packages:
        entry["files"] = {
            str(path.relative_to(new)): sha256_of(path)
            for path in sorted((new / str(entry["folder"])).rglob("*"))
            if path.is_file()
        }
    packages.append(
        {
            "name": "fonts.css",
            "version": "",
            "licence": "OFL-1.1",
            "folder": "",
            "files": {"fonts.css": sha256_of(new / "fonts.css")},
        }
    )
    manifest = {"digest": wanted_digest(places.root), "packages": packages}
    write_whole(new / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    _swap_in(places, new, copy=False)


def _entry(package: Path, folder: str) -> dict[str, Any]:
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    return {
        "name": about["name"],
        "version": about["version"],
        "licence": about["license"],
        "folder": folder,
        "files": {},
    }


def _drop_map_comment(folder: Path) -> None:
    """Removes the pointer to a source map that is not shipped (browsers would ask for it and get 404)."""
    for path in folder.glob("*.mjs"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", text), encoding="utf-8")


def _font_faces(source: Path, new: Path) -> Iterator[str]:
    """``@font-face`` rules with relative addresses; copies the pieces they name. Of two rules for a letter the later one holds.

    Both weights of a piece stand side by side: their ranges are the same, and packed the second takes no room.
    """
    yield "/* Made by gis/local/vendor.py from the fontsource packages; licence: SIL Open Font License 1.1 (see LICENSE). */"
    for package, folder, wanted in FONTS:
        found = {weight: dict(_pieces(source / package, weight, folder, wanted)) for weight in _WEIGHTS}
        for piece in found[_WEIGHTS[0]]:
            for weight in _WEIGHTS:
                file, body = found[weight][piece]
                shutil.copyfile(source / package / "files" / file, new / folder / file)
                yield "@font-face {" + body + "}"
    package, folder, _ = FONTS[0]
    for weight in _WEIGHTS:
        pieces = [new / folder / file for _, (file, _) in _pieces(source / package, weight, folder, FONTS[0][2])]
        for file, ranges in letters.make(pieces, new / folder, f"{folder}-{{group}}-{weight}-normal.woff2"):
            yield letters.face("Noto Sans SC", weight, f"{folder}/{file}", ranges)
    yield ""


def _pieces(package: Path, weight: int, folder: str, wanted: re.Pattern[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Of each wanted piece of one weight: its name, its file, and what stands in its rule."""
    css = (package / f"{weight}.css").read_text(encoding="utf-8")
    for face in _FACE.finditer(css):
        piece = face["name"].removeprefix(folder + "-").removesuffix(f"-{weight}-normal")
        body = face["body"]
        found = _SOURCE.search(body)
        if found is None or not wanted.fullmatch(piece):
            continue
        source = f"src: url({folder}/{found['file']}) format('woff2');"
        yield piece, (found["file"], body[: found.start()] + source + body[found.end() :])


def _swap_in(places: Places, new: Path, *, copy: bool) -> None:
    """Puts ``new`` in place of the vendored folder; an old one is kept until the new one stands."""
    target, old = places.vendor, places.vendor.with_name("vendor.old")
    if copy:
        beside = target.with_name("vendor.new")
        remove_tree(beside)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(new, beside)
        new = beside
    remove_tree(old)
    if target.exists():
        target.rename(old)
    new.rename(target)
    remove_tree(old)
