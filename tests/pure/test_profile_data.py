"""The committed profile keeps its promises: counts, codes, exact tiling, fabric, encodings, and the same bytes again."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

ROOT = Path(__file__).resolve().parents[2]
PROFILE = ROOT / "data" / "yuanhui"
BBOX_4490 = (113.975, 33.54, 114.065, 33.605)
LEVELS = ("district", "subdistricts", "communities", "grids", "unit_grids")


@cache
def profile() -> dict[str, Any]:
    return tomllib.loads((PROFILE / "profile.toml").read_text(encoding="utf-8"))


@cache
def sources() -> list[dict[str, Any]]:
    return list(profile()["source"])


@cache
def table(file: str) -> geopandas.GeoDataFrame:
    """The file with product field names and codes."""
    source = next(s for s in sources() if s["file"] == file)
    frame = pyogrio.read_dataframe(PROFILE / file, encoding=source["encoding"])
    frame = frame.rename(columns={column: name for name, column in source["fields"].items()})
    for name, codes in source.get("codes", {}).items():
        assert set(frame[name].dropna()) <= set(codes), f"{file}: {name} has values the profile does not explain"
        frame[name] = frame[name].map(codes)
    return frame


def layer(name: str) -> geopandas.GeoDataFrame:
    files = [s["file"] for s in sources() if s["layer"] == name]
    assert len(files) == 1
    return table(files[0])


@cache
def shapes(name: str) -> np.ndarray:
    return layer(name).geometry.to_numpy()


@cache
def places() -> geopandas.GeoDataFrame:
    import pandas

    frames = [table(s["file"]) for s in sources() if s["layer"] == "places"]
    return geopandas.GeoDataFrame(pandas.concat(frames, ignore_index=True), crs=frames[0].crs)


def spots(kind: str) -> np.ndarray:
    return shapely.get_coordinates(places()[places().kind == kind].geometry.representative_point().to_numpy())


@cache
def land() -> shapely.Geometry:
    return shapely.difference(shapes("district")[0], shapely.union_all(shapes("waters")))


def clark_evans(points: np.ndarray, area_m2: float) -> float:
    """Mean nearest-neighbour distance over that of a random scatter: 1 random, below clustered, above even."""
    tree = shapely.STRtree(shapely.points(points))
    near = tree.query_nearest(shapely.points(points), exclusive=True, return_distance=True, all_matches=False)[1]
    return float(near.mean() / (0.5 / math.sqrt(len(points) / area_m2)))


# --- files as bureaus deliver them


def test_every_source_reads_right_and_says_its_system() -> None:
    for source in sources():
        frame = table(source["file"])
        assert frame.crs.to_epsg() == 4547, source["file"]
        assert frame.geometry.is_valid.all(), source["file"]
        assert not frame.code.duplicated().any(), source["file"]
        assert frame[["code", "name", "name_en"]].notna().all().all(), source["file"]
        assert frame.name_en.map(str.isascii).all(), source["file"]
        assert "CGCS2000_3_Degree_GK_CM_114E" in (PROFILE / source["file"]).with_suffix(".prj").read_text()


def test_tables_are_in_gbk_whatever_their_cpg_says() -> None:
    seen = Counter()
    for source in sources():
        stem = PROFILE / source["file"]
        raw = stem.with_suffix(".dbf").read_bytes()
        raw[int.from_bytes(raw[8:10], "little") :].decode("gbk")
        cpg = stem.with_suffix(".cpg")
        said = cpg.read_text() if cpg.exists() else None
        assert said in ("GBK", "936", None)
        assert said is not None or raw[29] == 0x4D, f"{source['file']}: nothing tells the encoding"
        assert raw[1:4] == bytes((125, 1, 1)), "the table's date is fixed"
        assert all(len(column.encode("gbk")) <= 10 for column in source["fields"].values())
        seen[said] += 1
    assert len(seen) == 3


def test_everything_lies_in_the_promised_box() -> None:
    for source in sources():
        west, south, east, north = table(source["file"]).to_crs(4490).total_bounds
        assert BBOX_4490[0] <= west and BBOX_4490[1] <= south and east <= BBOX_4490[2] and north <= BBOX_4490[3]


def test_the_profile_is_small() -> None:
    assert sum(f.stat().st_size for f in PROFILE.rglob("*") if f.is_file()) < 15_000_000


# --- areas


def test_codes_and_names_of_the_19_communities_are_the_real_ones() -> None:
    real = json.loads((PROFILE / "admin" / "communities19.json").read_text(encoding="utf-8"))
    ours = layer("communities")
    assert dict(zip(ours.code, ours.name, strict=True)) == {r["code12"]: r["short_name"] for r in real}
    assert dict(zip(ours.code, ours.parent, strict=True)) == {r["code12"]: r["subdistrict_code9"] for r in real}
    assert "411102004002" not in set(ours.code)
    assert Counter(ours.parent) == {"411102001": 4, "411102002": 5, "411102003": 5, "411102004": 5}


def test_there_are_78_grids_three_to_five_a_community_with_gaps_in_their_codes() -> None:
    grids = layer("grids")
    assert len(grids) == 78
    assert all(len(code) == 15 and code[:12] == parent for code, parent in zip(grids.code, grids.parent, strict=True))
    sizes = Counter(grids.parent)
    assert set(sizes) == set(layer("communities").code)
    assert all(3 <= n <= 5 for n in sizes.values())
    assert any(int(grids[grids.parent == c].code.max()[-3:]) > n for c, n in sizes.items()), "no code was ever skipped"
    assert set(grids.kind) == {"resident", "dedicated"}


def test_unit_grids_are_about_one_hectare_and_run_west_to_east_north_to_south() -> None:
    units = layer("unit_grids")
    assert 1750 <= len(units) <= 1850
    assert 9_000 < shapely.area(shapes("unit_grids")).mean() < 11_000
    for community, members in units.groupby("community"):
        serials = sorted(int(c[-3:]) for c in members.code)
        assert all(c[:12] == community for c in members.code)
        assert serials == list(range(1, len(members) + 1))
        first, last = (members[members.code.str.endswith(f"{s:03d}")].geometry.iloc[0] for s in (1, serials[-1]))
        assert first.centroid.y > last.centroid.y


def test_the_district_measures_18_square_kilometres() -> None:
    assert shapes("district")[0].area == pytest.approx(18e6, rel=0.01)


@pytest.mark.parametrize("name", LEVELS[1:])
def test_a_level_tiles_the_district_to_the_last_bit(name: str) -> None:
    parts = shapes(name)
    assert shapely.coverage_is_valid(parts), "a border vertex stands in one of two neighbours only"
    union = shapely.coverage_union_all(parts)
    assert union.geom_type == "Polygon" and not union.interiors, "a hole or a piece apart"
    assert shapely.normalize(union).equals(shapely.normalize(shapes("district")[0]))
    assert shapely.symmetric_difference(union, shapes("district")[0]).area < 1e-6


@pytest.mark.parametrize(
    ("name", "upper", "link"),
    [
        ("subdistricts", "district", "parent"),
        ("communities", "subdistricts", "parent"),
        ("grids", "communities", "parent"),
        ("unit_grids", "grids", "grid"),
    ],
)
def test_the_children_of_an_area_tile_it(name: str, upper: str, link: str) -> None:
    parents = dict(zip(layer(upper).code, shapes(upper), strict=True))
    children = layer(name).groupby(link) if name != "subdistricts" else [("411102", layer(name))]
    seen = set()
    for code, members in children:
        union = shapely.coverage_union_all(members.geometry.to_numpy())
        assert shapely.symmetric_difference(union, parents[code]).area < 1e-6, code
        seen.add(code)
    assert seen == set(parents)


def test_coordinates_stand_on_the_millimetre() -> None:
    for name in (*LEVELS, "buildings", "roads"):
        thousandths = shapely.get_coordinates(shapes(name)) * 1000
        assert np.abs(thousandths - np.round(thousandths)).max() < 1e-3


def test_old_town_grids_are_smaller_than_outer_ones() -> None:
    grids = layer("grids").assign(size=shapely.area(shapes("grids")))
    size = grids.groupby(grids.code.str[:9])["size"]
    assert size.mean()["411102001"] < 0.75 * size.mean()["411102004"]


# --- fabric


def test_street_density_is_that_of_a_city() -> None:
    metres = shapely.length(shapely.intersection(shapes("roads"), shapes("district")[0])).sum()
    assert 15 <= metres / 1000 / 18 <= 20


def test_buildings_cover_as_much_land_as_in_a_city() -> None:
    assert 11_800 <= len(shapes("buildings")) <= 12_300
    assert 0.22 <= shapely.area(shapes("buildings")).sum() / land().area <= 0.32
    assert any(len(b.interiors) for b in shapes("buildings")), "no courtyard"


def test_no_building_overlaps_another_a_border_a_road_or_water() -> None:
    buildings = layer("buildings")
    polygons = shapes("buildings")
    tree = shapely.STRtree(polygons)
    left, right = tree.query(polygons, predicate="intersects")
    pairs = left < right
    assert shapely.area(shapely.intersection(polygons[left[pairs]], polygons[right[pairs]])).max(initial=0) < 0.01
    grids = dict(zip(layer("grids").code, shapes("grids"), strict=True))
    assert shapely.covers(np.array([grids[g] for g in buildings.grid], dtype=object), polygons).all()
    roads = layer("roads")
    lanes = shapely.buffer(shapes("roads"), roads.width_m.to_numpy() / 2 - 0.05, cap_style="flat")
    assert len(tree.query(lanes, predicate="intersects")[0]) == 0
    assert len(tree.query(shapes("waters"), predicate="intersects")[0]) == 0


def test_buildings_are_plausible() -> None:
    b = layer("buildings")
    assert b.built_year.between(1950, 2025).all() and b.floors.between(1, 34).all()
    assert (b.height_m / b.floors).between(2.8, 9).all()
    assert set(b.use) == {
        "residential",
        "commercial",
        "office",
        "school",
        "hospital",
        "industrial",
        "public",
        "mixed",
    } | ({"shed"} & set(b.use))
    assert (b[b.use == "residential"].households > 0).mean() > 0.95
    assert b.address.str.contains("号").all()


def test_roads_are_noded_and_named() -> None:
    lines = shapes("roads")
    left, right = shapely.STRtree(lines).query(lines, predicate="intersects")
    keep = left < right
    meets = shapely.intersection(lines[left[keep]], lines[right[keep]])
    vertices = {tuple(p) for p in shapely.get_coordinates(lines)}
    assert (shapely.get_dimensions(meets) == 0).all(), "two roads run on the same line"
    assert {tuple(p) for p in shapely.get_coordinates(meets)} <= vertices
    assert set(layer("roads")["class"]) == {"arterial", "collector", "street", "lane", "alley"}
    for name in (
        "湘江路",
        "人民路",
        "五一路",
        "大学路",
        "交通路",
        "八一路",
        "嵩山路",
        "泰山路",
        "黄河路",
        "建设路",
        "受降路",
        "老街",
        "东大街",
        "戏楼后街",
        "滨河路",
        "解放路",
        "文化路",
        "文景路",
        "井冈山路",
        "月湾湖路",
        "柳江路",
    ):
        assert name in set(layer("roads").name), name


@pytest.mark.parametrize("name", ["人民路", "交通路", "泰山路", "建设路", "大学路", "湘江路"])
def test_one_street_is_one_line_with_one_name(name: str) -> None:
    roads = layer("roads")
    parts = roads[roads.name == name].geometry.to_numpy()
    assert shapely.line_merge(shapely.multilinestrings(parts)).geom_type == "LineString"
    assert roads[roads.name == name].name_en.nunique() == 1


def test_no_name_stands_on_two_streets_far_apart() -> None:
    for name, parts in layer("roads").groupby("name"):
        if not name.endswith("步道"):  # footpaths break off at bridges
            assert shapely.union_all(parts.geometry.to_numpy()).buffer(60).geom_type == "Polygon", name


def test_bridges_are_few_and_stand_over_water() -> None:
    roads = layer("roads")
    bridges = roads[roads.bridge == 1]
    assert 8 <= len(bridges) <= 30
    water = shapely.union_all(shapes("waters")).buffer(40)
    assert shapely.intersects(water, bridges.geometry.to_numpy()).all()


def test_block_sizes_are_log_normal() -> None:
    streets = shapes("roads")[~layer("roads").name.str.endswith("步道")]  # footpaths in the belts bound no block
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(shapely.union_all(streets)))))
    inside = faces[shapely.contains(shapes("district")[0], shapely.point_on_surface(faces))]
    rivers = shapely.union_all(shapes("waters")[layer("waters").kind == "river"])
    inside = inside[~shapely.intersects(rivers, inside)]
    logs = np.log(shapely.area(inside))
    logs = logs[(logs > np.percentile(logs, 1)) & (logs < np.percentile(logs, 99))]
    score = (logs - logs.mean()) / logs.std()
    assert 0.3 < logs.std() < 1.0
    assert abs((score**3).mean()) < 0.9, "skewed on the log scale"
    raw = np.exp(logs)
    assert ((raw - raw.mean()) ** 3).mean() / raw.std() ** 3 > 0.8, "not skewed on the plain scale"


def test_streets_are_neither_a_chessboard_nor_noise() -> None:
    """Orientation order of the street network (Boeing 2019): 1 is a perfect grid, 0 has no direction at all."""
    coords, owner = shapely.get_coordinates(shapes("roads"), return_index=True)
    step = np.diff(coords, axis=0)[np.diff(owner) == 0]
    bearing = np.degrees(np.arctan2(step[:, 0], step[:, 1]))
    both = np.concatenate([bearing, bearing + 180]) % 360
    weight = np.tile(np.hypot(*step.T), 2)
    share = np.histogram((both + 5) % 360, bins=36, range=(0, 360), weights=weight)[0]
    share /= share.sum()
    entropy = -(share[share > 0] * np.log(share[share > 0])).sum()
    order = 1 - ((entropy - math.log(4)) / (math.log(36) - math.log(4))) ** 2
    assert 0.03 < order < 0.45


# --- places, cameras, rosters


def test_counts_of_places() -> None:
    kinds = Counter(places().kind)
    assert (kinds["compound"], kinds["alley"], kinds["park"], kinds["square"], kinds["service_center"]) == (
        397,
        159,
        15,
        1,
        19,
    )
    assert 1_400 <= kinds["shop"] <= 1_600
    assert {
        "school",
        "hospital",
        "clinic",
        "market",
        "kindergarten",
        "police_box",
        "fire_station",
        "toilet",
        "bus_stop",
        "shelter",
        "pump",
    } <= set(kinds)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("compound", ("柳江小区", "老区委家属院", "金汇小区")),
        ("alley", ("韩家巷", "东安东巷", "新风胡同", "东大街", "戏楼后街")),
    ],
)
def test_names_of_the_article_are_there_and_all_names_differ(kind: str, named: tuple[str, ...]) -> None:
    names = places()[places().kind == kind].name
    assert set(named) <= set(names)
    assert not names.duplicated().any()


def test_every_place_stands_in_the_grid_it_names() -> None:
    grids = dict(zip(layer("grids").code, shapes("grids"), strict=True))
    frame = places()
    own = np.array([grids[g] for g in frame.grid], dtype=object)
    solid = frame.geometry.geom_type != "LineString"
    assert shapely.intersects(own, frame.geometry.to_numpy()).all()
    assert shapely.covers(own[solid], frame.geometry.to_numpy()[solid]).all()
    assert (frame.grid.str[:12] == frame.community).all()
    centers = frame[frame.kind == "service_center"]
    assert sorted(centers.community) == sorted(layer("communities").code)


def test_parks_keep_apart() -> None:
    spot = spots("park")
    near = shapely.STRtree(shapely.points(spot)).query_nearest(
        shapely.points(spot), exclusive=True, return_distance=True
    )[1]
    assert near.min() >= 480


def test_alley_stories_say_that_they_are_invented() -> None:
    alleys = places()[places().kind == "alley"]
    assert alleys.story_zh.str.endswith("（虚构）").all()
    assert alleys.length_m.between(40, 1600).all()


def test_nothing_is_a_random_scatter() -> None:
    area = land().area
    assert clark_evans(spots("shop"), area) < 0.7, "shops should cluster on street fronts"
    assert clark_evans(spots("service_center"), area) > 1.15, "centres should be spread"
    assert clark_evans(spots("park"), area) > 1.15
    assert clark_evans(spots("toilet"), area) > 1.15
    per_community = places()[places().kind == "shop"].groupby("community").size()
    assert per_community.std() / per_community.mean() > 0.3, "every community has the same number of shops"
    lines = shapely.STRtree(shapes("roads"))
    shops = shapely.points(spots("shop"))
    assert np.percentile(lines.query_nearest(shops, return_distance=True, all_matches=False)[1], 95) < 40


def test_cameras_look_along_streets_from_the_kerb() -> None:
    cameras = layer("cameras")
    assert 400 <= len(cameras) <= 440
    lines = shapes("roads")
    _, gap = shapely.STRtree(lines).query_nearest(cameras.geometry.to_numpy(), return_distance=True, all_matches=False)
    assert np.percentile(gap, 90) < 26
    assert cameras.bearing_deg.between(0, 360, inclusive="left").all()
    assert 0.01 < (cameras.status == "offline").mean() < 0.08
    assert {"district", "subdistrict", "community"} == set(cameras.tier)
    assert cameras.fov_deg.between(40, 100).all() and cameras.range_m.between(40, 200).all()
    assert cameras.code.str.fullmatch(r"\d{20}").all()
    grids = dict(zip(layer("grids").code, shapes("grids"), strict=True))
    assert all(grids[g].contains(p) for g, p in zip(cameras.grid, cameras.geometry, strict=True))


def test_each_team_has_one_leader_and_four_members() -> None:
    rows = [line.split(",") for line in (PROFILE / "rosters/teams.csv").read_bytes().decode("gbk").splitlines()[1:]]
    assert len(rows) == 390 and len({row[2] for row in rows}) == 390
    posts = {"leader", "service", "mediator", "patrol", "safety"}
    for code in layer("grids").code:
        assert {row[1] for row in rows if row[0] == code} == posts
    leaders = {row[0]: row[2] for row in rows if row[1] == "leader"}
    assert dict(zip(layer("grids").code, layer("grids").leader, strict=True)) == leaders
    assert not any(char.isdigit() for row in rows for char in row[2] + row[3])


def test_vehicles_name_a_community() -> None:
    rows = [line.split(",") for line in (PROFILE / "rosters/vehicles.csv").read_bytes().decode("gbk").splitlines()[1:]]
    assert 20 <= len(rows) <= 32
    assert {row[3] for row in rows} <= set(layer("communities").code)


# --- the same again


def test_the_writer_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    from data.generator.shapefile import Column, write

    for folder in ("one", "two"):
        write(
            tmp_path / folder / "t",
            [shapely.Point(1, 2), shapely.Point(3, 4)],
            [Column("名称"), Column("MJ", 1)],
            [("老街", 1.25), ("新华", None)],
            None,
        )
    for name in ("t.shp", "t.shx", "t.dbf"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    back = pyogrio.read_dataframe(tmp_path / "one" / "t.shp", encoding="GBK")
    assert list(back["名称"]) == ["老街", "新华"] and back["MJ"][0] == pytest.approx(1.2, abs=0.06)


REDUCED = """
import hashlib, shapely
from data.generator import blocks, grids
from data.generator.curves import Junctions
from data.generator.district import _outline
rivers, streets, outline = _outline(411102)
ends = Junctions()
coverage = grids.cut_grids(411102, streets, rivers, outline, ends)
lines = blocks.base_lines(streets, coverage, rivers, outline)
print(hashlib.sha256(b"".join(shapely.to_wkb(line.line) for line in lines) + bytes(coverage.community)).hexdigest())
"""


def test_the_ground_comes_out_the_same_whatever_the_hash_seed() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", REDUCED],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]


@pytest.mark.long
def test_a_full_run_gives_the_committed_bytes(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "data.generator", "--out", str(tmp_path)],
        cwd=ROOT,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    made = sorted(f.relative_to(tmp_path) for f in tmp_path.rglob("*") if f.is_file())
    assert made
    for file in made:
        assert (tmp_path / file).read_bytes() == (PROFILE / file).read_bytes(), file
