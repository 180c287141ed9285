"""The database of a bench run: made from the template, loaded by the product's own commands, dropped afterwards."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.bench.report import Figure, share

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "wangge_template"


@dataclass
class Database:
    """Where the loaded district is, for our own processes and for rivals."""

    environment: dict[str, str]
    figures: list[Figure] = field(default_factory=list)

    @property
    def url(self) -> str:
        """URL of the app's role."""
        return self.environment["DATABASE_URL"]


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextlib.contextmanager
def bench_database() -> Iterator[Database]:
    """A fresh database with the whole profile; the load is timed on the way."""
    name = f"wangge_bench_{os.getpid()}"
    owner_url = os.environ["DATABASE_OWNER_URL"]
    environment = os.environ | {
        "DATABASE_URL": _named(os.environ["DATABASE_URL"], name),
        "DATABASE_OWNER_URL": _named(owner_url, name),
        "WANGGE_SECRET_KEY": "a key for the bench alone, of no use elsewhere",
        "DJANGO_SETTINGS_MODULE": "gis.settings",
    }
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    try:
        _manage(environment, "prepare_database")
        first = _manage(environment, "load_district", "data/yuanhui")
        second = _manage(environment, "load_district", "data/yuanhui")
        with psycopg.connect(environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
            owner.execute("ANALYZE")
        yield Database(
            environment,
            [
                share("load of the whole profile", 60, [first], "manage.py load_district, interpreter start included"),
                share("the same load again (nothing changes)", 60, [second]),
            ],
        )
    finally:
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _manage(environment: dict[str, str], *words: str) -> float:
    """Seconds that a command of ours took. RuntimeError with its words when it failed."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {words[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - started
