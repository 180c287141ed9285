"""The relay: every committed event gets exactly one place, whatever commits when; the chain proves itself."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection, connections

from layers.live.models import Event
from layers.live.relay import Head, Horizon, connect, head_of, link_pending
from layers.live.services import Act, publish
from layers.live.verify import verify


def act(number: int = 1, reason: str = "") -> Act:
    return Act(
        kind="test.event", object_type="test", object_id=f"x{number}", object_version=1, actor="system:test",
        happened_at=datetime.now(UTC), payload={"n": number, "at": [114.02, 33.575], "汉": "字"}, reason=reason,
    )  # fmt: skip


@pytest.fixture
def log(transactional_log):
    """A relay's own connection on the test database; the test's events are committed."""
    with connect("test-relay") as link:
        yield link.cursor()


@pytest.fixture
def transactional_log(django_db_setup, django_db_blocker):
    """Lets a test commit events: the log is append-only, so they stay, and every test counts from the head it finds."""
    with django_db_blocker.unblock():
        yield


def settle(cursor) -> Head:
    """Links all that is pending."""
    head, count = head_of(cursor), 1
    while count:
        with cursor.connection.transaction():
            head, count = link_pending(cursor, head, 0)
    return head


def commit(number: int = 1) -> int:
    from django.db import transaction

    with transaction.atomic():
        return publish(act(number)).pk


def seqs_of(cursor, ids: list[int]) -> dict[int, int]:
    return dict(cursor.execute("SELECT event_id, seq FROM live_link WHERE event_id = ANY(%s)", [ids]).fetchall())


def test_committed_events_get_the_next_seqs_in_order(log):
    start = settle(log)
    ids = [commit(n) for n in range(3)]
    head = settle(log)
    assert head.seq == start.seq + 3
    assert seqs_of(log, ids) == {key: start.seq + n for n, key in enumerate(ids, start=1)}


def test_a_hole_left_by_a_late_commit_is_filled_later_and_skips_nothing(log):
    start = settle(log)
    release, written = threading.Event(), threading.Event()
    late: list[int] = []

    def slow_writer():
        from django.db import transaction

        try:
            with transaction.atomic():
                late.append(publish(act(1)).pk)
                written.set()
                assert release.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow_writer)
    thread.start()
    assert written.wait(20)
    early = commit(2)
    assert early > late[0]
    head = settle(log)
    assert seqs_of(log, [early, late[0]]) == {early: start.seq + 1}
    release.set()
    thread.join()
    assert settle(log).seq == head.seq + 1
    assert seqs_of(log, late) == {late[0]: start.seq + 2}


def test_the_horizon_never_passes_an_event_that_may_still_commit(log):
    settle(log)
    horizon = Horizon(0)
    release, written = threading.Event(), threading.Event()
    late: list[int] = []

    def slow_writer():
        from django.db import transaction

        try:
            with transaction.atomic():
                late.append(publish(act(1)).pk)
                written.set()
                assert release.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow_writer)
    thread.start()
    assert written.wait(20)
    commit(2)
    for _ in range(5):
        settle(log)
        horizon.step(log)
        assert horizon.reached < late[0]
    release.set()
    thread.join()
    for _ in range(5):
        settle(log)
        horizon.step(log)
    assert horizon.reached >= late[0]
    assert seqs_of(log, late)


def test_an_aborted_writer_leaves_a_hole_that_the_horizon_passes(log):
    from django.db import transaction

    settle(log)
    with pytest.raises(RuntimeError, match="changed my mind"), transaction.atomic():
        lost = publish(act(1)).pk
        raise RuntimeError("changed my mind")
    kept = commit(2)
    horizon = Horizon(0)
    for _ in range(4):
        settle(log)
        horizon.step(log)
    assert horizon.reached >= kept > lost
    assert seqs_of(log, [lost]) == {}


def test_many_writers_at_once_get_a_gap_free_order(log):
    start = settle(log)
    ids: list[int] = []
    lock = threading.Lock()

    def writer(base: int):
        try:
            for n in range(10):
                key = commit(base + n)
                with lock:
                    ids.append(key)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=writer, args=(100 * t,)) for t in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        settle(log)
    head = settle(log)
    places = seqs_of(log, ids)
    assert sorted(places.values()) == list(range(start.seq + 1, head.seq + 1))
    assert len(places) == 80


def test_a_second_relay_waits_for_the_first(log):
    from layers.live.relay import LEADER_LOCK

    with connect("first") as first, connect("second") as second:
        assert first.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK]).fetchone() == (True,)
        assert second.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK]).fetchone() == (False,)
        first.close()
        limit = 200
        while second.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK]).fetchone() == (False,) and limit:
            limit -= 1
        assert limit


def test_two_relays_can_not_give_one_place_twice(log):
    head = settle(log)
    commit(1)
    with connect("second") as second:
        with log.connection.transaction():
            link_pending(log, head, 0)
        commit(2)
        with pytest.raises(psycopg.errors.UniqueViolation), second.transaction():
            link_pending(second.cursor(), head, 0)
    assert verify().sound


def test_the_chain_proves_itself_and_the_words_beside_it(log):
    from django.db import transaction

    with transaction.atomic():
        publish(act(5, reason="因为下雨"))
    settle(log)
    proof = verify()
    assert proof.sound, proof.faults
    assert proof.links == proof.head_seq > 0
    assert proof.pending == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE live_event SET payload = jsonb_set(payload, '{n}', '2') WHERE id = %s", "was altered"),
        ("UPDATE live_event SET actor = 'somebody else' WHERE id = %s", "was altered"),
        ("UPDATE live_event SET recorded_at = recorded_at - interval '1 second' WHERE id = %s", "was altered"),
        ("UPDATE live_link SET hash = sha256('x') WHERE event_id = %s", "was altered"),
        ("DELETE FROM live_link WHERE event_id = %s", "missing"),
    ],
)
def test_an_altered_row_is_named(log, change, named):
    target, _ = commit(1), commit(2)
    settle(log)
    owner = connections["owner"]
    with owner.cursor() as cursor:
        for table in ("live_event", "live_link"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("BEGIN")
        try:
            cursor.execute(change, [target])
            default, connections["default"] = connections["default"], owner
            try:
                proof = verify()
            finally:
                connections["default"] = default
        finally:
            cursor.execute("ROLLBACK")
            for table in ("live_event", "live_link"):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    assert not proof.sound
    place = seqs_of(log, [target])[target]
    assert any(named in fault and (str(target) in fault or str(place) in fault) for fault in proof.faults), proof.faults
    assert verify().sound


def test_the_app_role_can_not_touch_the_log(log):
    target = commit(1)
    settle(log)
    for statement in (
        "UPDATE live_event SET actor = 'x' WHERE id = %s",
        "DELETE FROM live_event WHERE id = %s",
        "UPDATE live_link SET seq = 1 WHERE event_id = %s",
        "DELETE FROM live_link WHERE event_id = %s",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), log.connection.transaction():
            log.execute(statement, [target])


def test_publishing_outside_a_transaction_is_refused(log):
    with pytest.raises(RuntimeError, match="inside the transaction"):
        publish(act())
    assert connection.in_atomic_block is False
    assert Event.objects.exists()
