"""Long arrays in pieces, so that 200 MB of shapes are worked on within a gigabyte. Pure."""

from __future__ import annotations

from collections.abc import Iterator

ROWS = 4096


def pieces(count: int, rows: int = ROWS) -> Iterator[slice]:
    """Slices that cover `count` rows in order."""
    return (slice(start, min(start + rows, count)) for start in range(0, count, rows))
