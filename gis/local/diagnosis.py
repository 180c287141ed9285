"""What ``doctor`` looks at: each finding with what was found and how to mend it. Changes nothing.

Runs before ``.venv`` exists (then the database is not asked) and, as ``manage.py doctor``, after.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from . import database_diagnosis, packages, ports, python_env, vendor
from .files import free_mb, read_json, read_stamp
from .options import Options
from .places import SERVICE_DIRS, SERVICE_USER, Places
from .problems import SetupProblem

State = Literal["ok", "note", "bad"]
#: Below these a known hole is open (see docs/decisions): distribution name, lowest version.
PYTHON_FLOORS = {"django": (5, 2, 19), "pillow": (13, 0, 0), "geopandas": (1, 1, 2)}
MODULE_FLOORS = {"maplibre-gl": (6, 17, 0)}


@dataclass(frozen=True)
class Finding:
    """One answer of ``doctor``. ``note`` is worth knowing, ``bad`` has to be mended."""

    name: str
    state: State
    found: str
    remedy: str = ""


def report(places: Places, options: Options, *, as_json: bool, write: Callable[[str], object]) -> int:
    """Writes all findings; returns 0 when nothing is bad, else 3."""
    findings = list(examine(places, options))
    sound = all(finding.state != "bad" for finding in findings)
    if as_json:
        write(json.dumps({"ok": sound, "checks": [asdict(f) for f in findings]}, ensure_ascii=False, indent=1))
        return 0 if sound else 3
    for finding in findings:
        write(f"{ {'ok': '✓', 'note': '·', 'bad': '✗'}[finding.state] } {finding.name}: {finding.found}")
        if finding.remedy and finding.state != "ok":
            write(f"    → {finding.remedy}")
    write("All is well." if sound else f"{sum(f.state == 'bad' for f in findings)} to mend.")
    return 0 if sound else 3


def examine(places: Places, options: Options) -> Iterator[Finding]:
    """All findings, in the order a person would mend them."""
    yield from _system_packages(options)
    yield from _environment(places)
    yield from _modules(places)
    yield _home(places)
    yield from _disk(places)
    yield from _folders(places)
    yield _secret_key(places)
    yield _port(places, options)
    for name, state, found, remedy in database_diagnosis.examine(places, options):
        yield Finding(name, state, found, remedy)


def _system_packages(options: Options) -> Iterator[Finding]:
    wanted = packages.RUN + (packages.EDGE if options.edge else ())
    for package in wanted:
        state: State = "ok" if package.present else "bad"
        found = "there" if package.present else f"missing ({package.why})"
        yield Finding(
            f"package {package.name}", state, found, f"make run installs it; by hand: apt-get install {package.name}"
        )
    absent = [p.name for p in packages.missing(packages.TEST)]
    if absent:
        yield Finding("packages for tests", "note", f"missing: {', '.join(absent)}", "make test installs them")
    data = Path("/usr/share/proj/proj.db")
    yield Finding("PROJ data", "ok" if data.exists() else "bad", str(data), "apt-get install proj-data")


def _environment(places: Places) -> Iterator[Finding]:
    site = places.venv / "lib" / "python3.11" / "site-packages"
    if not site.is_dir():
        yield Finding("Python packages", "bad", "there is no .venv", "make run")
        return
    current = python_env.is_current(places)
    found = "as requirements.lock asks" if current else "not (wholly) what requirements.lock asks for"
    yield Finding("Python packages", "ok" if current else "bad", found, "make run installs them anew")
    have = {}
    for folder in site.glob("*.dist-info"):
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        have[name.lower().replace("_", "-")] = version
    for name, floor in PYTHON_FLOORS.items():
        yield _floor(name, have.get(name, ""), floor, "make lock, then make run")


def _floor(name: str, version: str, floor: tuple[int, ...], remedy: str) -> Finding:
    lowest = ".".join(map(str, floor))
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    good = bool(numbers) and numbers >= floor
    return Finding(f"{name} ≥ {lowest}", "ok" if good else "bad", version or "missing", remedy)


def _modules(places: Places) -> Iterator[Finding]:
    manifest = read_json(places.vendor / vendor.MANIFEST)
    if not manifest:
        yield Finding("front-end modules", "bad", "not there", "make vendor")
        return
    damaged = vendor.damaged_files(places.vendor)
    if damaged:
        shown = ", ".join(damaged[:3]) + (" …" if len(damaged) > 3 else "")
        yield Finding(
            "front-end modules", "bad", f"{len(damaged)} files differ from the manifest: {shown}", "make vendor"
        )
    elif not vendor.is_current(places):
        yield Finding("front-end modules", "bad", "made from another package-lock.json", "make vendor")
    else:
        yield Finding("front-end modules", "ok", f"{len(manifest['packages'])} packages, each file as in the manifest")
    versions = {str(p["name"]): str(p["version"]) for p in manifest["packages"]}
    for name, floor in MODULE_FLOORS.items():
        yield _floor(name, versions.get(name, ""), floor, "raise it in package.json, then make lock vendor")
    fonts = (places.vendor / "fonts.css").exists()
    yield Finding(
        "fonts",
        "ok" if fonts else "bad",
        "Noto Sans SC and Mono, our own" if fonts else "fonts.css is missing",
        "make vendor",
    )


def _home(places: Places) -> Finding:
    if not places.moved:
        return Finding("data", "ok", f"in {places.var}")
    return Finding(
        "data",
        "note",
        f"in {places.state}, because {places.why_moved}; {places.var} holds links to it",
        "To have it inside the project, clone it where others may pass (say /srv/wangge), or chmod o+x that folder.",
    )


def _disk(places: Places) -> Iterator[Finding]:
    for what, path in (("project", places.root), ("data", places.state)):
        free = free_mb(path)
        state: State = "bad" if free < 200 else "note" if free < 2000 else "ok"
        yield Finding(f"disk of the {what}", state, f"{free} MB free", "Free some space, or WANGGE_VAR=/another/disk")


def _folders(places: Places) -> Iterator[Finding]:
    try:
        service = places.service_account()
    except KeyError:
        yield Finding("service user", "bad", f"there is no user {SERVICE_USER}", "make run creates it")
        return
    yield Finding("service user", "ok", service.name)
    bad = []
    for name in SERVICE_DIRS:
        folder = places.state / name
        if not folder.is_dir():
            bad.append(f"{name} is missing")
        elif folder.stat().st_uid != service.uid or not folder.stat().st_mode & stat.S_IWUSR:
            bad.append(f"{name} is not writable for {service.name}")
    yield Finding(
        "folders", "bad" if bad else "ok", "; ".join(bad) or f"writable for {service.name}", "make run makes them"
    )


def _secret_key(places: Places) -> Finding:
    if os.environ.get("WANGGE_SECRET_KEY"):
        good = len(os.environ["WANGGE_SECRET_KEY"]) >= 40
        remedy = "Give at least 40 random characters."
        return Finding(
            "secret key", "ok" if good else "bad", "from WANGGE_SECRET_KEY" + ("" if good else ", too short"), remedy
        )
    path = places.state / "secret_key"
    try:
        mode = path.stat().st_mode & 0o777
        if mode & 0o007:
            return Finding("secret key", "bad", f"{path} is open to everybody ({mode:o})", f"chmod 640 {path}")
        key = read_stamp(path)
    except OSError:
        return Finding("secret key", "bad", f"{path} is missing", "make run makes one")
    if not key and not os.access(path, os.R_OK):
        return Finding("secret key", "note", "there, not readable for you")
    return Finding(
        "secret key",
        "ok" if len(key) >= 40 else "bad",
        f"{len(key)} characters",
        f"rm {path}; make run makes a new one",
    )


def running(places: Places) -> str:
    """Who holds this ``WANGGE_VAR``'s lock, in words; empty when nobody does."""
    try:
        descriptor = os.open(places.var / "run.lock", os.O_RDONLY)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return ""
    except BlockingIOError:
        return os.read(descriptor, 200).decode("utf-8", "replace").strip() or "make run"
    finally:
        os.close(descriptor)


def _port(places: Places, options: Options) -> Finding:
    holder = running(places)
    if holder:
        return Finding("port", "ok", f"running: {holder}")
    try:
        ports.require_free(options)
    except SetupProblem as problem:
        return Finding("port", "bad", problem.what, problem.remedy)
    return Finding("port", "ok", f"{options.port} is free; not running")
