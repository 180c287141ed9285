"""What is measured of the running system, as plain numbers. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class ProcessRead:
    """The last sign of life of one process; `restarts` counts starts after the first."""

    name: str
    instance: str
    pid: int
    age_s: float
    up_s: float
    restarts: int
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Session:
    """One open transaction: who, since when, doing what kind of statement; never the statement itself.

    `in_log`: it has written to the log and not committed. `blocks`: so many other sessions wait for it.
    """

    pid: int
    role: str
    application: str
    state: str
    age_s: float
    verb: str
    writes: bool
    in_log: bool
    blocks: int

    @property
    def holds(self) -> bool:
        """True when others may have to wait for its end."""
        return self.writes or self.in_log or self.blocks > 0


@dataclass(frozen=True)
class ConsumerRead:
    """How far a consumer is behind the newest event, in events and by the age of the first it has not done."""

    name: str
    seq: int
    behind: int
    age_s: float


@dataclass(frozen=True)
class Horizon:
    """A table kept in parts by day: for how many days from today there is room."""

    table: str
    days: int


@dataclass(frozen=True)
class LogRead:
    """The log: its head, the events still without a place, and whether the head kept outside is in it (None: none kept)."""

    seq: int = 0
    hash: str = ""
    unlinked: int = 0
    unlinked_age_s: float = 0.0
    kept_head_agrees: bool | None = None


@dataclass(frozen=True)
class JobsRead:
    """The queue of background work; `oldest_wait_s` is the age of the oldest job that could run now."""

    waiting: int = 0
    running: int = 0
    oldest_wait_s: float = 0.0
    failed: int = 0
    failed_task: str = ""


@dataclass(frozen=True)
class MachineRead:
    """Disk, database and its sessions; `hidden` sessions are those whose state the owner's role may not see."""

    disk_free_bytes: int
    disk_total_bytes: int
    database_bytes: int
    connections: int
    connections_max: int
    hidden: int = 0


@dataclass(frozen=True)
class ScreenRead:
    """What a screen of a wall said last; `display`: its account is that of a display, which should be there always.

    `counts`: kind of trouble -> how often it told of it. `reported` is the last such kind, `reported_age_s` its age.
    """

    wall: str
    screen: str
    width: int
    height: int
    age_s: float
    phase: str
    hash_ok: bool | None
    display: bool
    counts: dict[str, int] = field(default_factory=dict)
    reported: str = ""
    reported_age_s: float | None = None


@dataclass(frozen=True)
class Readings:
    """Everything at one moment."""

    at: datetime
    processes: tuple[ProcessRead, ...]
    sessions: tuple[Session, ...]
    consumers: tuple[ConsumerRead, ...]
    horizons: tuple[Horizon, ...]
    log: LogRead
    jobs: JobsRead
    machine: MachineRead
    screens: tuple[ScreenRead, ...] = ()
