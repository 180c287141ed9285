"""`manage.py stream`: the process that serves /live/."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gis.live_server import serve


class Command(BaseCommand):
    """Runs until told to stop."""

    help = "Serves /live/state and /live/events; with --with-web the whole site on one port (development, tests)."

    def add_arguments(self, parser: CommandParser) -> None:
        """A socket file, or a port."""
        parser.add_argument("--uds", default="", help="socket file to listen on")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--with-web", action="store_true", help="serve everything else too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the server."""
        serve(uds=options["uds"], host=options["host"], port=options["port"], with_web=options["with_web"])
