"""The wall's panels as people in a command room meet them: by state, never by sleep. The stream is in the test's hands."""

from __future__ import annotations

import re

import pytest

from tests.browser.wall_says import PAGE, live, said, says, text, violations
from tests.cases import report

SIZES = ((1366, 768), (1920, 1080), (3840, 1080), (1080, 1920))


def test_the_numbers_of_the_header_are_those_of_the_state(open_wall):
    site, watched = open_wall()
    assert text(watched, "[data-counter=open] .counter-number") == "187"
    assert text(watched, "[data-counter=duty] .counter-number") == "31"
    assert re.fullmatch(r"\d\d:\d\d:\d\d", text(watched, ".wall-clock"))
    case = site.report(severity=3)
    says(watched, "[data-counter=open]", "188")
    site.remove(case)
    says(watched, "[data-counter=open]", "187")


def test_a_stranger_reads_where_it_is_worst_and_why(open_wall):
    _site, watched = open_wall(storm=True)
    says(watched, ".worst", "受降路社区")
    for words in ("最重", "特急 1", "紧急"):
        assert words in text(watched, ".worst")
    assert watched.page.evaluate("document.querySelector('.worst').dataset.severity") == "1"


def test_the_worst_place_follows_what_happens(open_wall):
    site, watched = open_wall()
    place = next(area for area in site.shift.areas if area["code"] == site.shift.grids[-1]["code"][:12])
    site.report(severity=1, grid=-1, state="handling", minutes=12)
    says(watched, ".worst-place", place["name"])
    says(watched, ".worst-age", "12分")


def test_every_counter_opens_its_list_and_the_map_shows_the_same_cases(open_wall):
    _site, watched = open_wall()
    for counter in ("open", "sev2", "hour", "today", "closed", "duty"):
        watched.page.click(f"[data-counter={counter}]")
        watched.wait_until(f"document.querySelector('.list').dataset.list === '{counter}'")
        watched.wait_until("document.querySelectorAll('.list .row').length > 0")
        if counter != "duty":
            watched.wait_until("plainMap.last('showSet')?.length === document.querySelectorAll('.list .row').length")
        assert "截至" in text(watched, ".list .panel-note")
        watched.page.keyboard.press("Escape")
        watched.wait_until("document.querySelector('.list').hidden && plainMap.last('showSet') === null")


def test_a_list_opened_by_keyboard_gives_the_focus_back(open_wall):
    _site, watched = open_wall()
    watched.page.focus("[data-counter=open]")
    watched.page.keyboard.press("Enter")
    watched.wait_until("document.activeElement.id === 'list-title'")
    watched.page.keyboard.press("ArrowDown")
    watched.wait_until("document.activeElement.className === 'row-button'")
    watched.page.keyboard.press("Enter")
    chosen = watched.wait_until("plainMap.last('select')")
    assert chosen["layer"] == "incidents"
    assert watched.page.evaluate("plainMap.last('flyTo')")
    watched.wait_until("document.activeElement.id === 'wall-card-title'")
    watched.page.keyboard.press("Escape")
    watched.wait_until("document.activeElement.className === 'row-button'")
    watched.page.keyboard.press("Escape")
    watched.wait_until("document.activeElement.dataset.counter === 'open'")


@pytest.mark.parametrize("selector", ["[data-area]", "[data-category=C]", "[data-duty]", ".worst-open", ".state"])
def test_every_figure_of_a_panel_opens_its_list(open_wall, selector):
    _site, watched = open_wall()
    watched.page.click(f"{selector} >> nth=0")
    watched.wait_until("document.querySelectorAll('.list .row').length > 0")


def test_filters_narrow_the_feed_and_the_map(open_wall):
    site, watched = open_wall()
    watched.page.click("[data-filter='severities:2']")
    wanted = sum(one["properties"]["severity"] == 2 for one in site.shift.incidents.values())
    watched.wait_until(f"plainMap.last('showSet')?.length === {wanted}")
    watched.wait_until(
        "[...document.querySelectorAll('.panel-feed .row')].every((row) => row.dataset.severity === '2')"
    )
    watched.page.click("[data-filter='severities:2']")
    watched.wait_until("plainMap.last('showSet') === null")


