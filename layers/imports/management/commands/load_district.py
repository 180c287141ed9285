"""manage.py load_district DIR: loads or updates a whole profile; a second run changes nothing."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from layers.errors import WanggeError
from layers.imports.services import Summary, load_profile


class Command(BaseCommand):
    """Parses, calls the service, prints the summary."""

    help = "Loads or updates a district profile (a folder with profile.toml). A second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """DIR, --dry-run, --again, --report, --json."""
        parser.add_argument("dir", type=Path, help="the profile's folder, such as data/yuanhui")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and store nothing")
        parser.add_argument("--again", action="store_true", help="compare every row although the files are known")
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="write what was done, with a map, as one HTML file"
        )
        parser.add_argument("--json", action="store_true", help="print the summary as JSON and nothing else on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 done, 3 refused."""
        started = time.monotonic()
        try:
            summary = load_profile(
                folder=options["dir"],
                actor=None,
                dry_run=options["dry_run"],
                again=options["again"],
                progress=self._progress,
            )
        except WanggeError as error:
            self._end_progress()
            if options["json"]:
                self.stdout.write(json.dumps(error.problem("en"), ensure_ascii=False))
            self.stderr.write(f"{error.title_en}: {error.en}\n  {error.remedy_en}")
            for line in error.extra.get("problems", error.extra.get("pairs", []))[:20]:
                self.stderr.write(f"  - {line}")
            sys.exit(3)
        self._end_progress()
        if options["report"]:
            from layers.imports.report import write_report

            written = write_report(options["report"], summary=summary, dry_run=options["dry_run"])
            self.stderr.write(f"report: {written}")
        if options["json"]:
            self.stdout.write(json.dumps(summary.as_dict(), ensure_ascii=False))
            return
        self._tell(summary, time.monotonic() - started, options["dry_run"])

    def _progress(self, step: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            filled = int(20 * done / max(total, 1))
            self.stderr.write(f"\r[{'#' * filled}{'.' * (20 - filled)}] {step:<40}", ending="")
            sys.stderr.flush()

    def _end_progress(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("\r" + " " * 64 + "\r", ending="")

    def _tell(self, summary: Summary, seconds: float, dry_run: bool) -> None:
        for layer, version in summary.versions.items():
            change = (
                f"v{version.version}: +{version.added} ~{version.changed} -{version.removed}"
                if version
                else "unchanged"
            )
            self.stdout.write(f"  {layer:<14}{summary.counts[layer]:>7}  {change}")
        self.stdout.write(f"  {'items':<14}{'':>7}  +{summary.items[0]} ~{summary.items[1]} -{summary.items[2]}")
        verb = "would be loaded" if dry_run else "loaded" if summary.changed else "unchanged"
        self.stdout.write(f"{summary.profile} {verb} in {seconds:.1f} s")
