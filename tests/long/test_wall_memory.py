"""Ten minutes of storm on the wall: what its scripts hold after a forced collection does not grow."""

from __future__ import annotations

import statistics

import pytest
from playwright.sync_api import Page

from tests.bench.wall import WHOLE, Storm, heap_mb
from tests.browser.conftest import Watched, browser  # noqa: F401 - a fixture
from tests.wall_front import WallFront

WARM_S, EVERY_S, SAMPLES = 120, 60, 10
#: Share by which the last third may lie above the first.
FLAT = 1.05
SCENES = "JSON.parse(document.getElementById('wall-config').textContent).scenes.length"
#: A row of a list that is about to go, an answer on its way: what lies there only for a moment.
MOMENTS, MOMENT_MS = 4, 1_500


def least_mb(page: Page) -> float:
    """Megabytes held at the quietest of a few moments."""
    found = []
    for _ in range(MOMENTS):
        found.append(heap_mb(page))
        page.wait_for_timeout(MOMENT_MS)
    return min(found)


@pytest.mark.long
def test_ten_minutes_of_storm_leave_the_heap_flat(live_site, site_cast, browser):  # noqa: F811
    front = WallFront(live_site.url, units=2_000)
    front.beating = False
    token = site_cast.token("dispatcher")
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, extra_http_headers={"Authorization": f"Bearer {token}"}
    )
    try:
        watched = Watched(context.new_page(), front.url)
        watched.watch()
        with Storm(front, frames=True, events=True):
            watched.page.goto(f"{front.url}/wall/")
            watched.wait_until(WHOLE, 120)
            # Each scene is shown once, so that what it keeps is kept; then one is held, and every sample is of one picture.
            scenes = watched.page.evaluate(SCENES)
            for _ in range(scenes):
                front.command("next")
                watched.page.wait_for_timeout(WARM_S * 1000 / scenes)
            front.command("pause")
            held = []
            for _ in range(SAMPLES):
                watched.page.wait_for_timeout(EVERY_S * 1000)
                held.append(least_mb(watched.page))
        assert watched.outside == []
        assert statistics.mean(held[-3:]) <= FLAT * statistics.mean(held[:3]), held
    finally:
        context.close()
        front.close()
