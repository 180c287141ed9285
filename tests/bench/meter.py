"""Processor time of one contestant: its processes, its load, and the database processes that worked for it.

On a machine that others use too, tiles a second depend on how many processes each side puts into the queue for a
core. Tiles a *processor second* do not: they are what a quiet machine would give, up to its number of cores.
"""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench.stage import Database


@dataclass(frozen=True)
class Run:
    """What one measurement found: tiles a second, and tiles a second of processor time of everything involved."""

    rate: float
    per_cpu: float


class Meter:
    """Reads the processor time of some process trees, of our own finished children, and of the database's backends."""

    def __init__(self, database: Database) -> None:
        self._link = psycopg.connect(database.url, autocommit=True)

    def used(self, *roots: int) -> float:
        """Seconds so far. Idle contestants add nothing, so all backends of the bench's database may be counted."""
        rows = self._link.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()").fetchall()
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        mine = children.ru_utime + children.ru_stime
        return mine + sum(map(_seconds, {*_tree(roots), *(row[0] for row in rows)}))

    def close(self) -> None:
        """Ends its connection."""
        self._link.close()


def _tree(roots: tuple[int, ...]) -> set[int]:
    """The processes and all their descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
