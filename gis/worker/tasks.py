"""The jobs of the worker: thin functions round services and selectors. Each may be killed at any line and run again."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime

from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from gis.worker.clocks import CLOCKS, Clock
from layers.catalog.registry import spec_of
from layers.catalog.selectors import district_bounds
from layers.errors import UnknownLayer
from layers.exports.jobs import run_export
from layers.geo.tilemath import tiles_over
from layers.imports.keeping import work_on
from layers.people.rights import EVERYTHING
from layers.tiles.addresses import Spot
from layers.tiles.selectors import tile, tiled_specs, versions_in_force

log = logging.getLogger("wangge.worker")

#: A worker that has not beaten for so long is dead, and what it was doing is taken up by another.
DEAD_AFTER_S = 12.0
#: Zooms whose tiles hold many rows each, and which every screen opens with.
WARM_ZOOMS = range(10, 14)
KEEP_DONE_H = 1
KEEP_FAILED_H = 7 * 24


@app.task(name="refresh_statistics")
def refresh_statistics() -> None:
    """The planner's statistics of all layers, as their owner keeps them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_refresh_statistics()")


@app.task(name="warm_tiles", pass_context=True)
def warm_tiles(context: JobContext, layer: str) -> int:
    """Draws a layer's tiles of the low zooms once, so that the database holds their pages; returns how many."""
    try:
        spec = spec_of(layer)
    except UnknownLayer:  # a layer of staff that was taken off the maps since
        return 0
    if not spec.tiled:
        return 0
    specs = tiled_specs((layer,))
    versions, bounds = versions_in_force(specs), district_bounds()
    drawn = 0
    for z in (z for z in WARM_ZOOMS if spec.min_zoom <= z <= spec.max_zoom):
        for x, y in tiles_over((bounds[0], bounds[1], bounds[2], bounds[3]), z):
            if context.should_abort():
                return drawn
            tile(specs, Spot(z, x, y), versions, (EVERYTHING,))
            drawn += 1
    return drawn


@app.task(name="write_export")
def write_export(export: str) -> str:
    """Writes the file of an export that somebody asked for; returns what became of it."""
    return str(run_export(export_id=uuid.UUID(export)))


@app.task(name="work_on_import")
def work_on_import(key: str) -> None:
    """The next step of an import: preparing, committing, taking back; whatever it waits for."""
    work_on(uuid.UUID(key))


@app.periodic(cron="* * * * * */10")
@app.task(name="take_up_jobs", queueing_lock="take_up_jobs", pass_context=True)
async def take_up_jobs(context: JobContext, timestamp: int) -> None:
    """Puts the jobs of dead workers back into the queue; one whose like waits there already is over.

    It has no lock on purpose: killed with it, nobody could ever take up its own job.
    """
    manager = context.app.job_manager
    await manager.prune_stalled_workers(DEAD_AFTER_S)
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_S):
        if job.id is None or job.id == context.job.id:
            continue
        log.warning("job %s of a dead worker is taken up again", job.task_name)
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, status=Status.ABORTED, delete_job=False)
        except ConnectorException as error:  # another worker was first
            log.info("job %s was taken up by another worker (%s)", job.task_name, error)


@app.periodic(cron="*/10 * * * *")
@app.task(name="prune_jobs", queueing_lock="prune_jobs", pass_context=True)
async def prune_jobs(context: JobContext, timestamp: int) -> None:
    """Forgets jobs that were done an hour ago, and those that failed a week ago."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=KEEP_DONE_H)
    await manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_H, include_failed=True, include_cancelled=True, include_aborted=True
    )


def _wind(clock: Clock) -> None:
    """Makes a periodic job of a clock. It waits at most once, and two of a kind never run at a time."""

    def tick(timestamp: int) -> None:
        clock.tick(datetime.fromtimestamp(timestamp, UTC))

    task = app.task(name=clock.name, queueing_lock=clock.name, lock=clock.name)(tick)
    app.periodic(cron=clock.cron)(task)


for _clock in CLOCKS:
    _wind(_clock)
