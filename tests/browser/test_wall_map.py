"""The wall's map in a real browser: what it was told is what it draws. By the states it writes on its box, never by sleep."""

from __future__ import annotations

import pytest

from tests.browser import wall_stage

MAP = "document.getElementById('map').dataset"
SMALL = (720, 480)


@pytest.fixture
def stage(open_page, django_db_blocker):
    """stage(language, theme, …) -> a page with the wall's map and nothing else, drawn."""

    def opens(language="zh-hans", theme="dark", *, size=SMALL, motion="reduce", feed="{}"):
        watched = open_page("dispatcher", size=size, motion=motion)
        with django_db_blocker.unblock():
            wall_stage.put_before(watched.page, watched.url, language=language, theme=theme)
        watched.wait_until("window.stage === 'ready'")
        watched.page.evaluate(f"feed({feed})")
        watched.wait_until(f"{MAP}.ready === 'yes'", 60)
        watched.errors.clear()  # the map page that was left for this one
        return watched

    return opens


def data(watched, name):
    """One state of the map."""
    return watched.page.evaluate(f"{MAP}.{name}")


def idle(watched, act):
    """Does something and returns when all of it is drawn."""
    watched.page.evaluate("window.before = facts.idle")
    watched.page.evaluate(act)
    watched.wait_until("facts.idle > window.before", 60)


def test_the_whole_district_is_framed_and_every_case_and_team_is_drawn_once(stage):
    watched = stage(size=(1280, 720))
    assert [data(watched, name) for name in ("incidents", "groups", "units")] == ["190", "0", "78"]
    w, s, e, n = watched.page.evaluate("district.district.bbox")
    lon, lat = watched.page.evaluate("wall.view().center")
    assert w < lon < e and s < lat < n
    assert watched.page.evaluate("facts.scale.pixels") > 20


def test_from_afar_cases_are_counted_but_never_a_critical_one(stage):
    watched = stage(feed="{critical: 3}")
    idle(watched, "wall.flyTo({center: [114.02, 33.57], zoom: 10.8})")
    assert data(watched, "band") == "far"
    assert data(watched, "incidents") == "3" and 0 < int(data(watched, "groups")) <= 19
    idle(watched, "wall.flyTo({center: [114.02, 33.57], zoom: 14})")
    assert (data(watched, "band"), data(watched, "incidents")) == ("near", "190")


def test_panels_cover_nothing_that_matters(stage):
    watched = stage()
    before = watched.page.evaluate("wall.view().zoom")
    idle(watched, "wall.padding({top: 0, right: 400, bottom: 100, left: 0}); wall.fit(null)")
    assert watched.page.evaluate("wall.view().zoom") < before


def test_a_pick_by_mouse_and_by_enter_names_what_lies_there(stage):
    watched = stage(feed="{cases: 1, units: 0}")
    idle(
        watched,
        "wall.flyTo({center: live.incidents.get('case-0').geometry.coordinates, zoom: 16});",
    )
    box = watched.page.locator("#map").bounding_box()
    watched.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    pick = watched.wait_until("facts.pick.at(-1)")
    assert (pick["layer"], pick["id"]) == ("incidents", "case-0") and len(pick["lngLat"]) == 2
    watched.page.evaluate("facts.pick.length = 0; document.querySelector('#map canvas.maplibregl-canvas').focus()")
    watched.page.keyboard.press("Enter")
    assert watched.wait_until("facts.pick.at(-1)")["id"] == "case-0"
    assert watched.page.evaluate("facts.touched") == 0


def test_the_chosen_critical_case_has_its_rings_and_another_has_none(stage):
    watched = stage()
    watched.page.evaluate("wall.select({layer: 'incidents', id: 'case-0'})")
    watched.wait_until(f"{MAP}.rings === '200 500' && {MAP}.chosen === 'incidents:case-0'")
    watched.page.evaluate("wall.select({layer: 'incidents', id: 'case-9'})")
    watched.wait_until(f"{MAP}.rings === '' && {MAP}.chosen === 'incidents:case-9'")
    watched.page.evaluate("wall.select({layer: 'grids', id: district.areas.find((one) => one.level === 'grid').code})")
    watched.wait_until(f"{MAP}.chosen.startsWith('grids:')")
    watched.page.evaluate("wall.select(null)")
    watched.wait_until(f"{MAP}.chosen === ''")


