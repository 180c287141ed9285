"""``make lock`` and ``make clean``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from . import children, start
from .console import Console
from .files import remove_tree
from .options import read_options
from .places import SYSTEM_STATE, find_places
from .problems import SetupProblem


def resolve(rest: list[str], console: Console) -> int:
    """Resolves ``pyproject.toml`` and ``package.json`` again; no registry's address gets into a lock file."""
    root = start.ROOT
    log = root / "var" / "setup.log"
    log.parent.mkdir(exist_ok=True)
    uv = shutil.which("uv") or str(root / ".venv" / "bin" / "uv")
    if not Path(uv).exists():
        raise SetupProblem("uv is missing.", ".venv/bin/pip install uv")
    with console.step("requirements.lock") as step:
        command = [
            uv,
            "pip",
            "compile",
            "pyproject.toml",
            "--all-extras",
            "--generate-hashes",
            "--python-version",
            "3.11",
        ]
        command += [
            "--no-header",
            "--no-emit-index-url",
            "--no-emit-find-links",
            "--upgrade",
            "-o",
            "requirements.lock",
        ]
        env = {**_index_from_pip(root), **os.environ}
        code, output = children.run(command, cwd=root, env=env, log=log, tick=step.update)
        children.must(code, output, "uv pip compile")
    with console.step("package-lock.json") as step:
        command = [
            "npm",
            "install",
            "--package-lock-only",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]
        code, output = children.run(command, cwd=root, env=dict(os.environ), log=log, tick=step.update)
        children.must(code, output, "npm install --package-lock-only")
    for name in ("requirements.lock", "package-lock.json"):
        text = (root / name).read_text(encoding="utf-8")
        if "--index-url" in text or '"resolved"' in text:
            raise SetupProblem(
                f"{name} names a registry's address.", f"git checkout {name}; look at .npmrc and pip's settings"
            )
    console.line("Look at the difference, then: make check test")
    return 0


def _index_from_pip(root: Path) -> dict[str, str]:
    """uv doesn't read pip's settings: hand the main index over, unseen. (Local extras would thin out the hashes.)"""
    code, output = children.run([root / ".venv" / "bin" / "python", "-m", "pip", "config", "list"])
    found = {}
    for line in output.splitlines() if code == 0 else []:
        name, _, value = line.partition("=")
        key = name.rpartition(".")[2]
        if key == "index-url":
            found["UV_DEFAULT_INDEX"] = value.strip("'\"")
    return found


def clean(rest: list[str], console: Console) -> int:
    """Removes what set-up made in this tree, data included, unless something still runs there."""
    root, options = start.ROOT, read_options()
    places = find_places(root, options.var)
    with start.only_one(places.var, "make clean"):
        targets = [root / name for name in (".venv", ".venv-bench", "node_modules", "dist")] + [places.vendor]
        targets += [places.var] + ([places.state] if places.moved and places.state.parent == SYSTEM_STATE else [])
        for target in targets:
            if target.exists():
                remove_tree(target)
                console.line(f"  removed {target}")
    remove_tree(places.socket_base)
    return 0
