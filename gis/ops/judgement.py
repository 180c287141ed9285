"""From readings to verdicts: limits, and sentences that say what was found. Pure.

Every judged thing gives one finding, also when all is well: pages show states, warnings are the findings above `ok`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from gis.ops.readings import Horizon, JobsRead, LogRead, MachineRead, ProcessRead, Readings, ScreenRead, Session
from gis.ops.screens import trouble


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    ALARM = "alarm"


_ORDER = {Level.ALARM: 0, Level.WARN: 1, Level.OK: 2}


@dataclass(frozen=True)
class Limit:
    """Beyond `warn` somebody should look, beyond `alarm` somebody must act. `low`: small values are the bad ones."""

    warn: float
    alarm: float
    low: bool = False

    def level(self, value: float) -> Level:
        """The level of a value; the limit itself is still within."""
        sign = -1 if self.low else 1
        if sign * value > sign * self.alarm:
            return Level.ALARM
        return Level.WARN if sign * value > sign * self.warn else Level.OK


#: A process beats every 5 s: a screen names one that is stuck within 10.
BEAT_S = Limit(8, 15)
#: A transaction that others may have to wait for; one that only reads keeps old rows alive and nothing else.
HOLDING_S = Limit(5, 10)
READING_S = Limit(60, 600)
RELAY_S = Limit(2, 8)
CONSUMER_S = Limit(10, 60)
HORIZON_DAYS = Limit(7, 3, low=True)
DISK_BYTES = Limit(2e9, 5e8, low=True)
CONNECTIONS_SHARE = Limit(0.7, 0.9)
JOB_WAIT_S = Limit(60, 300)

#: Processes of a whole installation, with their names for people.
EXPECTED: dict[str, tuple[str, str]] = {
    "web": ("网页", "Web"),
    "relay": ("中继", "Relay"),
    "stream": ("事件流", "Stream"),
    "worker": ("后台", "Worker"),
}


@dataclass(frozen=True)
class Finding:
    """One judged thing. `since` is when it began, where that can be told."""

    code: str
    level: Level
    zh: str
    en: str
    since: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "code": self.code, "level": str(self.level), "zh": self.zh, "en": self.en,
            "since": self.since.isoformat(timespec="seconds") if self.since else None,
        }  # fmt: skip


def judge(readings: Readings) -> list[Finding]:
    """Every finding, the worst first."""
    return sorted(_all(readings), key=lambda finding: _ORDER[finding.level])


def warnings(findings: list[Finding]) -> list[Finding]:
    """Those that somebody should look at."""
    return [finding for finding in findings if finding.level is not Level.OK]


def _all(r: Readings) -> Iterator[Finding]:
    for name in dict.fromkeys([*EXPECTED, *(process.name for process in r.processes)]):
        yield judge_process(name, [process for process in r.processes if process.name == name], r.at)
    yield from (judge_session(session, r.at) for session in r.sessions)
    yield from judge_log(r.log, r.at)
    for consumer in r.consumers:
        level = CONSUMER_S.level(consumer.age_s)
        yield Finding(
            f"consumer.{consumer.name}", level,
            f"消费者 {consumer.name} 落后 {consumer.behind} 件，最早一件已等 {_zh(consumer.age_s)}",
            f"consumer {consumer.name} is {consumer.behind} events behind, the first has waited {_en(consumer.age_s)}",
            _since(r.at, consumer.age_s),
        )  # fmt: skip
    yield from (judge_horizon(horizon) for horizon in r.horizons)
    yield from judge_jobs(r.jobs, r.at)
    yield from judge_machine(r.machine)
    yield from (judge_screen(screen, r.at) for screen in r.screens)


def judge_process(name: str, instances: list[ProcessRead], at: datetime) -> Finding:
    """A process by the instance that was heard last; one that never said anything is an alarm."""
    zh, en = EXPECTED.get(name, (name, name))
    if not instances:
        return Finding(
            f"process.{name}", Level.ALARM, f"{zh}（{name}）从未报到", f"{en} ({name}) has never been heard of"
        )
    last = min(instances, key=lambda process: process.age_s)
    level = BEAT_S.level(last.age_s)
    if level is Level.OK:
        return Finding(f"process.{name}", level, f"{zh}（{name}）在跑", f"{en} ({name}) is running")
    return Finding(
        f"process.{name}", level,
        f"{zh}（{name}，进程 {last.pid}）已 {_zh(last.age_s)}没有心跳",
        f"{en} ({name}, process {last.pid}) has been silent for {_en(last.age_s)}",
        _since(at, last.age_s),
    )  # fmt: skip


def judge_session(session: Session, at: datetime) -> Finding:
    """An open transaction, by its age and by whether others may have to wait for it."""
    level = (HOLDING_S if session.holds else READING_S).level(session.age_s)
    who = session.application or session.role or "?"
    verb = f"，{session.verb}" if session.verb else ""
    notes_zh = ("，有未提交的事件" if session.in_log else "") + (
        f"，挡住 {session.blocks} 个会话" if session.blocks else ""
    )
    notes_en = (", has events not yet committed" if session.in_log else "") + (
        f", {session.blocks} sessions wait for it" if session.blocks else ""
    )
    kind_zh, kind_en = ("写", "writing") if session.writes else ("读", "reading")
    return Finding(
        "transaction", level,
        f"{who}（进程 {session.pid}）的{kind_zh}事务已开 {_zh(session.age_s)}，{session.state}{verb}{notes_zh}",
        f"the {kind_en} transaction of {who} (process {session.pid}) has been open for {_en(session.age_s)},"
        f" {session.state}{verb.replace('，', ', ')}{notes_en}",
        _since(at, session.age_s),
    )  # fmt: skip


def judge_log(log: LogRead, at: datetime) -> Iterator[Finding]:
    """The relay's lag, and the head kept outside."""
    yield Finding(
        "relay.lag", RELAY_S.level(log.unlinked_age_s),
        f"{log.unlinked} 件事件未编号，最早一件已等 {_zh(log.unlinked_age_s)}" if log.unlinked else "事件都已编号",
        f"{log.unlinked} events without a place, the first has waited {_en(log.unlinked_age_s)}"
        if log.unlinked else "every event has its place",
        _since(at, log.unlinked_age_s) if log.unlinked else None,
    )  # fmt: skip
    if log.kept_head_agrees is False:
        yield Finding(
            "log.head", Level.ALARM,
            "库外保存的日志头不在库中：日志被改写，或恢复了旧库", "the head kept outside the database is not in the log:"
            " it was rewritten, or an older database was restored",
        )  # fmt: skip


