"""What happens by the clock: the hand-written list of duties that no event starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from layers.exports.jobs import expire_exports
from layers.imports.keeping import sweep, take_up
from layers.live.heads import keep_head
from layers.live.receipts import forget_receipts
from layers.patrols.duty import mark_stale
from layers.patrols.partitions import ensure_partitions


@dataclass(frozen=True)
class Clock:
    """A duty with its times (`cron`: minute hour day month weekday second, UTC).

    `tick` gets the moment it was due. It must be safe to run twice and late: what a stopped worker missed is done once
    when it is back, not as often as it was missed.
    """

    name: str
    cron: str
    tick: Callable[[datetime], object]


def keep_head_of_log(due: datetime) -> None:
    """The head of the log, written where the database's own roles cannot reach it."""
    keep_head(settings.HEADS_FILE)


def stale_units(due: datetime) -> None:
    """Units of which nothing was heard for too long, marked; judged by the time now, however late the duty runs."""
    mark_stale()


def days_of_tracks(due: datetime) -> None:
    """The days of the track table: made ahead, dropped after thirty."""
    ensure_partitions()


def old_receipts(due: datetime) -> None:
    """Receipts of writes, dropped once no device can repeat them any more."""
    forget_receipts(due)


def old_exports(due: datetime) -> None:
    """Files of exports that are a day old, removed; judged by the time now, however late the duty runs."""
    expire_exports()


def torn_imports(due: datetime) -> None:
    """Imports whose process died, taken up again; judged by the time now, however late the duty runs."""
    take_up()


def decided_imports(due: datetime) -> None:
    """What decided imports left behind, removed."""
    sweep()


#: Every duty by the clock.
CLOCKS: tuple[Clock, ...] = (
    Clock("stale_units", "* * * * * */10", stale_units),
    Clock("head_of_log", "0 * * * *", keep_head_of_log),
    Clock("days_of_tracks", "40 18 * * *", days_of_tracks),
    Clock("torn_imports", "* * * * * */30", torn_imports),
    Clock("decided_imports", "*/10 * * * *", decided_imports),
    Clock("old_exports", "20 * * * *", old_exports),
    Clock("old_receipts", "50 18 * * *", old_receipts),
)
