"""Tiles through the edge, with the product's own nginx configuration: what it keeps, for whom, how long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from layers.geo.tilemath import tile_at
from layers.people.rights import RowScope
from layers.tiles import scopes, selectors
from tests.bench import servers
from tests.cast import LiveClient

X, Y = tile_at(114.02, 33.57, 14)
pytestmark = pytest.mark.skipif(not Path("/usr/sbin/nginx").exists(), reason="nginx is not installed")


@pytest.fixture(scope="module")
def edge(server, district, tmp_path_factory):
    folder = tmp_path_factory.mktemp("edge")
    (folder / "files").mkdir()
    with servers.edge(folder, folder / "files", servers.Server(server.url, 0)) as running:
        client = LiveClient(running.url)
        client.get(f"/tiles/roads,places/14/{X}/{Y}.mvt?v=1.1&s={signed('roads,places', 60)}")  # versions are seen now
        yield client


def signed(layers: str, seconds: int) -> str:
    rows = tuple(RowScope(prefixes=("411102",)) for _ in layers.split(","))
    return scopes.sign(selectors.key(), layers, rows, int(time.time()) + seconds)


def test_a_versioned_public_tile_is_kept(edge):
    address = f"/tiles/roads/14/{X}/{Y}.mvt?v=1&s=public"
    answers = [edge.get(address, accept_encoding="gzip") for _ in range(3)]
    assert answers[-1].headers["x-cache"] == "HIT" and answers[-1].body == answers[0].body
    assert answers[-1].headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_signed_tile_is_kept_until_its_signature_ends_and_not_a_second_longer(edge):
    address = f"/tiles/places/14/{X}/{Y}.mvt?v=1&s={signed('places', 4)}"
    answers = [edge.get(address, accept_encoding="gzip") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert answers[-1].headers["x-cache"] == "HIT"
    assert answers[-1].headers["cache-control"] == "private, immutable"
    assert "x-accel-expires" not in answers[-1].headers
    time.sleep(4.5)
    late = edge.get(address, accept_encoding="gzip")
    assert late.status == 403 and late.json()["code"] == "tile_address_expired"


@pytest.mark.parametrize(
    "address",
    [f"/tiles/roads/14/{X}/{Y}.mvt", f"/tiles/places/14/{X}/{Y}.mvt?v=1&s=forged", f"/tiles/places/14/{X}/{Y}.mvt?v=1"],
)
def test_what_is_current_personal_or_refused_is_never_kept(edge, address):
    assert all(edge.get(address).headers.get("x-cache") != "HIT" for _ in range(3))


def test_two_people_never_get_each_others_tiles_from_the_edge(edge, live_cast, district):
    """Two users, two areas, the same address without a scope, the same cache in between."""
    bodies = []
    for area in (district.first("community"), district.last("community")):
        mine = LiveClient(edge.url, live_cast.token("community_staff", area))
        for _ in range(2):
            answer = mine.get(f"/tiles/places/13/{X // 2}/{Y // 2}.mvt?v=1")
            assert answer.headers.get("x-cache") != "HIT" and "private" in answer.headers["cache-control"]
        bodies.append(answer.body)
    assert bodies[0] != bodies[1]
