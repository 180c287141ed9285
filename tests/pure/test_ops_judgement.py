"""From readings to verdicts: each limit from both sides, sentences that name what was found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.ops.judgement import (
    CONNECTIONS_SHARE,
    DISK_BYTES,
    EXPECTED,
    Level,
    Limit,
    judge,
    judge_process,
    judge_session,
    warnings,
)
from gis.ops.readings import (
    ConsumerRead,
    Horizon,
    JobsRead,
    LogRead,
    MachineRead,
    ProcessRead,
    Readings,
    ScreenRead,
    Session,
)
from gis.ops.screens import is_live

AT = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
MACHINE = MachineRead(50_000_000_000, 100_000_000_000, 1_000_000_000, 20, 80)
CALM = Readings(
    AT,
    tuple(ProcessRead(name, "1", 10, 1.0, 900.0, 0) for name in EXPECTED),
    (),
    (),
    (),
    LogRead(),
    JobsRead(),
    MACHINE,
)
WRITER = Session(4711, "wangge_owner", "psql", "idle in transaction", 0.0, "UPDATE", True, False, 0)
READER = replace(WRITER, writes=False, verb="SELECT", application="pg_dump", state="active")


def level_of(code: str, readings: Readings) -> Level:
    (found,) = [finding for finding in judge(readings) if finding.code == code]
    return found.level


def test_a_calm_system_has_nothing_to_say():
    assert warnings(judge(CALM)) == []


@pytest.mark.parametrize("limit", [Limit(5, 10), Limit(7, 3, low=True)])
@given(a=st.floats(0, 100), b=st.floats(0, 100))
def test_worse_is_never_judged_milder(limit, a, b):
    order = [Level.OK, Level.WARN, Level.ALARM]
    worse, better = (max(a, b), min(a, b)) if not limit.low else (min(a, b), max(a, b))
    assert order.index(limit.level(worse)) >= order.index(limit.level(better))


@pytest.mark.parametrize(
    ("session", "age_s", "level"),
    [
        (WRITER, 5.0, Level.OK),
        (WRITER, 5.1, Level.WARN),
        (WRITER, 10.0, Level.WARN),
        (WRITER, 10.1, Level.ALARM),
        (WRITER, 60.0, Level.ALARM),
        (READER, 59.0, Level.OK),
        (READER, 61.0, Level.WARN),
        (READER, 601.0, Level.ALARM),
        (replace(READER, blocks=1), 5.1, Level.WARN),
        (replace(READER, blocks=1), 10.1, Level.ALARM),
        (replace(READER, in_log=True), 10.1, Level.ALARM),
    ],
)
def test_an_open_transaction_is_judged_by_age_and_by_who_has_to_wait(session, age_s, level):
    assert judge_session(replace(session, age_s=age_s), AT).level is level


def test_a_stuck_transaction_is_named_in_both_languages():
    found = judge_session(replace(WRITER, age_s=61.9, in_log=True, blocks=2), AT)
    assert (
        found.zh
        == "psql（进程 4711）的写事务已开 1 分 1 秒，idle in transaction，UPDATE，有未提交的事件，挡住 2 个会话"
    )
    assert found.en == (
        "the writing transaction of psql (process 4711) has been open for 1 min 1 s, idle in transaction, UPDATE,"
        " has events not yet committed, 2 sessions wait for it"
    )
    assert found.since == AT - timedelta(seconds=61.9)


@pytest.mark.parametrize(
    ("age_s", "level"), [(5.0, Level.OK), (8.0, Level.OK), (8.1, Level.WARN), (9.9, Level.WARN), (15.1, Level.ALARM)]
)
def test_a_silent_process_is_named_within_ten_seconds(age_s, level):
    found = judge_process("stream", [ProcessRead("stream", "1", 77, age_s, 100, 0)], AT)
    assert found.level is level
    if level is not Level.OK:
        assert "77" in found.zh and "77" in found.en and "stream" in found.en


def test_one_living_instance_is_enough_and_none_is_an_alarm():
    living, dead = ProcessRead("web", "1", 1, 2, 100, 0), ProcessRead("web", "2", 2, 500, 900, 0)
    assert judge_process("web", [dead, living], AT).level is Level.OK
    missing = judge(replace(CALM, processes=CALM.processes[1:]))
    assert [one.en for one in warnings(missing)] == ["Web (web) has never been heard of"]


@pytest.mark.parametrize(
    ("change", "code", "level"),
    [
        ({"log": LogRead(9, "ab", 0, 0.0)}, "relay.lag", Level.OK),
        ({"log": LogRead(9, "ab", 3, 1.9)}, "relay.lag", Level.OK),
        ({"log": LogRead(9, "ab", 3, 2.1)}, "relay.lag", Level.WARN),
        ({"log": LogRead(9, "ab", 3, 8.1)}, "relay.lag", Level.ALARM),
        ({"log": LogRead(9, "ab", kept_head_agrees=False)}, "log.head", Level.ALARM),
        ({"consumers": (ConsumerRead("jobs", 5, 4, 9.0),)}, "consumer.jobs", Level.OK),
        ({"consumers": (ConsumerRead("jobs", 5, 4, 11.0),)}, "consumer.jobs", Level.WARN),
        ({"consumers": (ConsumerRead("jobs", 5, 4, 61.0),)}, "consumer.jobs", Level.ALARM),
        ({"horizons": (Horizon("patrols_fix", 7),)}, "partitions.patrols_fix", Level.OK),
        ({"horizons": (Horizon("patrols_fix", 6),)}, "partitions.patrols_fix", Level.WARN),
        ({"horizons": (Horizon("patrols_fix", 2),)}, "partitions.patrols_fix", Level.ALARM),
        ({"jobs": JobsRead(2, 0, 61.0)}, "jobs.waiting", Level.WARN),
        ({"jobs": JobsRead(2, 0, 301.0)}, "jobs.waiting", Level.ALARM),
        ({"jobs": JobsRead(failed=1, failed_task="warm_tiles")}, "jobs.failed", Level.WARN),
        ({"machine": replace(MACHINE, disk_free_bytes=int(DISK_BYTES.warn) - 1)}, "disk", Level.WARN),
        ({"machine": replace(MACHINE, disk_free_bytes=int(DISK_BYTES.alarm) - 1)}, "disk", Level.ALARM),
        ({"machine": replace(MACHINE, connections=57)}, "connections", Level.WARN),
        ({"machine": replace(MACHINE, connections=73)}, "connections", Level.ALARM),
        ({"machine": replace(MACHINE, hidden=2)}, "sessions.hidden", Level.WARN),
    ],
)
def test_every_limit(change, code, level):
    assert level_of(code, replace(CALM, **change)) is level


def test_the_worst_stands_first():
    found = warnings(judge(replace(CALM, sessions=(replace(WRITER, age_s=6), replace(WRITER, age_s=16)))))
    assert [one.level for one in found] == [Level.ALARM, Level.WARN]
    assert CONNECTIONS_SHARE.level(0.5) is Level.OK


def test_every_finding_speaks_both_languages_and_is_json():
    readings = replace(
        CALM, processes=(), sessions=(replace(WRITER, age_s=16),), log=LogRead(1, "ab", 2, 9, False),
        consumers=(ConsumerRead("jobs", 1, 2, 99),), horizons=(Horizon("t", 1),),
        jobs=JobsRead(1, 0, 99, 1, "t"), machine=replace(MACHINE, hidden=1),
    )  # fmt: skip
    for finding in judge(readings):
        body = finding.as_dict()
        assert body["zh"] and body["en"] and not any("一" <= letter <= "鿿" for letter in body["en"])
        assert set(body) == {"code", "level", "zh", "en", "since"}


SCREEN = ScreenRead("main", "1c9f0a2b", 3840, 2160, 12.0, "live", True, display=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phase": "stale"}, "hears no heartbeat"),
        ({"hash_ok": False}, "differs from the store"),
        ({"age_s": 91.0}, "has not been heard of for 1 min 31 s"),
        ({"age_s": 7200.0, "phase": "stale"}, "has not been heard of for 2 h 0 min"),
        ({"reported": "hash_mismatch", "reported_age_s": 30.0}, "was fetched again"),
        ({"reported": "context_lost", "reported_age_s": 599.0}, "lost its drawing context"),
        ({"reported": "slow", "reported_age_s": 1.0}, "drew too slowly"),
    ],
)
def test_a_screen_in_trouble_is_named_with_its_wall(changes, words):
    (found,) = warnings(judge(replace(CALM, screens=(replace(SCREEN, **changes),))))
    assert (found.code, found.level) == ("screen.main.1c9f0a2b", Level.WARN)
    assert "main (1c9f0a2b, 3840×2160)" in found.en and words in found.en and "大屏 main" in found.zh


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hash_ok": None},
        {"age_s": 90.0},
        {"age_s": 4000.0, "display": False},
        {"reported": "hash_mismatch", "reported_age_s": 601.0},
        {"reported": "reloaded", "reported_age_s": 1.0},
    ],
)
def test_a_screen_that_is_well_or_that_nobody_misses_is_no_trouble(changes):
    assert warnings(judge(replace(CALM, screens=(replace(SCREEN, **changes),)))) == []


def test_a_screen_is_live_only_while_it_speaks_hears_and_agrees():
    assert is_live(SCREEN) and is_live(replace(SCREEN, hash_ok=None))
    for changes in ({"age_s": 91.0}, {"phase": "stale"}, {"hash_ok": False}):
        assert not is_live(replace(SCREEN, **changes))
