"""The JSON interface: what it answers, and how it refuses."""

from __future__ import annotations

import json

import pytest

from layers.catalog.registry import BUILT_IN


@pytest.fixture
def gis(client_for):
    return client_for("gis_staff")


def test_layers_are_described_in_contract_order(gis, district):
    body = gis.get("/api/layers").json()
    ids = [layer["id"] for layer in body["layers"]]
    assert ids == [spec.id for spec in BUILT_IN]
    assert body["notice"]["zh"] == "示意图，非测绘成果"
    counts = {layer["id"]: layer["count"] for layer in body["layers"]}
    assert counts["grids"] == 78
    assert counts["communities"] == 19
    assert counts["subdistricts"] == 4
    assert counts["buildings"] == district.counts["buildings"]


def test_every_field_of_the_contract_is_described(gis):
    named = {
        "grids": {"parent", "kind", "subdistrict", "community", "leader", "service_code20"},
        "buildings": {"use", "floors", "height_m", "height_estimated", "grid", "community", "subdistrict"},
        "roads": {"class", "name", "width_m"},
        "places": {"kind", "grid", "community", "address"},
        "cameras": {"bearing_deg", "fov_deg", "range_m", "height_m", "status", "tier", "grid", "community"},
    }
    for layer in gis.get("/api/layers").json()["layers"]:
        fields = {field["name"] for field in layer["fields"]}
        assert {"id", "version", "name", "name_en", "valid_from", "valid_to"} <= fields
        assert named.get(layer["id"], set()) <= fields
        for field in layer["fields"]:
            assert field["title_zh"]
            assert field["title_en"]


def test_a_grid_comes_with_its_chain(gis, district):
    grid = district.codes["grid"][40]
    body = gis.get(f"/api/layers/grids/features/{grid}").json()
    assert body["id"] == body["properties"]["id"] == body["properties"]["code"] == grid
    assert [area["code"] for area in body["chain"]] == [grid[:6], grid[:9], grid[:12], grid]
    assert all(area["kind_zh"] and area["kind_en"] and area["name"] for area in body["chain"])
    assert body["geometry"]["type"] == "MultiPolygon"
    assert body["properties"]["leader"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("人民路", "人民路"),
        ("rml", "人民路"),
        ("renminlu", "人民路"),
        ("Renmin", "人民路"),
        ("双汇广场", "双汇广场"),
        ("shgc", "双汇广场"),
    ],
)
def test_search_finds_by_name_pinyin_and_initials(gis, typed, found):
    results = gis.get("/api/search", {"q": typed}).json()["results"]
    assert found in {row["name"] for row in results[:5]}
    for row in results:
        west, south, east, north = row["bbox"]
        assert west <= row["lon"] <= east
        assert south <= row["lat"] <= north


def test_a_street_is_one_result_with_the_box_of_all_its_sections(gis):
    streets = [row for row in gis.get("/api/search", {"q": "人民路"}).json()["results"] if row["layer"] == "roads"]
    assert [row["name"] for row in streets].count("人民路") == 1
    street = next(row for row in streets if row["name"] == "人民路")
    assert street["pieces"] > 1
    assert street["bbox"][2] - street["bbox"][0] > 0.02


def test_search_finds_areas_by_code_and_tells_where(gis, district):
    grid = district.codes["grid"][3]
    first = gis.get("/api/search", {"q": grid}).json()["results"][0]
    assert (first["layer"], first["id"]) == ("grids", grid)
    assert first["chain_zh"].count(" ") == 2


