"""Keeping the days of the track table: made ahead, dropped when their time is over. Called daily by the worker.

The statements are functions of the database's owner (migration 0003): the app's role may call them, not do their work.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections, transaction

#: Days ahead that are made, how many of them must be left before somebody is told, and days a raw track is kept.
MADE_AHEAD_DAYS = 14
WARN_BELOW_DAYS = 3
KEPT_DAYS = 30


@dataclass(frozen=True)
class Kept:
    """How many days were made and how many dropped."""

    made: int
    dropped: int


def ensure_partitions(
    *, days: int = MADE_AHEAD_DAYS, keep_days: int = KEPT_DAYS, using: str = DEFAULT_DB_ALIAS
) -> Kept:
    """Makes the UTC days from a week ago to `days` ahead, drops those older than `keep_days`; twice does no harm.

    Each in a transaction of its own: a lock that is not to be had within 2 s (LockNotAvailable) leaves the other done.
    """
    return Kept(_call("patrols_make_partitions", days, using), _call("patrols_drop_partitions", keep_days, using))


def _call(function: str, number: int, using: str) -> int:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.callproc(function, [number])
        return int(cursor.fetchone()[0])
