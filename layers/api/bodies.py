"""Reading the body of a request as JSON, stricter than Python's own reader."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest

from layers.errors import InvalidInput

Json = dict[str, Any]


def json_object(request: HttpRequest) -> Json:
    """The JSON object in a request's body.

    Raises InvalidInput for what is not UTF-8, not JSON (NaN and Infinity are not), not an object, names a member
    twice, is nested beyond reading, or holds half of a surrogate pair, which no database can store.
    """
    try:
        value = json.loads(request.body.decode(), parse_constant=_no_constant, object_pairs_hook=_members)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidInput("文字里有半个字符", "a text holds half of a surrogate pair", field="body") from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput("请求内容不是 JSON", f"the body is not JSON: {error}", field="body") from None
    if not isinstance(value, dict):
        raise InvalidInput(
            "请求内容应为 JSON 对象", "the body must be a JSON object", field="body", found=type(value).__name__
        )
    return value


def _no_constant(text: str) -> NoReturn:
    raise InvalidInput(f"{text} 不是有限的数", f"{text} is not a finite number", field="body", found=text)


def _members(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InvalidInput("同一字段出现两次", "a member is named twice", field="body")
    return found
