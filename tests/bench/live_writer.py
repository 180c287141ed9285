"""Writers of live events: `python -m tests.bench.live_writer PART OF`. Each stdin line is an order, answered by one line.

`paced RATE SECONDS`: one after the other, at an even pace. `flood THREADS SECONDS`: as fast as so many threads can; the
answer is how many they committed. A write is one domain row and its event in one transaction, as services do it.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any

import django


class Changes:
    """Cameras of this process, changed one event at a time."""

    def __init__(self, part: int, of: int) -> None:
        from layers.cameras.live import read_live

        self.objects = read_live()[part::of]

    def commit(self, number: int) -> None:
        """One committed change of the camera of that number; its event carries the moment just before the commit."""
        from dataclasses import replace

        from django.db import connection, transaction

        from layers.live.objects import publish_object

        before = self.objects[number]
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO cameras_state (camera, status, since, at, version) VALUES (%s, 'online', now(), now(), 1)"
                    " ON CONFLICT (camera) DO UPDATE SET version = cameras_state.version + 1, at = EXCLUDED.at",
                    [before.id],
                )
            after = replace(before, version=before.version + 1, properties={**before.properties, "t": time.time()})
            publish_object(
                kind="camera.status", before=before, after=after, actor="system:bench", happened_at=datetime.now(UTC)
            )
        self.objects[number] = after


def _paced(changes: Changes, rate: float, seconds: float) -> int:
    begun, count = time.monotonic(), 0
    while (due := begun + count / rate) < begun + seconds:
        time.sleep(max(0.0, due - time.monotonic()))
        changes.commit(count % len(changes.objects))
        count += 1
    return count


def _flood(changes: Changes, threads: int, seconds: float) -> int:
    from django.db import connection

    counts = [0] * threads
    gate = threading.Barrier(threads)

    def work(number: int) -> None:
        connection.ensure_connection()
        gate.wait()
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            changes.commit(number)
            counts[number] += 1
        connection.close()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts)


def main(part: int, of: int) -> None:
    """Takes orders until stdin ends."""
    django.setup()
    changes = Changes(part, of)
    print("ready", flush=True)
    for line in sys.stdin:
        order, number, seconds = line.split()
        done: Any = (
            _paced(changes, float(number), float(seconds))
            if order == "paced"
            else _flood(changes, int(number), float(seconds))
        )
        print(done, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
