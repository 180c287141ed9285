"""Days, numbers and units in the spellings in which they are delivered. Pure.

Only what can be read in one way is read: 03/04/2024 is a day nobody can know, and stays a fault.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta

_NUMBER = re.compile(r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][-+]?\d+)?)\s*(.*)", re.DOTALL)
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*(Z|[-+]\d{2}:?\d{2})?)?"
)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?")
_DAY_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
#: Day 0 of a spreadsheet's calendar, and the days that its serial numbers mean here: 1955 to 2119.
_SPREADSHEET, _SERIALS = date(1899, 12, 30), (20000, 80000)

#: Words for units: what they measure and how much of the base (metre, square metre, degree, piece) they are.
UNITS: dict[str, tuple[str, float]] = {
    "m": ("m", 1.0), "米": ("m", 1.0), "meter": ("m", 1.0), "metre": ("m", 1.0), "公尺": ("m", 1.0),
    "cm": ("m", 0.01), "厘米": ("m", 0.01), "公分": ("m", 0.01), "mm": ("m", 0.001), "毫米": ("m", 0.001),
    "dm": ("m", 0.1), "分米": ("m", 0.1), "km": ("m", 1000.0), "公里": ("m", 1000.0), "千米": ("m", 1000.0),
    "尺": ("m", 1 / 3), "chi": ("m", 1 / 3), "ft": ("m", 0.3048), "英尺": ("m", 0.3048),
    "m2": ("m²", 1.0), "sqm": ("m²", 1.0), "平方米": ("m²", 1.0), "平米": ("m²", 1.0), "㎡": ("m²", 1.0),
    "亩": ("m²", 2000 / 3), "mu": ("m²", 2000 / 3), "ha": ("m²", 10000.0), "公顷": ("m²", 10000.0),
    "hm2": ("m²", 10000.0), "km2": ("m²", 1e6), "平方公里": ("m²", 1e6), "平方千米": ("m²", 1e6), "顷": ("m²", 2e5 / 3),
    "°": ("°", 1.0), "度": ("°", 1.0), "deg": ("°", 1.0), "m/s": ("m/s", 1.0), "km/h": ("m/s", 1 / 3.6),
    "层": ("", 1.0), "户": ("", 1.0), "个": ("", 1.0), "条": ("", 1.0), "年": ("", 1.0), "栋": ("", 1.0),
}  # fmt: skip


def unit_of(word: str) -> tuple[str, float] | None:
    """What a unit's word measures and its size in the base unit; None for a word that is no unit."""
    plain = unicodedata.normalize("NFKC", word).strip().lower().rstrip(".").replace(" ", "").replace("²", "2")
    return UNITS.get(word.strip()) or UNITS.get(plain) or UNITS.get(plain.replace("^", ""))


def number_in(text: str, unit: str = "") -> float:
    """The number that a text states, in `unit` where it names another one. Raises ValueError when it states none."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("，", ",")
    match = _NUMBER.fullmatch(plain)
    if match is None or not any(character.isdigit() for character in match[1]):
        raise ValueError(text)
    number = float(match[1].replace(",", ""))
    if not match[2]:
        return number
    named = unit_of(match[2])
    if named is None or named[0] not in ("", unit.replace("m2", "m²")):
        raise ValueError(text)
    return round(number * named[1], 9)


def moment_in(text: str) -> datetime:
    """The day, and the time of day where there is one, that a text states. Raises ValueError when it states none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _DAY.fullmatch(plain):
        year, month, day = (int(part) for part in match.groups()[:3])
        if match[4] is None:
            return datetime(year, month, day)
        spelt = f"{year:04d}-{month:02d}-{day:02d}T{int(match[4]):02d}:{match[5]}:{match[6] or '00'}{match[7] or ''}"
        return datetime.fromisoformat(spelt)
    if match := _PACKED.fullmatch(plain):
        return datetime(int(match[1]), int(match[2]), int(match[3]))
    if (match := _DAY_LAST.fullmatch(plain)) and (int(match[1]) > 12 or int(match[2]) > 12):
        first, second = int(match[1]), int(match[2])
        day, month = (first, second) if first > 12 else (second, first)
        return datetime(int(match[3]), month, day)
    if (match := _SERIAL.fullmatch(plain)) and _SERIALS[0] < int(match[1]) < _SERIALS[1]:
        there = _SPREADSHEET + timedelta(days=int(match[1]))
        return datetime(there.year, there.month, there.day)
    raise ValueError(text)


def day_in(text: str) -> date:
    """The day that a text states. Raises ValueError when it states none."""
    return moment_in(text).date()
