"""Tiles of the base layers: what is in them, how they are cached, how they refuse."""

from __future__ import annotations

import gzip

import pytest
from django.db import connection
from django.test import Client

from layers.catalog.registry import BUILT_IN
from layers.geo.tilemath import edges, tile_at, tiles_over
from layers.people.rights import EVERYTHING
from layers.tiles import selectors
from layers.tiles.addresses import Spot
from tests.tile_reading import BOX, address_of, decode, ids_over, walk

pytestmark = pytest.mark.django_db
X, Y = tile_at(114.02, 33.57, 14)
MIDDLE = f"14/{X}/{Y}.mvt"
BASE = "district,subdistricts,communities,grids,buildings,roads,waters,greens"


@pytest.fixture
def get(district):
    return Client().get


def test_tilejson_describes_the_tiles_and_says_that_the_map_is_a_sketch(get):
    body = get("/tiles/grids,roads.json").json()
    assert body["tilejson"] == "3.0.0"
    assert body["tiles"] == ["/tiles/grids,roads/{z}/{x}/{y}.mvt?v=1.1&s=public"]
    assert body["minzoom"] == 9 and body["maxzoom"] == 16
    assert "示意图，非测绘成果" in body["attribution"]
    west, south, east, north = body["bounds"]
    assert 113.9 < west < east < 114.1 and 33.5 < south < north < 33.7
    layers = {layer["id"]: layer for layer in body["vector_layers"]}
    assert set(layers) == {"grids", "grids_label", "roads", "roads_label"}
    assert layers["roads"]["fields"]["width_m"] == "Number" and layers["roads"]["fields"]["name"] == "String"
    assert layers["grids_label"]["minzoom"] == 13


def test_tilejson_tells_what_the_tiles_hold(get):
    body = get(f"/tiles/{BASE}.json").json()
    told = {layer["id"]: set(layer["fields"]) for layer in body["vector_layers"]}
    for _, _, features in walk(get, body["tiles"][0], 14):
        for name, held in features.items():
            for feature in held:
                assert set(feature["properties"]) <= told[name]


@pytest.mark.parametrize("layer", [spec.id for spec in BUILT_IN if spec.public])
def test_every_object_is_in_the_tiles_of_the_last_zoom(get, layer, district):
    spec = selectors.tiled_specs((layer,))[0]
    found = ids_over(get, address_of(get, layer), 16, layer)
    with connection.cursor() as cursor:
        where = "".join(f" AND {column} = '{value}'" for column, value in spec.where.items())
        cursor.execute(f"SELECT feature_id FROM {selectors.table_of(spec)} WHERE version_to IS NULL{where}")
        assert set(found) == {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize(("z", "x", "y"), [(14, X, Y), (16, *tile_at(114.02, 33.575, 16))])
def test_a_tile_holds_what_the_database_says_touches_it(get, z, x, y):
    features = decode(get(f"/tiles/buildings/{z}/{x}/{y}.mvt?v=1&s=public").content)["buildings"]
    margin = (edges(z, x, y)[2] - edges(z, x, y)[0]) * 64 / 4096
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT feature_id FROM territory_building WHERE version_to IS NULL AND"
            " ST_Intersects(geom_3857, ST_Expand(ST_MakeEnvelope(%s, %s, %s, %s, 3857), %s))",
            [*edges(z, x, y), margin],
        )
        wanted = {row[0] for row in cursor.fetchall()}
    got = [feature["properties"]["id"] for feature in features]
    assert len(got) == len(set(got))
    # A sliver that only grazes the margin vanishes on the tile's own grid.
    assert set(got) <= wanted and len(wanted) - len(got) <= len(wanted) // 50


def test_features_carry_the_attributes_of_their_zoom(get):
    feature = decode(get(f"/tiles/buildings/{MIDDLE}?v=1&s=public").content)["buildings"][0]["properties"]
    assert {"id", "version", "name", "name_en", "use", "floors", "height_m", "rank"} <= set(feature)
    assert isinstance(feature["id"], str) and isinstance(feature["version"], int) and feature["floors"] >= 1


def test_several_layers_are_the_same_tiles_joined(get):
    both = decode(get(f"/tiles/waters,roads/{MIDDLE}?v=1.1&s=public").content)
    for layer in ("waters", "roads"):
        alone = decode(get(f"/tiles/{layer}/{MIDDLE}?v=1&s=public").content)
        assert {name: both[name] for name in alone} == alone