def test_a_choropleth_tells_its_classes_with_the_number_of_grids(stage, district):
    watched = stage()
    legend = watched.page.evaluate("wall.choropleth('open_now', load())")
    assert sum(one["count"] for one in legend["classes"]) + legend["none"] == len(district.codes["grid"])
    assert data(watched, "choropleth") == "open_now"
    assert watched.page.evaluate("wall.choropleth('none', null)") is None
    assert data(watched, "choropleth") == ""


def test_stale_layers_and_a_lost_heartbeat_take_the_colour_away_and_give_it_back(stage):
    watched = stage()
    idle(watched, "wall.dim('live', {incidents: 'stale', units: 'ok', cameras: 'ok'})")
    assert data(watched, "stale") == "incidents"
    idle(watched, "wall.dim('stale', {})")
    assert "grayscale" in watched.page.evaluate("getComputedStyle(document.querySelector('.wall-pane')).filter")
    idle(watched, "wall.dim('live', {})")
    assert watched.page.evaluate("getComputedStyle(document.querySelector('.wall-pane')).filter") == "none"


def test_a_choropleth_that_grows_old_and_changes_at_once_is_drawn_without_an_error(stage):
    watched = stage()
    idle(watched, "wall.choropleth('open_now', load())")
    classes = "new Map([...load().keys()].map((code, at) => [code, at % 5]))"
    idle(watched, f"wall.dim('stale', {{}}); wall.choropleth('open_now', {classes})")
    idle(watched, "wall.dim('live', {}); wall.choropleth('open_now', load())")
    assert watched.errors == []


def test_a_new_case_pulses_once_and_an_unanswered_critical_one_goes_on(stage):
    watched = stage(motion="no-preference", feed="{cases: 3, critical: 0, units: 0}")
    watched.page.evaluate(
        "live.incidents.set('new', {...live.incidents.get('case-1'), id: 'new',"
        " properties: {...live.incidents.get('case-1').properties, severity: 1, state: 'reported',"
        " reported_at: new Date().toISOString()}}); wall.setLive(live)"
    )
    watched.wait_until("document.querySelector('.pulse-urgent')?.dataset.id === 'new'")
    watched.page.evaluate(
        "live.incidents.get('new').properties = {...live.incidents.get('new').properties, state: 'accepted', version: 2};"
        " wall.setLive(live)"
    )
    watched.wait_until("!document.querySelector('.pulse-urgent')")


def test_3d_keeps_the_layers_the_choice_and_the_set(stage):
    watched = stage(size=(480, 320), feed="{cases: 30, units: 5}")
    watched.page.evaluate(
        "wall.select({layer: 'incidents', id: 'case-0'}); wall.showSet(new Set(['case-0', 'case-2']))"
    )
    idle(watched, "wall.threeD(true)")
    assert watched.page.evaluate("wall.view().pitch") == 56
    assert [data(watched, name) for name in ("tilted", "chosen", "apart", "incidents")] == [
        "yes", "incidents:case-0", "2", "30",
    ]  # fmt: skip
    idle(watched, "wall.threeD(false)")
    assert watched.page.evaluate("wall.view().pitch") == 0


def test_very_many_teams_move_without_the_city_being_drawn_again(stage):
    watched = stage(feed="{cases: 5, units: 600}")
    assert data(watched, "units") == "600" and not watched.page.evaluate("document.querySelector('.wall-swarm').hidden")
    idle(watched, "wall.flyTo({center: live.units.get('unit-9').geometry.coordinates, zoom: 17})")
    watched.page.evaluate(
        "window.drawn = 0; window.step = 0; window.clock = Date.now(); feed({cases: 5, units: 600});"
        " const real = WebGL2RenderingContext.prototype.drawElements;"
        " WebGL2RenderingContext.prototype.drawElements = function (...all) { drawn += 1; return real.apply(this, all); }; null"
    )
    # Now and then the map draws itself, to keep its last picture; positions alone never make it.
    watched.wait_until(
        "new Promise((done) => { drawn = 0; step += 1; feed({cases: 5, units: 600, step});"
        " requestAnimationFrame(() => requestAnimationFrame(() => done(drawn === 0))); })"
    )
    idle(watched, "wall.flyTo({center: live.units.get('unit-9').geometry.coordinates, zoom: 17})")
    watched.page.evaluate("document.querySelector('#map canvas.maplibregl-canvas').focus()")
    watched.page.keyboard.press("Enter")
    assert watched.wait_until("facts.pick.at(-1)")["layer"] == "units"
    watched.page.evaluate("feed({cases: 5, units: 7})")
    watched.wait_until("document.querySelector('.wall-swarm').hidden")


