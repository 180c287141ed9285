"""A layer that staff make comes to an open map, is looked at, switched, drawn otherwise and goes, all without a reload."""

from __future__ import annotations

import pytest

from layers.catalog.datasets import change_description, retire_layer
from layers.walls.services import create_scene
from tests.browser.test_live_map import look_at, wait_live
from tests.staff_layers import made, publish, row

LON, LAT = 114.02, 33.575
ROW = "document.getElementById('layer-hydrants')"
SIGN = "document.querySelector('li:has(> label > #layer-hydrants) svg.swatch circle')"
LEGEND = "document.getElementById('legend-list').textContent.includes('消火栓')"


@pytest.fixture
def site(live_site, site_cast, django_db_blocker):
    """The running site; what the test writes is committed."""
    with django_db_blocker.unblock():
        yield live_site


def pick_the_middle(watched):
    watched.page.focus("#map canvas")
    watched.page.keyboard.press("Enter")


def test_a_layer_comes_to_an_open_map_and_goes_again(site, open_site_page):
    watched = open_site_page("dispatcher")
    watched.wait_map()
    look_at(watched, LON, LAT, 17)
    page = watched.page
    page.evaluate("window.here = 'the same page'")
    assert page.evaluate(f"{ROW} === null")

    publish(
        made(None),
        [row("hydrants", 1, LON, LAT, pressure_kpa=310.5, state="ok"), row("hydrants", 2, LON + 0.0005, LAT)],
    )
    watched.wait_until(f"{ROW}?.checked")
    watched.wait_map()
    assert page.evaluate(LEGEND)
    watched.wait_until("document.querySelector('.layer-count[data-layer=hydrants]').textContent === '2'")
    watched.wait_until("document.getElementById('inview').textContent.includes('消火栓2')")

    pick_the_middle(watched)
    watched.wait_until("document.getElementById('card').dataset.layer === 'hydrants'")
    card = page.text_content("#card")
    assert "消火栓1" in card and "310.5" in card and "kPa" in card and "正常" in card

    page.fill("#search-text", "消火栓2")
    watched.wait_until("document.querySelector('#search-results .result-title')?.textContent === '消火栓2'")
    page.press("#search-text", "Escape")

    page.uncheck("#layer-hydrants")
    watched.wait_until(f"!{LEGEND}")
    watched.wait_map()
    watched.wait_until("!document.getElementById('inview').textContent.includes('消火栓2')")
    page.check("#layer-hydrants")
    watched.wait_until(LEGEND)

    before = page.evaluate(f"{SIGN}.getAttribute('fill')")
    change_description(
        actor=None, layer="hydrants", version=1, changes={"style": {"colour": "cat-dispute"}, "title_zh": "消防栓"}
    )
    watched.wait_until(f"{SIGN}.getAttribute('fill') !== '{before}'")
    watched.wait_until("document.getElementById('layers').textContent.includes('消防栓')")

    publish(made_again(), [row("hydrants", 3, LON - 0.0005, LAT)], whole=False)
    watched.wait_until("document.querySelector('.layer-count[data-layer=hydrants]').textContent === '3'")
    watched.wait_map()
    watched.wait_until("document.getElementById('inview').textContent.includes('消火栓3')")

    retire_layer(actor=None, layer="hydrants")
    watched.wait_until(f"{ROW} === null")
    watched.wait_map()
    assert page.evaluate("window.here") == "the same page"
    wait_live(watched)


SCENE = {
    "id": "hydrants", "title_zh": "消火栓", "title_en": "Hydrants", "kind": "area", "area": "411102", "lon": LON, "lat": LAT,
    "zoom": 17.5, "bearing": 0.0, "pitch": 0.0, "three_d": False, "layers": ["grids", "hydrants"], "choropleth": "none",
    "heat": "none", "duration_s": 3600, "order": 0, "enabled": True,
}  # fmt: skip


def test_a_wall_draws_the_layers_of_its_scene_and_takes_in_what_is_published(site, open_site_page):
    from layers.people.rights import Actor, Post
    from layers.roles import Role

    spec = made(None)
    publish(spec, [row("hydrants", 1, LON + 0.003, LAT)])
    create_scene(actor=Actor("test", (Post(Role.GIS_STAFF, "411102"),)), values=SCENE)
    watched = open_site_page("dispatcher", path="/wall/")
    watched.wait_until("document.documentElement.dataset.scene === 'hydrants'", 90)
    watched.wait_until("document.documentElement.dataset.map === 'ready'", 90)
    publish(spec, [row("hydrants", 2, LON, LAT, state="dry")], whole=False)
    watched.wait_until(
        "(document.querySelector('#wall canvas').focus(), document.querySelector('#wall canvas').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'})),"
        " document.querySelector('#wall [data-layer=hydrants]')?.textContent.includes('消火栓2'))",
        60,
    )
    assert "无水" in watched.page.text_content("#wall [data-layer=hydrants]")


def made_again():
    """The layer as it is described now."""
    from layers.catalog.registry import spec_of

    return spec_of("hydrants")
