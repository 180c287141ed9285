"""Layers of staff over HTTP: tiles, TileJSON, the list of layers, one feature, search, scenes, by the rights described."""

from __future__ import annotations

import json

import pytest
import shapely
from django.test import Client

from layers.catalog.datasets import change_description, retire_layer
from layers.catalog.features import FeatureRow, stable_id
from layers.catalog.selectors import current_versions
from layers.geo.tilemath import tile_at
from tests.staff_layers import described, field, made, publish, row
from tests.tile_reading import address_of, decode, ids_over

pytestmark = pytest.mark.django_db
LON, LAT = 114.02, 33.575
SPOT = tile_at(LON, LAT, 16)
AT = f"16/{SPOT[0]}/{SPOT[1]}.mvt"


@pytest.fixture
def places(district):
    """One hydrant in the first community, one in the last, one of none."""
    first, last = district.first("community"), district.last("community")
    return [
        row("hydrants", 1, community=first, pressure_kpa=310.5, state="ok"),
        row("hydrants", 2, community=last, lon=LON + 0.0002), row("hydrants", 3, lon=LON + 0.0003),
    ]  # fmt: skip


@pytest.fixture
def layer(places):
    spec = made(None)
    publish(spec, places)
    return spec


def names(features):
    return sorted(one["properties"]["name"] for one in features.get("hydrants", []))


def test_a_layer_of_staff_is_described_like_the_built_in_ones(client_for, layer):
    listed = client_for("dispatcher").get("/api/layers").json()["layers"]
    own, roads = listed[-1], next(one for one in listed if one["id"] == "roads")
    assert set(own) == set(roads)
    assert (own["id"], own["group"], own["staff"], own["public"], own["count"], own["version"]) == (
        "hydrants",
        "own",
        True,
        False,
        3,
        1,
    )
    assert own["style"]["colour"] == "cat-city" and roads["style"] is None
    assert own["tiles"] == "/tiles/hydrants.json"
    assert [f["name"] for f in own["fields"]][-7:] == [
        "pressure_kpa",
        "built",
        "seen_at",
        "works",
        "outlets",
        "state",
        "community",
    ]


def test_tiles_hold_what_the_description_says(client_for, layer):
    get = client_for("dispatcher").get
    document = get("/tiles/hydrants.json").json()
    assert document["vector_layers"][0]["fields"]["pressure_kpa"] == "Number"
    address = address_of(get, "hydrants").format(z=16, x=SPOT[0], y=SPOT[1])
    found = decode(Client().get(address).content)["hydrants"]
    one = next(f["properties"] for f in found if f["properties"]["name"] == "消火栓1")
    assert (one["pressure_kpa"], one["state"], one["code"], one["version"]) == (310.5, "ok", "H1", 1)
    assert "built" not in one and "outlets" not in one


def test_rows_are_cut_by_area_and_rows_of_no_area_are_the_layers(client_for, district, layer):
    for level, area, seen in (
        ("community_staff", district.first("community"), {"消火栓1", "消火栓3"}),
        ("community_staff", district.last("community"), {"消火栓2", "消火栓3"}),
        ("dispatcher", None, {"消火栓1", "消火栓2", "消火栓3"}),
    ):
        client = client_for(level, area)
        assert set(names(decode(client.get(f"/tiles/hydrants/{AT}").content))) == seen
        signed = address_of(client.get, "hydrants").format(z=16, x=SPOT[0], y=SPOT[1])
        assert set(names(decode(Client().get(signed).content))) == seen
        found = client.get("/api/search", {"q": "消火栓"}).json()["results"]
        assert {one["name"] for one in found if one["layer"] == "hydrants"} == seen
        for number in (1, 2, 3):
            answer = client.get(f"/api/layers/hydrants/features/{stable_id('hydrants', f'H{number}')}")
            assert (answer.status_code == 200) == (f"消火栓{number}" in seen)


@pytest.mark.parametrize(
    "address",
    ["/tiles/hydrants.json", f"/tiles/hydrants/{AT}", "/api/layers/hydrants/features/x", f"/tiles/roads,hydrants/{AT}"],
)
def test_who_may_not_see_a_layer_learns_nothing_of_it(client_for, cast, address, places):
    publish(made(None, seen_by=["video_operator"]), places)
    stranger = client_for("dispatcher")
    unknown = stranger.get(address.replace("hydrants", "nothing_at_all"))
    hidden = stranger.get(address)
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["code"] == unknown.json()["code"] == "unknown_layer"
    assert Client().get(address).status_code == 401
    assert "hydrants" not in [one["id"] for one in stranger.get("/api/layers").json()["layers"]]
    assert stranger.get("/api/search", {"q": "消火栓"}).json()["results"] == []
    assert client_for("gis_staff").get("/tiles/hydrants.json").status_code == 200


