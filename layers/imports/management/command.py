"""What commands of imports share: an actor by name, a bar on a terminal, a report as words."""

from __future__ import annotations

import json
import sys
from functools import cached_property
from typing import Any

from django.core.management.base import CommandError

from layers.catalog.command_line import WRONG_USAGE, Bar, LayerCommand
from layers.people.models import User
from layers.people.rights import Actor
from layers.people.selectors import actor_of


class ImportCommand(LayerCommand):
    """A command about one import: who acts, how far it is, the report at its end."""

    @cached_property
    def _bar(self) -> Bar:
        return Bar(self.stderr)

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
        self._bar.tell(step, done, total)

    def end_progress(self) -> None:
        """Wipes the bar."""
        self._bar.end()

    def leave(self, body: dict[str, Any], code: int, *, as_json: bool) -> None:
        """Prints a report and ends with a code."""
        if as_json:
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=1, default=str))
        if code:
            self.stdout.flush()
            sys.exit(code)
