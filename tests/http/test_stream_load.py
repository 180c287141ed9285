"""Streams that are cut, that are never read, and that foreign transactions stand beside: small here, whole in the long tests."""

from __future__ import annotations

from tests.load.bad_clients import cut_streams, hold_a_foreign_transaction, neglect_streams


def test_a_hundred_cuts_at_random_bytes_lose_and_repeat_nothing(committed_site, site_cast):
    cut_streams(committed_site, site_cast, cuts=100, listeners=2, seed=20261124)


def test_a_hundred_readers_that_never_read_disturb_nobody(committed_site, site_cast):
    neglect_streams(committed_site, site_cast, readers=100)


def test_a_foreign_transaction_that_stays_open_does_not_stop_the_stream(committed_site, site_cast):
    hold_a_foreign_transaction(committed_site, site_cast, seconds=3)