def test_a_public_layer_is_everybodys(places):
    publish(made(None, seen_by="public"), places)
    client = Client()
    document = client.get("/tiles/hydrants.json").json()
    assert "s=public" in document["tiles"][0] and "expires" not in document
    kept = client.get(document["tiles"][0].format(z=16, x=SPOT[0], y=SPOT[1]))
    assert names(decode(kept.content)) == ["消火栓1", "消火栓2", "消火栓3"]
    assert "immutable" in kept["Cache-Control"]


def test_layers_of_both_kinds_come_in_one_tile(client_for, layer):
    get = client_for("dispatcher").get
    found = decode(get(f"/tiles/roads,hydrants/{AT}").content)
    assert found["roads"] and len(found["hydrants"]) == 3
    address = address_of(get, "roads,hydrants")
    assert sum(ids_over(Client().get, address, 16, "hydrants").values()) >= 3


def test_a_new_description_draws_the_tiles_anew(client_for, layer):
    get = client_for("dispatcher").get
    before = address_of(get, "hydrants")
    fields = [field("outlets", "integer", tile_zoom=0), field("state", tile_zoom=None)]
    change_description(actor=None, layer="hydrants", version=1, changes={"fields": fields})
    current_versions(fresh=True)
    after = address_of(get, "hydrants")
    assert after != before and "v=2" in after
    one = decode(get(after.format(z=16, x=SPOT[0], y=SPOT[1])).content)["hydrants"][0]["properties"]
    assert "pressure_kpa" not in one and "state" not in one


def test_a_retired_layer_answers_as_if_it_had_never_been(client_for, layer):
    client = client_for("gis_staff")
    address = address_of(client.get, "hydrants").format(z=16, x=SPOT[0], y=SPOT[1])
    retire_layer(actor=None, layer="hydrants")
    for gone in (address, "/tiles/hydrants.json", f"/tiles/hydrants/{AT}"):
        assert client.get(gone).status_code == 404
    assert client.get("/api/search", {"q": "消火栓"}).json()["results"] == []
    assert "hydrants" not in [one["id"] for one in client.get("/api/layers").json()["layers"]]


def test_surfaces_and_lines_are_named_by_the_field_that_is_to_name_them(client_for, district):
    spec = made(
        None, layer="works", geometry_types=["MultiPolygon", "MultiLineString"], label="outlets",
        style={"geometry": "mixed", "colour": "ink", "size": 3, "width": 1, "opacity": 0.2},
    )  # fmt: skip
    square = shapely.multipolygons([shapely.box(LON, LAT, LON + 0.001, LAT + 0.001)])
    line = shapely.multilinestrings([shapely.LineString([(LON, LAT), (LON + 0.001, LAT + 0.0005)])])
    point = row("works", 1).values
    rows = [
        FeatureRow(stable_id("works", str(n)), shape, {**point, "code": str(n), "outlets": outlets})
        for n, (shape, outlets) in enumerate([(square, 7), (line, 8), (square, None)])
    ]
    publish(spec, rows)
    get = client_for("dispatcher").get
    labels = ids_over(get, address_of(get, "works"), 16, "works_label")
    assert sorted(labels) == sorted(stable_id("works", str(n)) for n in (0, 1)) and set(labels.values()) == {1}


def test_lines_of_one_name_carry_one_label(client_for, district):
    spec = made(
        None,
        layer="pipes",
        geometry_types=["MultiLineString"],
        label="state",
        style=described()["style"] | {"geometry": "line"},
    )
    values = row("pipes", 1).values
    rows = [
        FeatureRow(
            stable_id("pipes", str(n)),
            shapely.multilinestrings([shapely.LineString([(LON + n / 5000, LAT), (LON + (n + 1) / 5000, LAT)])]),
            {**values, "code": str(n), "state": "ok"},
        )
        for n in range(2)
    ]
    publish(spec, rows)
    get = client_for("dispatcher").get
    found = decode(get(f"/tiles/pipes/{AT}").content)
    assert len(found["pipes_label"]) == 1 and found["pipes_label"][0]["properties"]["state"] == "ok"


def test_a_scene_shows_layers_of_staff(layer):
    from layers.people.rights import Actor, Post
    from layers.roles import Role
    from layers.walls.services import create_scene

    scene = {
        "id": "hydrants", "title_zh": "栓", "title_en": "Hydrants", "kind": "district", "area": "411102",
        "layers": ["roads", "hydrants"], "choropleth": "none", "heat": "none", "duration_s": 30,
    }  # fmt: skip
    actor = Actor("x", (Post(Role.GIS_STAFF, "411102"),))
    assert create_scene(actor=actor, values=scene).layers == ["roads", "hydrants"]


def filled(page):
    form = page.context["adminform"].form
    data = {"reason": "普查"}
    for name in form.fields:
        value = form[name].value()
        if name == "geom":
            data[name] = json.dumps({"type": "Point", "coordinates": [LON, LAT]})
        elif value not in (None, False, ""):
            data.setdefault(name, value)
    return data