def judge_horizon(horizon: Horizon) -> Finding:
    """The room ahead of a table kept in parts by day."""
    return Finding(
        f"partitions.{horizon.table}", HORIZON_DAYS.level(horizon.days),
        f"{horizon.table} 的分区备到 {horizon.days} 天后", f"{horizon.table} has partitions for {horizon.days} days ahead",
    )  # fmt: skip


def judge_jobs(jobs: JobsRead, at: datetime) -> Iterator[Finding]:
    """The queue, and what failed in the last 24 hours."""
    yield Finding(
        "jobs.waiting", JOB_WAIT_S.level(jobs.oldest_wait_s),
        f"{jobs.waiting} 项任务排队，最久已等 {_zh(jobs.oldest_wait_s)}" if jobs.waiting else "没有任务排队",
        f"{jobs.waiting} jobs wait, the oldest for {_en(jobs.oldest_wait_s)}" if jobs.waiting else "no job waits",
        _since(at, jobs.oldest_wait_s) if jobs.waiting else None,
    )  # fmt: skip
    if jobs.failed:
        yield Finding(
            "jobs.failed", Level.WARN,
            f"24 小时内 {jobs.failed} 项任务失败，最近一项是 {jobs.failed_task}，见 worker.log",
            f"{jobs.failed} jobs failed within 24 hours, the last was {jobs.failed_task}: see worker.log",
        )  # fmt: skip


def judge_screen(screen: ScreenRead, at: datetime) -> Finding:
    """A screen of a wall; trouble with it is for somebody to look at, the data is safe."""
    code = f"screen.{screen.wall}.{screen.screen}"
    which = f"{screen.wall}（{screen.screen}，{screen.width}×{screen.height}）"
    english = f"{screen.wall} ({screen.screen}, {screen.width}×{screen.height})"
    wrong = trouble(screen, _zh(screen.age_s), _en(screen.age_s))
    if wrong is None:
        return Finding(code, Level.OK, f"大屏 {which}正常", f"wall {english} is well")
    return Finding(code, Level.WARN, f"大屏 {which}{wrong[0]}", f"wall {english} {wrong[1]}", _since(at, screen.age_s))


def judge_machine(machine: MachineRead) -> Iterator[Finding]:
    """Disk, connections, and sessions whose state stays hidden."""
    free = machine.disk_free_bytes
    yield Finding(
        "disk",
        DISK_BYTES.level(free),
        f"数据盘剩 {free / 1e9:.1f} GB",
        f"{free / 1e9:.1f} GB are free on the data disk",
    )
    share = machine.connections / max(1, machine.connections_max)
    counts = f"{machine.connections} / {machine.connections_max}"
    yield Finding(
        "connections", CONNECTIONS_SHARE.level(share), f"数据库连接 {counts}", f"database connections {counts}"
    )
    if machine.hidden:
        yield Finding(
            "sessions.hidden", Level.WARN,
            f"{machine.hidden} 个会话看不到状态：以超级用户执行 GRANT pg_read_all_stats 给库的属主",
            f"the state of {machine.hidden} sessions is hidden: a superuser must GRANT pg_read_all_stats to the owner's role",
        )  # fmt: skip


def _since(at: datetime, age_s: float) -> datetime:
    return at - timedelta(seconds=age_s)


def _zh(seconds: float) -> str:
    """Rounded down, with its unit."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} 秒"
    if whole < 3600:
        return f"{whole // 60} 分 {whole % 60} 秒"
    return f"{whole // 3600} 时 {whole % 3600 // 60} 分"


def _en(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
