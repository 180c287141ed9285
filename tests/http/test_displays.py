"""A wall without keyboard: its token becomes a cookie, the cookie reads, writes to two addresses, and ends with the token."""

from __future__ import annotations

import json
import re
import time
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gis.local.edge import SECRET_PARAMETERS
from layers.people.displays import COOKIE
from layers.people.models import Token
from layers.people.selectors import token_digest
from layers.people.services import issue_token, revoke_token
from layers.roles import TokenScope
from tests.cast import PASSWORD
from tests.streaming import Listener

HTML = {"accept": "text/html"}
READABLE = (
    "/wall/", "/wall/build", "/api/layers", "/api/incidents", "/api/counts", "/api/heat", "/api/duty", "/api/scenes",
    "/api/walls", "/api/near?lon=114.02&lat=33.57", "/api/search?q=rm", "/api/chain?lon=114.02&lat=33.57",
    "/api/health", "/tiles/places.json",
)  # fmt: skip


@pytest.fixture
def token(cast):
    """token(area=None, scope=…, expires_at=…) -> the text of a display's token."""

    def issue(area=None, scope=TokenScope.DISPLAY, expires_at=None):
        return issue_token(actor=None, person=cast.person("display", area), scope=scope, expires_at=expires_at)

    return issue


def opened(text, **headers) -> Client:
    """A browser that has opened the address with a token."""
    client = Client(headers=headers)
    answer = client.get("/wall/", {"display": text})
    assert answer.status_code == 303
    return client


def presence(**fields):
    body = {"screen": str(uuid.uuid4()), "width": 3840, "height": 2160, "phase": "live", "seq": 7, **fields}
    return {"data": json.dumps(body), "content_type": "application/json"}


def test_the_token_leaves_the_address_and_becomes_a_cookie_no_script_reads(token):
    client = Client()
    answer = client.get("/wall/", {"name": "main", "display": token(), "theme": "light"})
    assert (answer.status_code, answer["Location"]) == (303, "/wall/?name=main&theme=light")
    assert answer["Cache-Control"] == "no-store"
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/"
    assert cookie["max-age"] == 400 * 86400
    assert not cookie["secure"]


def test_the_cookie_lives_as_long_as_the_token_and_is_for_tls_alone_behind_tls(token, settings):
    settings.BEHIND_TLS = True
    answer = Client().get("/wall/", {"display": token(expires_at=timezone.now() + timedelta(hours=1))}, secure=True)
    assert 3590 <= answer.cookies[COOKIE]["max-age"] <= 3600
    assert answer.cookies[COOKIE]["secure"]


@pytest.mark.parametrize("path", READABLE)
def test_the_cookie_reads_what_a_wall_needs(token, path):
    assert opened(token()).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/api/me", "/", "/wall/remote/", "/admin/", "/ops/state", "/metrics"])
def test_the_cookie_reads_nothing_else(token, path):
    assert opened(token()).get(path).status_code == 403


def test_the_bearer_token_of_a_display_reads_the_same(token):
    client = Client(headers={"authorization": f"Bearer {token()}"})
    for path in READABLE:
        assert client.get(path).status_code == 200, path


def test_a_display_of_an_area_sees_its_area(token, district):
    area = district.first("subdistrict")
    page = opened(token(area)).get("/wall/")
    config = page.context["wall_config"]
    assert config["display"] is True
    assert config["wall"]["area"] == area and config["wall"]["steer"] is False
    assert {scene["area"] for scene in config["scenes"]} == {area}


@pytest.mark.parametrize("address", ["presence", "reports"])
def test_the_cookie_writes_to_two_addresses_and_only_with_the_header(token, address):
    body = presence() if address == "presence" else {
        "data": json.dumps({"screen": str(uuid.uuid4()), "kind": "slow"}), "content_type": "application/json"
    }  # fmt: skip
    client = Client(enforce_csrf_checks=True)
    client.get("/wall/", {"display": token()})
    bare = client.post(f"/api/walls/main/{address}", **body)
    assert (bare.status_code, bare.json()["code"]) == (403, "display_header_missing")
    assert client.post(f"/api/walls/main/{address}", **body, headers={"x-wangge-display": "1"}).status_code == 200


@pytest.mark.parametrize("path", ["/api/incidents", "/api/walls/main/commands", "/api/positions"])
def test_the_cookie_writes_nowhere_else(token, path):
    answer = opened(token()).post(path, "{}", "application/json", headers={"x-wangge-display": "1"})
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_scope")


