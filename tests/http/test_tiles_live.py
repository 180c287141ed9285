"""Tiles from a running web process: the short way, and a database that goes away."""

from __future__ import annotations

import gzip
import threading
import time

import psycopg
import pytest
from django.conf import settings

from layers.geo.tilemath import tile_at, tiles_over
from tests.tile_reading import BOX, decode

X, Y = tile_at(114.02, 33.57, 14)
#: Django's own answers name it; the short way has no language.
LONG_WAY = "content-language"


def connect(alias: str) -> psycopg.Connection:
    entry = settings.DATABASES[alias]
    return psycopg.connect(
        host=entry["HOST"], port=entry["PORT"] or 5432, user=entry["USER"], password=entry["PASSWORD"] or None,
        dbname=settings.DATABASES["default"]["NAME"], autocommit=True,
    )  # fmt: skip


def tile_links(link: psycopg.Connection, action: str = "count(*)") -> int:
    row = link.execute(
        f"SELECT {action} FROM pg_stat_activity WHERE application_name = 'wangge-tiles' AND datname = current_database()"
    ).fetchone()
    return row[0] if row else 0


@pytest.fixture
def anyone(live_cast):
    client = live_cast.live()
    client.get(f"/tiles/roads,waters,greens,buildings/14/{X}/{Y}.mvt?v=1.1.1.1&s=public")  # versions are seen now
    return client


def test_the_short_way_gives_what_django_gives(anyone):
    short = anyone.get(f"/tiles/roads/14/{X}/{Y}.mvt?v=1&s=public")
    long = anyone.get(f"/tiles/roads/14/{X}/{Y}.mvt?s=public&v=1")  # the other order is not for the short way
    assert LONG_WAY not in short.headers and LONG_WAY in long.headers
    assert short.status == long.status == 200 and short.body == long.body
    assert "roads_label" in decode(short.body)
    for name in (
        "etag", "cache-control", "content-type", "content-length", "x-content-type-options",
        "content-security-policy", "x-frame-options", "referrer-policy", "cross-origin-opener-policy",
    ):  # fmt: skip
        assert short.headers[name] == long.headers[name], name
    assert short.headers["vary"] == "Accept-Encoding"


def test_the_short_way_knows_304_204_head_and_gzip(anyone):
    address = f"/tiles/roads/14/{X}/{Y}.mvt?v=1&s=public"
    whole = anyone.get(address)
    assert anyone.get(address, if_none_match=whole.headers["etag"]).status == 304
    packed = anyone.get(address, accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip" and gzip.decompress(packed.body) == whole.body
    head = anyone.request("HEAD", address)
    assert head.status == 200 and not head.body and head.headers["content-length"] == str(len(whole.body))
    assert anyone.get("/tiles/roads/14/0/0.mvt?v=1&s=public").status == 204


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/tiles/roads/14/16384/0.mvt?v=1&s=public", 404), ("/tiles/buildings/14/99999999999/1.mvt", 404),
        ("/tiles/roads/17/0/0.mvt?v=1&s=public", 404), ("/tiles/roads/14/NaN/0.mvt?v=1&s=public", 400),
        ("/tiles/roads/14/0/0.mvt?v=999&s=public", 404), ("/tiles/places/14/0/0.mvt?v=1&s=public", 404),
        ("/tiles/roads,roads/14/0/0.mvt?v=1.1&s=public", 400), ("/tiles/places/14/0/0.mvt?v=1&s=forged", 403),
        ("/tiles/roads/14/0/0.mvt?v=1.1&s=public", 400),
    ],
)  # fmt: skip
def test_the_short_way_leaves_every_refusal_to_the_long_way(anyone, address, status):
    answer = anyone.get(address)
    assert answer.status == status and answer.headers["content-type"] == "application/problem+json"


def test_a_bad_token_is_refused_even_where_none_is_needed(anyone):
    answer = anyone.get(f"/tiles/roads/14/{X}/{Y}.mvt?v=1&s=public", authorization="Bearer nonsense-nonsense")
    assert answer.status == 401 and answer.json()["code"] == "invalid_token"


def test_a_signed_address_takes_the_short_way_too(live_cast, anyone, district):
    address = (
        live_cast.live("community_staff", district.first("community")).get("/tiles/cameras.json").json()["tiles"][0]
    )
    path = address.format(z=14, x=X, y=Y)
    anyone.get(path)
    answer = anyone.get(path)
    assert answer.status in (200, 204) and LONG_WAY not in answer.headers
    assert answer.headers["cache-control"] == "private, immutable" and "expires" in answer.headers


def test_tiles_survive_a_database_that_drops_every_connection(anyone):
    with connect("default") as link:
        for x, y in tiles_over(BOX, 15)[:6]:
            assert anyone.get(f"/tiles/greens/15/{x}/{y}.mvt?v=1&s=public").status in (200, 204)
            tile_links(link, "count(pg_terminate_backend(pid))")
        answer = anyone.get(f"/tiles/buildings/15/{X * 2}/{Y * 2}.mvt?v=1&s=public")
    assert answer.status == 200 and decode(answer.body)["buildings"]


def test_a_statement_past_its_time_is_stopped_and_said_so(anyone):
    with connect("owner") as owner, owner.transaction():
        owner.execute("LOCK TABLE territory_water IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        answer = anyone.get("/tiles/waters/11/1672/820.mvt?v=1&s=public")
        took = time.monotonic() - started
        assert anyone.get(f"/tiles/roads/13/{X // 2}/{Y // 2}.mvt?v=1&s=public").status == 200
    assert answer.status == 503 and answer.json()["code"] == "took_too_long"
    assert "retry-after" in answer.headers and 4 < took < 9
    assert anyone.get("/tiles/waters/11/1672/820.mvt?v=1&s=public").status in (200, 204)


def test_many_readers_at_once_leave_no_connection_behind(anyone):
    tiles = tiles_over(BOX, 16)
    wrong = []

    def read(part: list[tuple[int, int]]) -> None:
        for x, y in part:
            status = anyone.get(f"/tiles/roads,waters/16/{x}/{y}.mvt?v=1.1&s=public").status
            if status not in (200, 204):
                wrong.append((x, y, status))

    threads = [threading.Thread(target=read, args=(tiles[number::6],)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    with connect("default") as link:
        assert tile_links(link) <= 2  # the test's web process has two threads


def test_tile_links_can_only_read(district):
    from layers.tiles.links import LINKS
    from layers.tiles.mvt import Statement

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        LINKS.fetch(Statement("DELETE FROM territory_water RETURNING ''::bytea", ()), ())
    LINKS.close()
