"""manage.py demo_accounts: one account a role, written to var/demo/accounts.json."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis.demo import ensure_accounts


class Command(BaseCommand):
    """Calls the service, prints where the file is."""

    help = "Makes the demo accounts (demo mode only) and writes them to WANGGE_VAR/demo/accounts.json (0600)."

    def add_arguments(self, parser: CommandParser) -> None:
        """--force."""
        parser.add_argument("--force", action="store_true", help="make them although DEMO is not 1")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 3 outside demo mode."""
        if not settings.DEMO and not options["force"]:
            raise CommandError("demo accounts are for demo mode only: set DEMO=1", returncode=3)
        path = settings.VAR_DIR / "demo" / "accounts.json"
        accounts = ensure_accounts(path)
        self.stdout.write(f"{len(accounts)} demo accounts in {path}")
