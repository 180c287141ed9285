"""``python3 -m gis.local COMMAND``: what the Makefile calls. Standard library only."""

from __future__ import annotations

import argparse
import os
import sys

from .console import Console, without_addresses
from .problems import SetupProblem, Stopped, explain_os_error


def main() -> int:
    """Runs one command; returns its exit code (3: something a person has to put right, 64: wrong usage)."""
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    parser.add_argument("command", choices=("run", "setup", "test", "bundle", "vendor", "doctor", "lock", "clean"))
    arguments, rest = parser.parse_known_args()
    # Whatever the caller's mask is: the services' user has to read what set-up writes. Secrets carry their own mode.
    os.umask(0o022)
    console = Console()
    try:
        from . import commands, start

        start.stop_on_signals()
        return commands.COMMANDS[arguments.command](rest, console)
    except SetupProblem as problem:
        return _tell(console, problem)
    except Stopped as stopped:
        console.line(f"stopped ({stopped.signal_name}); what was finished is kept, the next start goes on from there")
        return 130 if stopped.signal_name == "SIGINT" else 143
    except OSError as error:
        known = explain_os_error(error)
        if known is None:
            raise
        return _tell(console, known)


def _tell(console: Console, problem: SetupProblem) -> int:
    console.line()
    console.line("✗ " + without_addresses(problem.what))
    if problem.remedy:
        console.line("  → " + without_addresses(problem.remedy))
    return problem.exit_code


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # A console thread may hang on a reader that stopped reading: don't wait for it.
    os._exit(code)