def test_features_are_edited_by_hand_in_the_administration(client_for, layer):
    from layers.catalog.models import DatasetFeature

    client = client_for("gis_staff")
    assert client.get("/admin/catalog/datasetfeature/", {"layer": "hydrants"}).context["cl"].result_count == 3
    stored = DatasetFeature.objects.get(code="H1")
    url = f"/admin/catalog/datasetfeature/{stored.pk}/change/"
    page = client.get(url)
    assert page.status_code == 200 and 'name="a_pressure_kpa"' in page.content.decode()
    refused = client.post(url, filled(page) | {"a_state": "wet"})
    assert refused.status_code == 200 and "a_state" in refused.context["adminform"].form.errors
    done = client.post(
        url,
        filled(page)
        | {
            "a_state": "dry",
            "a_works": "true",
            "a_seen_at_0": "2026-11-01",
            "a_seen_at_1": "08:00:00",
            "a_built": "2020-02-29",
        },
    )
    assert done.status_code == 302, done.context["adminform"].form.errors
    now = DatasetFeature.objects.get(code="H1", version_to__isnull=True)
    assert now.attributes == {
        "pressure_kpa": 310.5, "state": "dry", "works": True, "seen_at": "2026-11-01T08:00:00+08:00", "built": "2020-02-29",
    }  # fmt: skip
    assert client.get(f"/admin/catalog/datasetfeature/{now.pk}/history/").status_code == 200
    assert (
        "dry"
        not in client.get(f"/admin/catalog/datasetfeature/{now.pk}/change/").context["adminform"].form["a_state"].label
    )
    around = client.get(
        "/admin/catalog/datasetfeature/context/", {"bbox": f"{LON - 0.01},{LAT - 0.01},{LON + 0.01},{LAT + 0.01}"}
    )
    assert {one["properties"]["layer"] for one in around.json()["same"]} == {"hydrants"}


def test_a_feature_is_added_to_the_layer_one_names(client_for, layer):
    client = client_for("gis_staff")
    assert b"?layer=hydrants" in client.get("/admin/catalog/datasetfeature/add/").content
    url = "/admin/catalog/datasetfeature/add/?layer=hydrants"
    done = client.post(url, filled(client.get(url)) | {"code": "H9", "name": "九号", "a_outlets": "2"})
    assert done.status_code == 302, done.context["adminform"].form.errors
    found = client.get("/api/search", {"q": "九号"}).json()["results"]
    assert [one["layer"] for one in found] == ["hydrants"] and len(found[0]["area"]) == 12


@pytest.mark.parametrize("role", ["dispatcher", "admin"])
def test_only_its_keepers_change_a_layer_in_the_administration(client_for, layer, role):
    client = client_for(role)
    for path in ("datasetfeature/add/?layer=hydrants", "datasetlayer/hydrants/change/"):
        assert client.get(f"/admin/catalog/{path}").status_code in (302, 403)


def described_form(client):
    page = client.get("/admin/catalog/datasetlayer/hydrants/change/")
    assert page.status_code == 200
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {"reason": "说明"} | {name: value for name, value in values.items() if value not in (None, False, "")}


def test_a_description_is_changed_in_the_administration(client_for, layer):
    client = client_for("gis_staff")
    url = "/admin/catalog/datasetlayer/hydrants/change/"
    assert 'id="swatch"' in client.get(url).content.decode()
    data = described_form(client) | {
        "title_en": "Fire hydrants", "colour": "ink", "size": "6", "sight": "roles", "roles": ["video_operator"],
        "f0_title_zh": "压力", "f5_values": "ok | 好 | Good\ndry | 无水 | Dry\n",
    }  # fmt: skip
    done = client.post(url, data)
    assert done.status_code == 302, done.context["adminform"].form.errors
    own = next(one for one in client.get("/api/layers").json()["layers"] if one["id"] == "hydrants")
    assert (own["title_en"], own["style"]["colour"], own["style"]["size"]) == ("Fire hydrants", "ink", 6.0)
    by_name = {one["name"]: one for one in own["fields"]}
    assert by_name["pressure_kpa"]["title_zh"] == "压力" and by_name["state"]["values"]["ok"]["zh"] == "好"
    assert "hydrants" not in [one["id"] for one in client_for("dispatcher").get("/api/layers").json()["layers"]]
    assert "说明" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"f5_values": "ok"}, "f5_values"), ({"sight": "roles"}, "roles"), ({"size": "40"}, "size"),
        ({"area": "4"}, "area"), ({"min_zoom": "15", "max_zoom": "12"}, "max_zoom"), ({"state_version": "7"}, "__all__"),
        ({"f0_title_zh": "x" * 81}, "f0_title_zh"),
    ],
)  # fmt: skip
def test_what_the_service_refuses_stands_beside_its_field(client_for, layer, given, at):
    client = client_for("gis_staff")
    page = client.post("/admin/catalog/datasetlayer/hydrants/change/", described_form(client) | given)
    assert page.status_code == 200 and at in page.context["adminform"].form.errors