def test_search_stays_inside_what_one_may_see(client_for, district):
    home = district.first("community")
    names = client_for("community_staff", home).get("/api/search", {"q": "超市", "limit": 50}).json()["results"]
    assert all(row["area"].startswith(home) for row in names if row["layer"] == "places")


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/search", 400, "q"),
        ("/api/search?q=", 400, "q"),
        ("/api/search?q=%20", 400, "q"),
        ("/api/search?q=%00", 400, "q"),
        ("/api/search?q=" + "x" * 61, 400, "q"),
        ("/api/search?q=a&limit=0", 400, "limit"),
        ("/api/search?q=a&limit=1e9", 400, "limit"),
        ("/api/search?q=a&limit=51", 400, "limit"),
        ("/api/chain", 400, "lon"),
        ("/api/chain?lon=nan&lat=33.5", 422, "lon"),
        ("/api/chain?lon=1e400&lat=33.5", 422, "lon"),
        ("/api/chain?lon=inf&lat=33.5", 422, "lon"),
        ("/api/chain?lon=114&lat=91", 422, "lat"),
        ("/api/chain?lon=abc&lat=33.5", 400, "lon"),
        ("/api/layers/nothing/features/1", 404, "layer"),
        ("/api/layers/roads%00/features/1", 404, "layer"),
        ("/api/layers/roads/features/1%20OR%201=1", 404, "id"),
        ("/api/layers/roads/features/" + "x" * 3000, 404, "id"),
        ("/api/nothing", 404, None),
    ],
)
def test_bad_input_is_a_named_4xx(gis, path, status, field):
    answer = gis.get(path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["detail"]
    assert body["remedy"]
    if field:
        assert body["field"] == field


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; DROP TABLE people_user; --", "<img onerror>", "🙂", "(", "*"])
def test_search_takes_any_text_as_text(gis, text):
    answer = gis.get("/api/search", {"q": text})
    assert answer.status_code == 200
    assert len(answer.json()["results"]) <= 20


def test_errors_speak_the_callers_language(gis):
    assert gis.get("/api/layers/x/features/1", headers={"accept-language": "en"}).json()["title"] == "No such layer"
    assert gis.get("/api/layers/x/features/1", headers={"accept-language": "zh"}).json()["title"] == "没有这个图层"


def test_the_description_covers_every_address(db, gis):
    described = set(gis.get("/api/openapi.json").json()["paths"])
    assert {
        "/api/layers",
        "/api/search",
        "/api/chain",
        "/api/me",
        "/api/layers/{layer}/features/{feature_id}",
        "/api/incidents",
        "/api/incidents/{incident}",
        "/api/incidents/{incident}/relocate",
        "/api/incidents/{incident}/{action}",
        "/api/positions",
        "/api/units/{unit}/status",
        "/api/cameras/{camera}/status",
        "/api/counts",
        "/api/heat",
        "/api/near",
        "/api/duty",
        "/api/imports",
        "/api/imports/{import_id}",
        *(
            f"/api/imports/{{import_id}}/{act}"
            for act in (
                "content",
                "finish",
                "answer",
                "commit",
                "rollback",
                "cancel",
                "again",
                "standing",
                "changes",
                "changes.geojson",
                "report.{form}",
            )
        ),
        "/api/layers/{layer}/history",
        "/api/layers/{layer}/quality",
        "/api/quality",
        "/api/exports",
        "/api/exports/{export}",
        "/api/exports/{export}/file",
        "/api/layers/{layer}/export.csv",
        "/api/layers/{layer}/export.geojson",
        "/api/scenes",
        "/api/walls",
        "/api/walls/{name}/commands",
        "/api/walls/{name}/presence",
        "/api/walls/{name}/reports",
    } == described


def test_me_tells_posts_with_their_titles(client_for, district):
    body = client_for("grid_leader").get("/api/me").json()
    (post,) = body["assignments"]
    assert post["role"] == "grid_leader"
    assert post["area"] == district.first("grid")
    assert post["area_name"]


def test_no_answer_may_be_kept_by_a_shared_cache(gis):
    for path in ("/api/layers", "/api/me", "/"):
        cache = gis.get(path).headers.get("Cache-Control", "")
        assert "public" not in cache


def test_a_point_on_every_grid_lies_in_its_chain(gis, district, django_db_blocker):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, ST_X(p), ST_Y(p) FROM (SELECT code, ST_PointOnSurface(geom) AS p FROM territory_area"
            " WHERE level = 'grid' AND version_to IS NULL) AS g ORDER BY code"
        )
        for code, lon, lat in cursor.fetchall()[::6]:
            body = json.loads(gis.get(f"/api/chain?lon={lon}&lat={lat}").content)
            assert [area["code"] for area in body["chain"]] == [code[:6], code[:9], code[:12], code]
            assert len(body["unit_grid"]) == 15