def test_a_dispatchers_display_token_reports_no_case(cast):
    text = issue_token(actor=None, person=cast.person("dispatcher"), scope=TokenScope.DISPLAY, expires_at=None)
    client = opened(text)
    assert client.get("/api/incidents").status_code == 200
    assert client.post("/api/incidents", "{}", "application/json", headers={"x-wangge-display": "1"}).status_code == 403


@pytest.mark.parametrize("scope", ["full", "read", "positions:own"])
def test_a_token_of_another_scope_makes_no_display(token, scope):
    answer = Client(headers=HTML).get("/wall/", {"display": token(scope=TokenScope(scope))})
    assert answer.status_code == 401
    assert COOKIE not in answer.cookies


@pytest.mark.parametrize("text", ["", "x", "wg_unknown_token_value", "ü" * 20, "a" * 500, "a\x00b" * 5])
def test_a_wrong_token_is_a_page_with_the_remedy_and_no_loop(text, db, district):
    answer = Client(headers=HTML).get("/wall/", {"display": text, "name": "main"})
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "显示令牌无效" in page and "/wall/?display=" in page
    assert text == "" or len(text) < 8 or text not in page


def test_the_page_of_a_wrong_token_speaks_another_language_and_never_asks_to_sign_in(db, district):
    client = Client(headers=HTML)
    page = client.get("/wall/", {"display": "wg_unknown_token_value", "name": "main"}).content.decode()
    back = re.search(r'name="next" value="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "wg_unknown" not in back and "name=main" in back
    answer = client.post("/i18n/setlang/", {"language": "en", "next": back})
    assert answer.headers["Location"] == back
    again = client.get(back)
    assert again.status_code == 401
    assert "The display's token is not valid" in again.content.decode().replace("&#x27;", "'")


def test_a_revoked_display_is_told_so_on_its_page_and_programs_get_401(token):
    text = token()
    client = opened(text, **HTML)
    assert client.get("/wall/").status_code == 200
    revoke_token(actor=None, token=Token.objects.get(digest=token_digest(text)))
    assert (client.get("/wall/").status_code, client.get("/wall/remote/").status_code) == (401, 401)
    answer = client.get("/api/counts", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert client.get("/").status_code == 302


def test_a_person_who_signs_in_goes_before_the_cookie_and_opening_a_display_ends_the_session(token, cast):
    client = opened(token())
    person = cast.person("dispatcher", password=PASSWORD)
    client.force_login(person, backend="layers.people.backends.AssignmentBackend")
    assert client.get("/api/me").json()["username"] == person.username
    assert client.get("/wall/").context["wall_config"]["display"] is False
    assert client.get("/wall/", {"display": token()}).status_code == 303
    assert client.get("/api/me").status_code == 403
    assert client.get("/wall/").context["wall_config"]["display"] is True


def test_a_bearer_token_goes_before_the_cookie(token, cast):
    client = opened(token())
    answer = client.get("/api/me", headers={"authorization": f"Bearer {cast.token('seat')}"})
    assert answer.status_code == 200


def test_the_edge_masks_the_token_in_its_log():
    assert "display" in SECRET_PARAMETERS


@pytest.fixture
def site(live_site, django_db_blocker):
    """The running site; the test's writes are committed."""
    with django_db_blocker.unblock():
        yield live_site


def test_the_cookie_opens_the_stream_and_a_revoked_token_ends_it_within_five_seconds(site, site_cast):
    person = site_cast.person("display")
    text = issue_token(actor=None, person=person, scope=TokenScope.DISPLAY, expires_at=None)
    cookie = f"{COOKIE}={text}"
    assert site_cast.live().get("/live/state", Cookie=cookie).status == 200
    listener = Listener(site.url, "", cookie=cookie).open("")
    assert listener.status == 200
    listener.until("heartbeat")
    begun = time.monotonic()
    revoke_token(actor=None, token=Token.objects.get(digest=token_digest(text)))
    assert listener.to_the_end()
    assert time.monotonic() - begun < 5
    answer = site_cast.live().get("/live/state", Cookie=cookie)
    assert (answer.status, answer.json()["code"]) == (401, "invalid_token")


def test_a_cookie_that_is_none_opens_no_stream(site, site_cast):
    for cookie in (f"{COOKIE}=x", f"{COOKIE}=", f"{COOKIE}={site_cast.token('dispatcher')}", "sessionid=nonsense"):
        assert site_cast.live().get("/live/state", Cookie=cookie).status == 401
