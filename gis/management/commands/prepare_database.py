"""manage.py prepare_database: schema up to date, roles in their place; safe to run at every start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gis.database import OWNER, prepare
from layers.errors import WanggeError


class Command(BaseCommand):
    """Migrates as the owner, then grants the app's role."""

    help = "Brings the database schema up to date as its owner and grants the app's role (refuses a newer database)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs once; a second run changes nothing."""
        if OWNER not in settings.DATABASES:
            self.stderr.write(
                "warning: DATABASE_OWNER_URL is not set: the app's role owns the tables, so the log isn't protected"
            )
        try:
            prepare(verbosity=options["verbosity"])
        except WanggeError as error:
            raise CommandError(f"{error.title_en}: {error.en} {error.remedy_en}", returncode=3) from error
