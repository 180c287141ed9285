"""The pages of GIS staff at work: a delivery from the drop to the wall and back again, with a real worker behind them."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from shapely import affinity

from tests.imports_stage import delivery, written
from tests.worker_process import worker

STATUS = "document.getElementById('page')?.dataset.status"
READY = "document.getElementById('page')?.dataset.state === 'ready'"
GREENS = "/api/layers/greens/export.geojson"


@pytest.fixture(scope="module")
def working(live_site, tmp_path_factory):
    """A worker in the folder of the module's site."""
    with worker(live_site.folder):
        yield


@pytest.fixture(scope="module")
def greens(live_site, district, django_db_blocker) -> Any:
    """The parks in force as a table that can be changed and delivered."""
    with django_db_blocker.unblock():
        return delivery("greens").sort_values("code").reset_index(drop=True)


def shapefile(table: Any, folder: Path, name: str, *, prj: bool = True) -> Path:
    """A zipped shapefile of a table, in metres and GBK, with or without its system."""
    parts = folder / name
    parts.mkdir()
    written(table.to_crs(4547), parts / f"{name}.shp")
    archive = folder / f"{name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in sorted(parts.iterdir()):
            if prj or part.suffix != ".prj":
                packed.write(part, part.name)
    return archive


def changed(table: Any) -> Any:
    """Two parks to the east, one gone, three renamed."""
    table = table.copy()
    table.loc[:1, "geometry"] = table.geometry[:2].apply(lambda shape: affinity.translate(shape, 3e-5, 0))
    table.loc[10:12, "name"] = ["新园一", "新园二", "新园三"]
    return table.drop(index=[20]).reset_index(drop=True)


def begin(watched: Any, path: Path, layer: str, reason: str = "") -> None:
    """Chooses a file and a layer and waits for the import's own page."""
    page = watched.page
    watched.wait_until(READY)
    page.set_input_files("#file", path)
    page.select_option("#target", layer)
    if reason:
        page.fill("#reason", reason)
    page.click("#begin")
    page.wait_for_url("**/staff/imports/*/")


def wait_status(watched: Any, status: str, seconds: float = 90) -> None:
    """Returns once the page itself tells of the state."""
    watched.wait_until(f"{STATUS} === '{status}'", seconds)


def press(watched: Any, button: str) -> None:
    """A deed, and the yes to what it says it will do."""
    watched.page.click(button)
    watched.page.wait_for_selector("dialog[open]")
    watched.page.click("#dialog-yes")


def exported(watched: Any, fits: Any) -> bytes:
    """The parks as an export has them, once it fits: a web process knows versions that are a second old."""
    for _ in range(60):
        body = watched.page.request.get(f"{watched.url}{GREENS}").body()
        if fits(body):
            break
        watched.page.wait_for_timeout(50)
    return body


def counts(watched: Any) -> dict[str, str]:
    """The figures of the six kinds."""
    buttons = watched.page.locator(".kind-button")
    return {one.get_attribute("data-kind"): one.locator("b").inner_text() for one in buttons.all()}


def test_a_delivery_is_seen_committed_shown_on_the_wall_and_taken_back(
    open_site_page, working, greens, tmp_path, district
):
    path = shapefile(changed(greens), tmp_path, "greens_2026q3")
    wall = open_site_page("dispatcher", path="/wall/")
    tiles: list[str] = []
    wall.page.on("request", lambda request: tiles.append(request.url) if "/tiles/" in request.url else None)
    wall.wait_until("document.documentElement.dataset.live === 'live'", 60)
    watched = open_site_page("gis_staff", path="/staff/")
    page = watched.page
    before = page.request.get(f"{watched.url}{GREENS}").body()

    begin(watched, path, "greens", "三季度更新")
    wait_status(watched, "ready")
    assert counts(watched) == {
        "added": "0",
        "removed": "1",
        "moved": "2",
        "reshaped": "0",
        "changed": "3",
        "unchanged": str(len(greens) - 6),
    }
    watched.wait_map()
    watched.wait_until("Number(document.getElementById('page').dataset.shapes) >= 8")
    page.keyboard.press("3")
    watched.wait_until("document.querySelectorAll('tr.change[data-kind=moved]').length === 2")
    assert "东移 2.8 m" in page.inner_text("tr.change[data-kind=moved] .detail")
    page.keyboard.press("5")
    watched.wait_until("document.querySelectorAll('tr.change[data-kind=changed]').length === 3")
    page.keyboard.press("j")
    watched.wait_until("document.querySelector('.opened .edits')")
    assert "新园" in page.inner_text(".opened .edits")
    assert page.request.get(f"{watched.url}{GREENS}").body() == before, "nothing changes before the commit"

    tiles.clear()
    press(watched, "#commit")
    wait_status(watched, "committed")
    for _ in range(400):
        if any("v=" in url for url in tiles):
            break
        wall.page.wait_for_timeout(50)
    assert any("v=" in url for url in tiles), "the wall asks for the new version at once"
    assert "新园一".encode() in exported(watched, lambda body: body != before)
    assert "v2" in page.inner_text(".versions")

    press(watched, "#rollback")
    wait_status(watched, "rolled_back")
    assert exported(watched, lambda body: body == before) == before, "to the byte"
    page.goto(f"{watched.url}/staff/layers/greens/")
    watched.wait_until("document.querySelectorAll('#history tr[data-version]').length >= 3")
    told = page.inner_text("#history")
    for words in ("greens_2026q3.zip", "三季度更新", "已被 v3 撤销", "撤销 v2", "现行"):
        assert words in told


