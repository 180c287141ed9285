"""Where a client wants to go on, pure: `Last-Event-ID` read without trust."""

from __future__ import annotations

import re

_SEQ = re.compile(r"[0-9]{1,19}")
_LARGEST = 2**63 - 1


def parse_cursor(text: str | None) -> int | None:
    """The seq after which to go on; None for a start at the newest. ValueError for anything that is no seq."""
    if text is None or text == "":
        return None
    if not _SEQ.fullmatch(text) or int(text) > _LARGEST:
        raise ValueError(f"not a seq: {text[:40]!r}")
    return int(text)
