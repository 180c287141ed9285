"""`python -m tests.pictures [--only PATTERN]…`: the wall, the map, /ops/ and the remote control in every look, as PNG files.

A real site with its relay and stream runs on a database of its own; a seeded shift is written into it by the services,
first calm, then with a storm. The pictures and `index.html` go to var/pictures (or WANGGE_PICTURES).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STILL = {
    "title_zh": "源汇区",
    "title_en": "Yuanhui",
    "area": "411102",
    "rotate": False,
    "theme": "dark",
    "language": "both",
}


def main() -> int:
    """Takes the pictures that were asked for; 1 when a page said that something went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument(
        "--only", action="append", default=[], metavar="PATTERN", help="names to take again, e.g. '3840*storm'"
    )
    choice = parser.parse_args()
    if "DATABASE_URL" not in os.environ or "DATABASE_OWNER_URL" not in os.environ:
        print("run `make pictures`: it starts a database of its own", file=sys.stderr)
        return 64
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    import django

    django.setup()
    from tests.pictures.shots import chosen

    shots = chosen(choice.only)
    folder = Path(os.environ.get("WANGGE_PICTURES") or ROOT / "var" / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    if not shots:
        print("no picture has such a name", file=sys.stderr)
        return 64
    return _take_all(shots, folder)


def _take_all(shots: list, folder: Path) -> int:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS
    from tests.cast import Cast, District
    from tests.pictures.camera import Camera
    from tests.pictures.sheet import write_sheet
    from tests.pictures.shift import Shift
    from tests.stage import LiveSite, database_settings, open_stage

    wrong = 0
    with (
        open_stage(),
        tempfile.TemporaryDirectory(prefix="wangge-pictures-") as temporary,
        LiveSite.open(database_settings(), Path(temporary)) as site,
        sync_playwright() as playwright,
        _worker(),
    ):
        cast = Cast(District.read(), server=site)
        shift = Shift(cast)
        _walls(cast)
        print(f"  {shift.history()} cases of four weeks", flush=True)
        shift.calm()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        camera = Camera(browser, cast, site.url, folder, _steering(cast))
        for state in ("calm", "storm"):
            if state == "storm":
                shift.storm()
            todo = [shot for shot in shots if shot.state == state]
            with shift.walking():
                for number, shot in enumerate(todo, 1):
                    wrong += _take(camera, shot, f"{state} {number} of {len(todo)}")
        camera.close()
        browser.close()
    print(f"written: {write_sheet(folder)}")
    return 1 if wrong else 0


@contextlib.contextmanager
def _worker():
    """A sign of life of the worker: the stage runs every other process of an installation."""
    from layers.live.processes import Beater

    beater = Beater("worker", "1")
    beater.start()
    try:
        yield
    finally:
        beater.stop()
        beater.join()


def _take(camera, shot, place: str) -> int:
    begun = time.monotonic()
    try:
        errors = camera.take(shot)
    except Exception as failure:
        errors = [f"{type(failure).__name__}: {failure}"]
    print(f"  {place}  {shot.name}  {time.monotonic() - begun:.1f} s", flush=True)
    for error in errors:
        print(f"    ✗ {error[:400]}", flush=True)
    return len(errors)


def _walls(cast) -> None:
    """A wall of one scene, which stands still."""
    from layers.people.selectors import actor_of
    from layers.walls.services import create_wall
    from tests.pictures.camera import WALL

    create_wall(actor=actor_of(cast.person("gis_staff")), values={**STILL, "name": WALL, "scenes": ["district"]})


def _steering(cast):
    from layers.people.selectors import actor_of

    return actor_of(cast.person("duty_officer"))


if __name__ == "__main__":
    sys.exit(main())
