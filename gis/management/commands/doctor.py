"""``manage.py doctor [--json]``: what is missing or wrong on this machine and how to mend it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from gis.local.diagnosis import report
from gis.local.options import read_options
from gis.local.places import find_places
from gis.local.problems import SetupProblem


class Command(BaseCommand):
    """Looks, and changes nothing. Exit code 0: all is well; 3: something has to be mended; 64: wrong usage."""

    help = "what is missing or wrong on this machine and how to mend it"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``--json``: stdout is that JSON alone."""
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        """Prints the findings and exits with their verdict."""
        try:
            chosen = read_options()
            code = report(
                find_places(Path(settings.BASE_DIR), chosen.var), chosen, as_json=as_json, write=self.stdout.write
            )
        except SetupProblem as problem:
            self.stderr.write(f"{problem.what}\n  → {problem.remedy}")
            code = problem.exit_code
        sys.exit(code)
