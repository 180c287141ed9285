"""What a column holds at a glance: its distinct values, counted once, so that guessing costs little. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from layers.imports.coercing import texts_of
from layers.imports.delivery import Column
from layers.spec import FieldType

#: Rows that are looked at: enough to know a column, few enough for 400,000 rows and 60 columns.
_SAMPLE = 20000


@dataclass(frozen=True)
class Glance:
    """A column by name and type, with its texts (a sample of them where it is long)."""

    name: str
    type: FieldType
    texts: tuple[str, ...]

    @cached_property
    def there(self) -> tuple[str, ...]:
        """The texts that are not empty."""
        return tuple(text for text in self.texts if text)

    @cached_property
    def distinct(self) -> tuple[str, ...]:
        """The different texts, in the order in which they first occur."""
        return tuple(dict.fromkeys(self.there))

    @cached_property
    def unique(self) -> bool:
        """True when no row lacks a value and none repeats another's."""
        return bool(self.texts) and len(self.distinct) == len(self.texts)

    @cached_property
    def chinese(self) -> float:
        """The share of different values that hold a Chinese character."""
        held = sum(any("\u4e00" <= character <= "\u9fff" for character in text) for text in self.distinct)
        return held / max(len(self.distinct), 1)

    def share(self, digits: int) -> float:
        """The share of different values that are codes of so many digits."""
        fitting = sum(len(text) == digits and text.isascii() and text.isdigit() for text in self.distinct)
        return fitting / max(len(self.distinct), 1)


def glance(column: Column) -> Glance:
    """What a column holds; of a long one every nth row."""
    count = len(column.values)
    step = max(1, -(-count // _SAMPLE))
    rows = np.arange(0, count, step)
    return Glance(column.name, column.type, tuple(texts_of(column[rows])))
