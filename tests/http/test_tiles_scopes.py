"""Tiles of layers that not everybody may see: by account, by token, by signed address."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from layers.geo.tilemath import tile_at
from layers.people.rights import RowScope
from layers.tiles import scopes, selectors
from tests.tile_reading import address_of, decode, ids_over

pytestmark = pytest.mark.django_db
X, Y = tile_at(114.02, 33.57, 14)
TABLES = {"places": "places_place", "cameras": "cameras_camera", "camera_views": "cameras_view"}


def in_areas(layer: str, *prefixes: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT feature_id FROM {TABLES[layer]} WHERE version_to IS NULL"
            " AND coalesce(nullif(grid, ''), community) LIKE ANY(%s)",
            [[f"{prefix}%" for prefix in prefixes]],
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize("layer", sorted(TABLES))
def test_two_people_of_two_areas_see_exactly_their_own_rows(client_for, district, layer):
    areas = district.first("community"), district.last("community")
    seen = []
    for area in areas:
        get = client_for("community_staff", area).get
        anonymous = Client().get  # the signed address alone opens the tiles
        seen.append(set(ids_over(anonymous, address_of(get, layer), 16, layer)))
        assert seen[-1] == in_areas(layer, area)
    assert seen[0] and seen[1] and not seen[0] & seen[1]


def test_without_an_address_the_callers_own_rights_hold(client_for, district):
    area = district.first("community")
    get = client_for("community_staff", area).get
    found = set(ids_over(get, "/tiles/places/{z}/{x}/{y}.mvt", 16, "places"))
    assert found == in_areas("places", area)
    answer = get(f"/tiles/places/14/{X}/{Y}.mvt")
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer["Vary"] and "Cookie" in answer["Vary"]


def test_a_grid_member_sees_the_whole_community_round_the_grid(client_for, district):
    grid = district.codes["grid"][40]
    get = client_for("grid_member", grid).get
    assert set(ids_over(get, address_of(get, "places"), 16, "places")) == in_areas("places", grid[:12])


def test_people_with_equal_rights_share_one_address(client_for, district):
    area = district.first("community")
    one, two = (address_of(client_for("community_staff", area).get, "places") for _ in range(2))
    assert one == two
    assert address_of(client_for("community_staff", district.last("community")).get, "places") != one


def test_labels_keep_to_the_area_too(client_for, district):
    area = district.first("community")
    get = client_for("community_staff", area).get
    found = ids_over(get, address_of(get, "places"), 16, "places_label")
    assert set(found) <= in_areas("places", area) and set(found.values()) == {1}


def test_mixed_layers_carry_one_scope_each(client_for, district):
    area = district.first("community")
    get = client_for("community_staff", area).get
    address = address_of(get, "roads,places")
    assert set(ids_over(get, address, 16, "places")) == in_areas("places", area)
    assert len(ids_over(get, address, 16, "roads")) == district.counts["roads"]


@pytest.mark.parametrize("layers", ["places", "cameras,roads", "units", "nosuch"])
def test_anonymous_programs_learn_nothing_of_layers_that_are_not_public(district, layers):
    for path in (f"/tiles/{layers}.json", f"/tiles/{layers}/14/{X}/{Y}.mvt"):
        answer = Client().get(path)
        assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"
        assert answer.json()["code"] == "not_signed_in"


def test_unknown_and_forbidden_layers_are_the_same_to_people_without_rights(client_for):
    get = client_for("public", "411102").get
    answers = [get(f"/tiles/{layer}.json") for layer in ("places", "nosuch")]
    bodies = [{k: v for k, v in answer.json().items() if k not in ("detail", "found")} for answer in answers]
    assert answers[0].status_code == answers[1].status_code == 404 and bodies[0] == bodies[1]


@pytest.mark.parametrize("scope", ["positions:own", "positions:any", "open311"])
def test_a_token_of_another_scope_is_refused(client_for, scope):
    answer = client_for("gis_staff", scope=scope).get("/tiles/places.json")
    assert answer.status_code == 403 and answer.json()["code"] == "wrong_scope"


@pytest.mark.parametrize("scope", ["read", "full", "display"])
def test_tokens_for_reading_and_displays_open_tiles(client_for, scope):
    assert client_for("gis_staff", scope=scope).get("/tiles/places.json").status_code == 200


def test_a_revoked_token_opens_nothing(cast):
    from layers.people.models import Token

    client = cast.client("gis_staff")
    assert client.get("/tiles/places.json").status_code == 200
    Token.objects.update(revoked_at=timezone.now())
    for path in ("/tiles/places.json", "/tiles/roads.json", f"/tiles/roads/14/{X}/{Y}.mvt?v=1&s=public"):
        answer = client.get(path)
        assert answer.status_code == 401 and answer.json()["code"] == "invalid_token"


def test_an_ended_assignment_gives_no_new_address(cast):
    from layers.people.models import Assignment

    client = cast.client("community_staff")
    assert client.get("/tiles/places.json").status_code == 200
    Assignment.objects.update(valid_to=timezone.now())
    assert client.get("/tiles/places.json").status_code == 404
    assert client.get(f"/tiles/places/14/{X}/{Y}.mvt").status_code == 404


def signed(layers: str, *prefixes: str, ends_in_s: int = 900) -> str:
    rows = tuple(RowScope(prefixes=prefixes) for _ in layers.split(","))
    return scopes.sign(selectors.key(), layers, rows, int(time.time()) + ends_in_s)


def test_a_signed_answer_is_kept_as_long_as_its_signature(district):
    answer = Client().get(f"/tiles/places/14/{X}/{Y}.mvt?v=1&s={signed('places', '411102', ends_in_s=300)}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, immutable"
    assert 290 <= parsedate_to_datetime(answer["Expires"]).timestamp() - time.time() <= 300
    assert int(answer["X-Accel-Expires"]) <= 300


def test_forged_foreign_and_expired_scopes_are_refused(district):
    good = signed("places", district.first("community"))
    bad = {
        "forged": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "foreign": signed("cameras", district.first("community")),
        "expired": signed("places", district.first("community"), ends_in_s=-1),
    }
    assert Client().get(f"/tiles/places/14/{X}/{Y}.mvt?v=1&s={good}").status_code in (200, 204)
    for name, scope in bad.items():
        answer = Client().get(f"/tiles/places/14/{X}/{Y}.mvt?v=1&s={scope}")
        assert answer.status_code == 403, name
        body = answer.json()
        assert body["code"] == ("tile_address_expired" if name == "expired" else "tile_address_refused")
        assert body["field"] == "s" and ".json" in body["remedy"]


def test_an_unknown_layer_with_a_forged_scope_looks_like_a_known_one(district):
    answers = [Client().get(f"/tiles/{layer}/14/{X}/{Y}.mvt?v=1&s=a.{'b' * 27}") for layer in ("places", "nosuch")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json() == answers[1].json()


def test_an_expired_address_falls_back_on_the_rights_of_whoever_is_signed_in(client_for, district):
    """A wall that stays open for days keeps its map: with its own rights as they are now, and kept by nobody."""
    mine, wide = district.first("community"), signed("places", "411102", ends_in_s=-1)
    answer = client_for("community_staff", mine).get(f"/tiles/places/13/{X // 2}/{Y // 2}.mvt?v=1&s={wide}")
    assert answer["Cache-Control"] == "private, no-cache" and not answer.has_header("X-Accel-Expires")
    got = {feature["properties"]["id"] for feature in decode(answer.content).get("places", [])}
    assert got <= in_areas("places", mine)


def test_tilejson_of_a_signed_scope_tells_when_it_ends(client_for):
    answer = client_for("gis_staff").get("/tiles/places.json")
    assert answer.json()["expires"] > timezone.now().isoformat()
    assert answer["Cache-Control"] == "private, no-cache"
    assert "expires" not in Client().get("/tiles/roads.json").json()
