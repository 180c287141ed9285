"""What commands about layers and files share: exit codes of the contract, refusals in both languages, a bar for long work."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from layers.errors import InvalidInput, UnknownLayer, WanggeError

DONE, ASKS, REFUSED, WRONG_USAGE = 0, 2, 3, 64
_BAR = 24
#: Work that is over sooner shows no bar.
_SHOWN_AFTER_S = 0.5


class LayerCommand(BaseCommand):
    """A command whose wrong usage ends with 64 and whose refusals end with 3."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser whose complaints end with 64, and in which a layer's `--version` may stand for Django's own."""
        parser = super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

        def complain(message: str) -> NoReturn:
            parser.print_usage(sys.stderr)
            sys.stderr.write(f"{parser.prog}: {message}\n")
            sys.exit(WRONG_USAGE)

        if getattr(parser, "called_from_command_line", None):
            parser.error = complain  # type: ignore[method-assign]
        return parser

    def refuse(self, error: WanggeError, *, as_json: bool) -> NoReturn:
        """Says why, and ends: 64 where the command was asked wrongly, else 3. With `as_json` stdout is the problem."""
        code = WRONG_USAGE if type(error) in (InvalidInput, UnknownLayer) else REFUSED
        if as_json:
            self.stdout.write(json.dumps(error.problem("en") | {"detail_zh": error.zh}, ensure_ascii=False))
        field = f"{error.field}: " if error.field and error.field not in error.en else ""
        self.stderr.write(f"{error.title_zh} · {error.title_en}")
        self.stderr.write(f"  {error.zh or error.title_zh}\n  {field}{error.en or error.title_en}")
        self.stderr.write(f"  → {error.remedy_zh} {error.remedy_en}")
        self.stdout.flush()
        sys.exit(code)


class Bar:
    """A line on the terminal's stderr that fills up; nothing where stderr is no terminal, or the work is short."""

    def __init__(self, stderr: Any) -> None:
        self._stderr = stderr
        self._shown = bool(getattr(stderr, "isatty", lambda: False)())
        self._started = time.monotonic()

    def tell(self, step: str, done: int, total: int) -> None:
        """Draws how far a step is."""
        if self._shown and time.monotonic() - self._started > _SHOWN_AFTER_S:
            filled = int(_BAR * min(done, total) / max(total, 1))
            text = f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {step} {done}/{total}"
            self._stderr.write(text.ljust(72), ending="")
            self._stderr.flush()

    def end(self) -> None:
        """Wipes the line."""
        if self._shown:
            self._stderr.write("\r" + " " * 72 + "\r", ending="")
