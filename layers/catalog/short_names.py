"""Field names as a dBASE table can hold them: ten bytes, distinct in any case. Pure."""

from __future__ import annotations

from collections.abc import Sequence

#: Bytes of a field name in a .dbf.
MOST_BYTES = 10


def short_names(names: Sequence[str], encoding: str = "utf-8") -> tuple[str, ...]:
    """One name of at most ten bytes for each of `names`, in order; the same names always give the same answer.

    Names that fit stay as they are. Longer ones lose their end, at the border of a character; where two would be
    alike they end in `_1`, `_2` … `encoding` is the table's own.
    """
    fitting = {name.lower() for name in names if len(name.encode(encoding)) <= MOST_BYTES}
    taken: set[str] = set()
    short = []
    for name in names:
        own = name if len(name.encode(encoding)) <= MOST_BYTES and name.lower() not in taken else ""
        number = 0
        while not own:
            ending = f"_{number}" if number else ""
            candidate = _cut(name, MOST_BYTES - len(ending), encoding) + ending
            if candidate.lower() not in taken | fitting:
                own = candidate
            number += 1
        taken.add(own.lower())
        short.append(own)
    return tuple(short)


def _cut(text: str, most: int, encoding: str) -> str:
    """The longest beginning of `text` of at most so many bytes."""
    while len(text.encode(encoding)) > most:
        text = text[:-1]
    return text
