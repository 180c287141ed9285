"""JSON bodies, read strictly: what is not one unambiguous object of known fields is refused by name."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, ValidationError

from layers.errors import InvalidInput

_Body = TypeVar("_Body", bound="Body")


class Body(BaseModel):
    """The fields of one kind of body. A number is no text, a text no number, and a field too many is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NotJson(InvalidInput):
    """A body that is no JSON text."""

    code = "not_json"
    title_zh, title_en = "内容不是 JSON", "The body is not JSON"
    remedy_zh, remedy_en = (
        "发送 UTF-8 编码的 JSON 对象，同一对象内字段名不重复。",
        "Send a JSON object in UTF-8, with no name twice in one object.",
    )


def read_body(request: HttpRequest, shape: type[_Body]) -> _Body:
    """The body as `shape`. Raises InvalidInput naming the field, or RequestDataTooBig beyond the limit of 1 MB."""
    value = _object(request)
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(_printable(str(part)) for part in first["loc"]) or "body"
        found = first.get("input")
        raise InvalidInput(
            f"{field} 有误", f"{field}: {first['msg']}", field=field,
            found=None if isinstance(found, dict | list) else ascii(found)[:80],
        ) from error  # fmt: skip


def json_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in a request's body.

    Raises NotJson, or InvalidInput for another value and for half of a surrogate pair, which no database can store.
    """
    value = _object(request)
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidInput("文字里有半个字符", "a text holds half of a surrogate pair", field="body") from None
    return value


def _object(request: HttpRequest) -> dict[str, Any]:
    value = read_json(request.body)
    if not isinstance(value, dict):
        raise InvalidInput(
            "内容应为 JSON 对象", "the body must be a JSON object", field="body", found=type(value).__name__
        )
    return value


def _printable(name: str) -> str:
    """A name of the sender's that may stand in an answer."""
    return name[:40] if name.isprintable() else ascii(name[:40])[1:-1]


def read_json(data: bytes) -> Any:
    """The decoded value. NaN and numbers beyond range come as floats that no range holds. Raises NotJson."""
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_once_each)
    except NotJson:
        raise
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and numbers of 5 000 digits among them
        raise NotJson("内容不是 JSON 文本", f"not a JSON text: {str(error)[:120]}", field="body") from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for name, held in pairs:
        if name in value:
            raise NotJson(
                f"字段 {name[:40]!a} 出现两次", f"the name {name[:40]!a} stands twice in one object",
                field=ascii(name[:40])[1:-1],
            )  # fmt: skip
        value[name] = held
    return value


def described(shape: type[Body]) -> dict[str, Any]:
    """The `openapi_extra` of an operation whose body is read by `read_body`."""
    schema = shape.model_json_schema()
    schema = _inlined(schema, schema.pop("$defs", {}))
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """The schema with its own parts in place: references of JSON Schema point elsewhere in an OpenAPI document."""
    if isinstance(schema, list):
        return [_inlined(entry, parts) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"].rpartition("/")[2]], parts)
    return {name: _inlined(held, parts) for name, held in schema.items()}
