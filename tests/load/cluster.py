"""A private PostgreSQL cluster that tests may kill: durable like the product's, or told not to flush."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from django.db import connections

from gis.local import children, cluster
from gis.local.files import read_json
from gis.local.places import Places, find_places, remove_socket_dirs
from gis.settings import database
from tests.local_tree import open_folder
from tests.stage import ROOT, database_settings, url_of

#: What a database does that was told not to flush: it answers before the commit is written, and writes it some day.
NOT_FLUSHING = "\nsynchronous_commit = off\nwal_writer_delay = 10s\nwal_buffers = 16MB\n"
_SMALL = "\nshared_buffers = 128MB\nlog_min_messages = fatal\n"


class _Silent:
    """Takes the words of set-up and drops them."""

    def update(self, text: str, share: float = 0.0) -> None:
        """Nothing is shown in a test."""


@dataclass
class CrashCluster:
    """One cluster in a folder of its own, with the loaded district in the database `wangge`."""

    places: Places
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextlib.contextmanager
    def open(cls) -> Iterator[CrashCluster]:
        """A running durable cluster with a copy of the test database; gone afterwards."""
        with open_folder() as folder:
            places = replace(find_places(ROOT, str(folder)), state=folder, why_moved="")
            made = cls(places, folder / "postgres.log")
            try:
                made.log.touch()
                cluster.create(places, _Silent(), folder / "setup.log")  # type: ignore[arg-type]
                made.start()
                cluster.prepare(places, folder / "setup.log")
                made._fill()
                yield made
            finally:
                if made.process is not None:
                    made.kill()
                cluster.clear_stale_locks(places)  # a killed server leaves its socket
                remove_socket_dirs(places)

    def start(self, *, flushing: bool = True) -> None:
        """Starts it, recovery included; returns once it takes connections."""
        cluster.configure(self.places, durable=True)
        with (self.places.cluster_dir / "postgresql.conf").open("a") as conf:
            conf.write(_SMALL + ("" if flushing else NOT_FLUSHING))
        self.start_again()
        assert self.process is not None
        cluster.wait_ready(self.places, self.process)
        if not flushing:
            self._stop_log_writer()

    def start_again(self) -> None:
        """Starts it as it was and does not wait."""
        cluster.clear_stale_locks(self.places)
        account = self.places.cluster_account()
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(part) for part in cluster.start_command(self.places)], stdout=out, stderr=out, cwd="/",
                stdin=subprocess.DEVNULL, start_new_session=True, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"},
                preexec_fn=lambda: children.die_with_parent(signal.SIGINT),
                user=account.uid if account.switch else None, group=account.gid if account.switch else None,
                extra_groups=[] if account.switch else None,
            )  # fmt: skip

    def _stop_log_writer(self) -> None:
        """Halts the process that writes the log behind answered commits.

        What it had written would survive a killed process in the kernel's cache, which only a power cut empties.
        """
        assert self.process is not None
        for pid in _children_of(self.process.pid):
            if "walwriter" in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, signal.SIGSTOP)

    def kill(self) -> None:
        """kill -9 of the postmaster and all its processes at once: nobody gets to flush anything any more."""
        assert self.process is not None
        process, self.process = self.process, None
        process.send_signal(signal.SIGSTOP)  # no new backend while we look
        for pid in [*_children_of(process.pid), process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Ends it politely."""
        assert self.process is not None
        process, self.process = self.process, None
        process.send_signal(signal.SIGINT)
        process.wait(20)

    @property
    def url(self) -> str:
        """Where the app's role finds the district."""
        return str(read_json(self.places.state / "cluster.json")["app_url"])

    @property
    def owner_url(self) -> str:
        """Where the owner finds it."""
        return str(read_json(self.places.var / "owner.json")["owner_url"])

    @property
    def environment(self) -> dict[str, str]:
        """Environment that points another process at it, as the app's role only."""
        return database_settings() | {"DATABASE_URL": self.url}

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection of the owner, in autocommit, without time limits."""
        return psycopg.connect(
            self.owner_url, autocommit=True, options="-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
        )

    @contextlib.contextmanager
    def as_database(self) -> Iterator[None]:
        """Every Django connection of this process goes to it meanwhile, as the app's role."""
        kept = dict(connections["default"].settings_dict)
        connections["default"].close()
        connections["default"].settings_dict.update(database(self.url))
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"].settings_dict.clear()
            connections["default"].settings_dict.update(kept)

    def _fill(self) -> None:
        """Brings the loaded district over from the test database."""
        programs = cluster.bin_dir(self.places)
        with tempfile.TemporaryDirectory() as scratch:
            dump, wanted = Path(scratch) / "district.dump", Path(scratch) / "wanted"
            _run(programs / "pg_dump", "-Fc", "-Z0", "-f", dump, url_of("owner"))
            listed = _run(programs / "pg_restore", "-l", dump).splitlines()
            # The extensions and the schema are the superuser's and stand in the template already.
            wanted.write_text(
                "\n".join(line for line in listed if " EXTENSION " not in line and " SCHEMA " not in line)
            )
            _run(programs / "pg_restore", "--no-owner", "-L", wanted, "-d", self.owner_url, dump)


def _run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def _children_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.name))
    return found
