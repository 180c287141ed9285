"""manage.py document: writes the pages of docs/ that follow from the code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from gis.documents import PAGES


class Command(BaseCommand):
    """Writes each page; a second run changes nothing."""

    help = "Writes docs/layers.md, docs/roles.md and docs/addresses.md from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the files written."""
        for name, page in PAGES.items():
            path = settings.BASE_DIR / "docs" / name
            path.write_text(page(), encoding="utf-8")
            self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
