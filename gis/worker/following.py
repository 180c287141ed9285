"""Who follows the log: the composition of consumers, and which job an event asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from layers.incidents.counts import COUNTERS
from layers.live.consumers import Consumer, register
from layers.live.models import Event, Link


@dataclass(frozen=True)
class Wanted:
    """A job that an event asks for; while one with the same `key` waits to start, another would do nothing more.

    Of the jobs with one `lock` (each has its own unless it says otherwise) one runs at a time.
    """

    task: str
    key: str
    arguments: dict[str, Any] = field(default_factory=dict)
    lock: str = ""


def after_publishing(event: Event) -> list[Wanted]:
    """A layer has a new version: the planner's statistics, and its tiles of the low zooms, drawn before somebody waits."""
    layer = str(event.payload["layer"])
    return [Wanted("refresh_statistics", "statistics"), Wanted("warm_tiles", f"warm:{layer}", {"layer": layer})]


def after_asking_for_an_export(event: Event) -> list[Wanted]:
    """A file is to be written; one at a time, so that large ones leave a place for other work."""
    return [Wanted("write_export", f"export:{event.object_id}", {"export": event.object_id}, lock="exports")]


def after_delivery(event: Event) -> list[Wanted]:
    """An import is to be prepared, unless a command does it itself; one at a time, for each takes memory."""
    return [Wanted("work_on_import", f"prepare:{event.object_id}", {"key": event.object_id}, lock="imports")] if event.payload["job"] else []  # fmt: skip


def after_deciding(event: Event) -> list[Wanted]:
    """An import is to be committed or taken back, unless a command does it itself."""
    return [Wanted("work_on_import", f"decide:{event.object_id}", {"key": event.object_id})] if event.payload["job"] else []  # fmt: skip


#: Kind of event -> the jobs it asks for.
JOBS: dict[str, Callable[[Event], list[Wanted]]] = {
    "layer.published": after_publishing,
    "export.asked": after_asking_for_an_export,
    "import.received": after_delivery,
    "import.answered": after_delivery,
    "import.moved_on": after_delivery,
    "import.commit_asked": after_deciding,
    "import.rollback_asked": after_deciding,
}


def defer_jobs(links: Sequence[Link]) -> None:
    """Puts the jobs of these events into the queue, in the consumer's own transaction; the handler of `jobs`."""
    wanted = {job.key: job for link in links for job in _jobs_of(link.event)}
    queue = JobManager(DjangoConnector())  # on this thread's own connection, hence in this transaction
    for job in wanted.values():
        try:
            with transaction.atomic():  # a savepoint: the refusal of one job leaves the batch whole
                ask = configure_task(name=job.task, job_manager=queue, queueing_lock=job.key, lock=job.lock or job.key)
                ask.defer(**job.arguments)
        except AlreadyEnqueued:
            continue  # it has not started yet, so it will see what this event changed


def _jobs_of(event: Event) -> list[Wanted]:
    asked = JOBS.get(event.kind)
    return asked(event) if asked else []


FOLLOWERS = Consumer("jobs", defer_jobs)


def register_consumers() -> tuple[Consumer, ...]:
    """Makes every consumer of the house known and returns them."""
    for consumer in (FOLLOWERS, COUNTERS):
        register(consumer)
    return (FOLLOWERS, COUNTERS)
