"""The report opens from a file in a real browser, draws its map, and asks nobody for anything."""

import shutil

import pytest

from layers.imports.report import write_report

pytestmark = pytest.mark.django_db
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


def test_it_opens_from_a_file_without_errors_or_requests(tmp_path, district):
    sync_api = pytest.importorskip("playwright.sync_api")
    path = write_report(tmp_path / "report.html")
    troubles, asked = [], []
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-quic"])
        page = browser.new_page(viewport={"width": 900, "height": 700}, offline=True)
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("path.m-grid")
        assert page.locator("path.m-grid").count() == len(district.codes["grid"])
        assert page.locator("path.m-district").count() == 1
        assert page.locator("tbody tr").count() >= 13
        browser.close()
    assert troubles == []
    assert asked == [path.as_uri()]
