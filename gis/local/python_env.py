"""``.venv``: the locked Python packages, checked by hash, never half installed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from . import children
from .console import Console, Step
from .files import digest_of, free_mb, read_stamp, remove_tree, write_whole
from .packages import PYTHON
from .places import Places
from .problems import SetupProblem, no_room

_STAMP = "wangge-lock.sha256"
_UNFINISHED = "wangge-unfinished"
_NEEDED_MB = 1500


def lock_digest(root: Path) -> str:
    """What identifies the environment that ``requirements.lock`` asks for."""
    try:
        return digest_of((root / "requirements.lock").read_bytes(), "cp311")
    except FileNotFoundError:
        raise SetupProblem(
            f"{root / 'requirements.lock'} is missing.", "The clone is not whole: git checkout requirements.lock"
        ) from None


def is_current(places: Places) -> bool:
    """Whether ``.venv`` holds exactly what the lock file asks for."""
    venv = places.venv
    return (
        read_stamp(venv / _STAMP) == lock_digest(places.root)
        and not (venv / _UNFINISHED).exists()
        and os.access(venv / "bin" / "python", os.X_OK)
        and _interpreter_is_public(places)
    )


def _interpreter_is_public(places: Places) -> bool:
    """Whether the services' user can run the interpreter behind ``.venv`` (a private pyenv under /root can't be)."""
    if not places.rooted:
        return True
    real = Path(os.path.realpath(places.venv / "bin" / "python"))
    return not str(real).startswith(("/root/", "/home/"))


def install(places: Places, console: Console, log: Path, wheels: Path | None = None) -> None:
    """Makes ``.venv`` equal to the lock file; ``wheels`` is a folder to install from without a network.

    Raises:
        SetupProblem: no room, no index, or a package that doesn't match its hash.
    """
    digest = lock_digest(places.root)
    if is_current(places):
        return
    venv, unfinished = places.venv, places.venv / _UNFINISHED
    if free_mb(places.root) < _NEEDED_MB:
        raise no_room(
            str(places.root), f"The Python packages need about {_NEEDED_MB} MB, {free_mb(places.root)} MB are free."
        )
    names = re.findall(
        r"^([A-Za-z0-9._-]+)==", (places.root / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    )
    with console.step(f"Python packages ({len(names)})") as step:
        if unfinished.exists() or not _usable(places):
            # A package cut off half way looks installed to pip: start over.
            remove_tree(venv)
            code, output = children.run(
                [_interpreter(), "-m", "venv", str(venv)], log=log, tick=lambda: step.update("new .venv")
            )
            if code:
                remove_tree(venv)
            children.must(code, output, "python3.11 -m venv", "apt-get install python3.11-venv")
        (venv / _STAMP).unlink(missing_ok=True)
        unfinished.touch()
        _pip(places, step, log, wheels, len(names))
        write_whole(venv / _STAMP, digest + "\n")
        unfinished.unlink()


def _usable(places: Places) -> bool:
    return (
        os.access(places.venv / "bin" / "python", os.X_OK)
        and (places.venv / "lib" / "python3.11" / "site-packages" / "pip").is_dir()
        and _interpreter_is_public(places)
    )


def _interpreter() -> str:
    if os.access(PYTHON, os.X_OK):
        return PYTHON
    import shutil

    found = shutil.which("python3.11")
    if found is None:
        raise SetupProblem("Python 3.11 is missing.", "apt-get install python3.11 python3.11-venv")
    return found


def _pip(places: Places, step: Step, log: Path, wheels: Path | None, total: int) -> None:
    command: list[str | Path] = [
        places.venv / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--no-deps",
    ]
    command += [
        "--progress-bar",
        "off",
        "--no-input",
        "--disable-pip-version-check",
        "-r",
        places.root / "requirements.lock",
    ]
    if wheels is not None:
        command += ["--no-index", "--find-links", wheels]
    seen = 0

    def on_line(line: str) -> None:
        nonlocal seen
        if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied")):
            seen += 1
        text = "installing" if line.startswith("Installing collected") else f"{min(seen, total)}/{total}"
        state["text"], state["share"] = text, 0.95 if text == "installing" else 0.95 * seen / max(1, total)

    state: dict[str, object] = {"text": f"0/{total}", "share": 0.0}
    env = {**os.environ, "PYTHONUNBUFFERED": "1", "PIP_NO_COLOR": "1"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    if wheels is not None:
        env = {k: v for k, v in env.items() if not k.startswith("PIP_")} | {"PIP_CONFIG_FILE": os.devnull}
    code, output = children.run(
        command,
        env=env,
        log=log,
        on_line=on_line,
        tick=lambda: step.update(str(state["text"]), float(str(state["share"]))),
    )
    remedy = "Is the package index reachable (pip config list)? Without internet: make run BUNDLE=wangge-bundle-….tar"
    if "HASH" in output or "do not match the hashes" in output:
        remedy = "A package differs from the lock file: do not install it; ask whoever serves the package index."
    children.must(code, output, "pip install", remedy)


def install_rivals(places: Places, console: Console, log: Path) -> Path | None:
    """``.venv-bench`` from its own lock, for the programs we measure ourselves against; None without such a lock."""
    lock, venv = places.root / "requirements-bench.lock", places.root / ".venv-bench"
    if not lock.exists():
        return None
    digest = digest_of(lock.read_bytes())
    if read_stamp(venv / _STAMP) != digest:
        with console.step("Packages of the bench's rivals") as step:
            remove_tree(venv)
            for command in (
                [_interpreter(), "-m", "venv", str(venv)],
                [
                    str(venv / "bin" / "python"),
                    "-m",
                    "pip",
                    "install",
                    "--require-hashes",
                    "--no-deps",
                    "--no-input",
                    "-r",
                    str(lock),
                ],
            ):
                code, output = children.run(command, env=dict(os.environ), log=log, tick=step.update)
                children.must(code, output, "the bench's packages")
            write_whole(venv / _STAMP, digest + "\n")
    return venv / "bin" / "python"
