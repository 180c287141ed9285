"""The live spine under what a year brings: many runs of the load test, a thousand cuts, a thousand neglected streams."""

from __future__ import annotations

import os

import pytest

from tests.load.bad_clients import cut_streams, hold_a_foreign_transaction, neglect_streams
from tests.load.campaign import Campaign
from tests.load.site import DATABASE, PROCESSES, CrashSite

pytestmark = pytest.mark.long
SEED = int(os.environ.get("WANGGE_SEED", "20261124"))
RUNS = int(os.environ.get("WANGGE_RUNS", "20"))
WRITES = 5000
KILLS_OF_EACH = 3


@pytest.mark.parametrize("run", range(RUNS))
def test_five_thousand_acknowledged_writes_survive_kills_of_everything(crash_scene, tmp_path, run):
    kills = [*PROCESSES, DATABASE] * KILLS_OF_EACH
    with CrashSite.open(crash_scene.cluster, tmp_path / "site") as site:
        outcome = Campaign(site, crash_scene, WRITES, kills, SEED + run).run()
    print(outcome.text())
    assert not outcome.faults, "\n".join(outcome.faults[:20])
    assert len(outcome.writes) >= WRITES
    assert not [answer for answer in outcome.refusals if answer.startswith("500")], outcome.text()


def test_a_thousand_cuts_at_random_bytes_lose_and_repeat_nothing(committed_site, site_cast):
    cut_streams(committed_site, site_cast, cuts=1000, listeners=4, seed=SEED)


def test_a_thousand_readers_that_never_read_disturb_nobody(committed_site, site_cast):
    neglect_streams(committed_site, site_cast, readers=1000)


def test_a_foreign_transaction_open_for_a_minute_does_not_stop_the_stream(committed_site, site_cast):
    hold_a_foreign_transaction(committed_site, site_cast, seconds=60)
