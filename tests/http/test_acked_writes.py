"""No acknowledged write is ever lost: processes and the database die under load, clients go on until they are heard."""

from __future__ import annotations

import random

from django.db import connection

from tests.load.campaign import Campaign
from tests.load.judge import faults_of, lost_writes
from tests.load.site import DATABASE, PROCESSES, CrashSite
from tests.load.writers import Maker, Writers
from tests.local_tree import wait_until

SEED = 20261124


def test_every_acknowledged_write_survives_the_death_of_each_process_and_of_the_database(crash_scene, tmp_path):
    with CrashSite.open(crash_scene.cluster, tmp_path / "site") as site:
        kills = [*PROCESSES, DATABASE]
        outcome = Campaign(site, crash_scene, 400, kills, SEED).run()
    print(outcome.text())
    assert not outcome.faults, "\n".join(outcome.faults[:20])
    assert sum(map(len, outcome.recoveries_s.values())) == len(kills)
    assert not [answer for answer in outcome.refusals if answer.startswith("500")], outcome.text()


def test_a_database_that_was_told_not_to_flush_is_found_out(crash_scene, tmp_path):
    cluster = crash_scene.cluster
    connection.close()
    cluster.stop()
    cluster.start(flushing=False)
    try:
        with CrashSite.open(cluster, tmp_path / "site") as site:
            lost = writes_lost_by_a_crash(site, crash_scene)
    finally:
        if cluster.process is not None:
            cluster.kill()
        cluster.start()
    print(f"{len(lost)} acknowledged writes were lost")
    assert lost, "a database that does not flush lost nothing: the load test could not fail"


def writes_lost_by_a_crash(site, scene) -> list[str]:
    """Clients write, the database dies with everything in its memory, and comes back; what is missing then."""
    clients = Writers(site.url, scene.tokens, Maker(random.Random(SEED), scene.places, scene.units).any, SEED)
    clients.start()
    wait_until("a hundred answers", lambda: clients.acknowledged >= 100, 60)
    site.kill(DATABASE)
    clients.stop()
    scene.cluster.start(flushing=False)
    connection.close()
    with scene.cluster.connect() as link, link.cursor() as cursor:
        return lost_writes(cursor, clients.writes)


def test_the_judge_names_what_is_lost_doubled_or_answered_wrongly(crash_scene):
    maker = Maker(random.Random(SEED), crash_scene.places, crash_scene.units)
    writes = [maker.any() for _ in range(8)]
    for write in writes:
        write.answers.append((201, {"id": "a", "number": "b", "refused": []}))
    with crash_scene.cluster.connect() as link, link.cursor() as cursor:
        assert len(faults_of(cursor, writes)) == sum(len(write.ids) for write in writes)
        assert lost_writes(cursor, writes)
