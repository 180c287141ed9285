"""Chinese names as pinyin, for finding them on a Latin keyboard. Pure."""

from __future__ import annotations

import re

from pypinyin import Style, lazy_pinyin

_KEEP = re.compile(r"[^a-z0-9]+")


def syllables(name: str) -> list[str]:
    """Lower-case syllables without tones; Latin runs and digits stay as they are, everything else falls away."""
    parts = (_KEEP.sub("", part.lower()) for part in lazy_pinyin(name, style=Style.NORMAL, errors="default"))
    return [part for part in parts if part]


def full_pinyin(name: str) -> str:
    """`人民路` -> `renminlu`."""
    return "".join(syllables(name))


def initials(name: str) -> str:
    """`人民路` -> `rml`; digits keep all their places (`3 号楼` -> `3hl`)."""
    return "".join(part if part.isdigit() else part[0] for part in syllables(name))
