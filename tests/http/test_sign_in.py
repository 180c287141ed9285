"""Signing in, being slowed down, tokens in all their states, and the headers every answer carries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from layers.people.models import Token
from layers.people.selectors import token_digest
from layers.people.services import issue_token
from layers.roles import TokenScope
from tests.cast import PASSWORD

PAGE = {"accept": "text/html"}


@pytest.fixture
def seat(cast):
    return cast.person("seat", password=PASSWORD)


def sign_in(client: Client, username: str, password: str, **more):
    return client.post("/accounts/login/", {"username": username, "password": password, **more})


def test_a_person_signs_in_sees_the_map_and_signs_out(seat):
    client = Client(headers=PAGE)
    assert client.get("/").status_code == 302
    assert sign_in(client, seat.username, PASSWORD).status_code == 302
    page = client.get("/")
    assert page.status_code == 200
    assert "map-config" in page.content.decode()
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_names_are_the_same_in_upper_case(seat):
    assert sign_in(Client(headers=PAGE), seat.username.upper(), PASSWORD).status_code == 302


def test_a_wrong_password_says_so_on_the_page_and_keeps_the_name(seat):
    page = sign_in(Client(headers=PAGE), seat.username, "wrong")
    assert page.status_code == 200
    assert seat.username in page.content.decode()
    assert PASSWORD not in page.content.decode()


def test_five_failures_pause_this_name_and_address_but_nobody_else(seat, cast):
    client = Client(headers=PAGE)
    for _ in range(5):
        last = sign_in(client, seat.username, "wrong")
    assert last.status_code == 429
    assert last["Retry-After"] == "60"
    assert sign_in(client, seat.username, PASSWORD).status_code == 429
    other = cast.person("seat", password=PASSWORD)
    assert sign_in(Client(headers=PAGE), other.username, PASSWORD).status_code == 302


def test_the_pause_ends(seat):
    from axes.models import AccessAttempt

    client = Client(headers=PAGE)
    for _ in range(5):
        sign_in(client, seat.username, "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(seconds=61))
    assert sign_in(client, seat.username, PASSWORD).status_code == 302


def test_programs_are_told_of_the_pause_as_a_problem(seat):
    client = Client()
    for _ in range(5):
        last = sign_in(client, seat.username, "wrong")
    assert last.status_code == 429
    assert last["Content-Type"] == "application/problem+json"
    assert last.json()["code"] == "too_many_attempts"


def test_one_is_never_sent_to_another_site_after_signing_in(seat):
    answer = sign_in(Client(headers=PAGE), seat.username, PASSWORD, next="https://evil.example/")
    assert answer["Location"] == "/"


def test_a_form_without_its_token_is_refused(seat):
    client = Client(enforce_csrf_checks=True, headers=PAGE)
    assert sign_in(client, seat.username, PASSWORD).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer wg_doesnotexist12345",
        "Basic dXNlcjpwYXNz",
        "Bearer " + "a" * 5000,
        "Bearer a b",
        "Bearer ../../etc",
    ],
)
def test_a_token_that_is_none_is_refused_even_where_nobody_is_asked(db, header):
    for path in ("/api/me", "/healthz", "/"):
        answer = Client(headers={"authorization": header}).get(path)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer.json()["code"] == "invalid_token"


@pytest.mark.parametrize("state", ["revoked", "expired", "inactive"])
def test_a_token_that_was_one_gets_the_same_answer(cast, state):
    text = cast.token("seat")
    row = Token.objects.get(digest=token_digest(text))
    if state == "revoked":
        Token.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
    elif state == "expired":
        Token.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        row.person.is_active = False
        row.person.save(update_fields=["is_active"])
    answer = Client(headers={"authorization": f"Bearer {text}"}).get("/api/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


@pytest.mark.parametrize("scope", ["positions:own", "positions:any", "display", "open311"])
def test_a_token_for_something_else_is_of_the_wrong_scope(cast, scope):
    answer = cast.client("seat", scope=scope).get("/api/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_scope")


def test_a_reading_token_reads(cast):
    assert cast.client("seat", scope="read").get("/api/me").status_code == 200


def test_rights_end_with_the_assignment_although_the_token_lives(cast):
    person = cast.person("seat", valid_to=timezone.now() - timedelta(minutes=1))
    text = issue_token(actor=None, person=person, scope=TokenScope.FULL, expires_at=None)
    answer = Client(headers={"authorization": f"Bearer {text}"}).get("/api/layers")
    assert {layer["id"] for layer in answer.json()["layers"]}.isdisjoint({"places", "cameras", "units"})


@pytest.mark.parametrize(
    "path", ["/", "/accounts/login/", "/healthz", "/api/me", "/api/nothing", "/nothing", "/admin/login/"]
)
def test_every_answer_carries_the_hardening_headers(db, path):
    for client in (Client(), Client(headers=PAGE)):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "unsafe-eval" not in policy
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_policy_of_pages_allows_no_inline_script(seat):
    client = Client(headers=PAGE)
    sign_in(client, seat.username, PASSWORD)
    policy = client.get("/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "nonce-" in policy


def test_pages_speak_chinese_first_and_english_on_wish(db):
    assert 'lang="zh-Hans"' in Client(headers=PAGE).get("/accounts/login/").content.decode()
    english = Client(headers=PAGE | {"accept-language": "en"}).get("/accounts/login/").content.decode()
    assert 'lang="en"' in english
    assert "Sign in" in english


def test_a_defect_shows_a_reference_and_nothing_of_the_inside(db, cast, monkeypatch):
    client = cast.client("seat")
    client.raise_request_exception = False

    def broken(*args, **kwargs):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("layers.api.endpoints.describe_layers", broken)
    answer = client.get("/api/layers")
    assert answer.status_code == 500
    assert "secret inside" not in answer.content.decode()
    assert answer.json()["reference"]
