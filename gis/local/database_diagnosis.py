"""The database part of ``doctor``: is it reachable, what may the application's role do, which PostGIS is it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from . import cluster
from .files import read_json, read_stamp
from .options import Options
from .places import Places
from .problems import SetupProblem

if TYPE_CHECKING:
    import psycopg

Row = tuple[str, Literal["ok", "note", "bad"], str, str]
_START = "make run starts it; then ask again in another terminal"
#: (what the role must not have, SQL that is true when it has it)
_RIGHTS = (
    ("is a superuser", "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"),
    ("may create roles or databases", "SELECT rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"),
    ("may run programs on the server", "SELECT pg_has_role(current_user, 'pg_execute_server_program', 'member')"),
    ("may read or write the server's files",
     "SELECT pg_has_role(current_user, 'pg_read_server_files', 'member') OR pg_has_role(current_user, 'pg_write_server_files', 'member')"),
    ("may create tables", "SELECT has_schema_privilege(current_user, 'public', 'CREATE')"),
    ("owns tables", "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = current_user"
                    " AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relpersistence <> 't')"),
    ("owns the database", "SELECT EXISTS (SELECT FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = current_database()"
                          " AND r.rolname = current_user)"),
    ("may change or delete events", "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
                                    " AND c.relname = 'live_event' AND (has_table_privilege(current_user, c.oid, 'UPDATE')"
                                    " OR has_table_privilege(current_user, c.oid, 'DELETE') OR has_table_privilege(current_user, c.oid, 'TRUNCATE')))"),
)  # fmt: skip


def examine(places: Places, options: Options) -> Iterator[Row]:
    """Findings about the database, as (name, state, found, remedy)."""
    if options.private_cluster:
        made_by = read_stamp(places.cluster_dir / "PG_VERSION")
        try:
            cluster.bin_dir(places)
            yield (
                "cluster",
                "ok",
                f"{places.cluster_dir}" + (f", PostgreSQL {made_by}" if made_by else ", not made yet"),
                "",
            )
        except SetupProblem as problem:
            yield "cluster", "bad", problem.what, problem.remedy
            return
        except PermissionError:
            yield (
                "cluster",
                "note",
                f"{places.cluster_dir} is not readable for you",
                "sudo .venv/bin/python manage.py doctor",
            )
    elif not options.owner_url:
        remedy = "Give DATABASE_URL (a role that owns nothing) and DATABASE_OWNER_URL (the owner)."
        yield "database roles", "note", "one role only: the event log isn't protected", remedy
    url = options.database_url or str(read_json(places.state / "cluster.json").get("app_url", ""))
    if not url:
        yield "database", "bad", "not made yet (or cluster.json isn't readable for you)", "make run"
        return
    try:
        import psycopg
    except ImportError:
        yield "database", "note", "not asked: the Python packages are missing", "make run"
        return
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            yield from _inside(connection, protected=options.private_cluster or bool(options.owner_url))
    except psycopg.Error as error:
        stopped = options.private_cluster and not cluster.is_ready(places)
        found = "not running" if stopped else f"not reachable: {str(error).splitlines()[0]}"
        yield "database", "note" if stopped else "bad", found, _START


def _inside(connection: psycopg.Connection[Any], *, protected: bool) -> Iterator[Row]:
    def value(query: str) -> Any:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    yield (
        "database",
        "ok",
        f"reachable as {value('SELECT current_user')}, PostgreSQL {value('SHOW server_version')}",
        "",
    )
    try:
        yield "PostGIS", "ok", str(value("SELECT postgis_full_version()"))[:160], ""
    except Exception as error:
        yield "PostGIS", "bad", str(error).splitlines()[0], "As a superuser: CREATE EXTENSION postgis"
    for name in ("btree_gist", "pg_trgm"):
        there = value(f"SELECT EXISTS (SELECT FROM pg_extension WHERE extname = '{name}')")
        yield (
            f"extension {name}",
            "ok" if there else "bad",
            "there" if there else "missing",
            f"As a superuser: CREATE EXTENSION {name}",
        )
    too_much = [what for what, query in _RIGHTS if value(query)]
    state: Literal["ok", "note", "bad"] = "ok" if not too_much else "bad" if protected else "note"
    found = "owns nothing, may not change the log" if not too_much else "; ".join(too_much)
    yield (
        "rights of the application's role",
        state,
        found,
        "Give DATABASE_URL a role without these rights; make run grants what it needs",
    )
    for name, wanted in (("fsync", "on"), ("data_checksums", "on")):
        have = value(f"SHOW {name}")
        yield name, "ok" if have == wanted else "note", str(have), f"{name} should be {wanted} where data matters"
