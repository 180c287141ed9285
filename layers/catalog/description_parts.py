"""One object of a JSON description, read member by member; whatever is not as it must be is refused by its path. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.errors import InvalidInput

LONGEST_TITLE = 80


def wrong(field: str, zh: str, en: str, found: object) -> InvalidInput:
    """The error that names a member by its path, what it should be and what was found."""
    told = ascii(found)[:80] if isinstance(found, str) and not found.isprintable() else found
    return InvalidInput(f"{field} {zh}", f"{field} {en}", field=field, found=told)


@dataclass(frozen=True)
class Part:
    """A JSON object and the path that leads to it. Every reader raises InvalidInput."""

    data: Mapping[str, Any]
    path: str = ""

    @classmethod
    def of(cls, data: object, keys: Sequence[str], path: str = "") -> Part:
        """The object with exactly these members."""
        if not isinstance(data, Mapping):
            raise wrong(path or "description", "应为 JSON 对象", "must be a JSON object", type(data).__name__)
        part = cls(data, path)
        part.only(keys)
        return part

    def at(self, name: str) -> str:
        """The path of a member."""
        return f"{self.path}.{name}" if self.path else name

    def wrong(self, name: str, zh: str, en: str, found: object) -> InvalidInput:
        """The error of a member."""
        return wrong(self.at(name), zh, en, found)

    def only(self, keys: Sequence[str]) -> None:
        """All of these members are there, and no other."""
        for name in self.data:
            if name not in keys:
                raise self.wrong(str(name)[:40], "不是描述的一部分", "is no part of a description", None)
        for name in keys:
            if name not in self.data:
                raise self.wrong(name, "缺失", "is missing", None)

    def part(self, name: str) -> Part:
        """A member that is an object itself."""
        held = self.data[name]
        if not isinstance(held, Mapping) or not all(isinstance(key, str) for key in held):
            raise self.wrong(name, "应为 JSON 对象", "must be a JSON object", type(held).__name__)
        return Part(held, self.at(name))

    def parts(self, name: str, most: int) -> list[Part]:
        """A member that is a list of objects."""
        held = self.data[name]
        if not isinstance(held, list | tuple) or len(held) > most:
            raise self.wrong(name, f"应为至多 {most} 个对象的列表", f"must be a list of at most {most} objects", None)
        for number, one in enumerate(held):
            if not isinstance(one, Mapping):
                raise self.wrong(f"{name}.{number}", "应为 JSON 对象", "must be a JSON object", type(one).__name__)
        return [Part(one, self.at(f"{name}.{number}")) for number, one in enumerate(held)]

    def text(self, name: str, longest: int, *, empty: bool = False) -> str:
        """A text of one line without spaces around it."""
        held = self.data[name]
        if not isinstance(held, str) or not (empty or held) or len(held) > longest:
            least = 0 if empty else 1
            raise self.wrong(
                name, f"应为 {least} 到 {longest} 个字符的文字", f"must be a text of {least} to {longest} characters",
                held if isinstance(held, str) else type(held).__name__,
            )  # fmt: skip
        if held != held.strip() or (held and not held.isprintable()):
            raise self.wrong(name, "有首尾空格或不可见字符", "has spaces around it or characters nobody sees", held)
        return held

    def titles(self) -> tuple[str, str]:
        """The words in both languages."""
        return self.text("title_zh", LONGEST_TITLE), self.text("title_en", LONGEST_TITLE)

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of a few words."""
        held = self.data[name]
        if not isinstance(held, str) or held not in choices:
            named = [word for word in choices if word]
            raise self.wrong(name, f"应为 {'、'.join(named)} 之一", f"must be one of {', '.join(named)}", held)
        return held

    def words(self, name: str, choices: Sequence[str], *, least: int = 0) -> list[str]:
        """Several of a few words, none twice."""
        held = self.data[name]
        sound = isinstance(held, list | tuple) and all(isinstance(word, str) and word in choices for word in held)
        if not sound or len(held) < least or len(set(held)) != len(held):
            raise self.wrong(
                name, f"应为 {'、'.join(choices)} 中的至少 {least} 个，不重复",
                f"must be at least {least} of {', '.join(choices)}, none twice", None,
            )  # fmt: skip
        return list(held)

    def flag(self, name: str) -> bool:
        """Yes or no."""
        held = self.data[name]
        if not isinstance(held, bool):
            raise self.wrong(name, "应为 true 或 false", "must be true or false", held)
        return held

    def number(self, name: str, low: float, high: float) -> float:
        """A finite number within bounds."""
        held = self.data[name]
        number = held if isinstance(held, int | float) and not isinstance(held, bool) else math.nan
        if not low <= number <= high:
            raise self.wrong(name, f"应为 {low:g} 到 {high:g} 的数", f"must be a number from {low:g} to {high:g}", held)
        return float(number)

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number within bounds."""
        held = self.data[name]
        if not isinstance(held, int) or isinstance(held, bool) or not low <= held <= high:
            raise self.wrong(name, f"应为 {low} 到 {high} 的整数", f"must be a whole number from {low} to {high}", held)
        return held

    def whole_or_none(self, name: str, low: int, high: int) -> int | None:
        """A whole number within bounds, or null."""
        return None if self.data[name] is None else self.whole(name, low, high)
