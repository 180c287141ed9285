"""The pages of GIS staff in every look: nothing cut off, nothing a screen reader or a keyboard cannot reach, states in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layers.imports.models import Import, Status
from tests.browser.test_staff_import import READY, STATUS
from tests.imports_made import make_import, touch

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
FITS = "document.documentElement.scrollWidth <= innerWidth"
CUT = """[...document.querySelectorAll('h1, h2, th, td, .button, .chip, .kind-button, .tab, .step')].filter((n) => n.offsetParent && !n.classList.contains('visually-hidden')
  && n.scrollWidth > n.clientWidth + 1 && getComputedStyle(n).display !== 'inline' && getComputedStyle(n).overflowX !== 'auto').map((n) => n.textContent.trim())"""
LOOKS = [("zh-CN", "light", (1920, 1080)), ("en-GB", "dark", (1366, 768))]


@pytest.fixture
def made(live_cast, django_db_blocker):
    """made(status, …) -> a committed import of somebody's, removed afterwards."""
    rows: list[Import] = []

    def make(status: Status = Status.READY, **values: Any) -> Import:
        with django_db_blocker.unblock():
            rows.append(make_import(live_cast.person("gis_staff"), status, **values))
        return rows[-1]

    yield make
    with django_db_blocker.unblock():
        Import.objects.filter(pk__in=[row.pk for row in rows]).delete()


def settled(watched: Any) -> None:
    """Returns once the page and its map, if it has one, are drawn."""
    watched.wait_until(READY)
    if watched.page.locator("#map").count():
        watched.wait_map()


@pytest.mark.parametrize(("locale", "scheme", "size"), LOOKS)
def test_nothing_is_cut_off_and_axe_finds_nothing(open_page, made, locale, scheme, size):
    ready, asking = made(), made(Status.ASKING)
    wrong: list[tuple[str, ...]] = []
    watched = open_page(locale=locale, scheme=scheme, size=size, path="/staff/")
    for path in (
        "",
        "quality/",
        "layers/buildings/",
        f"imports/{asking.pk}/",
        f"imports/{ready.pk}/#tab=changes&kind=moved",
        f"imports/{ready.pk}/#tab=fields",
    ):
        watched.page.goto(f"{watched.url}/staff/{path}")
        if "#" in path:
            watched.page.reload()
        settled(watched)
        wrong += [(path, "sideways")] if not watched.page.evaluate(FITS) else []
        wrong += [(path, "cut off", text) for text in watched.page.evaluate(CUT)]
        watched.page.evaluate(AXE)
        found = watched.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        wrong += [(path, one["id"], node["html"][:160]) for one in found for node in one["nodes"]]
    assert wrong == []


@pytest.mark.parametrize("size", [(1024, 768), (600, 900)])
def test_small_screens_scroll_down_and_never_sideways(open_page, made, size):
    row = made()
    watched = open_page(size=size, path="/staff/")
    for path in ("", "quality/", "layers/roads/", f"imports/{row.pk}/"):
        watched.page.goto(f"{watched.url}/staff/{path}")
        settled(watched)
        assert watched.page.evaluate(FITS), path


@pytest.mark.parametrize(
    ("status", "words", "locked"),
    [
        (Status.READING, "正在检查", "尚未检查完"), (Status.REFUSED, "已拒收", "文件被拒收"), (Status.ASKING, "待回答", "先答 1 题"),
        (Status.COMMITTED, "已提交", None), (Status.CANCELLED, "已放弃", None), (Status.FAILED, "出错", None),
    ],
)  # fmt: skip
def test_every_state_is_said_in_words(open_page, made, status, words, locked):
    row = made(
        status,
        error={"code": "x", "detail": "the disk is full", "detail_zh": "磁盘满了"} if status is Status.FAILED else None,
    )
    watched = open_page(path=f"/staff/imports/{row.pk}/")
    settled(watched)
    assert words in watched.page.inner_text("#state")
    if locked:
        assert locked in watched.page.inner_text("#locked")
        assert not watched.page.locator("#commit").count()
    if status is Status.FAILED:
        assert "磁盘满了" in watched.page.inner_text("#right")


def test_the_page_follows_what_a_worker_does(open_page, made, django_db_blocker):
    row = made(Status.READING, progress={"step": "read", "done": 1, "total": 4})
    watched = open_page(path=f"/staff/imports/{row.pk}/")
    settled(watched)
    assert "1 / 4" in watched.page.inner_text("#cover")
    with django_db_blocker.unblock():
        Import.objects.filter(pk=row.pk).update(progress={"step": "compare", "done": 3, "total": 4})
    watched.wait_until("document.getElementById('cover').textContent.includes('3 / 4')")
    with django_db_blocker.unblock():
        row.status = Status.REFUSED
        touch(row)
    watched.wait_until(f"{STATUS} === 'refused'")
    assert not watched.page.is_visible("#cover")


def test_a_person_who_looked_at_an_older_state_is_told_and_shown_the_newer(open_page, made, django_db_blocker):
    row = made()
    watched = open_page(path=f"/staff/imports/{row.pk}/")
    settled(watched)
    with django_db_blocker.unblock():
        row.status = Status.ASKING
        touch(row)
    watched.page.click("#discard")
    watched.page.click("#dialog-yes")
    watched.wait_until(f"{STATUS} === 'asking'")
    assert "现在是第 2 版" in watched.page.inner_text("#status")


def test_a_place_on_the_page_is_its_address(open_page, made):
    row = made()
    watched = open_page(path=f"/staff/imports/{row.pk}/")
    settled(watched)
    page = watched.page
    page.click(".kind-button[data-kind=changed]")
    watched.wait_until("document.querySelector('tr.change[data-kind=changed]')")
    page.locator("tr.change button.bare").first.click()
    page.click("[data-side=after]")
    address = page.url
    assert "kind=changed" in address
    page.goto("about:blank")
    page.goto(address)
    settled(watched)
    watched.wait_until("document.querySelector('tr.change[aria-current=true]')")
    assert page.get_attribute(".kind-button[data-kind=changed]", "aria-pressed") == "true"
    assert page.get_attribute("[data-side=after]", "aria-pressed") == "true"


def test_hostile_words_of_a_file_stay_words(open_page, made, django_db_blocker):
    evil = "<img src=x onerror=alert(1)>"
    row = made(file_name=f"{evil}.zip", reason=evil)
    with django_db_blocker.unblock():
        row.report["findings"][0]["message_zh"] = evil
        row.columns = [{"name": evil, "type": "text", "samples": [evil], "values": [evil], "filled": 1}]
        row.mapping["fields"][0]["column"] = evil
        row.save()
        row.changes.update(name=evil)
    watched = open_page(path=f"/staff/imports/{row.pk}/")
    settled(watched)
    for tab in ("findings", "changes", "fields"):
        watched.page.click(f"#tab-{tab}")
        watched.wait_until(
            f"document.getElementById('findings').textContent.includes('<img') && document.getElementById('tab-{tab}').ariaSelected === 'true'"
        )
    assert watched.page.locator("img").count() == 0


def test_a_server_that_does_not_answer_is_said(open_page, made):
    row = made()
    watched = open_page(path=f"/staff/imports/{row.pk}/")
    settled(watched)
    watched.page.route("**/api/imports/**", lambda route: route.abort())
    watched.page.click("#discard")
    watched.page.click("#dialog-yes")
    watched.wait_until("document.getElementById('status').textContent.includes('没有应答')")
    watched.page.unroute("**/api/imports/**")
