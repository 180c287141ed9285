"""What somebody must know of a file that was written, and what stops one from being written. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from layers.errors import WanggeError
from layers.exports.tables import Table

#: Ids and characters that a sentence names.
NAMED = 20


@dataclass(frozen=True)
class Note:
    """Something a format could not hold as it is: which field, which features, in both languages."""

    code: str
    field: str
    ids: tuple[str, ...]
    zh: str
    en: str

    def as_dict(self) -> dict[str, Any]:
        """For reports; at most a thousand ids."""
        return {
            "code": self.code, "field": self.field, "ids": list(self.ids[:1000]), "message_zh": self.zh,
            "message_en": self.en,
        }  # fmt: skip


class Unholdable(WanggeError):
    """Values that the chosen format or encoding cannot hold: nothing was written."""

    code, status = "unholdable", 422
    title_zh, title_en = "所选格式或编码写不下这些内容", "The chosen format or encoding cannot hold these values"
    remedy_zh, remedy_en = (
        "改用 UTF-8 或 GB18030 编码，或导出为 .gpkg。",
        "Choose UTF-8 or GB18030, or export as .gpkg.",
    )


def demand_encodable(table: Table, encoding: str, codec: str) -> None:
    """Raises Unholdable naming the characters that an encoding does not have, and where they stand."""
    for field in table.fields:
        if field.type != "text":
            continue
        texts = table.values[field.name]
        bad = {place: signs for place, text in enumerate(texts) if text and (signs := _outside(text, codec))}
        if not bad:
            continue
        lacking = sorted(set().union(*bad.values()))
        raise unholdable(
            field.name, (str(table.ids[place]) for place in bad),
            f"{encoding} 没有这些字：{_listed(lacking)}", f"{encoding} lacks the characters {_listed(lacking)}", characters=lacking,
        )  # fmt: skip


def unholdable(field: str, ids: Iterable[str], zh: str, en: str, **extra: Any) -> Unholdable:
    """The refusal of values of a field, with the features they belong to."""
    named = sorted(ids)
    told = ", ".join(named[:NAMED]) + (f" … ({len(named)})" if len(named) > NAMED else "")
    return Unholdable(
        f"字段 {field}：{zh}（{told}）", f"field {field}: {en} ({told})", field=field, ids=named[:1000], **extra
    )


def _outside(text: str, codec: str) -> set[str]:
    """The characters of a text that a codec cannot write."""
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return {sign for sign in set(text) if not _fits(sign, codec)}
    return set()


def _fits(sign: str, codec: str) -> bool:
    try:
        sign.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _listed(signs: list[str]) -> str:
    shown = " ".join(
        f"{sign} (U+{ord(sign):04X})" if sign.isprintable() else f"U+{ord(sign):04X}" for sign in signs[:NAMED]
    )
    return shown + (" …" if len(signs) > NAMED else "")
