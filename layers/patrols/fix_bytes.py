"""Fixes as rows of PostgreSQL's binary COPY format: one packed structure a row. Pure.

Source: PostgreSQL 15, documentation of COPY, "Binary Format"; geometry as EWKB of PostGIS in network byte order.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from layers.patrols.positions import GivenFix, Mark

#: The columns of `patrols_fix` in the order in which rows are packed.
COLUMNS = (
    "unit", "at", "client_id", "received_at", "digest", "marks", "geom", "accuracy_m", "speed_mps", "bearing_deg",
)  # fmt: skip

_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_POINT_WITH_SRID = 0x20000001
_NULL = -1
_ALL = (True, True, True)
_WIDTH = len(COLUMNS)


def copy_bytes(rows: Iterable[tuple[GivenFix, Mark]], received_at: datetime) -> bytes:
    """A whole COPY stream of the rows, in the order of COLUMNS."""
    received = (received_at - _EPOCH) // _TICK
    units: dict[str, bytes] = {}
    parts = [_HEAD]
    for fix, marks in rows:
        unit = units.get(fix.unit) or units.setdefault(fix.unit, fix.unit.encode())
        accuracy_m, speed_mps, bearing_deg = fix.accuracy_m, fix.speed_mps, fix.bearing_deg
        if accuracy_m is None or speed_mps is None or bearing_deg is None:
            known = tuple(value is not None for value in (accuracy_m, speed_mps, bearing_deg))
            tail = _tail(accuracy_m, speed_mps, bearing_deg)
        else:
            known, tail = _ALL, (4, accuracy_m, 4, speed_mps, 4, bearing_deg)
        parts.append(
            _layout(len(unit), known).pack(
                _WIDTH, len(unit), unit, 8, (fix.at - _EPOCH) // _TICK, 16, fix.client_id.bytes, 8, received,
                16, fix.digest, 2, marks, 25, 0, _POINT_WITH_SRID, 4326, fix.lon, fix.lat, *tail,
            )
        )  # fmt: skip
    parts.append(_END)
    return b"".join(parts)


def _tail(*values: float | None) -> tuple[float, ...]:
    """Length and value of each; a null is a length alone."""
    return tuple(part for value in values for part in ((_NULL,) if value is None else (4, value)))


@lru_cache(maxsize=512)
def _layout(unit_length: int, known: tuple[bool, ...]) -> struct.Struct:
    """Number of fields, then length and value of each."""
    tail = " ".join("if" if one else "i" for one in known)
    return struct.Struct(f">h i{unit_length}s iq i16s iq i16s ih ibIIdd {tail}")
