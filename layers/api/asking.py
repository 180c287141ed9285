"""Parameters that several addresses read alike: an area, an instant, a list of words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest

from layers.errors import InvalidInput, NotFound
from layers.patrols.positions import read_instant
from layers.people.rights import Actor
from layers.territory.selectors import chain_of


def actor_of_request(request: HttpRequest) -> Actor:
    """Whoever asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def asked_area(text: str) -> str:
    """The code of an area in force, or nothing when none is asked for. Raises NotFound naming it."""
    if not text:
        return ""
    chain = chain_of(text)
    if not chain or chain[-1].code != text:
        raise NotFound(f"没有辖区 {text[:20]!a}", f"there is no area {text[:20]!a}", field="area", found=text)
    return text


def asked_instant(field: str, text: str) -> datetime | None:
    """The instant of an ISO 8601 text with an offset, None for nothing. Raises InvalidInput."""
    if not text:
        return None
    # An address writes a space for a plus that its maker forgot to encode.
    instant = read_instant(text.replace(" ", "+"))
    if instant is None:
        raise InvalidInput(
            f"{field} 应为带时区的时间，如 2026-11-24T00:00:00Z",
            f"{field} must be a time with its offset such as 2026-11-24T00:00:00Z", field=field, found=text,
        )  # fmt: skip
    return instant


def asked_words(field: str, text: str, known: Sequence[str]) -> list[str]:
    """The words of a list with commas, each one of `known`. Raises InvalidInput naming the first that is none."""
    words = [word for word in text.split(",") if word]
    for word in words:
        if word not in known:
            raise InvalidInput(
                f"{field} 应为 {'、'.join(known)} 之一",
                f"{field} must be of {', '.join(known)}",
                field=field,
                found=word,
            )
    return words
