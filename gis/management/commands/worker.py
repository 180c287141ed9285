"""manage.py worker: background work, until it is told to stop."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Runs the worker in the foreground."""

    help = (
        "Works on what follows from the log: consumers, jobs and duties by the clock. SIGTERM ends it within 6 seconds."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 after SIGTERM or SIGINT; never because the database is away."""
        from gis.worker.process import run  # the jobs are known to this process alone

        sys.exit(run())