@pytest.mark.parametrize(
    ("layer", "z"), [("grids", 13), ("grids", 15), ("communities", 12), ("communities", 14), ("buildings", 16)]
)
def test_each_area_is_labelled_in_exactly_one_tile(get, layer, z, district):
    found = ids_over(get, address_of(get, layer), z, f"{layer}_label")
    count = {"grids": 78, "communities": 19, "buildings": district.counts["buildings"]}[layer]
    with connection.cursor() as cursor:
        if layer == "buildings":
            cursor.execute("SELECT count(*) FROM territory_building WHERE version_to IS NULL AND name <> ''")
            count = cursor.fetchone()[0]
    assert set(found.values()) == {1} and len(found) == count


def test_a_label_point_lies_in_its_area(get):
    spec = selectors.tiled_specs(("grids",))[0]
    for x, y, features in walk(get, address_of(get, "grids"), 14):
        west, south, east, north = edges(14, x, y)
        for feature in features.get("grids_label", []):
            px, py = feature["geometry"]["coordinates"]
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT ST_DWithin(geom_3857, ST_SetSRID(ST_MakePoint(%s, %s), 3857), 1)"
                    f" FROM {selectors.table_of(spec)} WHERE feature_id = %s AND version_to IS NULL",
                    [
                        west + (east - west) * px / 4096,
                        north - (north - south) * py / 4096,
                        feature["properties"]["id"],
                    ],
                )
                assert cursor.fetchone()[0]


def test_a_street_is_named_once_a_tile(get):
    names_seen = set()
    for _, _, features in walk(get, address_of(get, "roads"), 14):
        names = [feature["properties"]["name"] for feature in features.get("roads_label", [])]
        assert len(names) == len(set(names)) and "" not in names
        names_seen |= set(names)
        assert all(f["geometry"]["type"] == "LineString" for f in features.get("roads_label", []))
    assert "人民路" in names_seen


def test_a_cap_drops_the_worst_ranks(get, monkeypatch):
    from dataclasses import replace

    spec = selectors.tiled_specs(("buildings",))[0]
    tight = replace(spec, details=(replace(spec.detail_at(14), zoom=0, cap=50),), stamp=-1)
    whole = decode(get(f"/tiles/buildings/{MIDDLE}").content)["buildings"]
    monkeypatch.setattr(selectors, "tiled_specs", lambda ids: (tight,))
    capped = decode(get(f"/tiles/buildings/{MIDDLE}").content)["buildings"]
    monkeypatch.undo()
    ranks = sorted(feature["properties"]["rank"] for feature in whole)
    kept = sorted(feature["properties"]["rank"] for feature in capped)
    assert len(whole) > 100 and len(kept) == 50
    assert kept[-1] <= ranks[50]


@pytest.mark.parametrize("layers", ["buildings", "roads", BASE])
def test_the_bytes_do_not_depend_on_the_plan(district, layers):
    specs = selectors.tiled_specs(tuple(layers.split(",")))
    rows, versions = (EVERYTHING,) * len(specs), (1,) * len(specs)
    seen = set()
    for off in (
        "",
        "enable_indexscan",
        "enable_bitmapscan",
        "enable_seqscan",
        "enable_sort",
        "enable_hashagg",
        "enable_nestloop",
    ):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(name, 'on', true) FROM pg_settings WHERE name LIKE 'enable\\_%%scan'")
            if off:
                cursor.execute(f"SET LOCAL {off} = off")
        seen.add(selectors.tile(specs, Spot(14, X, Y), versions, rows).etag)
    assert len(seen) == 1


def test_versioned_public_tiles_may_be_kept_for_ever_and_current_ones_not(get):
    kept = get(f"/tiles/roads/{MIDDLE}?v=1&s=public")
    current = get(f"/tiles/roads/{MIDDLE}")
    assert kept["Cache-Control"] == "public, max-age=31536000, immutable"
    assert current["Cache-Control"] == "no-cache"
    assert kept.content == current.content and kept["ETag"] == current["ETag"]
    assert kept["X-Content-Type-Options"] == "nosniff"
    again = get(f"/tiles/roads/{MIDDLE}", headers={"if-none-match": kept["ETag"]})
    assert again.status_code == 304 and again.content == b"" and again["ETag"] == kept["ETag"]


