"""Consumers of the log: each event exactly once and in order, whoever dies, however many try."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from gis.worker.following import FOLLOWERS
from layers.live.consumers import Consumer, advance, consumers, head_seq, register, waiting
from layers.live.models import Cursor
from layers.live.processes import beat
from tests.live_log import link_all, published, reported


class Notebook:
    """A consumer that writes down what it is given, and dies when told to."""

    def __init__(self, name: str = "notebook") -> None:
        self.seen: list[int] = []
        self.die_at = 0
        self.consumer = Consumer(name, self.handle)

    def handle(self, links) -> None:
        for link in links:
            if link.seq == self.die_at:
                raise ZeroDivisionError("died midway")
            Cursor.objects.create(consumer=f"{self.consumer.name}:{link.seq}", seq=link.event.pk)

    def written(self) -> list[int]:
        names = Cursor.objects.filter(consumer__startswith=f"{self.consumer.name}:").values_list("consumer", flat=True)
        return sorted(int(name.split(":")[1]) for name in names)


def log_of(count: int) -> int:
    """So many new events with their places; the seq before the first of them."""
    link_all()
    before = head_seq()
    for number in range(count):
        reported(number)
    link_all()
    return before


def walk(consumer: Consumer, batch: int) -> int:
    total = 0
    while moved := advance(consumer, batch):
        total += moved
    return total


def test_a_consumer_gets_every_event_once_and_in_order(db):
    log_of(7)
    book = Notebook()
    assert waiting([book.consumer]) == [book.consumer]
    assert walk(book.consumer, 3) == head_seq()
    assert book.written() == list(range(1, head_seq() + 1))
    assert waiting([book.consumer]) == []
    assert advance(book.consumer) == 0


def test_events_without_a_place_are_not_there_yet(db):
    before = log_of(2)
    reported(99)
    book = Notebook()
    assert walk(book.consumer, 100) == before + 2


def test_a_handler_that_dies_midway_leaves_nothing_and_goes_on_from_there(db):
    before = log_of(9)
    book = Notebook()
    book.die_at = before + 5
    with pytest.raises(ZeroDivisionError):
        walk(book.consumer, 3)
    done = Cursor.objects.get(consumer="notebook").seq
    assert done < before + 5
    assert book.written() == list(range(1, done + 1)), "the half batch must be undone with its cursor"
    book.die_at = 0
    walk(book.consumer, 3)
    assert book.written() == list(range(1, before + 10))


def test_a_name_registered_again_is_replaced(db):
    first, second = Notebook("same"), Notebook("same")
    register(first.consumer)
    register(second.consumer)
    assert [one for one in consumers() if one.name == "same"] == [second.consumer]


def test_a_second_worker_passes_by_a_consumer_that_is_busy(own_database):
    log_of(4)
    inside, go_on, passed = threading.Event(), threading.Event(), []
    book = Notebook()

    def slow(links):
        inside.set()
        assert go_on.wait(10)
        book.handle(links)

    def first_worker():
        advance(Consumer("notebook", slow))
        connection.close()

    worker = threading.Thread(target=first_worker)
    worker.start()
    assert inside.wait(10)
    passed.append(advance(book.consumer))
    go_on.set()
    worker.join(10)
    assert passed == [0]
    assert book.written() == list(range(1, head_seq() + 1))


def test_many_workers_at_once_do_everything_once(own_database):
    log_of(40)
    book, top = Notebook(), head_seq()

    def work():
        while Cursor.objects.filter(consumer="notebook").values_list("seq", flat=True).first() != top:
            advance(book.consumer, 3)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert book.written() == list(range(1, top + 1)), "a doubled event would have broken the primary key"


def jobs() -> list[tuple[str, str, dict]]:
    rows = ProcrastinateJob.objects.order_by("task_name", "queueing_lock")
    return list(rows.values_list("task_name", "queueing_lock", "args"))


def test_a_published_layer_asks_for_its_jobs_and_repeats_collapse(db):
    log_of(0)
    walk(FOLLOWERS, 200)
    ProcrastinateJob.objects.all()._raw_delete("default")
    published("roads", 2)
    published("roads", 3)
    published("places", 2)
    link_all()
    walk(FOLLOWERS, 1)
    assert jobs() == [
        ("refresh_statistics", "statistics", {}),
        ("warm_tiles", "warm:places", {"layer": "places"}),
        ("warm_tiles", "warm:roads", {"layer": "roads"}),
    ]


def test_a_job_goes_with_the_transaction_that_asked_for_it(db, monkeypatch):
    log_of(0)
    walk(FOLLOWERS, 200)
    ProcrastinateJob.objects.all()._raw_delete("default")
    published("roads", 2)
    link_all()

    def dies(links):
        FOLLOWERS.handle(links)
        assert jobs()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        advance(Consumer(FOLLOWERS.name, dies))
    assert jobs() == []


def test_a_beat_inside_a_transaction_is_refused(db):
    with pytest.raises(RuntimeError, match="inside a transaction"):
        beat("relay", "1")
