"""The wall on the running site when something goes wrong or somebody steers it: by state, never by sleep."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from layers.people.models import Token
from layers.people.selectors import actor_of, token_digest
from layers.people.services import revoke_token
from layers.walls.models import WallPresence
from tests.cases import act, point_in, report

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = "document.documentElement.dataset"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
SMALL = (960, 540)
CANVAS = "document.querySelector('canvas.maplibregl-canvas')"
PANE = "document.querySelector('.wall-pane').dataset"
#: What a browser and the library say by themselves when a server or a context goes away.
EXPECTED = ("net::ERR", "WebGL", "context", "Failed to fetch")


@pytest.fixture
def display(committed_site, site_cast, open_site_page):
    """display(language=…, theme=…) -> a wall without keyboard whose map is drawn and whose picture is live."""

    def opens(*, language="zh", theme="dark", size=SMALL):
        token = site_cast.token("display", scope="display")
        watched = open_site_page(None, size=size, path=f"/wall/?display={token}&theme={theme}&language={language}")
        watched.token = token
        watched.wait_until(f"{PAGE}.live === 'live' && {PAGE}.map === 'ready'", 90)
        return watched

    return opens


def forgive(watched) -> None:
    """Leaves only the errors that nobody expects."""
    watched.errors[:] = [text for text in watched.errors if not any(word in text for word in EXPECTED)]


def test_a_revoked_display_goes_dark_within_five_seconds(display, site_cast):
    watched = display()
    revoke_token(actor=None, token=Token.objects.get(digest=token_digest(watched.token)))
    begun = time.monotonic()
    watched.wait_until(f"{PAGE}.live === 'dark'", 15)
    assert time.monotonic() - begun < 5
    assert watched.page.locator("canvas").count() == 0, "no map is left on a dark screen"
    assert "授权" in watched.page.inner_text("#wall")
    site_cast._known.clear()
    forgive(watched)


def test_a_stream_that_ends_greys_the_picture_says_since_when_and_comes_back_proven(display, committed_site):
    watched = display()
    committed_site.stop("web")
    watched.wait_until(f"{PAGE}.live === 'stale'", 30)
    assert "停在" in watched.page.inner_text(".state")
    watched.wait_until("document.querySelector('.wall-map').dataset.state === 'stale'")
    committed_site.start("web")
    committed_site.wait()
    watched.wait_until(f"{PAGE}.live === 'live'", 60)
    watched.wait_until("document.querySelector('.beat-proof').textContent.includes('与库一致')")
    watched.wait_until("document.querySelector('.wall-map').dataset.state === 'live'")
    forgive(watched)


def test_the_remote_control_of_one_moves_the_wall_of_another(display, open_site_page):
    watched = display()
    remote = open_site_page("dispatcher", path="/wall/remote/", size=(390, 844))
    remote.wait_until("document.getElementById('remote').dataset.state === 'ready'")
    before = watched.page.evaluate(f"{PAGE}.scene")
    remote.page.get_by_role("button", name="下一个", exact=True).click()
    watched.wait_until(f"{PAGE}.scene !== {before!r}")
    remote.page.get_by_role("button", name="上一个", exact=True).click()
    watched.wait_until(f"{PAGE}.scene === {before!r}")


def test_a_critical_case_takes_the_wall_and_the_scene_comes_back(display, site_cast):
    watched = display()
    scene = watched.page.evaluate(f"{PAGE}.scene")
    grid = site_cast.district.first("grid")
    incident = report(site_cast, grid=grid, severity=1)
    watched.wait_until(f"{PAGE}.takeover === 'yes' && {PAGE}.scene === 'case:{incident.pk}'")
    assert incident.number in watched.page.inner_text(".takeover")
    watched.wait_until("document.querySelectorAll('.takeover .near-row').length > 0")
    act(incident, actor_of(site_cast.person("community_head", grid[:12])), "accept")
    watched.wait_until(f"{PAGE}.takeover === undefined && {PAGE}.scene === {scene!r}")


def test_a_lost_context_heals_without_a_flash_and_is_told_to_the_server(display):
    watched = display()
    watched.page.evaluate("window.kept = 'this page'")
    watched.wait_until("document.querySelector('.wall-kept').width > 300", 60)
    lost = losses()
    watched.page.evaluate(
        f"window.gl = {CANVAS}.getContext('webgl2').getExtension('WEBGL_lose_context'); gl.loseContext()"
    )
    watched.wait_until(f"{PANE}.context === 'lost'", 60)
    assert not watched.page.evaluate("document.querySelector('.wall-kept').hidden"), "the last picture stays up"
    watched.page.evaluate("gl.restoreContext()")
    watched.wait_until(f"{PANE}.context === 'ok'", 60)
    assert watched.page.evaluate("document.querySelector('.wall-kept').hidden")
    assert watched.page.evaluate("window.kept") == "this page", "it healed; it was not loaded again"
    watched.wait_until(f"{PAGE}.live === 'live'", 60)
    for _ in range(1200):
        if losses() > lost:
            break
        watched.page.wait_for_timeout(50)
    assert losses() == lost + 1
    forgive(watched)


def losses() -> int:
    """Lost contexts that screens have told of."""
    return sum(WallPresence.objects.values_list("context_losses", flat=True))


@pytest.mark.parametrize(("language", "theme"), [("zh", "dark"), ("en", "light")])
def test_axe_finds_nothing_serious_on_the_real_wall(display, site_cast, language, theme):
    grid = site_cast.district.last("grid")
    lon, lat = point_in(grid)
    report(site_cast, grid=grid, severity=2, lon=lon, lat=lat)
    watched = display(language=language, theme=theme, size=(1366, 768))
    watched.wait_until(f"Number({PAGE}.open) > 0")
    watched.page.evaluate(AXE)
    found = watched.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in serious] == []