def test_another_theme_keeps_everything(stage):
    watched = stage()
    drawn = data(watched, "incidents")
    idle(watched, "wall.choropleth('open_now', load()); wall.setTheme('light')")
    assert [data(watched, name) for name in ("theme", "choropleth", "incidents")] == ["light", "open_now", drawn]


def test_two_maps_move_as_one(stage):
    watched = stage(feed="{cases: 20, units: 5}")
    watched.page.evaluate("wall.choropleth('open_now', load()); wall.split(true)")
    watched.wait_until(f"{MAP}.second === 'ready'", 60)
    assert watched.page.locator("#map .wall-pane").count() == 2
    idle(watched, "wall.flyTo({center: [114.03, 33.58], zoom: 14})")
    watched.page.evaluate("wall.split(false)")
    watched.wait_until("document.querySelectorAll('#map .wall-pane').length === 1")


def test_a_followed_unit_stays_in_the_middle_until_somebody_moves_the_map(stage):
    watched = stage(feed="{cases: 0, units: 3}")
    watched.page.evaluate("wall.follow('unit-1'); feed({cases: 0, units: 3, step: 6})")
    watched.wait_until("Math.abs(wall.view().center[0] - live.units.get('unit-1').geometry.coordinates[0]) < 1e-6", 20)
    watched.page.evaluate("document.querySelector('#map canvas.maplibregl-canvas').focus()")
    watched.page.keyboard.press("ArrowLeft")
    watched.wait_until(f"{MAP}.follow === '' && facts.touched > 0")


def test_measuring_by_keyboard_gives_metres_and_escape_takes_back_and_ends(stage):
    watched = stage(feed="{cases: 0, units: 0}")
    idle(watched, "wall.measure(true); wall.flyTo({center: [114.02, 33.57], zoom: 14})")
    watched.page.evaluate("document.querySelector('#map canvas.maplibregl-canvas').focus()")
    watched.page.keyboard.press("Enter")
    for place in ("[114.03, 33.57]", "[114.03, 33.58]"):
        idle(watched, f"wall.flyTo({{center: {place}, zoom: 14}})")
        watched.page.keyboard.press("Enter")
    figures = "document.querySelector('.wall-measure').dataset"
    watched.wait_until(f"{figures}.points === '3'")
    assert 2030 < float(watched.page.evaluate(f"{figures}.length")) < 2045
    assert 505_000 < float(watched.page.evaluate(f"{figures}.area")) < 520_000
    for left in ("2", "1", "0"):
        watched.page.keyboard.press("Escape")
        watched.wait_until(f"{figures}.points === '{left}'")
    watched.page.keyboard.press("Escape")
    watched.wait_until(f"{MAP}.measuring === 'no' && document.querySelector('.wall-measure').hidden")


def test_a_lost_context_heals_without_a_flash_and_with_every_state(stage):
    watched = stage(feed="{cases: 20, units: 5}")
    idle(watched, "wall.choropleth('open_now', load())")
    watched.wait_until("document.querySelector('.wall-kept').width > 300")
    watched.page.evaluate(
        "window.gl = document.querySelector('#map canvas.maplibregl-canvas').getContext('webgl2')"
        ".getExtension('WEBGL_lose_context'); gl.loseContext()"
    )
    watched.wait_until("facts.lost === 1 && !document.querySelector('.wall-kept').hidden")
    watched.page.evaluate("gl.restoreContext()")
    watched.wait_until("facts.restored === 1 && document.querySelector('.wall-kept').hidden", 60)
    assert data(watched, "choropleth") == "open_now"
    watched.errors.clear()  # the library tells of the loss


def test_the_words_of_the_map_follow_the_language(stage):
    watched = stage("en", feed="{cases: 0, units: 0}")
    watched.page.evaluate("wall.measure(true)")
    assert "double click ends" in watched.page.inner_text(".wall-measure")
