"""Takes a picture of a page once it says that it is complete."""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser

from layers.imports.models import Status
from layers.people.rights import Actor
from layers.walls.steering import command_wall
from tests.browser.conftest import Watched
from tests.cast import PASSWORD, Cast
from tests.imports_made import make_import
from tests.pictures.shots import STAFF, Shot

HTML = "document.documentElement.dataset"
PATHS = {
    "map": "/", "ops": "/ops/", "remote": "/wall/remote/", "staff": "/staff/", "staff-layer": "/staff/layers/buildings/",
    "staff-quality": "/staff/quality/", "staff-import": "/staff/imports/{ready}/", "staff-question": "/staff/imports/{asking}/",
}  # fmt: skip
#: Who looks at a page; everybody else is the officer on duty.
PEOPLE = {"ops": "admin"} | dict.fromkeys(STAFF, "gis_staff")
_PAGE_READY = "document.getElementById('page').dataset.state === 'ready'"
_MAP_READY = f"{_PAGE_READY} && document.documentElement.dataset.mapState === 'ready'"
READY = {
    "map": "document.documentElement.dataset.mapState === 'ready' && document.body.dataset.live === 'live'",
    "ops": _PAGE_READY,
    "staff": _PAGE_READY,
    "staff-layer": _PAGE_READY,
    "staff-quality": _PAGE_READY,
    "staff-import": f"{_MAP_READY} && Number(document.getElementById('page').dataset.shapes) > 0",
    "staff-question": f"{_MAP_READY} && document.getElementById('page').dataset.candidates === '2'",
    "remote": "document.getElementById('remote').dataset.state === 'ready'",
}
COMPLETE = f"{HTML}.map === 'ready' && {HTML}.live === 'live' && document.querySelector('.multiple rect')"
#: A map that is drawn by software may need long, and one that is redrawn each second may never rest.
PATIENCE_S, REST_S = 180, 8
#: The name of the wall that stands still.
WALL = "pictures"


class Camera:
    """A browser, a display's token, a person, and the folder of the pictures."""

    def __init__(self, browser: Browser, cast: Cast, url: str, folder: Path, steering: Actor) -> None:
        self.browser, self.cast, self.url, self.folder, self.steering = browser, cast, url, folder, steering
        self.token = cast.token("display", scope="display")
        self._open: tuple[tuple[Any, ...], Watched] | None = None
        self._made: dict[str, Any] = {}

    def take(self, shot: Shot) -> list[str]:
        """Writes the picture; gives what went wrong on the page since the last one."""
        watched = self._page(shot)
        (self._wall if shot.page == "wall" else self._desk)(watched, shot)
        watched.page.screenshot(path=self.folder / f"{shot.name}.png", timeout=PATIENCE_S * 1000)
        wrong = [*watched.errors, *(f"outside: {url}" for url in watched.outside)]
        watched.errors.clear()
        watched.outside.clear()
        return wrong

    def close(self) -> None:
        """Ends the page that is open."""
        if self._open is not None:
            self._open[1].page.context.close()
            self._open = None

    def _page(self, shot: Shot) -> Watched:
        """A fresh page; of a wall the one of the last picture, when only theme or tilt differ: drawing by software is slow."""
        key = (shot.page, shot.size, shot.language, shot.state, shot.page == "wall" or shot.name)
        if self._open is not None and self._open[0] == key:
            return self._open[1]
        self.close()
        context = self.browser.new_context(
            viewport={"width": shot.size[0], "height": shot.size[1]},
            locale="zh-CN" if shot.language == "zh" else "en-GB",
            color_scheme="light" if shot.theme == "light" else "dark",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        watched = Watched(context.new_page(), self.url)
        watched.watch()
        self._open = (key, watched)
        if shot.page == "wall":
            look = {"display": self.token, "name": WALL, "theme": shot.theme, "language": shot.language}
            watched.page.goto(f"{self.url}/wall/?{urlencode(look)}")
        return watched

    def _wall(self, watched: Watched, shot: Shot) -> None:
        storm = f" && {HTML}.takeover === 'yes'" if shot.state == "storm" else ""
        watched.wait_until(COMPLETE + storm, PATIENCE_S)
        if watched.page.evaluate(f"{HTML}.theme") != shot.theme:
            self._steer("theme", {"theme": shot.theme})
            watched.wait_until(f"{HTML}.theme === '{shot.theme}'", PATIENCE_S)
        tilted = "yes" if shot.three_d else "no"
        if watched.page.evaluate("document.querySelector('[data-tilted]').dataset.tilted") != tilted:
            self._steer("three_d", {"on": shot.three_d})
            watched.wait_until(f"document.querySelector('[data-tilted={tilted}]')", PATIENCE_S)
        self._rest(watched)

    def _rest(self, watched: Watched) -> None:
        """Returns once the map has drawn what it was told last, or after a while."""
        watched.page.evaluate(f"{HTML}.map = 'drawing'")
        with contextlib.suppress(AssertionError):
            watched.wait_until(f"{HTML}.map === 'ready'", REST_S)
        watched.page.evaluate(f"{HTML}.map = 'ready'")

    def _desk(self, watched: Watched, shot: Shot) -> None:
        person = self.cast.person(PEOPLE.get(shot.page, "duty_officer"), password=PASSWORD)
        path = PATHS[shot.page].format(**self._imports(person))
        watched.page.goto(f"{self.url}/accounts/login/?{urlencode({'next': path})}")
        watched.page.fill("input[name=username]", person.username)
        watched.page.fill("input[name=password]", PASSWORD)
        watched.page.press("input[name=password]", "Enter")
        watched.page.wait_for_url(f"{self.url}{path}*", wait_until="domcontentloaded", timeout=90_000)
        watched.wait_until(READY[shot.page], PATIENCE_S)
        if shot.page == "staff-question":
            watched.page.locator(".question .choice input").first.check()
            self._rest_of_map(watched)

    def _rest_of_map(self, watched: Watched) -> None:
        """Returns once the map has flown to what it was told last."""
        watched.page.wait_for_timeout(200)
        watched.wait_until(_MAP_READY, PATIENCE_S)

    def _imports(self, person: Any) -> dict[str, Any]:
        """An import that is ready and one that asks, made for the first picture that needs them."""
        if not self._made:
            self._made = {"ready": make_import(person).pk, "asking": make_import(person, Status.ASKING).pk}
        return self._made

    def _steer(self, command: str, args: dict[str, Any]) -> None:
        command_wall(actor=self.steering, wall=WALL, client_id=uuid.uuid4(), command=command, args=args)
