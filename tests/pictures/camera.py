"""Takes a picture of a page once it says that it is complete."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser

from layers.people.rights import Actor
from layers.walls.steering import command_wall
from tests.browser.conftest import Watched
from tests.cast import PASSWORD, Cast
from tests.pictures.shots import Shot

HTML = "document.documentElement.dataset"
PATHS = {"map": "/", "ops": "/ops/", "remote": "/wall/remote/"}
READY = {
    "map": "document.documentElement.dataset.mapState === 'ready' && document.body.dataset.live === 'live'",
    "ops": "document.getElementById('page').dataset.state === 'ready'",
    "remote": "document.querySelector('main button, #wall button, button')",
}
COMPLETE = f"{HTML}.map === 'ready' && {HTML}.live === 'live' && document.querySelector('.multiple rect')"
#: A map that is drawn by software may need long, and one that is redrawn each second may never rest.
PATIENCE_S, REST_S = 120, 25


class Camera:
    """A browser, a display's token, a person, and the folder of the pictures."""

    def __init__(self, browser: Browser, cast: Cast, url: str, folder: Path, steering: Actor) -> None:
        self.browser, self.cast, self.url, self.folder, self.steering = browser, cast, url, folder, steering
        self.token = cast.token("display", scope="display")

    def take(self, shot: Shot) -> list[str]:
        """Writes the picture; gives what went wrong on the page."""
        with self._page(shot) as watched:
            (self._wall if shot.page == "wall" else self._desk)(watched, shot)
            watched.page.screenshot(path=self.folder / f"{shot.name}.png", timeout=120_000)
            return [*watched.errors, *(f"outside: {url}" for url in watched.outside)]

    @contextlib.contextmanager
    def _page(self, shot: Shot) -> Iterator[Watched]:
        context = self.browser.new_context(
            viewport={"width": shot.size[0], "height": shot.size[1]}, locale="zh-CN" if shot.language == "zh" else "en-GB",
            color_scheme=shot.theme, reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_S * 1000)
        try:
            watched = Watched(context.new_page(), self.url)
            watched.watch()
            yield watched
        finally:
            context.close()

    def _wall(self, watched: Watched, shot: Shot) -> None:
        wall = "pictures-3d" if shot.three_d else "pictures"
        look = {"display": self.token, "name": wall, "theme": shot.theme, "language": shot.language}
        watched.page.goto(f"{self.url}/wall/?{urlencode(look)}")
        storm = f" && {HTML}.takeover === 'yes'" if shot.state == "storm" else ""
        watched.wait_until(COMPLETE + storm, PATIENCE_S)
        if shot.three_d and storm:
            self._steer(wall, "three_d", {"on": True})
            watched.wait_until("document.querySelector('[data-tilted=yes]')", PATIENCE_S)
        self._rest(watched)

    def _rest(self, watched: Watched) -> None:
        """Returns once the map has drawn what it was told last, or after a while."""
        watched.page.evaluate(f"delete {HTML}.map")
        with contextlib.suppress(AssertionError):
            watched.wait_until(f"{HTML}.map === 'ready'", REST_S)

    def _desk(self, watched: Watched, shot: Shot) -> None:
        path = PATHS[shot.page]
        person = self.cast.person("admin" if shot.page == "ops" else "duty_officer", password=PASSWORD)
        watched.page.goto(f"{self.url}/accounts/login/?{urlencode({'next': path})}")
        watched.page.fill("input[name=username]", person.username)
        watched.page.fill("input[name=password]", PASSWORD)
        watched.page.press("input[name=password]", "Enter")
        watched.page.wait_for_url(f"{self.url}{path}*")
        watched.wait_until(READY[shot.page], PATIENCE_S)

    def _steer(self, wall: str, command: str, args: dict[str, Any]) -> None:
        command_wall(actor=self.steering, wall=wall, client_id=uuid.uuid4(), command=command, args=args)
