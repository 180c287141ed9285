"""The map page while the shift goes on: what happens appears, moves, pulses, turns grey and comes back; by state, never by sleep."""

from __future__ import annotations

import json
import uuid

import pytest
from django.utils import timezone

from layers.cameras.selectors import cameras_in_force
from layers.patrols.selectors import units_in_force
from layers.people.selectors import actor_of
from layers.people.services import end_assignment
from tests.cases import act, point_in, relocate, report

PAGE = "document.body.dataset"


@pytest.fixture
def site(live_site, site_cast, django_db_blocker):
    """The running site; what the test writes is committed."""
    with django_db_blocker.unblock():
        yield live_site


@pytest.fixture
def shift(site, open_site_page):
    """shift(role, area=None, …) -> a page whose live state is proven."""

    def opens(role="dispatcher", area=None, **look):
        watched = open_site_page(role, area, **look)
        watched.wait_map()
        wait_live(watched)
        return watched

    return opens


def wait_live(watched, phase="live", seconds=40):
    watched.wait_until(f"{PAGE}.live === '{phase}'", seconds)


def count(watched, layer="incidents") -> int:
    return int(watched.page.evaluate(f"{PAGE}.{layer}"))


def wait_count(watched, wanted, layer="incidents"):
    watched.wait_until(f"+{PAGE}.{layer} === {wanted}")


def look_at(watched, lon, lat, zoom=16):
    """Opens the page at a place, as a shared link does."""
    watched.page.evaluate(f"location.hash = '{zoom}/{lat}/{lon}'")
    watched.page.reload()
    watched.wait_map()
    wait_live(watched)


def select(watched, layer, feature_id):
    """Opens a feature by the address of the page, as a shared link does."""
    watched.page.evaluate(f"location.hash = '15/33.5766/114.0213;{layer}:{feature_id}'")
    watched.page.reload()
    watched.wait_map()
    watched.wait_until(f"document.getElementById('card').dataset.layer === '{layer}'")


def send(client, path, body):
    """The answer to a POST of JSON."""
    return client.request("POST", path, json.dumps(body).encode(), **{"Content-Type": "application/json"})


def on_duty(site_cast, grid):
    """The team of a grid, on duty."""
    unit = units_in_force().get(kind="team", grid=grid)
    live = site_cast.live("dispatcher").get("/live/state").json()["layers"]["units"]["features"]
    now = next(one for one in live if one["id"] == unit.feature_id)["properties"]
    if now["status"] != "on_duty":
        body = {"client_id": str(uuid.uuid4()), "version": now["version"], "status": "on_duty"}
        assert send(site_cast.live("dispatcher"), f"/api/units/{unit.feature_id}/status", body).status == 200
    return unit


def walk(site_cast, unit, lon, lat, speed_mps=1.2):
    fix = {
        "client_id": str(uuid.uuid4()), "unit": unit.feature_id, "at": timezone.now().isoformat(), "lon": lon,
        "lat": lat, "accuracy_m": 6, "speed_mps": speed_mps, "bearing_deg": 90,
    }  # fmt: skip
    answer = send(site_cast.live("admin", scope="positions:any"), "/api/positions", {"fixes": [fix]})
    assert answer.json()["accepted"] == 1


def test_the_page_says_how_far_it_is_complete_and_that_it_matches_the_store(shift):
    watched = shift()
    assert "完整至 seq" in watched.page.inner_text("#live")
    watched.wait_until("document.getElementById('live').innerText.includes('与库一致')")
    assert int(watched.page.evaluate(f"{PAGE}.seq")) > 0
    assert count(watched, "cameras") == 420


def test_an_incident_appears_and_pulses_once_without_a_reload(shift, site_cast):
    watched = shift(motion="no-preference")
    before = count(watched)
    pulse = "document.querySelector('.pulse-arrival')?.dataset.id"
    watched.page.evaluate(
        "window.pulsed = [];"
        " new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) => {"
        "   if (node.classList?.contains('pulse')) pulsed.push([node.dataset.id, node.className]);"
        " }))).observe(document.getElementById('map'), { childList: true, subtree: true })"
    )
    case = report(site_cast, severity=3)
    wait_count(watched, before + 1)
    (seen,) = watched.wait_until("pulsed.length ? pulsed : null")
    assert seen[0] == str(case.pk) and "pulse-arrival" in seen[1]
    watched.wait_until(f"!{pulse}")
    watched.wait_until(f"+document.querySelector('#layers [data-layer=incidents]').textContent === {before + 1}")


def test_a_critical_incident_pulses_until_it_is_accepted(shift, site_cast):
    watched = shift(motion="no-preference")
    case = report(site_cast, severity=1)
    watched.wait_until(f"document.querySelector('.pulse-urgent')?.dataset.id === '{case.pk}'")
    act(case, actor_of(site_cast.person("seat")), "accept")
    watched.wait_until(f"{PAGE}.pulses === '0' && !document.querySelector('.pulse')")


def test_who_wants_no_motion_gets_none(shift, site_cast):
    watched = shift(motion="reduce")
    before = count(watched)
    report(site_cast, severity=1)
    wait_count(watched, before + 1)
    assert watched.page.locator(".pulse").count() == 0


def test_a_closed_incident_leaves(shift, site_cast):
    watched = shift()
    before = count(watched)
    case = report(site_cast)
    wait_count(watched, before + 1)
    act(case, actor_of(site_cast.person("seat")), "accept")
    act(case, actor_of(site_cast.person("seat")), "void", reason="误报")
    wait_count(watched, before)


