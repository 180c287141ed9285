"""One attribute of a layer, held by the column: numbers as arrays, texts as one block of UTF-8 until someone asks. Pure.

400,000 texts are 400,000 objects; most of what happens to them between the file and the database can be done on the
block. `values` makes the objects when they are wanted.
"""

from __future__ import annotations

import numpy as np

from layers.spec import FieldType

#: Ends every text in a block; no text holds it, for the database cannot store it.
END = b"\x00"


class Column:
    """One attribute: `values` are objects for text and dates (ISO 8601), else numbers; `null` marks what is not there."""

    def __init__(
        self,
        name: str,
        type: FieldType,
        values: np.ndarray | None,
        null: np.ndarray,
        *,
        block: bytes | None = None,
    ) -> None:
        """With `values`, or with the `block` of texts in UTF-8, each ended by a zero byte; empty texts are null."""
        self.name = name
        self.type: FieldType = type
        self.null = null
        self._values = values
        self._block = block

    @classmethod
    def of_block(cls, name: str, type: FieldType, block: bytes) -> Column:
        """A column of texts from their block; what is empty is null."""
        return cls(name, type, None, lengths_of(block) == 0, block=block)

    @property
    def values(self) -> np.ndarray:
        """The values, row by row; what stands where `null` is true means nothing."""
        if self._values is None:
            texts = np.array((self._block or b"").decode().split("\x00")[:-1], dtype=object)
            texts[self.null] = None
            self._values = texts
        return self._values

    @values.setter
    def values(self, values: np.ndarray) -> None:
        self._values, self._block = values, None

    @property
    def texts(self) -> bool:
        """True when the values are texts (or dates as texts), which have a block."""
        return self._values is None or self._values.dtype == object

    @property
    def block(self) -> bytes:
        """The texts in UTF-8, each ended by a zero byte, nothing but that byte where there is none."""
        if self._block is None:
            texts = ["" if value is None else str(value) for value in self.values.tolist()]
            self._block = ("\x00".join(texts) + "\x00").encode() if texts else b""
        return self._block

    def __getitem__(self, rows: np.ndarray) -> Column:
        """The column of some rows."""
        return Column(self.name, self.type, self.values[rows], self.null[rows])

    def padded(self, rows: int) -> Column:
        """The column with nothing in further rows at its end, `rows` in all."""
        missing = rows - len(self.null)
        if missing <= 0:
            return self
        null = np.concatenate((self.null, np.ones(missing, dtype=bool)))
        if self.texts:
            return Column(self.name, self.type, None, null, block=self.block + END * missing)
        return Column(self.name, self.type, np.concatenate((self.values, np.zeros(missing, self.values.dtype))), null)


def lengths_of(block: bytes) -> np.ndarray:
    """The length in bytes of every text of a block."""
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 0)
    return np.diff(ends, prepend=-1) - 1


def days_block(year: np.ndarray, month: np.ndarray, day: np.ndarray, null: np.ndarray) -> bytes:
    """The block of days as texts (`2025-03-01`), nothing where `null` is true."""
    text = np.full((len(null), 11), ord("-"), dtype=np.uint8)
    for place, digit in enumerate((year // 1000, year // 100 % 10, year // 10 % 10, year % 10)):
        text[:, place] = digit + ord("0")
    for place, number in ((5, month), (8, day)):
        text[:, place], text[:, place + 1] = number // 10 + ord("0"), number % 10 + ord("0")
    text[:, 10] = 0
    keep = np.ones(text.shape, dtype=bool)
    keep[null, :10] = False
    block: bytes = text[keep].tobytes()
    return block
