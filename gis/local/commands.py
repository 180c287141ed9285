"""The commands behind the Makefile's targets, by name."""

from __future__ import annotations

from collections.abc import Callable

from . import bundle, diagnosis, lock, start, testing, vendor
from .console import Console
from .options import read_options
from .places import find_places


def run(rest: list[str], console: Console) -> int:
    """``make run``."""
    return start.run(read_options(), console)


def setup(rest: list[str], console: Console) -> int:
    """Packages, environment and modules, without a database (for ``make check`` and ``make lock``)."""
    options = read_options()
    start.prepare_machine(options, console)
    return 0


def copy_vendor(rest: list[str], console: Console) -> int:
    """``make vendor``: copies the modules again, whatever is there."""
    options = read_options()
    places = find_places(start.ROOT, options.var)
    (places.vendor / vendor.MANIFEST).unlink(missing_ok=True)
    places.var.mkdir(parents=True, exist_ok=True)
    vendor.install(places, console, places.var / "setup.log")
    return 0


def make_bundle(rest: list[str], console: Console) -> int:
    """``make bundle``."""
    return bundle.make(read_options(), console)


def doctor(rest: list[str], console: Console) -> int:
    """``doctor`` before there is a ``.venv``."""
    return diagnosis.report(
        find_places(start.ROOT, read_options().var), read_options(), as_json="--json" in rest, write=console.line
    )


COMMANDS: dict[str, Callable[[list[str], Console], int]] = {
    "run": run,
    "setup": setup,
    "vendor": copy_vendor,
    "bundle": make_bundle,
    "doctor": doctor,
    "test": testing.test,
    "lock": lock.resolve,
    "clean": lock.clean,
}
