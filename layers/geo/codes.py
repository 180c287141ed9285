"""Area codes as text: grammar, level, ancestors.

Sources: GB/T 2260 and GB/T 10114 (district 6 digits, subdistrict +3, community +3); the service grid adds 3 digits of
our own; CJ/T 349 gives the derived 20-digit service-grid code. Codes have gaps: nothing here counts rows.
"""

from __future__ import annotations

import re

#: Length of the code -> level of the area.
LEVEL_BY_LENGTH: dict[int, str] = {6: "district", 9: "subdistrict", 12: "community", 15: "grid"}
LENGTH_BY_LEVEL: dict[str, int] = {level: length for length, level in LEVEL_BY_LENGTH.items()}
LEVELS: tuple[str, ...] = ("district", "subdistrict", "community", "grid")

_DIGITS = re.compile(r"[0-9]+")

#: CJ/T 349-2010: six-digit object class in front of the 20-digit service-grid code.
SERVICE_GRID_CLASS = "000000"


def level_of(code: str) -> str | None:
    """The level of an area code, or None when it is no area code (wrong length, or not ASCII digits)."""
    if not _DIGITS.fullmatch(code):
        return None
    return LEVEL_BY_LENGTH.get(len(code))


def ancestors(code: str) -> tuple[str, ...]:
    """Codes of the areas above `code`, outermost first; empty for a district or a text that is no area code."""
    if level_of(code) is None:
        return ()
    return tuple(code[:length] for length in LEVEL_BY_LENGTH if length < len(code))


def parent_of(code: str) -> str:
    """Code of the area directly above; empty text for a district."""
    above = ancestors(code)
    return above[-1] if above else ""


def widen(code: str, level: str) -> str:
    """The area of `level` that holds `code`; `code` itself when it is that wide already."""
    return code[: LENGTH_BY_LEVEL[level]]


def covers(area: str, code: str) -> bool:
    """True when the area `area` is `code` or lies above it."""
    return bool(area) and code.startswith(area)


def service_code20(grid: str) -> str:
    """The derived 20-digit service-grid code (CJ/T 349-2010: class 6 + area 6 + 3 + 3 + serial 2).

    Raises ValueError when `grid` is no 15-digit code or its serial exceeds 99 and so cannot be written in two digits.
    """
    if level_of(grid) != "grid":
        raise ValueError(f"not a service grid code: {grid!r}")
    serial = int(grid[12:])
    if serial > 99:
        raise ValueError(f"serial {serial} of {grid} does not fit the two digits of CJ/T 349")
    return f"{SERVICE_GRID_CLASS}{grid[:12]}{serial:02d}"
