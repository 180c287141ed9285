"""The map of a feature in a real browser: drawn from our own ground, edited by hand, nothing asked of anybody else."""

import json
import shutil

import pytest

from layers.territory.models import Building

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
PASSWORD = "a long enough password 网格"


@pytest.fixture
def page(live_cast, live_url, django_db_blocker):
    """A signed-in GIS post in a browser that fails the test on any trouble or outside request."""
    sync_api = pytest.importorskip("playwright.sync_api")
    user = live_cast.person("gis_staff", password=PASSWORD)
    troubles: list[str] = []
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 800}, locale="zh-CN")
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith((live_url, "data:", "blob:")) else troubles.append(r.url))
        page.goto(f"{live_url}/accounts/login/?next=/admin/")
        page.fill("[name=username]", user.username)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/admin/", wait_until="domcontentloaded", timeout=90_000)
        yield page
        browser.close()
    assert [t for t in troubles if "fonts" not in t] == []


@pytest.fixture
def courtyard(django_db_setup, django_db_blocker):
    """A building with a hole in it."""
    with django_db_blocker.unblock():
        rows = Building.objects.filter(version_to__isnull=True).order_by("-rank", "feature_id")[:3000]
        row = next(r for r in rows if any(len(part) > 1 for part in r.geom.coords))
        return row.pk, row.feature_id, row.floors


def test_a_courtyard_survives_drawing_and_saving(page, live_url, courtyard, django_db_blocker):
    pk, feature_id, floors = courtyard
    page.goto(f"{live_url}/admin/territory/building/{pk}/change/")
    page.wait_for_selector(".shape[data-ready=shape][data-drawn]")
    assert page.locator("path.shape-edit").count() == 1
    assert page.locator("path.around-roads").count() > 0
    before = json.loads(page.input_value("[name=geom]"))
    page.click(".leaflet-draw-edit-edit")
    handle = page.locator(".leaflet-editing-icon").first.bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"] + 9, handle["y"] + 8, steps=4)
    page.mouse.up()
    page.click(".leaflet-draw-actions a >> nth=0")
    after = json.loads(page.input_value("[name=geom]"))
    assert after != before
    rings = after["coordinates"] if after["type"] == "Polygon" else after["coordinates"][0]
    assert len(rings) == len(before["coordinates"][0])
    page.fill("[name=reason]", "浏览器里改形")
    page.click("[name=_save]")
    page.wait_for_url("**/admin/territory/building/", wait_until="domcontentloaded", timeout=90_000)
    with django_db_blocker.unblock():
        states = list(Building.objects.filter(feature_id=feature_id).order_by("version_from"))
    assert len(states) == 2
    assert len(states[-1].geom.coords[0]) == len(before["coordinates"][0])
    assert states[-1].floors == floors
