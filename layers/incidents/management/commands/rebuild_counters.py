"""manage.py rebuild_counters: counts the whole log anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from layers.incidents.counts import rebuild_counts


class Command(BaseCommand):
    """Calls the service, prints what was read."""

    help = "Counts cases by hour, grid, category and severity anew from the whole log; charts show the old counts until it is done."

    def handle(self, *args: Any, **options: Any) -> None:
        """Safe to run at any time and again."""
        self.stdout.write(f"{rebuild_counts()} events read")
