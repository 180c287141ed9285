"""Consumers of the log: whoever has something to do after an event, in order, each event exactly once.

A consumer is registered from above, as live layers are. Its handler and its cursor are written in one transaction, so
that a process killed in between has done nothing; the locked row of the cursor keeps a second worker out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models.functions import Now

from layers.live.models import Cursor, Link

#: Events that one transaction takes at most.
BATCH = 200


@dataclass(frozen=True)
class Consumer:
    """Something that follows the log.

    `handle` gets links with their events, in the order of `seq`, inside the transaction that moves the cursor. It
    writes to the database alone: what it did outside would be done again after a crash.
    """

    name: str
    handle: Callable[[Sequence[Link]], None]


_consumers: dict[str, Consumer] = {}


def register(consumer: Consumer) -> None:
    """Makes a consumer known; registering a name again replaces it."""
    _consumers[consumer.name] = consumer


def consumers() -> tuple[Consumer, ...]:
    """Every consumer, in the order of registration."""
    return tuple(_consumers.values())


def waiting(known: Sequence[Consumer]) -> list[Consumer]:
    """Those consumers that have events before them; one look, no lock, so that an idle log costs next to nothing."""
    head = head_seq()
    done = dict(Cursor.objects.filter(consumer__in=[one.name for one in known]).values_list("consumer", "seq"))
    return [one for one in known if done.get(one.name, 0) < head]


def head_seq() -> int:
    """The newest seq of the log; 0 while it is empty."""
    return Link.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def advance(consumer: Consumer, batch: int = BATCH) -> int:
    """Hands the consumer its next events and moves its cursor; returns how many, 0 when none or when another has it.

    Whatever the handler raises undoes both.
    """
    enter(consumer.name)
    with transaction.atomic():
        seq = claimed_seq(consumer.name)
        return 0 if seq is None else _step(consumer, seq, batch)


def enter(name: str) -> None:
    """Gives a new consumer its cursor, before the first event."""
    if Cursor.objects.filter(consumer=name).exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO live_cursor (consumer, seq, moved_at) VALUES (%s, 0, now()) ON CONFLICT DO NOTHING", [name]
        )


def claimed_seq(name: str, *, patient: bool = False) -> int | None:
    """Where the consumer stands, its cursor locked until the transaction ends; None when another worker has it.

    `patient` waits for the other one instead.
    """
    rows = Cursor.objects.select_for_update(skip_locked=not patient).filter(consumer=name)
    return rows.values_list("seq", flat=True).first()


def replay(consumer: Consumer, batch: int = BATCH) -> int:
    """Hands the consumer the whole log anew, inside the caller's transaction; returns the number of events.

    The caller holds the cursor (`claimed_seq`) and has cleared what the consumer had made of the log.
    """
    seq, total = 0, 0
    while count := _step(consumer, seq, batch):
        total += count
        seq = Cursor.objects.values_list("seq", flat=True).get(consumer=consumer.name)
    return total


def _step(consumer: Consumer, seq: int, batch: int) -> int:
    links = list(Link.objects.filter(seq__gt=seq).select_related("event").order_by("seq")[:batch])
    if links:
        consumer.handle(links)
        Cursor.objects.filter(consumer=consumer.name).update(seq=links[-1].seq, moved_at=Now())
    return len(links)
