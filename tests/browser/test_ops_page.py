"""The operators' page in a browser: states in words, a stuck transaction named, nothing cut off, in both languages."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings

READY = "document.getElementById('page').dataset.state === 'ready'"
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def stuck():
    """A foreign transaction with a hostile name, open and writing."""
    entry = settings.DATABASES["owner"]
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"], dbname=entry["NAME"],
        application_name="<img src=x onerror=alert(1)>",
    ) as link:  # fmt: skip
        link.execute("INSERT INTO live_receipt (client_id, digest, result) VALUES (gen_random_uuid(), 'x', '{}')")
        yield link
        link.rollback()


@pytest.mark.parametrize(
    ("locale", "running", "kind"), [("zh-CN", "在跑", "写 INSERT"), ("en-GB", "running", "writing INSERT")]
)
def test_the_page_says_how_every_process_is_and_names_what_is_open(open_page, stuck, locale, running, kind):
    watched = open_page("admin", locale=locale, path="/ops/")
    watched.wait_until(READY)
    words = watched.page.locator("#processes .proc .state").all_inner_texts()
    assert len(words) == 4 and words[0] == running
    row = watched.page.locator("#transactions tr", has_text=str(stuck.info.backend_pid))
    row.wait_for()
    assert "<img src=x onerror=alert(1)>" in row.inner_text() and kind in row.inner_text()
    assert watched.page.locator("#warnings li").count() >= 1, "no relay runs here"
    assert watched.page.evaluate(FITS)


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (700, 900), (390, 800)])
def test_nothing_is_cut_off(open_page, size):
    watched = open_page("admin", size=size, scheme="light", path="/ops/")
    watched.wait_until(READY)
    assert watched.page.evaluate(FITS)
    cut = "[...document.querySelectorAll('main h2, main h3, main td, main th, main .state')].filter((n) => n.offsetParent && n.scrollWidth > n.clientWidth + 1 && getComputedStyle(n).display !== 'inline').map((n) => n.textContent)"
    assert watched.page.evaluate(cut) == []


def test_a_state_that_does_not_arrive_is_said(open_page):
    watched = open_page("admin", path="/ops/")
    watched.wait_until(READY)
    watched.page.route("**/ops/state", lambda route: route.abort())
    watched.wait_until("document.getElementById('page').dataset.state === 'error'")
    assert watched.page.inner_text("#verdict-word") == "读不到"
    watched.page.unroute("**/ops/state")
    watched.wait_until(READY)


def test_only_operators_are_shown_the_way(open_page):
    assert open_page("admin").page.locator(".nav a[href='/ops/']").count() == 1
    assert open_page("seat").page.locator(".nav a[href='/ops/']").count() == 0
