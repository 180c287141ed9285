"""The editor of scenes in /admin/: its camera is chosen on the wall's own map. By state, never by sleep."""

from __future__ import annotations

from layers.walls.models import Scene

BOX = "document.getElementById('scene-camera').dataset"
FIELDS = ("lon", "lat", "zoom", "bearing", "pitch")


def opened(open_page, scene="district", role="gis_staff", **look):
    watched = open_page(role, path=f"/admin/walls/scene/{scene}/change/", size=(1280, 900), **look)
    watched.wait_until(f"{BOX}.ready === 'yes'", 90)
    return watched


def figures(watched) -> list[str]:
    return [watched.page.input_value(f"#id_{name}") for name in FIELDS]


def test_the_camera_is_taken_from_the_map_kept_and_shown_again(open_page, django_db_blocker):
    watched = opened(open_page)
    assert figures(watched) == [""] * 5, "a scene without a camera fits its area"
    watched.page.evaluate(
        "for (const [id, value] of [['scene-bearing', -18], ['scene-pitch', 40]]) {"
        " const range = document.getElementById(id); range.value = value; range.dispatchEvent(new Event('input')); }"
    )
    watched.wait_until("document.getElementById('scene-view').textContent.includes('-18°\\u300040°')")
    watched.page.click("#scene-take")
    lon, lat, zoom, bearing, pitch = map(float, figures(watched))
    assert 113.9 < lon < 114.1 and 33.5 < lat < 33.65 and 11 < zoom < 16 and (bearing, pitch) == (-18, 40)
    watched.page.click("[name=_save]")
    watched.page.wait_for_url("**/admin/walls/scene/", wait_until="domcontentloaded", timeout=90_000)
    with django_db_blocker.unblock():
        kept = Scene.objects.get(pk="district")
        assert (kept.lon, kept.lat, kept.zoom, kept.bearing, kept.pitch) == (lon, lat, zoom, bearing, pitch)
    again = opened(open_page)
    again.wait_until("document.getElementById('scene-view').textContent.includes('-18°\\u300040°')")
    assert again.page.inner_text("#scene-view").startswith(f"{lon:g}"[:8])
    again.page.click("#scene-fit")
    assert figures(again) == [""] * 5
    again.wait_until("document.getElementById('scene-view').textContent.includes('\\u30000°\\u30000°')")
    again.page.click("[name=_save]")
    again.page.wait_for_url("**/admin/walls/scene/", wait_until="domcontentloaded", timeout=90_000)
    with django_db_blocker.unblock():
        assert Scene.objects.get(pk="district").lon is None


def test_figures_written_by_hand_and_another_area_move_the_map(open_page):
    watched = opened(open_page, locale="en-GB", scheme="light")
    before = watched.page.inner_text("#scene-view")
    for name, value in zip(FIELDS, ("114.02", "33.57", "15", "0", "0"), strict=True):
        watched.page.fill(f"#id_{name}", value)
    watched.page.press("#id_pitch", "Tab")
    watched.wait_until("document.getElementById('scene-view').textContent.startsWith('114.02, 33.57\\u3000z 15')")
    watched.page.click("#scene-fit")
    watched.wait_until(f"document.getElementById('scene-view').textContent === {before!r}")
    watched.page.select_option("#id_area", index=3)
    watched.wait_until(f"document.getElementById('scene-view').textContent !== {before!r}")
