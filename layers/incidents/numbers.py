"""The number of a case: 20 digits that say where and when, and prove themselves. Pure.

411102 (district, GB/T 2260) + yyyymmdd in Asia/Shanghai + serial of the day, 5 digits + check digit of ISO/IEC 7064
MOD 11,10. The check digit finds every single wrong digit and nearly every swap of neighbours.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: The last serial that five digits can write.
LAST_SERIAL = 99_999
_NUMBER = re.compile(r"[0-9]{20}")


def check_digit(digits: str) -> str:
    """The ISO/IEC 7064 MOD 11,10 check character of a text of ASCII digits."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai on which an aware moment falls: the day that a number carries."""
    return moment.astimezone(SHANGHAI).date()


def number_of(district: str, day: date, serial: int) -> str:
    """The 20-digit number of the case with that serial of a day.

    Raises ValueError for a district that has not six digits, and for a serial that five digits cannot write.
    """
    if not re.fullmatch(r"[0-9]{6}", district):
        raise ValueError(f"not a district code: {district!r}")
    if not 1 <= serial <= LAST_SERIAL:
        raise ValueError(f"serial {serial} does not fit 1..{LAST_SERIAL}")
    digits = f"{district}{day:%Y%m%d}{serial:05d}"
    return digits + check_digit(digits)


def is_valid(number: str) -> bool:
    """True when a text is 20 ASCII digits, names a real day and a serial above 0, and its check digit fits."""
    if not _NUMBER.fullmatch(number) or number[14:19] == "00000" or check_digit(number[:19]) != number[19]:
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True
