"""The database as a whole: made ready by its owner, judged by everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from layers.catalog.selectors import has_district
from layers.errors import NewerDatabase
from layers.patrols.partitions import ensure_partitions
from layers.walls.services import ensure_defaults

#: Tables into which the app's role may only INSERT.
APPEND_ONLY = (
    "live_event", "live_link", "incidents_incident_history", "walls_scene_history", "walls_wall_history",
)  # fmt: skip
#: Functions of the owner that the app's role may call: what would need DDL, within bounds they judge themselves.
CALLABLE = ("patrols_make_partitions", "patrols_drop_partitions", "live_activity")
OWNER = "owner"


@dataclass(frozen=True)
class Readiness:
    """What is there already."""

    database: bool
    migrated: bool
    loaded: bool

    @property
    def ready(self) -> bool:
        """True when nothing is missing."""
        return self.database and self.migrated and self.loaded

    def as_dict(self) -> dict[str, Any]:
        """For /readyz."""
        return {"ready": self.ready, "database": self.database, "migrated": self.migrated, "loaded": self.loaded}


def readiness() -> Readiness:
    """The state of the database as the app's role sees it. Raises DatabaseError when it can't be reached."""
    executor = MigrationExecutor(connection)
    migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Readiness(database=True, migrated=migrated, loaded=migrated and has_district())


def refuse_newer(alias: str) -> None:
    """Raises NewerDatabase when migrations are applied that this program does not have."""
    executor = MigrationExecutor(connections[alias])
    apps = {label for label, _ in executor.loader.graph.nodes}
    unknown = sorted(
        f"{app}.{name}" for app, name in executor.loader.applied_migrations
        if app in apps and (app, name) not in executor.loader.disk_migrations
    )  # fmt: skip
    if unknown:
        raise NewerDatabase(
            f"库里有本程序没有的迁移：{unknown[0]}", f"it has migrations this program lacks: {unknown[0]}"
        )


def prepare(verbosity: int = 1) -> None:
    """Brings the schema up to date as the owner and grants the app's role what it needs and no more."""
    alias = OWNER if OWNER in settings.DATABASES else DEFAULT_DB_ALIAS
    refuse_newer(alias)
    call_command("migrate", database=alias, interactive=False, verbosity=verbosity)
    if alias == OWNER:
        grant_app_role(settings.DATABASES[DEFAULT_DB_ALIAS]["USER"])
    ensure_partitions(using=alias)
    ensure_defaults()  # a district that was loaded before there were walls gets them too


def grant_app_role(role: str) -> None:
    """SELECT, INSERT, UPDATE, DELETE on all tables, but INSERT and SELECT alone on the log; no DDL, no ownership."""
    name = sql.Identifier(role)
    with connections[OWNER].cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(name).as_string(None))
        for table in APPEND_ONLY:
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}")
                .format(sql.Identifier(table), name)
                .as_string(None)
            )
        for function in CALLABLE:
            cursor.execute(
                sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.Identifier(function), name).as_string(None)
            )
        cursor.execute(
            sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}").format(name).as_string(None)
        )
