"""From datum to datum: the published examples, every published transformation of Beijing 1954, and PROJ as witness."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from pyproj.transformer import TransformerGroup

from layers.geo.helmert import Helmert, Similarity, Unsolvable, fit_helmert, fit_similarity, geocentric, geodetic

KRASSOWSKY, IAU75, CGCS2000, WGS84 = (
    (6378245.0, 298.3),
    (6378140.0, 298.257),
    (6378137.0, 298.257222101),
    (6378137.0, 298.257223563),
)
PLACES = np.array([[114.0, 33.5], [87.6, 43.8], [121.5, 31.2], [110.3, 20.0], [126.6, 45.8]])


@pytest.mark.parametrize(
    ("parameters", "given_", "published"),
    [
        (Helmert(84.87, 96.49, 116.95), (3771793.97, 140253.34, 5124304.35), (3771878.84, 140349.83, 5124421.30)),
        # The published example is in the coordinate frame convention, EPSG method 1032.
        (Helmert(0.0, 0.0, 4.5, 0.0, 0.0, -0.554, 0.219), (3657660.66, 255768.55, 5201382.11), (3657660.78, 255778.43, 5201387.75)),
    ],
)  # fmt: skip
def test_geocentric_examples_of_the_epsg_guidance_note_are_met_to_the_centimetre(parameters, given_, published):
    assert np.abs(parameters.moved(np.array([given_])) - np.array([published])).max() <= 0.01


def test_the_plane_example_of_the_epsg_guidance_note_is_met_to_the_millimetre():
    similarity = Similarity(-129.549, -208.185, -1.56504, 1.5504)
    assert np.abs(similarity.moved(np.array([[300000.0, 4500000.0]])) - [299905.060, 4499796.515]).max() < 0.001


def test_the_geographic_example_of_the_epsg_guidance_note_is_met():
    """WGS 84 to ED50 in the North Sea, with the height that it starts from."""
    lonlat = np.array([[2 + 7 / 60 + 46.38 / 3600, 53 + 48 / 60 + 33.82 / 3600]])
    moved = Helmert(84.87, 96.49, 116.95).moved(geocentric(lonlat, WGS84, 73.0))
    lon, lat = geodetic(moved, (6378388.0, 297.0))[0]
    assert lon == pytest.approx(2 + 7 / 60 + 51.477 / 3600, abs=2e-7) and lat == pytest.approx(
        53 + 48 / 60 + 36.565 / 3600, abs=2e-7
    )


def published() -> list[tuple[str, Helmert, Transformer]]:
    """(name, parameters, PROJ's way) of every published transformation of Beijing 1954 to WGS 84."""
    found = []
    for way in TransformerGroup(4214, 4326, always_xy=True, allow_ballpark=False).transformers:
        numbers = {
            key: float(value)
            for key, value in re.findall(
                r"\b(x|y|z|rx|ry|rz|s)=([-\d.]+)", way.definition.split("helmert")[1].split("step")[0]
            )
        }
        sign = -1.0 if "position_vector" in way.definition else 1.0
        turns = [sign * numbers.get(key, 0.0) for key in ("rx", "ry", "rz")]
        found.append(
            (way.description, Helmert(numbers["x"], numbers["y"], numbers["z"], *turns, numbers.get("s", 0.0)), way)
        )
    return found


@pytest.mark.parametrize(
    ("parameters", "way"), [item[1:] for item in published()], ids=[item[0][26:50] for item in published()]
)
def test_published_transformations_of_beijing_1954_agree_with_proj(parameters, way):
    expected = np.column_stack(way.transform(PLACES[:, 0], PLACES[:, 1]))
    assert np.abs(parameters.degrees(PLACES, KRASSOWSKY, WGS84) - expected).max() < 1e-10


PARAMETERS = st.tuples(*[st.floats(-200, 200)] * 3, *[st.floats(-5, 5)] * 3, st.floats(-10, 10))


@given(PARAMETERS)
def test_any_seven_parameters_agree_with_proj(values):
    dx, dy, dz, rx, ry, rz, scale = values
    way = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +a=6378140 +rf=298.257 "
        f"+step +proj=helmert +x={dx!r} +y={dy!r} +z={dz!r} +rx={rx!r} +ry={ry!r} +rz={rz!r} +s={scale!r} "
        "+convention=coordinate_frame +step +inv +proj=cart +a=6378137 +rf=298.257222101 "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    lon, lat, _ = way.transform(PLACES[:, 0], PLACES[:, 1], np.zeros(len(PLACES)))
    moved = Helmert(*values).degrees(PLACES, IAU75, CGCS2000)
    assert np.abs(moved - np.column_stack((lon, lat))).max() < 1e-10


@given(st.floats(-180, 180), st.floats(-89.9, 89.9))
def test_there_and_back_between_the_globe_and_space_nothing_is_lost(lon, lat):
    again = geodetic(geocentric(np.array([[lon, lat]]), CGCS2000), CGCS2000)[0]
    assert abs(again[1] - lat) < 1e-11 and abs((again[0] - lon + 180) % 360 - 180) < 1e-11


@given(st.floats(-300, 300), st.floats(-300, 300), st.floats(-20, 20), st.floats(-100, 100), st.integers(0, 2**32))
def test_four_parameters_come_back_from_points_moved_by_them(dx, dy, rotation, ppm, seed):
    source = np.random.default_rng(seed).uniform((495000, 3710000), (505000, 3720000), (5, 2))
    target = Similarity(dx, dy, rotation, ppm).moved(source)
    fit, residuals = fit_similarity(source, target)
    assert residuals.metres.max() < 1e-6 and residuals.mean_error_m < 1e-6
    assert np.abs(fit.moved(source) - target).max() < 1e-6
    assert fit.rotation == pytest.approx(rotation, abs=1e-5) and fit.ppm == pytest.approx(ppm, abs=1e-4)


def test_seven_parameters_come_back_from_points_all_over_the_country():
    true = Helmert(-12.5, 103.2, 44.9, 1.1, -0.7, 2.3, -3.4)
    source = geocentric(PLACES, IAU75)
    fit, residuals = fit_helmert(source, true.moved(source))
    # The fit is linear: what it leaves out is rotation times scale, here a third of a millimetre.
    assert residuals.metres.max() < 1e-3
    assert fit.moved(source) == pytest.approx(true.moved(source), abs=1e-3)


def test_errors_of_points_come_out_as_the_mean_error_of_a_position():
    rng = np.random.default_rng(7)
    source = rng.uniform((495000, 3710000), (505000, 3720000), (60, 2))
    target = Similarity(100, -60, 3, 5).moved(source) + rng.normal(0, 0.05, (60, 2))
    _, residuals = fit_similarity(source, target)
    assert residuals.mean_error_m == pytest.approx(0.05 * np.sqrt(2), rel=0.2)


@pytest.mark.parametrize(
    ("fit", "source"),
    [
        (fit_similarity, np.ones((4, 2))),
        (fit_similarity, np.ones((1, 2))),
        (fit_helmert, np.ones((2, 3))),
        (fit_helmert, np.ones((5, 3))),
    ],
)
def test_points_that_determine_nothing_are_told(fit, source):
    with pytest.raises(Unsolvable):
        fit(source, source)
