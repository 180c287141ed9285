"""manage.py issue_token USER: prints a bearer token once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from layers.people.models import User
from layers.people.services import issue_token
from layers.roles import TokenScope


class Command(BaseCommand):
    """Parses, calls the service, prints the token."""

    help = "Prints a new bearer token for an account, once: only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        """USER, --scope, --days, --label."""
        parser.add_argument("user", help="the account's sign-in name")
        parser.add_argument("--scope", choices=[scope.value for scope in TokenScope], default=TokenScope.READ.value)
        parser.add_argument("--days", type=int, default=1, help="days until it expires, 1 to 3650 (default 1)")
        parser.add_argument("--label", default="", help="what it is for, shown to administrators")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 and the token alone on stdout; 3 for an unknown account."""
        if not 1 <= options["days"] <= 3650:
            raise CommandError("--days must be from 1 to 3650", returncode=64)
        person = User.objects.filter(username__iexact=options["user"], is_active=True).first()
        if person is None:
            raise CommandError(f"there is no active account {options['user']!r}", returncode=3)
        token = issue_token(
            actor=None,
            person=person,
            scope=TokenScope(options["scope"]),
            expires_at=timezone.now() + timedelta(days=options["days"]),
            label=options["label"],
        )
        self.stdout.write(token)
