"""Area codes: grammar, ancestors, the derived service-grid code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.geo.codes import ancestors, covers, level_of, parent_of, service_code20, widen

CODES = st.sampled_from([6, 9, 12, 15]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("411102", "district"),
        ("411102004", "subdistrict"),
        ("411102004003", "community"),
        ("411102004003007", "grid"),
        ("", None),
        ("41110", None),
        ("4111020", None),
        ("41110200400300712345", None),
        ("４１１１０２", None),  # full-width digits are not ASCII digits
        ("41110a", None),
        (" 411102", None),
        ("411102\n", None),
    ],
)
def test_level_follows_from_length_and_digits(code, level):
    assert level_of(code) == level


@given(CODES)
def test_every_ancestor_covers_and_is_an_area(code):
    above = ancestors(code)
    assert all(covers(area, code) and level_of(area) for area in above)
    assert parent_of(code) == (above[-1] if above else "")


@given(CODES, st.sampled_from(["district", "subdistrict", "community", "grid"]))
def test_widening_never_narrows(code, level):
    assert code.startswith(widen(code, level))


def test_nothing_covers_everything():
    assert not covers("", "411102")


def test_service_code_has_twenty_digits():
    assert service_code20("411102004003007") == "00000041110200400307"


@pytest.mark.parametrize("code", ["411102004003100", "411102004003", "x"])
def test_service_code_refuses_what_it_cannot_write(code):
    with pytest.raises(ValueError, match=r"serial|not a service grid"):
        service_code20(code)
