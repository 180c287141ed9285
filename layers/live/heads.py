"""The head of the log, kept outside the database as well: who rewrites the whole chain cannot rewrite this file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from layers.live.models import Link

#: From the end of the file as much as holds the newest line.
_TAIL_BYTES = 4096


@dataclass(frozen=True)
class Head:
    """The newest link of the log at some moment: its seq and the hex of its hash."""

    seq: int
    hash: str


def head_of_log() -> Head | None:
    """The newest link; None while the log is empty."""
    row = Link.objects.order_by("-seq").values_list("seq", "hash").first()
    return None if row is None else Head(row[0], bytes(row[1]).hex())


def keep_head(path: Path) -> Head | None:
    """The head, appended to the file as one line of JSON, on disk when this returns; None when there is nothing new."""
    head, kept = head_of_log(), newest_kept(path)
    if head is None or head == kept:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "seq": head.seq, "hash": head.hash})
    with path.open("a", encoding="ascii") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    return head


def newest_kept(path: Path) -> Head | None:
    """The last whole line of the file; None when there is none."""
    return next(_lines_backwards(path), None)


def still_there(path: Path) -> bool | None:
    """Whether the newest kept head is in the log with the same hash; None when none was kept."""
    kept = newest_kept(path)
    if kept is None:
        return None
    stored = Link.objects.filter(seq=kept.seq).values_list("hash", flat=True).first()
    return stored is not None and bytes(stored).hex() == kept.hash


def _lines_backwards(path: Path) -> Iterator[Head]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return
    for line in reversed(lines):
        try:
            row = json.loads(line)
            yield Head(int(row["seq"]), str(row["hash"]))
        except (ValueError, KeyError, TypeError):
            continue  # a line cut short by a crash or by the window
