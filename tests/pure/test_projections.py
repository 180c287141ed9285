"""What .prj texts mean in every dialect, and whether coordinates lie where they say."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS

from data.samples.raw import BEIJING54, CGCS2000, HOUSE, WEB_MERCATOR, WGS84, XIAN80, gauss
from layers.imports.places import candidates, judge
from layers.imports.projections import GAUSS_KRUGER, degrees, meaning, system_of
from layers.imports.wkt import MAX_DEPTH, Unreadable, parse

METRES = np.array([[500500.0, 3714000.0], [503500.0, 3717000.0]])
DISTRICT = (113.975, 33.54, 114.065, 33.605)


def moved(east: float) -> np.ndarray:
    """The positions so much further east, as a zone number puts them."""
    return METRES + np.array([east, 0.0])


@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
@pytest.mark.parametrize("datum", GAUSS_KRUGER)
def test_every_zone_of_every_national_datum_is_known_in_every_dialect(datum, dialect):
    three_zone, three, six_zone, six = GAUSS_KRUGER[datum]
    codes = [
        *range(three_zone, three_zone + 21),
        *range(three, three + 21),
        *range(six_zone, six_zone + 11),
        *range(six, six + 11),
    ]
    wrong = []
    for code in codes:
        system = meaning(CRS.from_epsg(code).to_wkt(dialect)).system
        if not system or (system.label, system.datum) != (f"EPSG:{code}", datum):
            wrong.append((code, system))
    assert not wrong


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (HOUSE, "EPSG:4547"), (WGS84, "EPSG:4326"), (CGCS2000, "EPSG:4490"), (XIAN80, "EPSG:4610"), (BEIJING54, "EPSG:4214"),
        (WEB_MERCATOR, "EPSG:3857"), ("EPSG:4547", "EPSG:4547"), ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"), ("\ufeff" + HOUSE + "\r\n", "EPSG:4547"),
        (gauss("whatever", CGCS2000, 114, 38500000), "EPSG:4526"), (gauss("x", XIAN80, 114), "EPSG:2383"),
        (HOUSE.replace("[", "(").replace("]", ")"), "EPSG:4547"), (HOUSE.replace(",", ",\n  "), "EPSG:4547"),
        (CRS.from_epsg(32650).to_wkt("WKT1_ESRI"), "EPSG:32650"),
    ],
)  # fmt: skip
def test_a_system_is_known_by_its_numbers(text, label):
    assert meaning(text).system.label == label


def test_a_zone_between_the_zones_is_kept_as_its_own():
    system = meaning(gauss("漯河_CM_114_03", CGCS2000, 114.05)).system
    assert system and system.datum == "cgcs2000" and not system.crs.startswith("EPSG:")
    assert degrees(np.array([[500000.0, 3715000.0]]), system)[0, 0] == pytest.approx(114.05, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "", " \r\n\x00", "<!DOCTYPE html><html></html>", "http://127.0.0.1/crs", "/vsicurl/http://127.0.0.1/crs", "file:///etc/hostname",
        'LOCAL_CS["x",UNIT["Meter",1.0]]', "PROJCS[", 'PROJCS["x"]', "garbage", "+proj=longlat +init=/etc/hostname", "EPSG:999999",
        'GEOGCS["x",DATUM["y",SPHEROID["z",1,2]]]', 'VERT_CS["x"]', '{"$schema": "https://proj.org"}', "EPSG:5773", HOUSE + HOUSE,
        "PROJCS[" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_system_is_refused_with_a_reason(text):
    stated = meaning(text)
    assert stated.system is None and stated.reason_zh and stated.reason_en


def test_the_parser_stops_at_its_depth():
    with pytest.raises(Unreadable):
        parse("A[" * (MAX_DEPTH + 2) + "1" + "]" * (MAX_DEPTH + 2))


@pytest.mark.parametrize(
    ("epsg", "xy", "fits", "swapped"),
    [
        (4547, METRES, True, False), (4547, METRES[:, ::-1], False, True), (4547, moved(38e6), False, False),
        (4526, moved(38e6), True, False), (4526, METRES, False, False), (4526, moved(38e6)[:, ::-1], False, True),
        (4547, np.array([[114.0, 33.5]]), False, False), (4326, METRES, False, False), (4326, np.array([[114.0, 33.5]]), True, False),
        (4326, np.array([[33.5, 114.0]]), False, True), (4490, np.array([[-3.0, 51.0]]), False, False),
        (3857, np.array([[12691500.0, 3971000.0]]), True, False), (3857, np.array([[114.0, 33.5]]), False, False),
    ],
)  # fmt: skip
def test_coordinates_are_held_against_their_label(epsg, xy, fits, swapped):
    judgement = judge(xy, system_of(epsg))
    assert (judgement.fits, judgement.swapped) == (fits, swapped)


@pytest.mark.parametrize(
    ("xy", "first"),
    [
        (METRES, "4547"), (moved(38e6), "4526"), (np.array([[114.01, 33.56]]), "4490"),
        (np.array([[12691500.0, 3971000.0]]), "3857"), (moved(19e6), "4497"),
    ],
)  # fmt: skip
def test_candidates_begin_with_the_likeliest_and_say_where_each_lies(xy, first):
    choices = candidates(xy)
    assert choices[0].value == first
    assert all(choice.bounds_4326 and choice.zh and choice.en for choice in choices)


def test_near_the_district_only_what_lands_in_it_is_offered():
    assert [choice.value for choice in candidates(METRES, DISTRICT)] == ["4547", "2383", "2435"]
    assert candidates(np.array([[51000.0, 15000.0]]), DISTRICT) == ()


@pytest.mark.parametrize(
    ("epsg", "xy"),
    [
        (2154, [[348815.7, 6687991.9], [354369.1, 6692050.2]]),
        (4326, [[-180.0, -90.0], [180.00000000000006, 83.6]]),
        (32733, [[992000.0, 6220000.0], [997000.0, 6225000.0]]),
    ],
    ids=["Lambert 93, on the ellipsoid of CGCS2000", "the world, with a rounded edge", "a zone used beyond its border"],
)
def test_what_lies_where_its_label_says_is_not_doubted(epsg, xy):
    system = system_of(epsg)
    assert system and judge(np.array(xy), system).fits


def test_metres_far_outside_their_zone_contradict_it():
    system = system_of(32735)
    assert system and not judge(np.array([[8.3275, -147.4887], [8.3277, -147.4884]]), system).fits


@pytest.mark.parametrize("name", ["RGF93", "ETRS_1989", "SIRGAS_2000", "NZGD_2000"])
def test_datums_abroad_are_not_taken_for_the_national_one(name):
    text = f'GEOGCS["GCS_{name}",DATUM["D_{name}",SPHEROID["GRS_1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]'
    system = meaning(text).system
    assert system and system.datum != "cgcs2000"
