"""How the wall comes back: the grey lifts by proof alone, a new build comes without a flash. No database, no sleep."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

PAGE = "document.documentElement.dataset"
WATCH = (
    "window.seen = []; new MutationObserver(() => seen.push(document.documentElement.dataset.live))"
    ".observe(document.documentElement, { attributes: true, attributeFilter: ['data-live'] })"
)
WATCHER = Path(__file__).resolve().parents[2] / "gis/static/gis/js/wall/guard/watcher.js"
#: The page's clock can be put forward and its timers stopped; so can the clock of the worker beside it.
CLOCKS = """
  const real = performance.now.bind(performance);
  window.skip = 0;
  performance.now = () => real() + skip;
  const later = window.setTimeout;
  window.setTimeout = (act, wait, ...rest) => later((...all) => { if (!window.frozen) act(...all); }, wait, ...rest);
  const Beside = Worker;
  window.Worker = class extends Beside { constructor(...all) { super(...all); window.watcher = this; } };
"""
SLEEPER = """
  let skip = 0;
  const real = performance.now.bind(performance);
  performance.now = () => real() + skip;
  onmessage = ({ data }) => { skip += data; };
"""


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


def test_a_page_whose_clock_stands_still_while_the_worker_goes_on_is_loaded_again(open_wall):
    site, watched = open_wall(before=CLOCKS)
    watched.page.evaluate("window.kept = 'old page'; window.frozen = true; window.skip = 70_000; null")
    watched.wait_until("window.kept === undefined", 60)
    live(watched, seconds=60)
    wait_for(watched, lambda: "reloaded" in reports(site))


def test_a_page_that_has_just_come_is_not_loaded_again_for_a_slow_start(open_wall):
    site, watched = open_wall(before=CLOCKS)
    watched.page.evaluate(
        "window.kept = 'this page'; window.heard = 0; watcher.addEventListener('message', () => { heard += 1; });"
        " window.frozen = true; window.skip = 20_000; null"
    )
    watched.wait_until("window.heard >= 3", 60)
    assert watched.page.evaluate("window.kept") == "this page"
    assert "reloaded" not in reports(site)


def test_a_machine_that_slept_fetches_everything_anew_and_keeps_its_page(open_wall):
    def sleeps(route):
        route.fulfill(status=200, content_type="text/javascript", body=SLEEPER + WATCHER.read_text(encoding="utf-8"))

    site, watched = open_wall(before=CLOCKS)
    watched.page.route("**/watcher.js", sleeps)
    watched.page.reload()
    live(watched, seconds=60)
    watched.wait_until("Boolean(window.watcher)")
    watched.page.evaluate("window.kept = 'this page'")
    asked = []
    watched.page.on("request", lambda request: asked.append(request.url.split("?")[0].removeprefix(site.url)))
    site.ahead = timedelta(hours=1)
    watched.page.evaluate("window.skip = 3_600_000; watcher.postMessage(3_600_000); null")
    wait_for(watched, lambda: {"/api/counts", "/api/duty"} <= set(asked))
    watched.wait_until(f"{PAGE}.live === 'live'", 60)
    assert watched.page.evaluate("window.kept") == "this page"
    assert "reloaded" not in reports(site)


def test_a_screen_that_is_shown_again_asks_at_once(open_wall):
    site, watched = open_wall()
    asked = []
    watched.page.on("request", lambda request: asked.append(request.url.split("?")[0].removeprefix(site.url)))
    watched.page.evaluate("document.dispatchEvent(new Event('visibilitychange')); null")
    wait_for(watched, lambda: {"/api/counts", "/api/duty"} <= set(asked))


def test_the_night_loads_a_quiet_wall_again(open_wall):
    site, watched = open_wall()
    watched.page.evaluate("window.kept = 'old page'")
    site.ahead = timedelta(hours=25)
    watched.wait_until("window.kept === undefined", 60)
    live(watched, seconds=60)
    wait_for(watched, lambda: "reloaded" in reports(site))


def test_the_night_waits_while_somebody_reads_a_list(open_wall):
    site, watched = open_wall(before=CLOCKS)
    watched.page.evaluate("window.kept = 'this page'; dispatchEvent(new PointerEvent('pointerdown')); null")
    site.ahead = timedelta(hours=25)
    watched.wait_until("document.querySelector('.beat-proof')", 60)
    seen = site.seq
    site.command("pause")
    watched.wait_until(f"Number({PAGE}.seq) > {seen} && {PAGE}.live === 'live'", 60)
    assert watched.page.evaluate("window.kept") == "this page"
    watched.page.evaluate("window.skip = 130_000; null")
    watched.wait_until("window.kept === undefined", 90)
