"""Positions taken in batches of 1,000, against COPY into the same table (so with equal indexes) and Django's bulk_create.

All start from the same judged fixes and end with a commit. The limit writes them with psycopg's own COPY, row by row;
how far a stream of bytes made before the clock starts would get is printed beside it, without a goal. The work runs in
a process of its own, which has Django on the bench's database, and is told by a line on stdin who is next.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.bench.report import Figure, compare
from tests.bench.stage import ROOT, Database

BATCH = 1_000
_UNITS = [str(uuid.uuid5(uuid.NAMESPACE_OID, f"bench {number}")) for number in range(78)]
_BATCHES = {"ours": 20, "copy": 20, "bytes": 20, "orm": 4}


def measure(database: Database, rounds: int) -> list[Figure]:
    """Round by round each contestant in turn, in one process, so that what else the machine does hits them alike."""
    rates: dict[str, list[float]] = {}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.positions"], cwd=ROOT, text=True, env=database.environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        for who in _BATCHES:
            _ask(process, who)  # warm: plans, caches, the first pages
        for number in range(rounds):
            print(f"  positions: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            for who in _BATCHES:
                rates.setdefault(who, []).append(_ask(process, who))
    finally:
        process.communicate(timeout=30)
    if process.returncode:
        raise RuntimeError("the process that takes positions failed")
    note = f"batches of {BATCH:,} new fixes of {len(_UNITS)} units, one commit each, key and BRIN kept on both sides"
    ours = rates["ours"]
    return [
        compare("positions, 1,000 a batch", "psycopg COPY, rows", ours, rates["copy"], goal=0.9, unit="fixes/s", note=note),
        compare("positions, 1,000 a batch", "COPY, ready bytes", ours, rates["bytes"], goal=None, unit="fixes/s"),
        compare("positions, 1,000 a batch", "Django bulk_create", ours, rates["orm"], goal=10, unit="fixes/s"),
    ]  # fmt: skip


def _ask(process: subprocess.Popen[str], who: str) -> float:
    """Fixes a second of one contestant."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(who + "\n")
    process.stdin.flush()
    return float(json.loads(process.stdout.readline()))


def _serve() -> None:
    import django

    django.setup()
    from django.contrib.gis.geos import Point
    from django.db import connection, transaction

    from layers.patrols.fix_bytes import COLUMNS, copy_bytes
    from layers.patrols.fixes import JudgedFix, insert_fixes
    from layers.patrols.models import Fix
    from layers.patrols.positions import GivenFix, Mark

    now = datetime.now(UTC)
    into = f"COPY patrols_fix ({', '.join(COLUMNS)}) FROM STDIN"

    def ours(rows: Sequence[Any]) -> None:
        with transaction.atomic():
            if len(insert_fixes(rows, now)) != len(rows):
                raise RuntimeError("some of the new fixes were not stored")

    def copy(rows: Sequence[Any]) -> None:
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(into) as stream:
            for row in rows:
                f = row.fix
                stream.write_row(
                    (
                        f.unit, f.at, f.client_id, now, f.digest, int(row.marks),
                        f"SRID=4326;POINT({f.lon} {f.lat})", f.accuracy_m, f.speed_mps, f.bearing_deg,
                    )
                )  # fmt: skip

    def ready(data: bytes) -> None:
        with (
            transaction.atomic(), connection.cursor() as cursor,
            cursor.copy(f"{into} WITH (FORMAT binary)") as stream,
        ):  # fmt: skip
            stream.write(data)

    def orm(rows: Sequence[Any]) -> None:
        Fix.objects.bulk_create(
            Fix(
                unit=f.unit, at=f.at, client_id=f.client_id, received_at=now, geom=Point(f.lon, f.lat, srid=4326),
                accuracy_m=f.accuracy_m, speed_mps=f.speed_mps, bearing_deg=f.bearing_deg, marks=int(row.marks),
                digest=f.digest,
            )
            for row in rows
            for f in (row.fix,)
        )  # fmt: skip

    def batch(number: int) -> list[Any]:
        """A thousand new fixes, five seconds apart; each batch later than the one before, as devices send them."""
        since = now - timedelta(hours=20) + timedelta(seconds=65 * number)
        fixes = [
            GivenFix(
                uuid.uuid4(), _UNITS[n % 78], since + timedelta(seconds=n // 78 * 5), 114 + n / 1e5, 33.55 + n / 1e6,
                5.0, 1.2, 90.0,
            )
            for n in range(BATCH)
        ]  # fmt: skip
        for fix in fixes:
            fix.digest  # noqa: B018 - judged fixes know it already
        return [JudgedFix(fix, Mark(0)) for fix in fixes]

    work: dict[str, Callable[[Any], None]] = {"ours": ours, "copy": copy, "bytes": ready, "orm": orm}
    number = 0
    for line in sys.stdin:
        who = line.strip()
        batches: list[Any] = [batch(number + n) for n in range(_BATCHES[who])]
        number += len(batches)
        if who == "bytes":
            batches = [copy_bytes(((row.fix, row.marks) for row in rows), now) for rows in batches]
        started = time.perf_counter()
        for rows in batches:
            work[who](rows)
        print(json.dumps(len(batches) * BATCH / (time.perf_counter() - started)), flush=True)


if __name__ == "__main__":
    _serve()
