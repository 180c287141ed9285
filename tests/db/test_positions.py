"""Taking positions: exactly once, each fix judged alone, units moved forwards only, tracks kept on duty only."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from layers.live.models import Event
from layers.patrols.duty import mark_stale, set_unit_status
from layers.patrols.fixes import COPY_FROM
from layers.patrols.models import Fix, Unit, UnitState
from layers.patrols.partitions import KEPT_DAYS, MADE_AHEAD_DAYS, ensure_partitions
from layers.patrols.positions import Mark
from layers.patrols.selectors import days_ahead, positions_since, read_positions, units_in_force
from layers.patrols.tracking import MAX_FIXES, TooManyFixes, record_fixes
from layers.people.rights import Actor, Post
from layers.roles import Role, TokenScope

GATEWAY = Actor("gateway", (Post(Role.ADMIN, "411102"),), TokenScope.POSITIONS_ANY)


@pytest.fixture
def now():
    return timezone.now()


def teams(count: int) -> list[Unit]:
    return list(units_in_force().filter(kind="team").order_by("feature_id")[:count])


def put(unit: Unit, status: str = "on_duty") -> UnitState:
    state = UnitState.objects.filter(unit=unit.feature_id).first()
    version = unit.feature_version + (state.version if state else 0)
    set_unit_status(actor=GATEWAY, unit=unit.feature_id, client_id=uuid.uuid4(), version=version, status=status)
    return UnitState.objects.get(unit=unit.feature_id)


@pytest.fixture
def unit(db) -> Unit:
    """A team on duty."""
    (row,) = teams(1)
    put(row)
    return row


def sent(unit: Unit, at, lon=114.02, lat=33.57, **more):
    return {
        "client_id": str(uuid.uuid4()), "unit": unit.feature_id, "at": at.isoformat(), "lon": lon, "lat": lat, **more
    }  # fmt: skip


def record(*fixes, actor=GATEWAY, now=None):
    return record_fixes(actor=actor, fixes=fixes, now=now)


def codes(recorded):
    return [(refusal.index, refusal.code) for refusal in recorded.refused]


def place(unit: Unit):
    return next(((p.lon, p.lat) for p in read_positions() if p.unit == unit.feature_id), None)


def test_a_fix_is_stored_and_moves_its_unit(unit, now):
    fix = sent(unit, now, 114.021, 33.571, accuracy_m=4, speed_mps=1.5, bearing_deg=270)
    recorded = record(fix, now=now)
    assert (recorded.accepted, recorded.repeated, recorded.refused) == (1, 0, ())
    row = Fix.objects.get(unit=unit.feature_id, client_id=fix["client_id"])
    assert (row.at, row.geom.coords, row.marks) == (now, (114.021, 33.571), 0)
    (position,) = [p for p in read_positions() if p.unit == unit.feature_id]
    assert position == (unit.feature_id, 114.021, 33.571, now, 1.5, 270.0)
    assert not Event.objects.filter(object_type="units", object_id=unit.feature_id).exclude(kind="unit.status").exists()


def test_the_same_batch_again_is_repeated_and_changes_nothing(unit, now):
    batch = [sent(unit, now - timedelta(seconds=s)) for s in range(5)]
    assert record(*batch, now=now).accepted == 5
    again = record(*batch, now=now + timedelta(seconds=1))
    assert (again.accepted, again.repeated, again.refused) == (0, 5, ())
    assert not again.nothing_taken
    assert Fix.objects.filter(unit=unit.feature_id).count() == 5


def test_the_same_key_with_another_body_is_a_conflict_and_the_first_stays(unit, now):
    fix = sent(unit, now)
    record(fix, now=now)
    recorded = record(fix | {"lon": 114.03}, now=now)
    assert codes(recorded) == [(0, "conflict")]
    assert place(unit) == (114.02, 33.57)
    assert Fix.objects.get(client_id=fix["client_id"]).geom.x == 114.02


def test_doubles_within_a_batch_are_told_apart(unit, now):
    fix = sent(unit, now)
    recorded = record(fix, dict(fix), fix | {"lat": 33.58}, now=now)
    assert (recorded.accepted, recorded.repeated, codes(recorded)) == (1, 1, [(2, "conflict")])


def test_one_bad_fix_is_refused_alone(unit, now):
    recorded = record(
        sent(unit, now), sent(unit, now, lon=float("nan")), sent(unit, now, lat="33.5"), None,
        sent(unit, now + timedelta(minutes=6)), sent(unit, now - timedelta(days=8)),
        sent(unit, now) | {"unit": "nobody"}, sent(unit, now - timedelta(seconds=1)), now=now,
    )  # fmt: skip
    assert recorded.accepted == 2
    assert codes(recorded) == [
        (1, "invalid"), (2, "invalid"), (3, "invalid"), (4, "future"), (5, "too_old"), (6, "unknown_unit"),
    ]  # fmt: skip


def test_an_unknown_unit_and_one_of_others_get_the_same_answer(unit, now):
    far = teams(2)[1]
    put(far)
    phone = Actor("p", (Post(Role.GRID_MEMBER, unit.grid),), TokenScope.POSITIONS_OWN)
    recorded = record(
        sent(unit, now), sent(far, now), sent(unit, now) | {"unit": str(uuid.uuid4())}, actor=phone, now=now
    )
    assert codes(recorded) == [(1, "unknown_unit"), (2, "unknown_unit")]
    others, unknown = recorded.refused
    assert (others.zh, others.en) == (unknown.zh, unknown.en)
    assert place(unit) is not None
    assert place(far) is None


def test_only_a_newer_fix_moves_the_unit(unit, now):
    record(sent(unit, now, 114.02), now=now)
    recorded = record(sent(unit, now - timedelta(seconds=30), 114.01), sent(unit, now, 114.03), now=now)
    assert recorded.accepted == 2
    assert place(unit)[0] == 114.02
    record(sent(unit, now + timedelta(seconds=1), 114.025), now=now)
    assert place(unit)[0] == 114.025


def test_within_a_batch_the_latest_wins_whatever_the_order(unit, now):
    times = [now - timedelta(seconds=s) for s in (5, 0, 9, 3)]
    record(*(sent(unit, at, 114.02 + number / 1000) for number, at in enumerate(times)), now=now)
    assert place(unit)[0] == 114.021


def test_off_duty_nothing_is_kept(unit, now):
    kept = sent(unit, now)
    record(kept, now=now)
    put(unit, "off_duty")
    state = UnitState.objects.get(unit=unit.feature_id)
    assert (state.geom, state.at, state.received_at, state.speed_mps) == (None, None, None, None)
    recorded = record(kept, sent(unit, now), now=now)
    assert (recorded.accepted, recorded.repeated, codes(recorded)) == (0, 1, [(1, "off_duty")])
    assert Fix.objects.filter(unit=unit.feature_id).count() == 1
    assert place(unit) is None


def test_a_unit_nobody_put_on_duty_is_off_duty(db, now):
    row = teams(3)[2]
    assert codes(record(sent(row, now), now=now)) == [(0, "off_duty")]
    assert not UnitState.objects.filter(unit=row.feature_id).exists()


def test_marks_are_kept_with_the_fix(unit, now):
    fixes = [
        sent(unit, now - timedelta(seconds=200)),
        sent(unit, now - timedelta(seconds=10), 114.05),
        sent(unit, now, 114.03, accuracy_m=500),
    ]
    record(*fixes, now=now)
    marks = [Mark(Fix.objects.get(client_id=fix["client_id"]).marks) for fix in fixes]
    assert marks == [Mark.LATE, Mark.JUMP, Mark.TOO_FAST | Mark.JUMP | Mark.INACCURATE]


def test_a_fix_far_outside_is_kept_but_does_not_move_the_unit(unit, now):
    record(sent(unit, now - timedelta(seconds=1)), now=now)
    fix = sent(unit, now, 0, 0)
    assert record(fix, now=now).accepted == 1
    assert Mark.OUTSIDE in Mark(Fix.objects.get(client_id=fix["client_id"]).marks)
    assert place(unit) == (114.02, 33.57)


def test_more_than_a_batch_is_refused_whole(unit, now):
    with pytest.raises(TooManyFixes) as refused:
        record(*[sent(unit, now)] * (MAX_FIXES + 1), now=now)
    assert refused.value.field == "fixes"
    assert str(MAX_FIXES) in refused.value.en
    assert not Fix.objects.filter(unit=unit.feature_id).exists()


def test_a_full_batch_of_many_units_goes_in_at_once(db, now, django_assert_max_num_queries):
    units = teams(70)
    for row in units:
        put(row)
    batch = [sent(units[n % 70], now - timedelta(seconds=n // 70), 114 + n / 10_000) for n in range(MAX_FIXES)]
    with django_assert_max_num_queries(10):
        assert record(*batch, now=now).accepted == MAX_FIXES
    assert {p.unit for p in read_positions()} == {row.feature_id for row in units}


@pytest.mark.parametrize("known", [0, 30, 59])
def test_a_large_batch_with_a_fix_that_is_stored_already_takes_the_others(unit, now, known):
    batch = [sent(unit, now - timedelta(seconds=n)) for n in range(60)]
    record(batch[known], now=now)
    recorded = record(*batch, now=now)
    assert (recorded.accepted, recorded.repeated, recorded.refused) == (59, 1, ())
    changed = [batch[known] | {"lat": 33.58}, *(sent(unit, now - timedelta(seconds=n)) for n in range(60))]
    recorded = record(*changed, now=now)
    assert (recorded.accepted, codes(recorded)) == (60, [(0, "conflict")])
    assert Fix.objects.filter(unit=unit.feature_id).count() == 120


def test_large_and_small_batches_store_the_same(db, now):
    """COPY and INSERT write the same columns, nulls and all; only who sent it differs."""
    first, second = teams(2)
    put(first), put(second)
    figures = [(5, 1.5, 90), (None, 0, None), (0, None, 359.9), (None, None, None), (1e6, 1000, 360)] * 5
    bodies = [
        {"lon": 114.02 + n / 1e6, "lat": 33.57, "accuracy_m": a, "speed_mps": v, "bearing_deg": b}
        for n, (a, v, b) in enumerate(figures)
    ]
    assert len(bodies) >= COPY_FROM
    record(*(sent(first, now - timedelta(seconds=n), **body) for n, body in enumerate(bodies)), now=now)
    for n, body in reversed(list(enumerate(bodies))):
        record(sent(second, now - timedelta(seconds=n), **body), now=now)
    columns = ("at", "received_at", "geom", "accuracy_m", "speed_mps", "bearing_deg", "digest", "marks")
    copied, inserted = (
        list(Fix.objects.filter(unit=row.feature_id).order_by("at").values_list(*columns)) for row in (first, second)
    )
    assert len(copied) == len(bodies)
    assert copied == inserted


def test_a_poller_sees_what_was_received_since(unit, now):
    record(sent(unit, now - timedelta(minutes=3)), now=now)
    assert [p.unit for p in positions_since(now + timedelta(seconds=4))] == [unit.feature_id]
    assert positions_since(now + timedelta(seconds=6)) == []


def test_silence_makes_a_unit_stale_once_and_a_fresh_fix_clears_it(unit, now):
    record(sent(unit, now), now=now)
    assert mark_stale(now=now + timedelta(seconds=119)) == 0
    later = now + timedelta(seconds=121)
    assert mark_stale(now=later) == 1
    assert mark_stale(now=later) == 0
    version = UnitState.objects.get(unit=unit.feature_id).version
    record(sent(unit, now + timedelta(seconds=1)), now=now + timedelta(seconds=122))  # newer, and still old
    assert UnitState.objects.get(unit=unit.feature_id).stale
    record(sent(unit, later), now=later + timedelta(seconds=1))
    state = UnitState.objects.get(unit=unit.feature_id)
    assert (state.stale, state.version) == (False, version + 1)
    told = list(Event.objects.filter(object_id=unit.feature_id).order_by("id").values_list("kind", "actor"))
    assert told == [("unit.status", "gateway"), ("unit.stale", "system:clock"), ("unit.fresh", "gateway")]


def test_a_unit_that_never_sent_anything_becomes_stale_too(unit, now):
    assert mark_stale(now=now + timedelta(seconds=60)) == 0
    assert mark_stale(now=now + timedelta(seconds=130)) == 1


def test_no_position_ever_reaches_the_log(unit, now):
    record(sent(unit, now, 114.0123, 33.5678), now=now)
    mark_stale(now=now + timedelta(minutes=5))
    put(unit, "en_route")
    for event in Event.objects.filter(object_type="units"):
        assert event.payload["feature"]["geometry"] is None
        assert "114.01" not in str(event.payload)


# --- the days of the track table -------------------------------------------------------------------------------


def names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'patrols_fix'::regclass")
        return {row[0] for row in cursor.fetchall()}


def test_days_are_made_ahead_by_the_apps_own_role(db, now):
    ensure_partitions()
    assert days_ahead() == MADE_AHEAD_DAYS
    again = ensure_partitions()
    assert (again.made, again.dropped) == (0, 0)
    more = ensure_partitions(days=MADE_AHEAD_DAYS + 2)
    assert more.made == 2
    assert days_ahead() == MADE_AHEAD_DAYS + 2
    assert days_ahead(now=now + timedelta(days=MADE_AHEAD_DAYS + 3)) == -1


def test_a_fix_without_a_day_of_its_own_is_not_lost_and_moves_when_the_day_is_made(unit, now):
    ensure_partitions()
    far = now + timedelta(days=MADE_AHEAD_DAYS + 3)
    fix = sent(unit, far)
    assert record(fix, now=far).accepted == 1
    with connection.cursor() as cursor:
        home = "SELECT tableoid::regclass::text FROM patrols_fix WHERE client_id = %s"
        cursor.execute(home, [fix["client_id"]])
        assert cursor.fetchone() == ("patrols_fix_default",)
        ensure_partitions(days=MADE_AHEAD_DAYS + 4)
        cursor.execute(home, [fix["client_id"]])
        (table,) = cursor.fetchone()
    assert table.startswith("patrols_fix_2")
    assert record(fix, now=far).repeated == 1


def test_old_days_go_and_young_ones_stay(unit, now):
    ensure_partitions()
    before = names()
    fix = sent(unit, now - timedelta(days=6, hours=23))
    record(fix, now=now)
    assert ensure_partitions(keep_days=KEPT_DAYS).dropped == 0
    assert names() == before
    assert Fix.objects.filter(client_id=fix["client_id"]).exists()
    long_ago = now - timedelta(days=KEPT_DAYS + 2)
    stray = sent(unit, long_ago)
    record(stray, now=long_ago)
    ensure_partitions()
    assert not Fix.objects.filter(client_id=stray["client_id"]).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT patrols_make_partitions(0)",
        "SELECT patrols_make_partitions(61)",
        "SELECT patrols_make_partitions(NULL)",
        "SELECT patrols_drop_partitions(7)",
        "SELECT patrols_drop_partitions(-1)",
        "SELECT patrols_drop_partitions(NULL)",
    ],
)
def test_the_functions_judge_their_number(db, statement):
    with pytest.raises(DatabaseError, match="must lie between"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE patrols_fix_20990101 PARTITION OF patrols_fix FOR VALUES FROM ('2099-01-01') TO ('2099-01-02')",
        "DROP TABLE patrols_fix_default",
        "ALTER TABLE patrols_fix DETACH PARTITION patrols_fix_default",
        "TRUNCATE patrols_fix",
        "CREATE OR REPLACE FUNCTION patrols_make_partitions(days int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_the_app_itself_may_do_no_ddl_on_tracks(db, statement):
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_days_have_brin_and_no_gist(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename ~ '^patrols_fix_[0-9]{8}$'")
        kinds = {row[0].split("USING ")[1].split(" ")[0] for row in cursor.fetchall()}
    assert kinds == {"brin", "btree"}


# --- side by side ----------------------------------------------------------------------------------------------


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """Ten teams on duty, committed, so that several connections see them; put away afterwards."""
    with django_db_blocker.unblock():
        units = teams(10)
        for row in units:
            put(row)
        yield units
        for row in units:
            put(row, "off_duty")
        Fix.objects.filter(unit__in=[row.feature_id for row in units]).delete()


def test_parallel_batches_over_the_same_units_wait_and_never_deadlock(committed):
    now = timezone.now()
    start = threading.Barrier(4)
    failures: list[BaseException] = []
    taken: list[int] = []
    shared = [sent(row, now - timedelta(seconds=50), 114.01) for row in committed]

    def work(number: int) -> None:
        try:
            start.wait(20)
            for turn in range(12):
                at = now - timedelta(seconds=12 - turn)
                own = [sent(row, at, 114 + number / 1000, 33.55 + turn / 1000) for row in committed]
                batch = own + shared
                if (number + turn) % 2:
                    batch.reverse()
                taken.append(record(*batch, now=now).accepted)
                mark_stale(now=now)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures
    assert sum(taken) == 4 * 12 * 10 + len(shared)
    lats = {round(p.lat, 6) for p in read_positions()}
    assert lats == {33.561}
