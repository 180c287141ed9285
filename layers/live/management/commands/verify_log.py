"""`manage.py verify_log`: proves the hash chain, or names the rows that broke it."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from layers.live.verify import Proof, verify


class Command(BaseCommand):
    """Exit 0: sound. 3: something was altered."""

    help = "Checks every link of the event log against its event; names altered, missing or inserted rows."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json` for programs."""
        parser.add_argument("--json", action="store_true", help="print the result as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reads the whole log once, page by page."""
        bar = (lambda done: None) if options["json"] or not sys.stderr.isatty() else self._bar
        proof = verify(bar)
        self.stdout.write(json.dumps(vars(proof) | {"sound": proof.sound}) if options["json"] else self._text(proof))
        if not proof.sound:
            sys.exit(3)

    def _bar(self, done: int) -> None:
        self.stderr.write(f"\r  {done} links", ending="")

    @staticmethod
    def _text(proof: Proof) -> str:
        if proof.sound:
            waiting = f"; {proof.pending} events wait for the relay" if proof.pending else ""
            return f"sound: {proof.links} links, head {proof.head_seq} {proof.head_hash}{waiting}"
        return "\n".join(["NOT SOUND:", *(f"  {fault}" for fault in proof.faults)])
