"""manage.py rollback_import ID: undoes one import exactly; its layer gets a version that equals the one before."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import CommandError, CommandParser

from layers.catalog.command_line import ASKS, REFUSED, WRONG_USAGE
from layers.errors import Conflict, WanggeError
from layers.imports.management.command import ImportCommand
from layers.imports.models import Status
from layers.imports.rolling import ask_rollback, roll_back_import
from layers.imports.selectors import report_of


class Command(ImportCommand):
    """Parses, calls the services, prints what stands on the import or what was undone."""

    help = "Undoes one import exactly. What stands on it is named; --with-later undoes that too."

    def add_arguments(self, parser: CommandParser) -> None:
        """ID, --with-later, --as, --reason, --json."""
        parser.add_argument("id", metavar="ID", help="the import's id, as its report says")
        parser.add_argument("--with-later", action="store_true", help="undo what stands on it too, newest first")
        parser.add_argument("--as", dest="as_user", metavar="USER", help="act with this account's rights")
        parser.add_argument("--reason", default="", help="why, for the history")
        parser.add_argument("--json", action="store_true", help="print the report as JSON and nothing else on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 done, 2 something stands on it, 3 refused, 64 wrong usage, 1 crash."""
        try:
            key = uuid.UUID(options["id"])
        except ValueError as error:
            raise CommandError(f"{options['id']} is no id of an import", returncode=WRONG_USAGE) from error
        try:
            row = ask_rollback(
                actor=self.actor(options["as_user"]), import_id=key, with_later=options["with_later"],
                reason=options["reason"], job=False,
            )  # fmt: skip
        except WanggeError as error:
            stands = isinstance(error, Conflict) and "standing" in error.extra
            self._explain(error.problem("en"), options["json"])
            self.leave(error.problem("en"), ASKS if stands else REFUSED, as_json=options["json"])
            return
        row = roll_back_import(import_id=row.pk, progress=self.progress)
        self.end_progress()
        report = report_of(row) | {"rollback_version": row.rollback_version, "undone_versions": row.undone_versions}
        if row.status != Status.ROLLED_BACK:
            self._explain(row.error or {}, options["json"])
            self.leave(report, REFUSED, as_json=options["json"])
            return
        if not options["json"]:
            undone = ", ".join(f"v{version}" for version in row.undone_versions) or "—"
            self.stdout.write(f"{row.file_name} → {row.layer}: {undone} undone by v{row.rollback_version}")
        self.leave(report, 0, as_json=options["json"])

    def _explain(self, problem: dict[str, Any], as_json: bool) -> None:
        if as_json:
            return
        self.stderr.write(f"{problem.get('title', '')}: {problem.get('detail', '')}\n  {problem.get('remedy', '')}")
        for one in problem.get("standing", [])[:20]:
            self.stderr.write(
                f"  - v{one['version']} {one['source']}: {one['features']} features ({', '.join(one['ids'][:5])})"
            )