def test_a_question_is_answered_with_a_look_at_the_map(open_site_page, working, greens, tmp_path):
    watched = open_site_page("gis_staff", path="/staff/", scheme="light")
    page = watched.page
    begin(watched, shapefile(changed(greens), tmp_path, "no_system", prj=False), "greens")
    wait_status(watched, "asking")
    watched.wait_map()
    assert "没有坐标系说明" in page.inner_text("#questions")
    assert "先答 1 题" in page.inner_text("#locked")
    assert page.is_disabled("[data-answer='--crs']")
    watched.wait_until("Number(document.getElementById('page').dataset.candidates) >= 2")
    page.locator(".question .choice input").first.check()
    page.click("[data-answer='--crs']")
    wait_status(watched, "ready")
    assert counts(watched)["moved"] == "2"
    press(watched, "#discard")
    wait_status(watched, "cancelled")
    assert not page.locator("#commit").count()


def test_an_upload_goes_on_after_the_page_was_loaded_again(open_site_page, working, tmp_path):
    path = tmp_path / "shops.csv"
    path.write_bytes(b"name,lon,lat\n" + os.urandom(9 * 1024 * 1024).hex().encode())
    watched = open_site_page("gis_staff", path="/staff/")
    page = watched.page
    sent: list[str] = []
    cut = {"on": True}

    def piece(route: Any) -> None:
        if cut["on"] and "offset=0" not in route.request.url:
            route.abort()
        else:
            sent.append(route.request.url.rpartition("=")[2])
            route.continue_()

    page.route("**/content?offset=*", piece)
    begin(watched, path, "places")
    watched.wait_until("document.getElementById('upload-text')?.textContent.includes('连接中断')")
    cut["on"] = False
    page.reload()
    watched.wait_until(f"{STATUS} && {STATUS} !== 'uploading'", 60)
    assert sent[0] == "0"
    assert sent.count("0") == 1, "what has arrived is not sent again"
    assert sent[1:] == sorted(sent[1:], key=int)
    told = page.request.get(f"{watched.url}/api/imports/{page.url.rstrip('/').rpartition('/')[2]}").json()["file"]
    assert told["received"] == path.stat().st_size
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_becomes_a_layer_in_the_colour_that_was_chosen(open_site_page, working, tmp_path):
    path = tmp_path / "flood_spots.geojson"
    spots = ",".join(
        f'{{"type":"Feature","properties":{{"名称":"内涝点{n}","深度":{n / 10}}},"geometry":{{"type":"Point","coordinates":[{114.02 + n / 1000},33.574]}}}}'
        for n in range(6)
    )
    path.write_text(f'{{"type":"FeatureCollection","features":[{spots}]}}', encoding="utf-8")
    watched = open_site_page("gis_staff", path="/staff/")
    page = watched.page
    watched.wait_until(READY)
    page.set_input_files("#file", path)
    page.select_option("#target", "new:")
    assert page.input_value("#own-id") == "flood_spots"
    page.fill("#own-zh", "内涝点")
    page.click("#begin")
    page.wait_for_url("**/staff/imports/*/")
    wait_status(watched, "ready")
    assert counts(watched)["added"] == "6"
    page.click(".colour:has(input[value='cat-city'])")
    version = page.evaluate("document.getElementById('page').dataset.version")
    page.click("#style-apply")
    watched.wait_until(
        f"Number(document.getElementById('page').dataset.version) > {version} && {STATUS} === 'ready'", 60
    )
    press(watched, "#commit")
    wait_status(watched, "committed")
    page.goto(f"{watched.url}/staff/")
    watched.wait_until("document.querySelector('tr[data-layer=flood_spots]')")
    described = page.evaluate(
        "fetch('/api/layers').then((r) => r.json()).then(({ layers }) => layers.find(({ id }) => id === 'flood_spots'))"
    )
    assert described["style"]["colour"] == "cat-city"
    assert described["count"] == 6


def test_a_layer_is_taken_away_as_a_file(open_site_page, working):
    watched = open_site_page("gis_staff", path="/staff/layers/greens/")
    page = watched.page
    watched.wait_until(READY)
    page.select_option("#export-format", "shp.zip")
    page.select_option("#export-encoding", "GBK")
    page.select_option("#export-crs", "4547")
    page.select_option("#export-when", "version")
    page.select_option("#export-version", "1")
    page.click("#export-go")
    page.wait_for_selector("#export-download", timeout=60_000)
    with page.expect_download() as taken:
        page.click("#export-download")
    with zipfile.ZipFile(taken.value.path()) as packed:
        names = packed.namelist()
    assert any(name.endswith(".shp") for name in names)
    assert any(name.endswith(".cpg") for name in names)


def test_who_may_not_keep_layers_finds_no_way_in(open_site_page):
    watched = open_site_page("dispatcher")
    watched.wait_map()
    assert watched.page.locator("a[href='/staff/']").count() == 0
    assert watched.page.request.get(f"{watched.url}/staff/", headers={"accept": "text/html"}).status == 403
