"""How the wall comes back: the grey lifts by proof alone, a new build comes without a flash. No database, no sleep."""

from __future__ import annotations

PAGE = "document.documentElement.dataset"
WATCH = (
    "window.seen = []; new MutationObserver(() => seen.push(document.documentElement.dataset.live))"
    ".observe(document.documentElement, { attributes: true, attributeFilter: ['data-live'] })"
)


def live(watched, picture="live", seconds=30):
    watched.wait_until(f"{PAGE}.live === '{picture}'", seconds)


def wait_for(watched, found, seconds=60):
    """Returns once a condition on this side holds, while the page goes on."""
    for _ in range(seconds * 20):
        if found():
            return
        watched.page.wait_for_timeout(50)
    raise AssertionError("never true on this side")


def reports(site):
    return [body.get("kind") for path, body in site.posts if path == "/api/walls/main/reports"]


def test_the_grey_lifts_only_when_the_picture_is_proven(open_wall):
    site, watched = open_wall()
    site.beating = False
    live(watched, "stale")
    watched.page.evaluate(WATCH)
    site.wrong_hash = site.beating = True
    wait_for(watched, lambda: "hash_mismatch" in reports(site))
    assert "live" not in watched.page.evaluate("seen")
    assert watched.page.evaluate("plainMap.last('dim')") != "live"
    site.wrong_hash = False
    live(watched)


def test_a_changed_build_is_fetched_first_and_then_replaces_the_page(open_wall):
    site, watched = open_wall(hurried=True)
    watched.page.evaluate("window.kept = 'old page'")
    entries = watched.page.evaluate("history.length")
    site.build = "b2"
    watched.wait_until("window.kept === undefined", 60)
    live(watched)
    assert "reloaded" in reports(site)
    assert watched.page.evaluate("history.length") == entries, "replaced, not added"


def test_a_new_build_that_cannot_be_fetched_takes_nothing_off_the_wall(open_wall):
    site, watched = open_wall(hurried=True)
    watched.page.evaluate("window.kept = 'old page'")
    warned = []
    watched.page.on("console", lambda message: warned.append(message.text))
    watched.page.route("**/wall/", lambda route: route.abort())
    site.build = "b2"
    wait_for(watched, lambda: any("not loaded again" in text for text in warned))
    assert watched.page.evaluate("window.kept") == "old page"
    live(watched)
    assert watched.page.locator(".sheet").count() == 1
