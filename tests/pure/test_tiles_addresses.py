"""Tile addresses: every wrong part is refused by its name."""

from __future__ import annotations

import pytest

from layers.errors import InvalidInput, UnknownLayer
from layers.tiles.addresses import OutOfRange, Spot, layer_ids, spot, versions


def test_a_good_address_is_read():
    assert layer_ids("roads,waters") == ("roads", "waters")
    assert spot("16", "53524", "26273") == Spot(16, 53524, 26273)
    assert versions("3.12", 2) == (3, 12)


@pytest.mark.parametrize(
    "text", ["", "NaN", "1e400", "-1", "+1", "1.5", " 1", "1 ", "0x1", "01", "١٢", "１", "inf", "1\x00", "1_0"]
)
@pytest.mark.parametrize("part", ["z", "x", "y"])
def test_what_is_no_number_is_named(part, text):
    parts = {"z": "14", "x": "1", "y": "1"} | {part: text}
    with pytest.raises(InvalidInput) as refusal:
        spot(**parts)
    assert refusal.value.field == part


@pytest.mark.parametrize(
    ("z", "x", "y", "field"),
    [
        ("17", "0", "0", "z"), ("23", "0", "0", "z"), ("9" * 400, "0", "0", "z"), ("0", "1", "0", "x"),
        ("14", "16384", "0", "x"), ("14", "99999999999", "1", "x"), ("14", "0", "16384", "y"), ("14", "0", "9" * 5000, "y"),
    ],
)  # fmt: skip
def test_what_the_pyramid_does_not_hold_is_out_of_range(z, x, y, field):
    with pytest.raises(OutOfRange) as refusal:
        spot(z, x, y, 16)
    assert refusal.value.field == field and refusal.value.status == 404


@pytest.mark.parametrize(
    "text", ["", "a,,b", "Roads", "roads;", "roads'--", "ro ads", "../etc", "道路", "a" * 41, "1roads"]
)
def test_what_is_no_layer_id_is_an_unknown_layer(text):
    with pytest.raises(UnknownLayer):
        layer_ids(text)


def test_the_same_layer_twice_or_too_many_are_refused():
    for text in ("roads,roads", ",".join(f"l{n}" for n in range(17))):
        with pytest.raises(InvalidInput):
            layer_ids(text)


@pytest.mark.parametrize("text", ["", "1", "1.2.3", "1.x", "1.-2", "1.02", "1..", "1.1e3", "1." + "9" * 12])
def test_versions_match_the_layers(text):
    with pytest.raises(InvalidInput) as refusal:
        versions(text, 2)
    assert refusal.value.field == "v"
