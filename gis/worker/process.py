"""The worker process: consumers in one thread, jobs and clocks in procrastinate's worker, signs of life in another."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from typing import Any

import psycopg
from django.conf import settings
from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg_pool import PoolTimeout

from gis.worker.following import register_consumers
from gis.worker.loop import Loop
from layers.live.processes import signs_of_life

log = logging.getLogger("wangge.worker")

#: A job gets so long to end after a signal; then it is told to break off, and at last the process goes without it.
GRACE_S = 3.0
LAST_S = 5.5
#: Background work may take longer than a request, and waits longer for a lock; it still never waits for ever.
SESSION = "-c statement_timeout=60s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
_LONGEST_PAUSE_S = 5.0


def set_session() -> None:
    """Gives the database sessions of this process the worker's limits; before the first of them opens."""
    options = settings.DATABASES["default"]["OPTIONS"]
    options["options"] = " ".join(filter(None, [options.get("options", ""), SESSION]))
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0  # a thread that did a job keeps no session


def run() -> int:
    """Works until SIGTERM or SIGINT; the exit code."""
    set_session()
    loop = Loop(register_consumers())
    beater = signs_of_life("worker", loop.facts)
    loop.start()
    asyncio.run(_work(loop))
    loop.join(timeout=1)
    beater.stop()
    beater.join(timeout=1)
    return 0


async def _work(loop: Loop) -> None:
    """Runs procrastinate's worker, and a new one whenever it ends, until a signal comes."""
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _told, over, loop)
    pause_s = 0.5
    while not over.is_set():
        started = asyncio.get_running_loop().time()
        try:
            await _one_worker(over)
        except (ConnectorException, PoolTimeout, psycopg.Error, OSError) as error:
            log.warning("jobs: the database does not answer (%s)", str(error).split("\n")[0] or type(error).__name__)
        except Exception:
            log.exception("jobs: the worker failed and is started anew")
        lived_s = asyncio.get_running_loop().time() - started
        pause_s = 0.5 if lived_s > 30 else min(_LONGEST_PAUSE_S, pause_s * 2)
        if not over.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), pause_s)


def _told(over: asyncio.Event, loop: Loop) -> None:
    """A signal: everything ends politely, and what does not, at the last moment."""
    if over.is_set():
        return
    log.info("worker: stopping")
    over.set()
    loop.stop()
    asyncio.get_running_loop().call_later(LAST_S, _leave)


def _leave() -> None:
    """A job in a thread cannot be ended: it stays marked as running, and another worker takes it up again."""
    log.warning("worker: a job did not end in time and is left to the next worker")
    logging.shutdown()
    os._exit(0)


async def _one_worker(over: asyncio.Event) -> None:
    with django_app.replace_connector(_connector()) as app:
        async with app.open_async():
            working = asyncio.ensure_future(_jobs(app))
            told = asyncio.ensure_future(over.wait())
            try:
                await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                told.cancel()
            if not working.done():
                working.cancel()
            try:
                await working
            except asyncio.CancelledError:
                if not over.is_set():
                    raise


async def _jobs(app: App) -> None:
    await app.run_worker_async(
        name="wangge", concurrency=2, fetch_job_polling_interval=5.0, shutdown_graceful_timeout=GRACE_S,
        install_signal_handlers=False, update_heartbeat_interval=3.0, stalled_worker_timeout=12.0,
    )  # fmt: skip


def _connector() -> PsycopgConnector:
    parameters: dict[str, Any] = connector_params()
    return PsycopgConnector(kwargs=parameters, min_size=1, max_size=4, timeout=5.0)
