"""Geometry at the door: what comes in is finite, typed, sized and valid, or is refused by name."""

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import InvalidGeometry
from layers.geo.geometry import MAX_VERTICES, checked, parse_geojson, position

SQUARE = [[114.0, 33.5], [114.1, 33.5], [114.1, 33.6], [114.0, 33.6], [114.0, 33.5]]
BOX = (113.9, 33.4, 114.2, 33.7)


def geojson(kind, coordinates):
    return json.dumps({"type": kind, "coordinates": coordinates})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("not json", "{"),
        ("json, but no geometry", "[1, 2]"),
        ("a feature", '{"type": "Feature", "geometry": null}'),
        ("a collection", '{"type": "GeometryCollection", "geometries": []}'),
        ("a raster driver", '{"driver": "GTiff", "width": 1, "height": 1}'),
        ("a virtual file", '"<OGRVRTDataSource/>"'),
        ("NaN", '{"type": "Point", "coordinates": [NaN, 33.5]}'),
        ("infinity", '{"type": "Point", "coordinates": [Infinity, 33.5]}'),
        ("overflow", '{"type": "Point", "coordinates": [1e400, 33.5]}'),
        ("huge integer", '{"type": "Point", "coordinates": [1' + "0" * 400 + ", 33.5]}"),
        ("text as number", '{"type": "Point", "coordinates": ["114.0", 33.5]}'),
        ("true as number", '{"type": "Point", "coordinates": [true, 33.5]}'),
        ("half a position", '{"type": "Point", "coordinates": [114.0]}'),
        ("no coordinates", '{"type": "Point"}'),
        ("empty polygon", geojson("Polygon", [])),
        ("empty ring", geojson("Polygon", [[]])),
        ("open ring", geojson("Polygon", [SQUARE[:-1]])),
        ("bow-tie", geojson("Polygon", [[[114, 33.5], [114.1, 33.6], [114.1, 33.5], [114, 33.6], [114, 33.5]]])),
        ("swapped axes", geojson("Point", [33.5, 114.0])),
        ("metres", geojson("Point", [500000.0, 3700000.0])),
        ("outside the box", geojson("Point", [116.4, 39.9])),
        ("too deep", geojson("MultiPolygon", [[[[[114.0, 33.5]]]]])),
        ("too many vertices", geojson("LineString", [[114.0, 33.5]] * (MAX_VERTICES + 1))),
        ("too many bytes", " " * 1_000_001),
        ("a tower of brackets", "[" * 100_000),
    ],
)
def test_refused_with_a_sentence(name, text):
    with pytest.raises(InvalidGeometry) as caught:
        parse_geojson(text, bounds_4326=BOX)
    problem = caught.value.problem("en")
    assert problem["status"] in (400, 422)
    assert problem["detail"]
    assert problem["remedy"]


@pytest.mark.parametrize(
    ("kind", "coordinates"),
    [
        ("Point", [114.0, 33.5]),
        ("Point", [114.0, 33.5, 60.2]),
        ("LineString", SQUARE[:2]),
        ("Polygon", [SQUARE]),
        ("MultiPolygon", [[SQUARE]]),
    ],
)
def test_sound_geometry_comes_through_flat(kind, coordinates):
    shape = parse_geojson(geojson(kind, coordinates), bounds_4326=BOX)
    assert shape.geom_type == kind
    assert not shape.has_z


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True))
def test_a_position_is_on_the_globe_or_refused(lon, lat):
    try:
        assert position(lon, lat) == (lon, lat)
    except InvalidGeometry:
        assert not (abs(lon) <= 180 and abs(lat) <= 90)


def test_checked_finds_a_nan_that_bounds_hide():
    with pytest.raises(InvalidGeometry):
        checked(shapely.linestrings([[114.0, 33.5], [float("nan"), 33.5], [114.1, 33.6]]))