def test_packed_tiles_unpack_to_the_same_bytes(get):
    plain = get(f"/tiles/roads/{MIDDLE}?v=1&s=public")
    packed = get(f"/tiles/roads/{MIDDLE}?v=1&s=public", headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and len(packed.content) < len(plain.content)
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]


def test_an_empty_tile_is_204(get):
    for address in ("roads/14/0/0.mvt", "roads/14/0/0.mvt?v=1&s=public", "unit_grids/9/418/205.mvt"):
        answer = get(f"/tiles/{address}")
        assert answer.status_code == 204 and answer.content == b""


def test_head_tells_what_get_would(get):
    whole, head = get(f"/tiles/roads/{MIDDLE}"), Client().head(f"/tiles/roads/{MIDDLE}")
    assert head.status_code == 200 and head.content == b""
    assert head["Content-Length"] == whole["Content-Length"] and head["ETag"] == whole["ETag"]


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("roads/14/99999999999/1.mvt", 404, "x"), ("buildings/14/99999999999/1.mvt", 404, "x"),
        ("roads/17/1/1.mvt", 404, "z"), ("roads/99/1/1.mvt", 404, "z"), ("roads/1e400/1/1.mvt", 400, "z"),
        ("roads/14/NaN/1.mvt", 400, "x"), ("roads/14/1/-1.mvt", 400, "y"), ("roads/14/1/1.5.mvt", 400, "y"),
        ("roads/14/1/٣.mvt", 400, "y"), ("nosuch/14/1/1.mvt?v=1&s=public", 404, "layer"), ("ro ads/14/1/1.mvt?s=public", 404, "layer"),
        ("units/14/1/1.mvt?v=1&s=public", 404, "layer"), ("places/14/1/1.mvt?v=1&s=public", 404, "layer"),
        ("roads/14/1/1.mvt?v=99&s=public", 404, "v"), ("roads/14/1/1.mvt?v=1.1&s=public", 400, "v"),
        ("roads/14/1/1.mvt?v=&s=public", 400, "v"), ("roads/14/1/1.mvt?v=1e400&s=public", 400, "v"),
        ("roads,roads/14/1/1.mvt", 400, "layers"), ("roads/14/1/1.mvt?v=1&s=", 403, "s"), ("roads/14/1/1.mvt?v=1&s=x.y", 403, "s"),
    ],
)  # fmt: skip
def test_bad_addresses_are_refused_with_a_sentence_that_names_the_part(get, path, status, field):
    answer = get(f"/tiles/{path}")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json" and answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["field"] == field and body["detail"] and body["remedy"]


@pytest.mark.parametrize("path", ["roads/14/1/1.mvt", "roads.json"])
def test_tiles_are_for_reading(district, path):
    assert Client().post(f"/tiles/{path}").status_code == 405


def test_a_tile_of_an_older_version_stays_what_it_was(get, district):
    from layers.catalog.models import LayerVersion
    from layers.catalog.selectors import current_versions

    address = "/tiles/waters/12/{}/{}.mvt".format(*tile_at(114.02, 33.57, 12))
    before = get(f"{address}?v=1&s=public").content
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE territory_water SET version_to = 2, valid_to = now() WHERE version_to IS NULL AND name LIKE '沙河%'"
        )
        assert cursor.rowcount
    last = LayerVersion.objects.get(layer="waters", version=1)
    last.pk, last.version = None, 2
    last.save()
    try:
        current_versions(fresh=True)
        assert get(f"{address}?v=1&s=public").content == before
        newer = get(f"{address}?v=2&s=public")
        assert newer.status_code == 200 and "沙河" not in newer.content.decode(errors="replace")
        assert get(address).content == newer.content
        assert get("/tiles/waters.json").json()["tiles"][0].endswith("?v=2&s=public")
        assert get(f"{address}?v=3&s=public").status_code == 404
    finally:
        last.delete()
        current_versions(fresh=True)


def test_all_tiles_of_a_zoom_have_distinct_addresses():
    assert len(set(tiles_over(BOX, 16))) == len(tiles_over(BOX, 16))
