"""The texts of the private cluster: its configuration, and the SQL that makes its roles and databases."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

HBA = """# Made by gis/local: no network, the superuser by operating-system identity, everybody else by password.
local all {superuser} peer map=wangge
local all all scram-sha-256
"""

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")


def configuration(socket_dir: Path, port: int, memory_mb: int, *, durable: bool) -> str:
    """``postgresql.conf`` for a district on a small machine (two cores, a few gigabytes).

    Every acknowledged write is on disk: ``fsync`` and ``synchronous_commit`` stay on. Only a cluster that holds
    nothing but tests is ``durable=False``.
    """
    shared_mb = max(64, min(1024, memory_mb // 8))
    settings: dict[str, object] = {
        "listen_addresses": "",
        "port": port,
        "unix_socket_directories": str(socket_dir),
        # Tests hold several sites at once, each as large as the one that a durable cluster serves.
        "max_connections": 80 if durable else 300,
        "password_encryption": "scram-sha-256",
        "shared_buffers": f"{shared_mb}MB",
        "effective_cache_size": f"{max(128, memory_mb // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(32, min(256, memory_mb // 16))}MB",
        "random_page_cost": 1.1,
        "effective_io_concurrency": 64,
        "max_worker_processes": 4,
        "max_parallel_workers": 2,
        "max_parallel_workers_per_gather": 1,
        # Compiling a tile's query takes longer than running it.
        "jit": "off",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "wal_compression": "on",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "10min",
        "idle_in_transaction_session_timeout": "30s",
        "tcp_keepalives_idle": 60,
        "timezone": "UTC",
        "log_timezone": "UTC",
        "datestyle": "iso, ymd",
        "lc_messages": "C",
        "log_destination": "stderr",
        "logging_collector": "off",
        "log_line_prefix": "%p %u@%d ",
        "log_min_duration_statement": "2s",
        # A statement's values may be personal data: never into a log.
        "log_parameter_max_length": 0,
        "log_parameter_max_length_on_error": 0,
        "log_lock_waits": "on",
        "log_checkpoints": "off",
        "log_autovacuum_min_duration": "10s",
    }
    lines = [f"{name} = {_literal(value)}" for name, value in settings.items()]
    return "# Made by gis/local at each start; changes belong there.\n" + "\n".join(lines) + "\n"


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def scram_verifier(password: str, salt: bytes) -> str:
    """What PostgreSQL stores for ``password`` (RFC 5802, RFC 7677), so that the password itself is never sent or logged."""
    rounds = 4096
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()

    def b64(raw: bytes) -> str:
        return base64.b64encode(raw).decode()

    return f"SCRAM-SHA-256${rounds}:{b64(salt)}${b64(stored_key)}:{b64(server_key)}"


def _role(name: str, options: str, password: str) -> str:
    # The salt comes from the password, so that the text (and its stamp) stays the same from start to start.
    verifier = scram_verifier(password, hashlib.sha256(f"{name} {password}".encode()).digest()[:16])
    return f"""
DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE {name} WITH LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT {options} PASSWORD '{verifier}';
"""


def preparation(passwords: dict[str, str]) -> list[tuple[str, str]]:
    """(database, SQL) in order: roles, the template with its extensions, the database. Each may run twice.

    The template is renamed into being when it is whole; ``CREATE DATABASE`` itself is atomic.
    """
    roles = (
        "SET log_min_error_statement = panic;"
        + _role("wangge_owner", "CREATEDB", passwords["owner"])
        + _role("wangge_app", "NOCREATEDB", passwords["app"])
        + """
ALTER ROLE wangge_owner SET lock_timeout = '10s';
ALTER ROLE wangge_app SET statement_timeout = '5s';
ALTER ROLE wangge_app SET lock_timeout = '2s';
ALTER ROLE wangge_app SET idle_in_transaction_session_timeout = '30s';
DROP DATABASE IF EXISTS wangge_template_new;
SELECT 'CREATE DATABASE wangge_template_new OWNER wangge_owner TEMPLATE template0'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'wangge_template') \\gexec
"""
    )
    # psql has no "connect if it exists": the second text runs in postgres when the template stands already.
    fill = (
        "SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'wangge_template_new') AS fresh \\gset\n"
        "\\if :fresh\n\\connect wangge_template_new\n"
        + "".join(f"CREATE EXTENSION IF NOT EXISTS {name};\n" for name in EXTENSIONS)
        + "REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n"
        + "GRANT SELECT, INSERT, UPDATE, DELETE ON spatial_ref_sys TO wangge_owner;\n"
        + "\\connect postgres\nALTER DATABASE wangge_template_new RENAME TO wangge_template;\n\\endif\n"
    )
    database = """
SELECT 'CREATE DATABASE wangge OWNER wangge_owner TEMPLATE wangge_template'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'wangge') \\gexec
REVOKE ALL ON DATABASE wangge, wangge_template, postgres, template1 FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE wangge TO wangge_app;
GRANT CONNECT ON DATABASE postgres TO wangge_owner;
-- Tests drop databases with their sessions: whoever ends a session must belong to its role.
GRANT wangge_app TO wangge_owner;
-- A transaction of any role can hold the log back: /ops/ names it, by its age and never by its text.
GRANT pg_read_all_stats TO wangge_owner;
"""
    return [("postgres", roles), ("postgres", fill), ("postgres", database)]
