"""The remote control in a browser: what screens show, what a button sends, what who may not steer sees."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

import pytest

from layers.live.models import Event
from layers.walls.models import Wall

PATH = "/wall/remote/"
PHONE, DESK = (360, 740), (1366, 768)


@pytest.fixture(autouse=True)
def committed(live_url, django_db_blocker):
    """What the server and the test write is committed and seen by both."""
    with django_db_blocker.unblock():
        yield


def speak(live_cast, wall="main", **fields) -> str:
    """A screen says that it is there; returns its id."""
    body = {"screen": str(uuid.uuid4()), "width": 3840, "height": 2160, "phase": "live", "scene": "flight", **fields}
    answer = live_cast.live("display", scope="display").request(
        "POST", f"/api/walls/{wall}/presence", json.dumps(body).encode(), content_type="application/json"
    )
    assert answer.status == 200
    return body["screen"]


def ready(watched):
    watched.wait_until("document.getElementById('remote').dataset.state === 'ready'")
    return watched.page


def newest_command():
    return Event.objects.filter(kind="wall.command").order_by("-id").values_list("payload", flat=True).first()


def picture(page, name: str) -> None:
    """Kept where a folder for pictures is named."""
    if folder := os.environ.get("WANGGE_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("locale", "button", "told"), [("zh-CN", "下一个", "已发出"), ("en-GB", "Next", "Told")])
def test_a_button_reaches_the_log_and_says_so(open_page, live_cast, locale, button, told):
    speak(live_cast)
    watched = open_page(
        "dispatcher", path=PATH, size=PHONE, locale=locale, scheme="dark" if button == "Next" else "light"
    )
    page = ready(watched)
    page.get_by_role("button", name=button, exact=True).click()
    watched.wait_until(f"document.getElementById('told').textContent.includes({told!r})")
    assert newest_command() == {"command": "next", "args": {}}
    picture(page, f"remote-phone-{locale}")


def test_every_group_of_buttons_sends_its_command(open_page, live_cast):
    speak(live_cast)
    watched = open_page("dispatcher", path=PATH, size=DESK)
    page = ready(watched)
    for selector, wanted in (
        (".scene-list .button >> nth=0", {"command": "scene", "args": {"id": "district"}}),
        ("[data-command=theme] >> nth=1", {"command": "theme", "args": {"theme": "light"}}),
        ("[data-command=heat] >> nth=2", {"command": "heat", "args": {"heat": "7d"}}),
        ("[data-command=three_d] >> nth=0", {"command": "three_d", "args": {"on": True}}),
    ):
        page.evaluate("document.getElementById('told').textContent = ''")
        page.locator(selector).click()
        watched.wait_until("document.getElementById('told').textContent.includes('已发出')")
        assert newest_command() == wanted
    page.evaluate("document.getElementById('told').textContent = ''")
    code = live_cast.district.first("community")
    page.select_option("#area", code)
    watched.wait_until("document.getElementById('told').textContent.includes('已发出')")
    assert newest_command() == {"command": "area", "args": {"code": code}}
    picture(page, "remote-desk-zh")


def test_it_shows_what_the_screens_show_and_marks_the_scene(open_page, live_cast):
    screen = speak(live_cast, scene="hotspots", phase="stale")
    watched = open_page("leader", path=PATH, size=DESK, locale="en-GB", scheme="light")
    page = ready(watched)
    watched.wait_until("document.querySelector('.wall .screen').textContent.includes('Hot spots')")
    assert page.locator(".wall .screen >> nth=0").get_attribute("data-phase") == "stale"
    assert page.locator(".scene-list [aria-pressed=true]").inner_text() == "Hot spots"
    page.locator(".wall >> nth=0").focus()
    speak(live_cast, screen=screen, scene="flight")
    watched.wait_until("document.querySelector('.wall .screen').textContent.includes('Flight')")
    assert page.evaluate("document.activeElement.className") == "wall", "the focus stays while ages tick"
    picture(page, "remote-desk-en-light")


def test_who_only_looks_on_finds_the_buttons_in_place_and_told_why(open_page, live_cast):
    watched = open_page("planner", path=PATH, size=DESK)
    page = ready(watched)
    assert page.locator(".refusal").inner_text() == "您可以看这个大屏，但不能遥控。"
    assert page.locator("#desk button:not([disabled])").count() == 0
    picture(page, "remote-desk-planner")


def test_a_subdistrict_steers_its_own_wall_first(open_page, live_cast):
    area = live_cast.district.first("subdistrict")
    Wall.objects.get_or_create(name="own", defaults={"title_zh": "本街大屏", "title_en": "Own wall", "area": area})
    try:
        watched = open_page("subdistrict_head", area, path=PATH, size=PHONE)
        page = ready(watched)
        assert page.locator(".wall[aria-pressed=true]").get_attribute("data-name") == "own"
        picture(page, "remote-phone-subdistrict")
    finally:
        Wall.objects.filter(name="own").delete()


def test_it_fits_the_narrowest_phone(open_page, live_cast):
    page = ready(open_page("dispatcher", path=PATH, size=PHONE, locale="en-GB"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        "[...document.querySelectorAll('#desk button, #desk select, .wall')].filter((one) => one.getBoundingClientRect().height < 44).length"
    )
    assert small == 0
