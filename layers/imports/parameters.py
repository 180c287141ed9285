"""The line of numbers by which people say how an old datum or a local grid lies to CGCS2000. Pure, and light.

3 numbers are dx, dy, dz in metres; 7 are dx, dy, dz in metres, rx, ry, rz in arc-seconds, scale in ppm (coordinate frame
rotation, as in the Bursa-Wolf model; `pv:` in front for position vector); 4 are dx east, dy north in metres, rotation in
arc-seconds counter-clockwise, scale in ppm, in the plane, zone numbers left out. Four numbers a point for 3 and more
control points: x, y in the file's system, then x, y or longitude, latitude in CGCS2000.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Points from which parameters are solved: with fewer nothing can be said of their accuracy.
LEAST_POINTS, MOST_POINTS = 3, 100
_LIMITS = {3: (3000.0,) * 3, 4: (1e8, 1e8, 648_000.0, 5000.0), 7: (3000.0, 3000.0, 3000.0, 60.0, 60.0, 60.0, 200.0)}


class Unparsable(ValueError):
    """The line means no parameters; carries the sentence in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def parsed(text: str) -> tuple[float, ...]:
    """The numbers of a line: 3, 4 or 7, or four a point. Raises Unparsable.

    `pv:` before seven numbers says that their rotations are position vector ones (EPSG 9606); points stand in lines of
    their own or between semicolons, a name before the four numbers is left out.
    """
    body = text.strip()
    turned = body[:3].lower() == "pv:"
    body = body[3:] if body[:3].lower() in ("pv:", "cf:") else body
    if ";" in body or "\n" in text:
        return points_of_lines(re.split(r"[;\n]", body))
    numbers = [_number(part) for part in re.split(r"[,\s，]+", body) if part]
    if any(number is None for number in numbers):
        raise Unparsable("有的不是数字", "some of it is not a number")
    values = demanded([number for number in numbers if number is not None])
    return (*values[:3], *(-angle for angle in values[3:6]), values[6]) if turned and len(values) == 7 else values


def points_of_lines(lines: Sequence[str]) -> tuple[float, ...]:
    """The numbers of control points, one a line, four numbers each; a line of titles is left out. Raises Unparsable."""
    rows = []
    for line in lines:
        numbers = [_number(part) for part in re.split(r"[,\t，]|\s+", line.strip()) if part]
        row = [number for number in numbers if number is not None]
        if not row:
            continue
        if len(row) < 4:
            raise Unparsable(f"“{line.strip()[:40]}”不足四个数", f'"{line.strip()[:40]}" has fewer than four numbers')
        rows.append(row[-4:])
    return demanded([number for row in rows for number in row])


def demanded(values: Sequence[float]) -> tuple[float, ...]:
    """The numbers when they can be parameters or points. Raises Unparsable."""
    count, points = len(values), len(values) // 4
    if any(not abs(value) < 1e9 for value in values):
        raise Unparsable("有的数太大或不是有限的数", "some number is too large or not finite")
    if count in _LIMITS:
        limits = zip(values, _LIMITS[count], strict=True)
        if any(abs(value) > limit for value, limit in limits):
            raise Unparsable(
                "数值超出转换参数的范围：平移单位米，旋转单位角秒，尺度单位 ppm",
                "a value is no datum parameter: translations are metres, rotations arc-seconds, scales ppm",
            )
        return tuple(values)
    if count % 4 or not LEAST_POINTS <= points <= MOST_POINTS:
        raise Unparsable(
            f"应为 3、4 或 7 个参数，或 {LEAST_POINTS} 到 {MOST_POINTS} 个控制点（每点四个数）",
            f"must be 3, 4 or 7 parameters, or {LEAST_POINTS} to {MOST_POINTS} control points of four numbers each",
        )
    return tuple(values)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", text, re.ASCII) else None