def test_an_unanswered_critical_case_takes_the_margin_and_gives_it_back(open_wall):
    site, watched = open_wall()
    case = site.report(severity=1)
    watched.wait_until(f"{PAGE}.takeover === 'yes'")
    watched.wait_until("document.querySelectorAll('.takeover .near-row').length === 6")
    shown = text(watched, ".takeover")
    for words in (
        case["properties"]["name"],
        case["properties"]["number"],
        "特急",
        "尚无人受理",
        "本网格",
        "停更，不推荐",
        "视域含此处",
        "秒前",
    ):
        assert words in shown
    assert "到限" not in shown
    watched.wait_until(f"plainMap.last('applyScene').case === '{case['id']}'")
    assert "特急 1" in text(watched, ".state")
    site.change(case, state="accepted")
    watched.wait_until(f"{PAGE}.takeover === undefined && document.querySelector('.takeover').hidden")
    watched.wait_until("plainMap.last('applyScene').id === 'district'")


def test_a_critical_case_is_spoken_at_once(open_wall):
    site, watched = open_wall()
    case = site.report(severity=1)
    says(watched, "#loud", case["properties"]["name"])


def test_no_heartbeat_turns_the_screen_grey_says_since_when_and_heals(open_wall):
    site, watched = open_wall()
    site.beating = False
    live(watched, "stale")
    says(watched, ".state", "连接中断")
    says(watched, ".state", "停在")
    watched.wait_until("plainMap.last('dim') === 'stale'")
    watched.wait_until("document.querySelector('[data-feed=incidents]').dataset.age === 'stale'")
    watched.wait_until("document.querySelector('[data-panel=feed]').dataset.age === 'stale'")
    assert watched.page.evaluate("document.querySelector('[data-panel=trend]').dataset.age") == "ok"
    says(watched, "[data-feed=incidents]", "停更，限 10 秒")
    assert watched.page.evaluate("document.querySelector('[data-feed=counts]').dataset.age") == "ok"
    site.beating = True
    site.beat()
    live(watched)
    watched.wait_until("plainMap.last('dim') === 'live'")


def test_a_picture_that_differs_says_so_is_reported_and_fetched_again(open_wall):
    site, watched = open_wall()
    site.wrong_hash = True
    site.beat()
    live(watched, "mismatch")
    says(watched, ".state", "画面与库不一致")
    watched.wait_until("plainMap.last('dim') === 'mismatch'")
    site.wrong_hash = False
    site.beat()
    live(watched)
    assert ("/api/walls/main/reports", "hash_mismatch") in [(path, body.get("kind")) for path, body in site.posts]


def test_the_foot_tells_how_far_the_screen_is_complete_and_that_it_matches(open_wall):
    site, watched = open_wall()
    says(watched, ".beat-seq", "4\u2009182\u2009907")
    digits = site.hash()
    says(watched, ".beat-proof", f"与库一致 {digits[:4]} {digits[4:8]}")


def test_a_screen_whose_right_ended_goes_dark_with_one_sentence(open_wall):
    site, watched = open_wall()
    site.revoked = True
    site.cut()
    live(watched, "dark", seconds=5)
    assert text(watched, "#wall").strip() == "本屏授权已停用，请告知管理人员。"
    assert watched.page.locator(".sheet").count() == 0


def test_a_person_who_signed_out_finds_the_way_back(open_wall):
    site, watched = open_wall(display=False)
    site.revoked = True
    site.cut()
    live(watched, "dark", seconds=5)
    assert "/accounts/login/?next=%2Fwall%2F" in watched.page.locator(".dark a").get_attribute("href")


