"""manage.py inspect_file FILE... [--layer ID] [--json]: what each file holds and what is wrong with it; writes nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from layers.catalog.command_line import WRONG_USAGE, LayerCommand
from layers.imports.findings import Verdict
from layers.imports.sandbox import inspect


class Command(LayerCommand):
    """Parses, asks the sandbox, prints the reports."""

    help = "Says what files hold and what is wrong with them, by the rule table of docs/imports.md. Writes nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE..., --layer, --json."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file, an archive or a folder")
        parser.add_argument("--layer", metavar="ID", help="compare with this layer too (needs the database)")
        parser.add_argument("--json", action="store_true", help="print the reports as JSON and nothing else on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 accepted (with or without warnings), 2 needs an answer, 3 refused, 64 wrong usage; the worst of all."""
        compare = _comparison(options["layer"]) if options["layer"] else None
        reports = []
        for file in options["files"]:
            reports.append(compare(file) if compare else inspect(file).report)
            if not options["json"]:
                self._tell(reports[-1])
        if options["json"]:
            body = reports if len(reports) > 1 else reports[0]
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=1))
        worst = max(Verdict(report["verdict"]).exit_code for report in reports)
        if worst:
            self.stdout.flush()
            sys.exit(worst)

    def _tell(self, report: dict[str, Any]) -> None:
        self.stdout.write(f"{report['file']}: {report['verdict']}")
        for layer in report["layers"]:
            bounds = layer["bounds_4326"]
            place = " ".join(f"{number:.5f}" for number in bounds) if bounds else "?"
            self.stdout.write(
                f"  {layer['name']}: {layer['count']} {layer['geometry_type'] or '—'}, {layer['crs'] or '?'}"
                f", {layer['encoding'] or '—'}, {len(layer['fields'])} fields, {place}"
            )
        for finding in report["findings"]:
            where = f" [{finding['layer']}]" if finding["layer"] else ""
            rows = ", ".join(str(row) for row in finding["rows"][:10])
            self.stdout.write(f"  {finding['severity']}{where} {finding['code']}: {finding['message_zh']}")
            self.stdout.write(f"      {finding['message_en']}" + (f" (rows {rows})" if rows else ""))
            if finding["severity"] != "info":
                self.stdout.write(f"      → {finding['remedy']} {finding['remedy_en']}")
            for candidate in finding.get("candidates", ()):
                self.stdout.write(f"        {finding['option']} {candidate['value']}: {candidate['label_en']}")


def _comparison(layer: str) -> Any:
    """What inspects a file against a stored layer; wrong usage when there is no such layer."""
    from layers.errors import WanggeError
    from layers.imports.targets import inspect_against, target_of

    try:
        target = target_of(layer)
    except WanggeError as error:
        raise CommandError(f"{error.en or error.title_en}", returncode=WRONG_USAGE) from error
    return lambda file: inspect_against(file, target)
