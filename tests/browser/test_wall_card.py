"""Cards, search and tools on the wall itself: the real page, the real stream, the real map."""

from __future__ import annotations

import pytest

from layers.cameras.selectors import cameras_in_force
from layers.walls.services import ensure_defaults
from tests.cases import report

CARD = "document.querySelector('.wall-card')"
MAP = "document.querySelector('.wall-map').dataset"


@pytest.fixture
def wall(live_site, site_cast, open_site_page, django_db_blocker):
    """wall() -> the wall of the district with its map drawn, in Chinese, and a case of severity 2 on it."""
    with django_db_blocker.unblock():
        ensure_defaults()
        case = report(site_cast, severity=2)

        def opens(size=(1024, 600)):
            watched = open_site_page("dispatcher", size=size, path="/wall/")
            watched.wait_until("document.documentElement.dataset.map === 'ready'", 90)
            watched.wait_until(f"document.querySelector('.row-button') && {MAP}.ready === 'yes'")
            return watched, case

        yield opens


def open_row(watched, case):
    """Opens a case from the list; by the element itself, for a small screen may not show its row."""
    button = f"document.querySelector(\"[data-id='{case.pk}'] .row-button\")"
    watched.wait_until(f"{button} !== null")
    watched.page.evaluate(f"{button}.click()")


def shown(watched, layer):
    """Returns once the card of a layer is complete."""
    watched.wait_until(
        f"{CARD}.dataset.layer === '{layer}' && {CARD}.dataset.state === 'shown'"
        f" && {CARD}.querySelector('[data-near=shown]')",
        60,
    )
    return watched.page.inner_text(".wall-card")


def test_the_card_of_a_case_tells_what_it_is_where_it_lies_and_what_is_near(wall):
    watched, case = wall()
    open_row(watched, case)
    text = shown(watched, "incidents")
    assert case.item.name in text and case.number in text and case.item.name_en in text
    assert watched.page.locator(".card-chain li").count() >= 3
    assert "附近摄像机" in text and "党群服务中心" in text and "直线距离" in text
    assert watched.page.locator(".wall-card a").count() == 0, "no link to a screen that this site does not have"
    watched.wait_until(f"{MAP}.chosen === 'incidents:{case.pk}'")
    watched.page.keyboard.press("Escape")
    watched.wait_until(f"{CARD}.hidden && {MAP}.chosen === ''")


def test_from_a_card_the_way_leads_to_a_camera_and_to_the_areas_above(wall):
    watched, case = wall()
    open_row(watched, case)
    shown(watched, "incidents")
    watched.page.locator(".near-row:has(.near-dot[data-status]) .card-link").first.click()
    text = shown(watched, "cameras")
    assert any(camera.name in text for camera in cameras_in_force())
    watched.page.locator(".card-chain .card-link").last.click()
    assert "网格" in shown(watched, "grids")
    watched.wait_until(f"{MAP}.chosen.startsWith('grids:')")


def test_search_finds_by_initials_and_opens_the_card(wall):
    watched, _ = wall()
    watched.page.keyboard.press("/")
    watched.page.fill("#search-text", "shgc")
    watched.wait_until("document.querySelector('#search-results [role=option]')")
    watched.page.keyboard.press("ArrowDown")
    watched.page.keyboard.press("Enter")
    assert "双汇广场" in shown(watched, "places")


def test_tools_work_by_key_and_by_hand(wall):
    watched, _ = wall(size=(640, 400))
    watched.page.keyboard.press("m")
    watched.wait_until(f"{MAP}.measuring === 'yes'")
    assert watched.page.get_attribute("[data-tool=measure]", "aria-pressed") == "true"
    watched.page.evaluate("document.querySelector('[data-tool=measure]').click()")
    watched.wait_until(f"{MAP}.measuring === 'no'")
    watched.page.keyboard.press("2")
    watched.wait_until(f"{MAP}.second === 'ready'", 60)
    watched.page.keyboard.press("2")
    watched.wait_until("document.querySelectorAll('.wall-pane').length === 1")
