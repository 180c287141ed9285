"""What commands of imports share: a parser that ends with 64, an actor by name, a bar on a terminal, a report as words."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from layers.people.models import User
from layers.people.rights import Actor
from layers.people.selectors import actor_of

WRONG_USAGE, ASKS, REFUSED = 64, 2, 3


class StrictCommand(BaseCommand):
    """A command whose exit codes are those of the commands' table."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser whose complaints end with 64."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def complain(message: str) -> NoReturn:
            parser.print_usage(sys.stderr)
            sys.stderr.write(f"{parser.prog}: {message}\n")
            sys.exit(WRONG_USAGE)

        if getattr(parser, "called_from_command_line", None):
            parser.error = complain  # type: ignore[method-assign]
        return parser

    def actor(self, username: str | None) -> Actor | None:
        """Who acts: the account of that name, or the server itself. Ends with 64 for a name that nobody has."""
        if not username:
            return None
        person = User.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise CommandError(f"there is no account {username}", returncode=WRONG_USAGE)
        return actor_of(person)

    def progress(self, step: str, done: int, total: int) -> None:
        """A bar on a terminal, nothing elsewhere."""
        if sys.stderr.isatty():
            filled = int(20 * done / max(total, 1))
            self.stderr.write(f"\r[{'#' * filled}{'.' * (20 - filled)}] {step:<40}", ending="")
            sys.stderr.flush()

    def end_progress(self) -> None:
        """Wipes the bar."""
        if sys.stderr.isatty():
            self.stderr.write("\r" + " " * 64 + "\r", ending="")

    def leave(self, body: dict[str, Any], code: int, *, as_json: bool) -> None:
        """Prints a report and ends with a code."""
        if as_json:
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=1, default=str))
        if code:
            self.stdout.flush()
            sys.exit(code)
