"""Kept tiles and the answers made of them."""

from __future__ import annotations

import gzip
import threading

import pytest

from layers.tiles.cache import Tile, TileCache
from layers.tiles.replies import PUBLIC_KEEPING, Keeping, reply, signed_keeping

BODY = bytes(range(256)) * 40


def header(answer, name: str) -> str | None:
    return dict(answer.headers).get(name)


def test_packing_changes_no_byte_and_happens_once():
    tile = Tile(BODY)
    etag, packed = tile.etag, tile.packed()
    assert gzip.decompress(packed) == BODY == tile.plain()
    assert tile.packed() is packed
    assert tile.etag == etag


def test_the_cache_keeps_to_its_bytes_and_drops_the_oldest():
    cache = TileCache(40_000)
    for number in range(10):
        cache.put(number, Tile(BODY))
        cache.get(0)
    assert cache.held_bytes <= 40_000
    assert cache.get(0) is not None and cache.get(1) is None and cache.get(9) is not None


def test_a_cache_of_nothing_and_a_tile_too_large_keep_nothing():
    for cache in (TileCache(0), TileCache(len(BODY))):
        cache.put("a", Tile(BODY))
        assert len(cache) == 0 and cache.held_bytes == 0


def test_the_cache_counts_rightly_between_threads():
    cache = TileCache(200_000)

    def work(seed: int) -> None:
        for number in range(400):
            cache.put((seed * number) % 37, Tile(BODY))
            tile = cache.get(number % 37)
            assert tile is None or (tile.plain() == BODY and gzip.decompress(tile.packed() or b"") == BODY)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.held_bytes == len(cache) * (len(BODY) + 600) <= 200_000


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, gzip;q=0.8", True), ("", False), ("identity", False), ("gzip;q=0", False), ("gzip; q=0.0, br", False)],
)  # fmt: skip
def test_the_answer_is_packed_for_whom_it_helps(accepted, packed):
    answer = reply(Tile(BODY), PUBLIC_KEEPING, accept_encoding=accepted)
    assert (header(answer, "Content-Encoding") == "gzip") is packed
    assert (gzip.decompress(answer.body) if packed else answer.body) == BODY
    assert header(answer, "Content-Length") == str(len(answer.body))
    assert header(answer, "Vary") == "Accept-Encoding"


def test_each_form_has_its_own_strong_etag_and_both_are_recognised():
    tile = Tile(BODY)
    plain, packed = (header(reply(tile, PUBLIC_KEEPING, accept_encoding=a), "ETag") for a in ("", "gzip"))
    assert plain != packed and not plain.startswith("W/")
    for known in (plain, packed, f"W/{plain}", f'"x", {packed}', "*"):
        for accepted in ("", "gzip"):
            answer = reply(tile, PUBLIC_KEEPING, accept_encoding=accepted, if_none_match=known)
            assert answer.status == 304 and not answer.body
    assert reply(tile, PUBLIC_KEEPING, if_none_match='"other"').status == 200


def test_an_empty_tile_is_204_without_body_or_type():
    answer = reply(Tile(b""), PUBLIC_KEEPING, accept_encoding="gzip")
    assert answer.status == 204 and answer.body == b"" and header(answer, "Content-Type") is None


def test_a_signed_answer_is_kept_no_longer_than_its_signature_and_by_no_stranger():
    keeping = signed_keeping(1_795_000_090, 1_795_000_000.5)
    names, values = zip(*keeping.headers(), strict=True)
    assert names.index("X-Accel-Expires") < names.index("Cache-Control")
    assert dict(keeping.headers()) == {
        "X-Accel-Expires": "89", "Expires": "Wed, 18 Nov 2026 11:08:10 GMT", "Cache-Control": "private, immutable",
        "Vary": "Accept-Encoding",
    }  # fmt: skip
    assert "max-age" not in " ".join(values)  # it would start anew when the edge hands on what it kept
    assert signed_keeping(5, 10.0).edge_s == 0


def test_what_depends_on_the_caller_says_so():
    assert (
        dict(Keeping("private, no-cache", by_caller=True).headers())["Vary"] == "Accept-Encoding, Authorization, Cookie"
    )
