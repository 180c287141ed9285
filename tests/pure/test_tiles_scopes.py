"""Scopes signed into addresses: what they say, and that nobody else can say it."""

from __future__ import annotations

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.people.rights import EVERYTHING, NOTHING, RowScope
from layers.tiles.scopes import (
    PUBLIC,
    WINDOW_S,
    AddressExpired,
    AddressRefused,
    expiry,
    sign,
    verify,
)

KEY = b"k" * 32
NOW = 1_795_000_000.0
AREA = RowScope(prefixes=("411102001",))


def test_what_was_signed_is_read_back():
    text = sign(KEY, "roads,places", (EVERYTHING, AREA), expiry(NOW))
    signed = verify(KEY, "roads,places", text, NOW)
    assert signed.scopes == (EVERYTHING, AREA)
    assert signed.expires == expiry(NOW)


def test_everything_needs_no_signature():
    assert sign(KEY, "roads", (EVERYTHING,), 1) == PUBLIC


def test_equal_rights_give_equal_addresses():
    assert sign(KEY, "places", (AREA,), expiry(NOW)) == sign(
        KEY, "places", (RowScope(prefixes=("411102001",)),), expiry(NOW)
    )


def test_a_signature_holds_between_one_and_two_windows():
    for second in range(0, 2 * WINDOW_S, 7):
        assert WINDOW_S < expiry(NOW + second) - (NOW + second) <= 2 * WINDOW_S


def test_a_signature_ends():
    text = sign(KEY, "places", (AREA,), expiry(NOW))
    with pytest.raises(AddressExpired):
        verify(KEY, "places", text, expiry(NOW))


def test_a_signature_is_for_its_layers_alone():
    text = sign(KEY, "places", (AREA,), expiry(NOW))
    for other in ("cameras", "places,cameras", "cameras,places", ""):
        with pytest.raises(AddressRefused):
            verify(KEY, other, text, NOW)


def test_a_signature_of_another_site_is_refused():
    with pytest.raises(AddressRefused):
        verify(b"other" * 8, "places", sign(KEY, "places", (AREA,), expiry(NOW)), NOW)


def test_widening_the_area_or_the_time_breaks_the_signature():
    text = sign(KEY, "places", (AREA,), expiry(NOW))
    payload, signature = text.split(".")
    said = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    for forged in (said.replace("411102001", "411102"), said.replace(":411102001", ":public"), f"9{said}"):
        other = base64.urlsafe_b64encode(forged.encode()).rstrip(b"=").decode()
        with pytest.raises(AddressRefused):
            verify(KEY, "places", f"{other}.{signature}", NOW)


@given(st.text(alphabet=string.ascii_letters + string.digits + "-_.=%\x00é", max_size=120))
def test_garbage_is_refused_and_nothing_else_happens(text):
    with pytest.raises(AddressRefused):
        verify(KEY, "places", text, NOW)


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_any_changed_character_is_noticed(place, character):
    text = sign(KEY, "places", (AREA,), expiry(NOW))
    place %= len(text)
    changed = text[:place] + character + text[place + 1 :]
    if changed != text:
        with pytest.raises(AddressRefused):
            verify(KEY, "places", changed, NOW)


def test_a_scope_that_shows_nothing_or_departments_is_not_signed():
    for scope in (NOTHING, RowScope(prefixes=("411102",), departments=("D01",))):
        with pytest.raises(ValueError):
            sign(KEY, "places", (scope,), expiry(NOW))


def test_nothing_of_a_person_is_inside():
    payload = sign(KEY, "places", (AREA,), expiry(NOW)).split(".")[0]
    assert base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode() == f"{expiry(NOW)}:411102001"
