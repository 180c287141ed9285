"""A delivered column as a field of a layer holds it: whole arrays at once, faults by rule and row. Pure.

The meaning is that of `layers.catalog.values.coerce`, which judges single values; here it is asked once for every
distinct value that is not plain, so that a column of 400,000 numbers costs no more than arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from layers.catalog.values import Unusable, coerce
from layers.imports.delivery import Column
from layers.imports.fields import longest, span
from layers.imports.plan_types import FieldMapping
from layers.imports.spellings import day_in, moment_in, number_in
from layers.spec import FieldSpec, LayerSpec

_EXACT = 2.0**53
_CODE_LIKE = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})|(\d+)\.0+")


@dataclass
class Coerced:
    """A column in the field's type, objects with None for nothing; `faults` by rule, with the rows and a sample."""

    values: np.ndarray
    faults: dict[str, np.ndarray] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)

    def fault(self, rule: str, where: np.ndarray, texts: Sequence[Any]) -> None:
        """Adds rows that break a rule."""
        if where.any():
            self.faults[rule] = self.faults.get(rule, np.zeros(len(where), bool)) | where
            self.samples.setdefault(rule, str(texts[int(np.argmax(where))])[:60])


def coerce_column(spec: LayerSpec, wanted: FieldSpec, column: Column, entry: FieldMapping) -> Coerced:
    """`column` as the field holds it, after the translations and the factor of its mapping."""
    match wanted.type:
        case "text":
            return _as_text(wanted, column, entry)
        case "integer" | "number":
            return _as_number(spec, wanted, column, entry)
        case "boolean":
            return _by_value(wanted, column, entry, "booleans_bad", partial(coerce, wanted))
        case "date" | "datetime":
            return _by_value(wanted, column, entry, "dates_bad", partial(_when, wanted))


def constant_of(wanted: FieldSpec, text: str) -> Any:
    """The constant of a mapping in the field's type. Raises Unusable with the reason."""
    if wanted.type in ("date", "datetime") and text.strip():
        return _when(wanted, text)
    return coerce(wanted, label_table(wanted).get(_key(text), text) if wanted.values else text)


def _when(wanted: FieldSpec, text: str) -> Any:
    return coerce(wanted, day_in(text) if wanted.type == "date" else moment_in(text))


def texts_of(column: Column) -> list[str]:
    """The values of a column as stripped texts, empty for nothing; whole numbers without a point."""
    null = column.null
    if column.type in ("text", "date", "datetime"):
        filled = column.values.astype(object, copy=True)
        filled[null] = ""
        return list(map(str.strip, map(str, filled.tolist())))
    if column.type == "number":
        texts = _number_texts(np.asarray(column.values, dtype=float))
    elif column.type == "boolean":
        texts = np.where(np.asarray(column.values, dtype=bool), "1", "0").astype(object)
    else:
        texts = np.array(list(map(str, column.values.tolist())), dtype=object)
    texts[null] = ""
    return list(texts)


def _number_texts(numbers: np.ndarray) -> np.ndarray:
    texts = np.empty(len(numbers), dtype=object)
    whole = np.isfinite(numbers) & (numbers == np.floor(numbers)) & (np.abs(numbers) < 1e20)
    texts[whole] = list(map(str, map(int, numbers[whole].tolist())))
    texts[~whole] = list(map(repr, numbers[~whole].tolist()))
    return texts


def label_table(wanted: FieldSpec) -> dict[str, str]:
    """Words that mean a value of the code list: the value itself, its Chinese and its English word."""
    table: dict[str, str] = {}
    for code, words in wanted.values.items():
        for word in (words.zh, words.en, code):
            table[_key(word)] = code
    return table


def _key(text: str) -> str:
    return text.strip().casefold().replace(" ", "").replace("_", "")


def _as_text(wanted: FieldSpec, column: Column, entry: FieldMapping) -> Coerced:
    texts = texts_of(column)
    if wanted.name in ("code", "id", "parent", "grid", "community", "subdistrict"):
        texts = _codes(texts)
    if entry.values or wanted.values:
        texts = _translated(wanted, texts, entry.values)
    values = np.array(texts, dtype=object) if texts else np.zeros(0, dtype=object)
    done = Coerced(values)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    if wanted.values:
        strange = {text for text in set(texts) if text and text not in wanted.values}
        unlisted = np.fromiter((text in strange for text in texts), bool, len(texts)) if strange else lengths < 0
        done.fault("values_unlisted", unlisted, texts)
        values[unlisted] = ""
    else:
        most = longest(wanted)
        long = lengths > most
        done.fault("values_too_long", long, texts)
        values[long] = [text[:most].rstrip() for text in values[long]]
    everything = "".join(texts)
    if "\x00" in everything or "�" in everything:
        broken = np.fromiter(("\x00" in text or "�" in text for text in texts), bool, len(texts))
        done.fault("values_garbled", broken, texts)
        values[broken] = ""
    return done


