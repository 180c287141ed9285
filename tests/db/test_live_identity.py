"""Who a stream belongs to: cookies are read as the pages read them, whatever else a browser sends along."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from layers.errors import NotSignedIn
from layers.people.live_access import identify

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast):
    return cast.person("dispatcher")


@pytest.fixture
def session(person):
    browser = Browser()
    browser.force_login(person, backend="layers.people.backends.AssignmentBackend")
    return browser.cookies["sessionid"].value


@pytest.mark.parametrize("beside", ["a[b]=1; ", "just words; ", 'q="half; ', "é=1; ", "x=%00; "])
def test_a_session_is_found_beside_cookies_of_others(session, person, beside):
    assert identify({"cookie": f"{beside}sessionid={session}"}).person == str(person.pk)


@pytest.mark.parametrize("key", ['"\\000aaaaaaaaaa"', "x", "", "a" * 5000, "' OR 1=1 --"])
def test_a_session_key_that_none_has_is_nobody(key):
    with pytest.raises(NotSignedIn):
        identify({"cookie": f"sessionid={key}"})


@pytest.mark.parametrize("path", ["/", "/api/me", "/wall/"])
def test_a_session_key_that_none_has_is_nobody_to_the_pages(path):
    browser = Browser(raise_request_exception=False)
    answer = browser.get(path, headers={"cookie": 'sessionid="\\000aaaaaaaaaa"'})
    assert answer.status_code in (302, 401)