def test_the_card_of_an_incident_speaks_both_languages_and_follows_it(shift, site_cast):
    case = report(site_cast, severity=2)
    watched = shift()
    select(watched, "incidents", case.pk)
    text = watched.page.inner_text("#card")
    for words in (
        case.item.name,
        case.item.name_en,
        "案卷号",
        "Number",
        case.number,
        "上报",
        "Reported",
        "紧急",
        "Severe",
    ):
        assert words in text
    assert watched.page.locator("#card nav.chain button").count() == 4
    act(case, actor_of(site_cast.person("seat")), "accept")
    watched.wait_until("document.getElementById('card').innerText.includes('受理')")


def test_a_unit_moves_with_each_frame(shift, site_cast, district):
    grid = district.first("grid")
    unit = on_duty(site_cast, grid)
    lon, lat = point_in(grid)
    walk(site_cast, unit, lon, lat)
    watched = shift()
    select(watched, "units", unit.feature_id)
    watched.wait_until("document.getElementById('card').innerText.includes('1.2')")
    assert unit.name in watched.page.inner_text("#card-title")
    walk(site_cast, unit, lon + 0.0004, lat, speed_mps=2.7)
    watched.wait_until("document.getElementById('card').innerText.includes('2.7')")


def test_a_click_on_a_mark_opens_its_card(shift, site_cast, district):
    grid = district.codes["grid"][40]
    lon, lat = point_in(grid)
    case = report(site_cast, grid=grid, severity=2)
    watched = shift()
    look_at(watched, lon, lat)
    watched.wait_until(f"document.getElementById('inview').textContent.includes('{case.item.name}')")
    box = watched.page.locator("#map").bounding_box()
    watched.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    watched.wait_until("document.getElementById('card').dataset.layer === 'incidents'")
    assert case.item.name in watched.page.inner_text("#card-title")


def test_two_browsers_with_different_areas_see_exactly_their_own(shift, site_cast, district):
    one, other = district.first("community"), district.last("community")
    pages = {area: shift("community_staff", area) for area in (one, other)}
    before = {area: count(page) for area, page in pages.items()}
    inside = {area: next(code for code in district.codes["grid"] if code.startswith(area)) for area in (one, other)}
    case = report(site_cast, grid=inside[one])
    wait_count(pages[one], before[one] + 1)
    report(site_cast, grid=inside[other])
    wait_count(pages[other], before[other] + 1)
    assert count(pages[one]) == before[one] + 1
    by = actor_of(site_cast.person("dispatcher"))
    relocate(case, by, inside[other])
    wait_count(pages[one], before[one])
    wait_count(pages[other], before[other] + 2)
    for page in pages.values():
        page.wait_until("document.getElementById('live').innerText.includes('与库一致')")


def test_rights_that_end_take_everything_off_the_screen(shift, site_cast, district):
    area = district.first("community")
    report(site_cast, grid=next(code for code in district.codes["grid"] if code.startswith(area)))
    watched = shift("community_staff", area)
    watched.wait_until(f"+{PAGE}.incidents > 0")
    end_assignment(actor=None, assignment=watched.person.assignments.get(), at=timezone.now())
    watched.wait_until(f"+{PAGE}.incidents === 0 || {PAGE}.live === 'signed-out'")
    watched.errors.clear()  # the refused requests of this test


def test_a_camera_that_fails_is_shown_as_failed(shift, site_cast):
    camera = cameras_in_force().order_by("feature_id")[0]
    watched = shift()
    select(watched, "cameras", camera.feature_id)
    at = timezone.now().isoformat()
    body = {"client_id": str(uuid.uuid4()), "status": "fault", "at": at}
    assert send(site_cast.live("video_operator"), f"/api/cameras/{camera.feature_id}/status", body).status == 200
    watched.wait_until("document.getElementById('card').innerText.includes('故障')")


def test_a_stopped_stream_turns_the_marks_grey_says_since_when_and_heals_by_itself(shift, site, site_cast):
    watched = shift()
    before = count(watched)
    site.stop("web")
    wait_live(watched, "stale")
    notice = watched.page.inner_text("#live-notice")
    assert "实时数据停在" in notice and watched.page.is_visible("#live-notice")
    assert "中断" in watched.page.inner_text("#live")
    case = report(site_cast)
    site.start("web")
    site.wait()
    wait_live(watched, "live", seconds=60)
    wait_count(watched, before + 1)
    assert not watched.page.is_visible("#live-notice")
    assert case.pk
    watched.errors.clear()  # the refused connections of this test


def test_another_theme_and_3d_keep_the_live_layers(shift, site_cast, district):
    grid = district.codes["grid"][10]
    case = report(site_cast, severity=1, grid=grid)
    watched = shift(size=(640, 400))
    look_at(watched, *point_in(grid), zoom=15)
    listed = f"document.getElementById('inview').textContent.includes('{case.item.name}')"
    watched.wait_until(listed)
    for key, outcome in (
        ("l", "document.documentElement.dataset.theme === 'light'"),
        ("3", "document.querySelector('#tools [aria-pressed=true]')"),
    ):
        watched.page.locator("#map canvas").first.focus()
        watched.page.keyboard.press(key)
        watched.wait_until(outcome)
        watched.wait_map(seconds=90)
        watched.wait_until(listed, 90)  # a tilted city without a graphics card is drawn about once a second
