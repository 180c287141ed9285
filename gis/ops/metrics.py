"""The same readings for Prometheus: names as its convention wants them, in base units."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from gis.ops.judgement import Level
from gis.ops.readings import Readings
from gis.ops.report import Report, stream_clients
from gis.ops.screens import is_live

Family = GaugeMetricFamily | CounterMetricFamily


class _OfReport(Collector):
    def __init__(self, report: Report) -> None:
        self._report = report

    def collect(self) -> Iterator[Family]:
        """Every family, filled."""
        r = self._report.readings
        yield from _processes(r)
        yield from _log(r)
        yield from _database(r)
        yield from _work(r)
        yield from _screens(r)
        found = GaugeMetricFamily("wangge_warnings", "Findings above ok, as /ops/ shows them", labels=["level"])
        for level in (Level.WARN, Level.ALARM):
            found.add_metric([str(level)], sum(1 for one in self._report.findings if one.level is level))
        yield found


def exposition(report: Report) -> bytes:
    """The text of /metrics (Prometheus format 0.0.4)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_OfReport(report))
    return generate_latest(registry)


def _one(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"wangge_{name}", help_text, value=value)


def _processes(r: Readings) -> Iterator[Family]:
    labels = ["process", "instance"]
    age = GaugeMetricFamily("wangge_process_beat_age_seconds", "Since the last sign of life", labels=labels)
    up = GaugeMetricFamily("wangge_process_uptime_seconds", "Since the process started", labels=labels)
    restarts = CounterMetricFamily("wangge_process_restarts", "Starts after the first", labels=labels)
    for process in r.processes:
        key = [process.name, process.instance]
        age.add_metric(key, process.age_s)
        up.add_metric(key, process.up_s)
        restarts.add_metric(key, process.restarts)
    yield from (age, up, restarts)
    yield _one("stream_clients", "Clients connected to the streams", stream_clients(r))


def _log(r: Readings) -> Iterator[Family]:
    yield _one("log_head_seq", "Newest seq of the log", r.log.seq)
    yield _one("relay_unlinked_events", "Events without a place in the log", r.log.unlinked)
    yield _one("relay_lag_seconds", "Age of the oldest event without a place", r.log.unlinked_age_s)
    yield _one(
        "log_head_agrees", "1: the head kept outside is in the log, 0: it is not", r.log.kept_head_agrees is not False
    )
    behind = GaugeMetricFamily("wangge_consumer_behind_events", "Events not done yet", labels=["consumer"])
    lag = GaugeMetricFamily("wangge_consumer_lag_seconds", "Age of the first event not done yet", labels=["consumer"])
    for consumer in r.consumers:
        behind.add_metric([consumer.name], consumer.behind)
        lag.add_metric([consumer.name], consumer.age_s)
    yield from (behind, lag)


def _database(r: Readings) -> Iterator[Family]:
    oldest = GaugeMetricFamily(
        "wangge_oldest_transaction_seconds", "Age of the oldest open transaction; holding: others may wait for it",
        labels=["kind"],
    )  # fmt: skip
    for kind, holding in (("holding", True), ("reading", False)):
        oldest.add_metric([kind], max((s.age_s for s in r.sessions if s.holds is holding), default=0.0))
    yield oldest
    yield _one("transactions_in_log", "Open transactions with events not committed", sum(s.in_log for s in r.sessions))
    yield _one("database_bytes", "Size of the database", r.machine.database_bytes)
    yield _one("database_connections", "Sessions of clients", r.machine.connections)
    yield _one("database_connections_max", "max_connections", r.machine.connections_max)
    yield _one("disk_free_bytes", "Free on the disk of WANGGE_VAR", r.machine.disk_free_bytes)
    yield _one("disk_size_bytes", "Size of the disk of WANGGE_VAR", r.machine.disk_total_bytes)
    ahead = GaugeMetricFamily("wangge_partition_days_ahead", "Days that have their partition", labels=["table"])
    for horizon in r.horizons:
        ahead.add_metric([horizon.table], horizon.days)
    yield ahead


def _work(r: Readings) -> Iterator[Family]:
    yield _one("jobs_waiting", "Jobs in the queue", r.jobs.waiting)
    yield _one("jobs_running", "Jobs under way", r.jobs.running)
    yield _one("jobs_failed_24h", "Jobs that failed within 24 hours", r.jobs.failed)
    yield _one("jobs_oldest_wait_seconds", "Age of the oldest job that could run", r.jobs.oldest_wait_s)


def _screens(r: Readings) -> Iterator[Family]:
    labels = ["wall", "screen"]
    age = GaugeMetricFamily("wangge_wall_screen_age_seconds", "Since a screen of a wall last spoke", labels=labels)
    live = GaugeMetricFamily(
        "wangge_wall_screen_live", "1: it speaks, hears the stream and agrees with the store", labels=labels
    )
    display = GaugeMetricFamily("wangge_wall_screen_display", "1: a display, which should speak always", labels=labels)
    told = CounterMetricFamily(
        "wangge_wall_screen_reports", "Trouble that a screen told of", labels=[*labels, "kind"]
    )  # fmt: skip
    for screen in r.screens:
        key = [screen.wall, screen.screen]
        age.add_metric(key, screen.age_s)
        live.add_metric(key, float(is_live(screen)))
        display.add_metric(key, float(screen.display))
        for kind, count in screen.counts.items():
            told.add_metric([*key, kind], count)
    yield from (age, live, display, told)
