"""The map page as people use it: by state, never by sleep."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def results(watched) -> list[str]:
    return watched.page.locator("#search-results [role=option] .result-title").all_inner_texts()


def search(watched, text: str) -> list[str]:
    watched.page.keyboard.press("/")
    watched.page.fill("#search-text", text)
    watched.wait_until("document.querySelector('#search-results [role=option], #search-results .empty')")
    return results(watched)


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", "图层"), ("en-GB", "Layers")])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_district_is_drawn_in_both_languages_and_themes(open_page, locale, words, scheme):
    watched = open_page(locale=locale, scheme=scheme)
    watched.wait_map()
    page = watched.page
    assert words in page.inner_text("#tab-layers")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert "示意图，非测绘成果" in page.inner_text("#notice")
    assert "Schematic map, not survey data" in page.inner_text("#notice")
    assert page.locator("#layers input[type=checkbox]").count() >= 12
    watched.wait_until("Number(document.getElementById('inview-count').textContent.replace(/\\D/g, '')) > 0")


def test_one_searches_by_initials_with_the_keyboard_and_reads_the_card(open_page):
    watched = open_page()
    watched.wait_map()
    page = watched.page
    assert any("双汇广场" in title for title in search(watched, "shgc"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    watched.wait_until("!document.getElementById('card').hidden")
    assert page.inner_text("#card-title") == "双汇广场"
    watched.wait_map()
    chain = page.locator("#card nav.chain button").all_inner_texts()
    assert len(chain) == 4
    page.locator("#card nav.chain button").nth(2).click()
    watched.wait_until("document.getElementById('card').dataset.layer === 'communities'")
    assert "社区" in page.inner_text("#card-title")
    page.keyboard.press("Escape")
    watched.wait_until("document.getElementById('card').hidden")


def test_a_code_leads_to_its_grid_with_all_attributes_in_both_languages(open_page, district):
    watched = open_page()
    watched.wait_map()
    grid = district.codes["grid"][20]
    search(watched, grid)
    watched.page.keyboard.press("ArrowDown")
    watched.page.keyboard.press("Enter")
    watched.wait_until("document.getElementById('card').dataset.layer === 'grids'")
    text = watched.page.inner_text("#card")
    for words in ("网格长", "Grid leader", "服务网格码", "Service grid code", grid, "m²"):
        assert words in text


def test_a_click_on_the_map_opens_a_card_and_the_address_keeps_it(open_page):
    watched = open_page()
    watched.wait_map()
    page = watched.page
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    watched.wait_until("!document.getElementById('card').hidden")
    title = page.inner_text("#card-title")
    watched.wait_map()
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    watched.wait_map()
    watched.wait_until("!document.getElementById('card').hidden")
    assert page.inner_text("#card-title") == title


def test_the_third_dimension_is_one_key_away_and_back(open_page):
    watched = open_page(size=(640, 400))
    watched.wait_map()
    page = watched.page
    page.locator("#map canvas").first.focus()
    page.keyboard.press("3")
    watched.wait_until("location.hash && document.querySelector('#tools [aria-pressed=true]')")
    watched.wait_map(seconds=90)
    page.keyboard.press("3")
    watched.wait_until("!document.querySelector('#tools [aria-pressed=true]')")
    watched.wait_map(seconds=90)


def test_a_layer_is_switched_off_and_leaves_the_legend(open_page):
    watched = open_page()
    watched.wait_map()
    page = watched.page
    before = page.locator("#legend-list li").count()
    page.uncheck("#layer-roads")
    watched.wait_until(f"document.querySelectorAll('#legend-list li').length < {before}")
    watched.wait_map()


def test_theme_and_language_are_switched_and_remembered(open_page):
    watched = open_page(scheme="dark")
    watched.wait_map()
    page = watched.page
    page.click("#theme")
    watched.wait_until("document.documentElement.dataset.theme === 'light'")
    watched.wait_map()
    page.reload()
    watched.wait_map()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.get_by_role("button", name="English").click()
    watched.wait_until("document.documentElement.lang === 'en'")
    watched.wait_map()
    assert page.inner_text("#tab-layers") == "Layers"


def test_what_is_not_found_is_said_in_one_sentence(open_page):
    watched = open_page()
    watched.wait_map()
    assert search(watched, "没有这个地方") == []
    assert "没有这个地方" in watched.page.inner_text("#search-results")


def test_hostile_text_stays_text(open_page):
    watched = open_page()
    watched.wait_map()
    search(watched, "<img src=x onerror=alert(1)>")
    assert watched.page.locator("#search-results img").count() == 0


def test_two_people_see_their_own_places_and_no_others(open_page, district):
    counts = {}
    for area in (district.first("community"), district.last("community")):
        watched = open_page("community_staff", area)
        watched.wait_map()
        found = watched.page.evaluate(
            "fetch('/api/search?limit=50&q=' + encodeURIComponent('党群')).then((a) => a.json()).then((b) => b.results)"
        )
        counts[area] = {row["area"][:12] for row in found if row["layer"] == "places"}
    assert counts == {area: {area} for area in counts}


def test_signing_in_wrongly_says_what_to_do(open_page, live_url):
    watched = open_page(None, path="/accounts/login/")
    page = watched.page
    page.fill("input[name=username]", "nobody")
    page.fill("input[name=password]", "wrong")
    page.press("input[name=password]", "Enter")
    watched.wait_until("document.querySelector('[role=alert]')")
    assert page.inner_text("[role=alert]").strip()
    assert page.input_value("input[name=username]") == "nobody"


def test_signing_out_ends_it(open_page, live_url):
    watched = open_page()
    watched.wait_map()
    watched.page.click("#account summary")
    watched.page.get_by_role("button", name="退出").click()
    watched.page.wait_for_url(f"{live_url}/accounts/login/*", wait_until="domcontentloaded", timeout=90_000)


def test_lost_tiles_are_told_and_fetched_again(open_page):
    watched = open_page()
    watched.wait_map()
    page = watched.page
    page.route("**/*.mvt*", lambda route: route.abort())
    page.reload()
    watched.wait_map("error")
    assert page.is_visible("#status")
    page.unroute("**/*.mvt*")
    page.locator("#status button").click()
    watched.wait_map()
    watched.errors.clear()  # the aborted requests of this test


def test_a_lost_drawing_context_heals(open_page):
    watched = open_page()
    watched.wait_map()
    page = watched.page
    page.evaluate(
        "const gl = document.querySelector('#map canvas').getContext('webgl2');"
        " window.lost = gl.getExtension('WEBGL_lose_context'); lost.loseContext()"
    )
    watched.wait_map("loading")
    page.evaluate("lost.restoreContext()")
    watched.wait_map()


@pytest.mark.parametrize("path", ["/", "/accounts/login/"])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_serious(open_page, path, scheme):
    source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    watched = open_page("gis_staff" if path == "/" else None, path=path, scheme=scheme)
    if path == "/":
        watched.wait_map()
        search(watched, "人民路")
        watched.page.keyboard.press("ArrowDown")
        watched.page.keyboard.press("Enter")
        watched.wait_until("!document.getElementById('card').hidden")
        watched.wait_map()
    watched.page.evaluate(source)
    report = watched.page.evaluate("axe.run().then((r) => JSON.stringify(r.violations))")
    serious = [
        f"{rule['id']}: {node['target']}"
        for rule in json.loads(report)
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert serious == []


@pytest.mark.parametrize("size", [(360, 740), (1366, 768), (1920, 1080)])
def test_nothing_sticks_out_sideways(open_page, size):
    watched = open_page(size=size)
    watched.wait_map()
    assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_the_stream_the_page_works_and_says_so(open_page):
    watched = open_page()
    watched.wait_map()
    watched.wait_until("document.body.dataset.live === 'stale'")
    assert "实时连接中断" in watched.page.inner_text("#live")
    watched.page.keyboard.press("/")
    watched.page.fill("#search-text", "shgc")
    watched.wait_until("document.querySelector('#search-results [role=option]')")
