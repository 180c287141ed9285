"""The moments between two steps of an import: nothing happens at them, unless a test makes a process die there. Pure."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]

#: Every moment at which an import may be torn off and must be whole again afterwards.
POINTS = (
    "claimed", "read", "compared", "staged", "ready", "laid down", "closed", "published", "committed", "tidied",
    "rolled back",
)  # fmt: skip


def nothing(point: str) -> None:
    """What happens at a moment."""


#: Replaced by tests that kill their own process.
at: Callable[[str], None] = nothing


def reached(point: str) -> None:
    """Says that a moment has come."""
    assert point in POINTS, point
    at(point)


def silent(step: str, done: int, total: int) -> None:
    """No progress wanted."""