def _codes(texts: list[str]) -> list[str]:
    """Codes that became decimals on the way, as digits again where nothing of them was lost."""
    odd = {text for text in set(texts) if "." in text or "e" in text or "E" in text}
    if not odd:
        return texts
    back: dict[str, str] = {}
    for text in odd:
        match = _CODE_LIKE.fullmatch(text)
        if match and match[4]:
            back[text] = match[4]
        elif match and len(digits := match[1] + (match[2] or "")) == int(match[3]) + 1:
            back[text] = digits
    return [back.get(text, text) for text in texts]


def _translated(wanted: FieldSpec, texts: list[str], given: Mapping[str, str]) -> list[str]:
    """Delivered words as values of the code list: by the mapping first, then by what the list calls them."""
    labels = label_table(wanted) if wanted.values else {}
    table = {}
    for text in set(texts):
        meant = given.get(text)
        table[text] = meant.strip() if meant is not None else labels.get(_key(text), text) if text else ""
    return list(map(table.__getitem__, texts))


def _as_number(spec: LayerSpec, wanted: FieldSpec, column: Column, entry: FieldMapping) -> Coerced:
    if column.type in ("integer", "number", "boolean") and not entry.values:
        numbers = np.asarray(column.values, dtype=float)
        done = Coerced(np.zeros(0, dtype=object))
        null = column.null | ~np.isfinite(numbers)
        texts: Sequence[Any] = column.values.tolist()
    else:
        texts = [entry.values.get(text, text) for text in texts_of(column)] if entry.values else texts_of(column)
        done, numbers, null = _numbers_in(texts, wanted)
    if entry.factor != 1.0:
        numbers = np.round(numbers * entry.factor, 9)
    low, high = span(spec, wanted)
    outside = ~null & ((numbers < low) | (numbers > high))
    done.fault("numbers_out_of_range", outside, texts)
    null = null | outside
    if wanted.type == "integer":
        broken = ~null & (numbers != np.floor(numbers))
        done.fault("numbers_not_whole", broken, texts)
        null = null | broken
        values = np.where(null, 0, numbers).astype(np.int64).astype(object)
        if column.type == "integer" and entry.factor == 1.0 and not entry.values:
            values = np.where(null, 0, column.values).astype(np.int64).astype(object)
    else:
        values = np.where(null, 0.0, numbers).astype(object)
    values[null] = None
    done.values = values
    return done


def _numbers_in(texts: Sequence[str], wanted: FieldSpec) -> tuple[Coerced, np.ndarray, np.ndarray]:
    """Numbers read from texts, with what could not be read; asterisks of an overflow are nothing."""
    done = Coerced(np.zeros(0, dtype=object))
    table: dict[str, float] = {}
    bad: set[str] = set()
    for text in set(texts):
        if not text or set(text) == {"*"}:
            table[text] = np.nan
            continue
        try:
            table[text] = number_in(text, wanted.unit)
        except ValueError:
            table[text] = np.nan
            bad.add(text)
    numbers = np.fromiter(map(table.__getitem__, texts), dtype=float, count=len(texts))
    infinite = np.isinf(numbers)
    if bad or infinite.any():
        done.fault("numbers_bad", np.fromiter((t in bad for t in texts), bool, len(texts)) | infinite, texts)
    overflow = {text for text in table if text and set(text) == {"*"}}
    if overflow:
        done.fault("numbers_overflow", np.fromiter((t in overflow for t in texts), bool, len(texts)), texts)
    return done, numbers, ~np.isfinite(numbers)


def _by_value(
    wanted: FieldSpec,
    column: Column,
    entry: FieldMapping,
    rule: str,
    read: Callable[[str], Any],
) -> Coerced:
    """A column whose distinct texts are read one by one."""
    texts = texts_of(column)
    if entry.values:
        texts = [entry.values.get(text, text) for text in texts]
    table: dict[str, Any] = {}
    bad: set[str] = set()
    for text in set(texts):
        try:
            table[text] = read(text) if text and set(text) != {"*"} else None
        except (Unusable, ValueError):
            table[text] = None
            bad.add(text)
    values = np.empty(len(texts), dtype=object)
    values[:] = list(map(table.__getitem__, texts))
    done = Coerced(values)
    if bad:
        done.fault(rule, np.fromiter((text in bad for text in texts), bool, len(texts)), texts)
    return done