def test_the_screen_says_that_it_is_there(open_wall):
    site, watched = open_wall(size=(1366, 768))
    body = said(site, watched, phase="live")
    assert (body["width"], body["height"], body["build"], body["hash_ok"]) == (1366, 768, "b1", True)


def test_a_screen_says_at_once_that_its_picture_is_old_and_that_it_is_new_again(open_wall):
    site, watched = open_wall()
    first = said(site, watched, phase="live")
    assert site.posts[0][1] is first, (
        "while it loads it says nothing of itself that an operator would have to look into"
    )
    site.beating = False
    live(watched, "stale")
    said(site, watched, phase="stale")
    site.posts.clear()
    site.beating = True
    site.beat()
    said(site, watched, phase="live")


def test_the_remote_control_steers_this_wall_and_no_other(open_wall):
    site, watched = open_wall()
    site.command("scene", wall="elsewhere", id="hotspots")
    site.command("theme", theme="light")
    watched.wait_until(f"{PAGE}.theme === 'light' && plainMap.last('setTheme') === 'light'")
    assert watched.page.evaluate(f"{PAGE}.scene") == "district"
    site.command("scene", id="hotspots")
    watched.wait_until(f"{PAGE}.scene === 'hotspots'")
    says(watched, ".scene", "热点")
    site.command("pause")
    watched.wait_until(f"{PAGE}.turn === 'paused'")
    site.command("language", language="en")
    says(watched, ".panel-feed h2", "Open cases")
    assert watched.page.evaluate("document.documentElement.lang") == "en"


def test_a_touch_holds_the_scene(open_wall):
    _site, watched = open_wall()
    watched.page.evaluate("plainMap.fire('touched')")
    watched.wait_until(f"{PAGE}.turn === 'touched'")
    says(watched, ".scene", "有人操作")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("storm", [False, True], ids=["calm", "storm"])
def test_nothing_stands_outside_the_screen(open_wall, size, storm):
    _site, watched = open_wall(size=size, storm=storm)
    watched.wait_until(f"({PAGE}.takeover === 'yes') === {str(storm).lower()}")
    out = watched.page.evaluate(
        "[...document.querySelectorAll('.sheet button, .sheet h2, .cell, .beats-panel, .wall-clock, .legend')]"
        ".filter((one) => one.offsetParent && !one.closest('.rows'))"
        ".map((one) => [one.className || one.textContent, one.getBoundingClientRect()])"
        ".filter(([, box]) => box.width && (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1))"
        ".map(([name]) => name)"
    )
    assert out == []
    assert watched.page.evaluate("document.querySelectorAll('.panel-feed .row').length") >= 2


@pytest.mark.parametrize(
    ("theme", "language", "storm"),
    [("dark", "zh", False), ("light", "en", False), ("dark", "en", True), ("light", "zh", True)],
)
def test_axe_finds_nothing(open_wall, theme, language, storm):
    _site, watched = open_wall(theme=theme, language=language, storm=storm)
    watched.wait_until(f"({PAGE}.takeover === 'yes') === {str(storm).lower()}")
    assert violations(watched) == []


def test_the_wall_of_a_running_site_shows_the_district_and_what_is_reported(
    open_site_page, site_cast, django_db_blocker
):
    with django_db_blocker.unblock():
        watched = open_site_page("dispatcher", path="/wall/", size=(1366, 768))
        live(watched, seconds=60)
        watched.wait_until(f"{PAGE}.map === 'ready'", seconds=90)
        assert violations(watched) == []
        before = int(watched.page.evaluate(f"{PAGE}.open"))
        case = report(site_cast, severity=1)
        watched.wait_until(f"+{PAGE}.open === {before + 1}")
        says(watched, ".take-number", case.number)
        watched.wait_until("document.querySelectorAll('.takeover .near-row').length > 0")
        says(watched, ".beat-proof", "与库一致")
        watched.wait_until("document.querySelectorAll('.multiple').length === 19")
        watched.wait_until("document.querySelector('.locator-outline') && document.querySelector('.locator-frame')")
        assert violations(watched) == []
