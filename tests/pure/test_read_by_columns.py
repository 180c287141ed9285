"""What is read as columns or by the index is what is read value by value and record by record."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from data.samples.raw import Field, dbf, shp_and_shx
from data.samples.shapefiles import SQUARES
from layers.geo import crs
from layers.imports import arrows, attributes, collections_read, drivers, shp
from layers.imports.binary import Binaries
from layers.imports.dbf import read
from layers.imports.findings import Notebook
from layers.imports.outlines import Outlines
from layers.imports.projections import GAUSS_KRUGER, degrees, system_of
from layers.imports.sniff import Kind

GEOJSON = """{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"a":9007199254740993,"b":1.5,"c":"老街","d":true,"e":"2024-01-02","f":"2024-01-02T03:04:05+08:00","g":[1,2],"h":{"k":1}},"geometry":%s},
{"type":"Feature","properties":{"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"g":null,"h":null},"geometry":null},
{"type":"Feature","properties":{"a":2,"b":3,"c":"","d":false,"e":"2024-02-29","f":"2024-01-02T03:04:05Z","g":[3],"h":{"k":2}},"geometry":{"type":"Point","coordinates":[3,4]}}
]}"""  # fmt: skip


@pytest.mark.parametrize(
    "first", ['{"type":"Point","coordinates":[1,2]}', '{"type":"LineString","coordinates":[[1,2],[3,4]]}']
)
def test_a_layer_read_as_columns_is_the_one_read_value_by_value(first, tmp_path, monkeypatch):
    path = tmp_path / "a.geojson"
    path.write_text(GEOJSON % first, encoding="utf-8")
    _, quick, columns = collections_read._read_layer(path, "a", 0, Kind.GEOJSON, Binaries())
    monkeypatch.setattr(arrows, "available", lambda: False)
    _, slow, others = collections_read._read_layer(path, "a", 0, Kind.GEOJSON, Binaries())
    shapes = quick.shapes() if isinstance(quick, Outlines) else quick
    assert isinstance(quick, Outlines) == ("Point" in first)
    assert shapely.to_wkb(shapes).tolist() == shapely.to_wkb(slow).tolist()
    for one, other in zip(columns, others, strict=True):
        assert (one.name, one.type, one.null.tolist()) == (other.name, other.type, other.null.tolist())
        # Beside missing values the slow way has whole numbers as decimals, which hold 53 bits.
        if one.name != "a":
            assert one.values[~one.null].tolist() == other.values[~other.null].tolist()
    assert columns[0].values.tolist()[0] == 9007199254740993


def test_a_file_that_ends_early_is_refused_whichever_way_it_is_read(tmp_path):
    from data.samples.make import _flatgeobuf
    from layers.imports.findings import Refused

    path = tmp_path / "a.fgb"
    path.write_bytes(_flatgeobuf()[:-100])
    with pytest.raises(Refused):
        drivers.read_columns(path, "a.fgb", 0, Binaries())


FILES = {
    "polygons": shp_and_shx(5, SQUARES),
    "points": shp_and_shx(1, [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]),
    "points and nothing": shp_and_shx(1, [(1.0, 2.0), None, (5.0, 6.0)]),
}


@pytest.mark.parametrize("name", FILES)
def test_the_index_spares_the_walk_and_changes_nothing(name):
    main, index = FILES[name]
    with_index, without = shp.scan(main, index), shp.scan(main)
    assert with_index.damage is None and with_index.shape_type == without.shape_type
    for member in ("offsets", "lengths", "types"):
        assert getattr(with_index, member).tolist() == getattr(without, member).tolist()


@given(st.sampled_from(sorted(FILES)), st.data())
def test_an_index_or_a_file_with_noise_in_it_says_no_more_than_the_walk(name, data):
    main, index = (bytearray(part) for part in FILES[name])
    part = data.draw(st.sampled_from([main, index]))
    place = data.draw(st.integers(24, len(part) - 4))
    part[place : place + 4] = data.draw(st.binary(min_size=4, max_size=4))
    with_index, without = shp.scan(bytes(main), bytes(index)), shp.scan(bytes(main))
    assert with_index.damage == without.damage
    assert with_index.offsets.tolist() == without.offsets.tolist()


@pytest.mark.parametrize("name", ["points", "points and nothing"])
def test_points_are_read_off_the_bytes(name):
    main, _ = FILES[name]
    xy, there = shp.positions(main, shp.scan(main).offsets)
    assert there.tolist() == [True, name == "points", True]
    assert xy[there].tolist() == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]][:: 1 if name == "points" else 2]


CELLS = st.one_of(
    st.integers(-(10**6), 10**6).map(lambda number: str(number).encode()),
    st.floats(-1e5, 1e5).map(lambda number: f"{number:.3f}".encode()),
    st.sampled_from([b"", b"*****", b"1e5", b"1 2", b"-", b".", b"1_0", b"nan", b"+7", b"\x00"]),
)


@given(st.lists(CELLS, min_size=1, max_size=6), st.sampled_from([0, 3]))
def test_numbers_read_at_once_are_those_read_one_by_one(cells, decimals):
    field = Field(b"a", "N", 12, decimals)
    table = read(dbf([field], [(cell,) for cell in cells]))
    raw = table.column(table.fields[0], np.arange(len(cells)))
    quick = attributes._plain_numbers("a", table.fields[0], raw)
    slow = attributes._odd_numbers("a", table.fields[0], raw, np.arange(len(cells)), Notebook())
    if quick is not None:
        assert (quick.type, quick.null.tolist(), quick.values.tolist()) == (
            slow.type,
            slow.null.tolist(),
            slow.values.tolist(),
        )


@given(
    st.lists(
        st.sampled_from([b"20240229", b"20230229", b"", b"00000000", b"2024", b"20241301", b"19000101"]),
        min_size=1,
        max_size=5,
    )
)
def test_days_read_at_once_are_those_read_one_by_one(cells):
    table = read(dbf([Field(b"a", "D", 8)], [(cell,) for cell in cells]))
    raw = table.column(table.fields[0], np.arange(len(cells)))
    quick = attributes._plain_dates("a", raw)
    slow = attributes._each("a", "date", raw, np.arange(len(cells)), Notebook(), attributes._day, "dates_bad")
    if quick is not None:
        assert quick.values.tolist() == slow.values.tolist()


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=5), st.sampled_from(["UTF-8", "GB18030", "Big5"]))
def test_texts_read_at_once_are_those_read_one_by_one(cells, encoding):
    table = read(dbf([Field(b"a", "C", 6)], [(cell,) for cell in cells]))
    notes = Notebook()
    column = attributes._text(
        "a",
        table.fields[0],
        table.column(table.fields[0], np.arange(len(cells))),
        np.arange(len(cells)),
        encoding,
        notes,
    )
    for text, cell in zip(column.values.tolist(), cells, strict=True):
        meant = attributes.decode(cell.ljust(6).rstrip(b" \x00"), encoding).text
        assert text == ((meant or "").replace("\x00", "") or None)


def codes() -> list[int]:
    """Every zone of every national system, the geographic ones and Web Mercator."""
    zones = [
        first + number
        for three_zone, three, six_zone, six in GAUSS_KRUGER.values()
        for first, count in ((three_zone, 21), (three, 21), (six_zone, 11), (six, 11))
        for number in range(count)
    ]
    return [*zones, 3857, 4490, 4326]


@pytest.mark.parametrize("epsg", codes()[::7] + codes()[-3:])
def test_the_ways_written_down_are_those_that_proj_finds(epsg):
    system = system_of(epsg)
    assert system is not None
    easting = 1e6 * (system.zone_prefix or 0) + 512345.678
    xy = (
        np.array([[114.02, 33.57]] * 2)
        if not system.projected
        else np.array([[easting, 3715432.1], [easting + 1e4, 2.5e6]])
    )
    source = CRS.from_epsg(epsg)
    base = source.geodetic_crs if system.datum in ("xian80", "beijing54") else 4326
    expected = np.column_stack(Transformer.from_crs(source, base, always_xy=True).transform(xy[:, 0], xy[:, 1]))
    assert np.abs(degrees(xy, system) - expected).max() < 1e-12


def test_the_ways_between_the_systems_of_the_house_are_those_that_proj_finds():
    lonlat = np.array([[114.02, 33.57], [113.5, 34.2], [120.0, 22.0]])
    for source, target, xy in ((4326, 4547, lonlat), (4547, 4326, np.array([[501234.5, 3715432.1], [4e5, 2e6]]))):
        found = np.column_stack(Transformer.from_crs(source, target, always_xy=True).transform(xy[:, 0], xy[:, 1]))
        assert (crs.mover(source, target)(xy) == found).all()


def test_an_index_with_a_negative_place_is_not_followed():
    main, index = FILES["points"]
    bad = index[:100] + struct.pack(">2i", -50, 10) + index[108:]
    assert shp.scan(main, bad).offsets.tolist() == shp.scan(main).offsets.tolist()


def _with_idle_bytes(after: int, idle: bytes) -> tuple[bytes, bytes]:
    """The points with bytes that belong to no record behind the first so many, and an index that knows of them."""
    main, index = FILES["points"]
    rows = np.frombuffer(index, ">i4", offset=100).reshape(-1, 2).copy()
    place = int(rows[after, 0]) * 2 if after < len(rows) else len(main)
    rows[after:, 0] += len(idle) // 2
    longer = main[:24] + struct.pack(">i", (len(main) + len(idle)) // 2) + main[28:place] + idle + main[place:]
    return longer, index[:100] + rows.tobytes()


@pytest.mark.parametrize("end", [False, True])
def test_bytes_that_an_index_leaves_idle_are_no_damage(end):
    rows = (len(FILES["points"][1]) - 100) // 8
    main, index = _with_idle_bytes(rows if end else 1, b"idle")
    assert shp.scan(main).damage
    found = shp.scan(main, index)
    assert found.damage is None and len(found.offsets) == rows
    offsets, _, trouble = shp.chosen(found, index)
    assert (
        trouble == ""
        and shp.positions(main, offsets)[0].tolist()
        == shp.positions(FILES["points"][0], shp.scan(FILES["points"][0]).offsets)[0].tolist()
    )


def test_an_index_that_knows_fewer_records_than_are_whole_explains_no_damage():
    main, index = _with_idle_bytes((len(FILES["points"][1]) - 100) // 8, b"idle")
    fewer = index[:24] + struct.pack(">i", (len(index) - 8) // 2) + index[28:-8]
    assert shp.scan(main).damage and shp.scan(main, fewer).damage == shp.scan(main).damage
