"""How the wall looks where it matters: the worst place on the map, the place of a case, tools, the hour's shift. By state."""

from __future__ import annotations

from tests.browser.wall_says import PAGE, live, says, text


def test_the_tools_follow_what_scenes_and_the_remote_control_do(open_wall):
    _site, watched = open_wall(display=False)
    pressed = "document.querySelector('[data-tool={}]').getAttribute('aria-pressed') === '{}'"
    for tool, name in (("three", "tilted"), ("two", "split")):
        watched.page.evaluate(f"document.querySelector('.wall-map').dataset.{name} = 'yes'")
        watched.wait_until(pressed.format(tool, "true"))
        watched.page.evaluate(f"document.querySelector('.wall-map').dataset.{name} = 'no'")
        watched.wait_until(pressed.format(tool, "false"))


def test_the_map_is_told_where_it_is_worst_and_nothing_of_it_while_the_picture_is_old(open_wall):
    site, watched = open_wall()
    code = site.shift.grids[-1]["code"][:12]
    site.report(severity=1, grid=-1, state="handling", minutes=12)
    watched.wait_until(f"plainMap.last('worst') === '{code}'")
    assert "最重" in watched.page.evaluate("plainMap.calls.findLast(([one]) => one === 'worst')[2]")
    assert "最重社区" in text(watched, ".legend")
    site.beating = False
    live(watched, "stale")
    watched.wait_until("plainMap.last('worst') === null")


def test_a_case_on_the_wall_has_its_place_in_the_district_beside_it(open_wall):
    site, watched = open_wall()
    assert watched.page.evaluate("document.querySelector('.locator').hidden")
    case = site.report(severity=1)
    watched.wait_until("!document.querySelector('.locator').hidden && document.querySelector('.locator-frame')")
    assert "全区未结 188" in text(watched, ".locator-title")
    site.change(case, state="accepted")
    watched.wait_until("document.querySelector('.locator').hidden")


def test_the_sheet_stands_where_the_hour_puts_it_and_nowhere_outside_the_screen(open_wall):
    _site, watched = open_wall()
    shift = watched.wait_until(f"{PAGE}.shift")
    right, down = map(int, shift.split())
    box = watched.page.evaluate(
        "(({left, top, right, bottom}) => [left, top, right, bottom])(document.querySelector('.sheet').getBoundingClientRect())"
    )
    assert box[:2] == [right, down] and box[2] <= 1920 and box[3] <= 1080


def test_posts_of_the_teams_stand_in_words_and_whole(open_wall):
    _site, watched = open_wall()
    says(watched, ".duty-posts", "网格长")
    assert watched.page.evaluate(
        "(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)(document.querySelector('.duty-posts'))"
    )
