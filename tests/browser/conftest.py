"""A real browser on the running server. Every page is watched: no outside request, no CSP violation, no script error."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from layers.roles import Role
from tests.cast import PASSWORD, Cast
from tests.stage import LiveSite, database_of_its_own, database_settings
from tests.wall_site import WallSite

FLAGS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
)  # fmt: skip

# Playwright keeps an event loop on this thread; the tests themselves use the database from it one call at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


#: What a page does each minute it does three times a second.
HURRY = "const slow = setInterval; window.setInterval = (act, wait, ...rest) => slow(act, wait === 60000 ? 333 : wait, ...rest);"


@dataclass
class Watched:
    """A page, whose it is and what went wrong on it."""

    page: Page
    url: str
    person: Any = None
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Starts listening; must run before the first navigation."""
        host = urlsplit(self.url).netloc
        self.page.on("request", lambda request: self._request(request.url, host))
        self.page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        self.page.on("console", lambda message: self._console(message))

    def _request(self, url: str, host: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
            self.outside.append(url)

    def _console(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(f"console: {message.text}")

    def wait_map(self, state: str = "ready", seconds: float = 150) -> None:
        """Returns once the map says it is in `state`; polls by evaluate, for a strict CSP forbids waiting functions."""
        for _ in range(int(seconds * 10)):
            now = self.page.evaluate("document.documentElement.dataset.mapState")
            if now == state:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the map is {now!r}, not {state!r}; {self.errors}")

    def wait_until(self, expression: str, seconds: float = 60) -> Any:
        """The truthy value of a JavaScript expression, polled."""
        for _ in range(int(seconds * 20)):
            try:
                value = self.page.evaluate(expression)
            except Error as failure:  # asked in the very moment in which one page gave way to the next
                if not any(words in failure.message for words in ("context was destroyed", "properties of null")):
                    raise
                value = None
            if value:
                return value
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {expression}; {self.errors}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless, with software WebGL."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("chromium is missing: `make test` installs it")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser, live_cast: Any, live_url: str) -> Iterator[Any]:
    """open_page(role, locale=…, scheme=…, size=…) -> a watched page, signed in through the form unless role is None."""
    with _opener(browser, live_cast, live_url) as open_one:
        yield open_one


@pytest.fixture(scope="module")
def live_site(django_db_setup, django_db_blocker, tmp_path_factory):
    """The whole site on a database of the module's own: what other tests reported would crowd its screens."""
    with django_db_blocker.unblock(), database_of_its_own():
        environment = database_settings()
        with LiveSite.open(environment, tmp_path_factory.mktemp("site")) as site:
            yield site


@pytest.fixture(scope="module")
def site_cast(live_site, district, django_db_blocker) -> Cast:
    """People whose accounts are committed, so that the module's site knows them."""
    return Cast(district, blocker=django_db_blocker, server=live_site)


@pytest.fixture
def open_site_page(browser: Browser, site_cast: Any, live_site: Any) -> Iterator[Any]:
    """As `open_page`, on the site that streams."""
    with _opener(browser, site_cast, live_site.url) as open_one:
        yield open_one


@contextlib.contextmanager
def _opener(browser: Browser, cast: Any, url: str) -> Iterator[Any]:
    contexts = []
    pages: list[Watched] = []

    def open_one(
        role: Role | str | None = "gis_staff", area: str | None = None, *, locale: str = "zh-CN", scheme: str = "dark",
        size: tuple[int, int] = (1366, 768), path: str = "/", motion: str = "reduce",
    ) -> Watched:  # fmt: skip
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=locale, color_scheme=scheme, reduced_motion=motion
        )
        contexts.append(context)
        watched = Watched(context.new_page(), url)
        pages.append(watched)
        watched.watch()
        if role is not None:
            person = watched.person = cast.person(role, area, password=PASSWORD)
            watched.page.goto(f"{url}/accounts/login/?next={path}")
            watched.page.fill("input[name=username]", person.username)
            watched.page.fill("input[name=password]", PASSWORD)
            watched.page.press("input[name=password]", "Enter")
            # What the page then needs is waited for by state; a drawing browser may be slow to say `load`.
            watched.page.wait_for_url(f"{url}{path}*", wait_until="domcontentloaded", timeout=90_000)
        else:
            watched.page.goto(f"{url}{path}")
        return watched

    try:
        yield open_one
        for watched in pages:
            assert watched.outside == [], "a page asked an outside address"
            assert watched.errors == []
    finally:
        for context in contexts:
            context.close()


@pytest.fixture
def open_wall(browser: Browser) -> Iterator[Any]:
    """open_wall(storm=…, language=…, theme=…, size=…, display=…, hurried=True: what is due each minute is due at once,
    before=script that runs before the page's own) -> (site, page).

    The page is the wall on a site without a database; it is live.
    """
    with contextlib.ExitStack() as closing:

        def opens(
            size: tuple[int, int] = (1920, 1080), query: str = "", hurried: bool = False, before: str = "", **look: Any
        ) -> Any:
            site = WallSite(**look)
            closing.callback(site.close)
            context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
            closing.callback(context.close)
            if hurried:
                context.add_init_script(HURRY)
            if before:
                context.add_init_script(before)
            watched = Watched(context.new_page(), site.url)
            watched.watch()
            watched.page.goto(f"{site.url}/wall/{query}")
            watched.wait_until("document.documentElement.dataset.live === 'live'")
            watched.wait_until("document.querySelector('.multiple rect') && plainMap.last('applyScene')")
            closing.callback(lambda: _clean(watched))
            return site, watched

        yield opens


def _clean(watched: Watched) -> None:
    assert watched.outside == [], "the wall asked an outside address"
    assert watched.errors == []
