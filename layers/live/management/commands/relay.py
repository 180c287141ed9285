"""`manage.py relay`: the process that puts the log in order."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from layers.live.relay import run


class Command(BaseCommand):
    """Runs until told to stop; a second one waits for the first."""

    help = "Gives every event its place in the log. One runs for an installation; a second one stands by."

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the relay."""
        run()
