"""Field types that bodies share."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from layers.patrols.positions import read_instant


def _uuid(value: Any) -> uuid.UUID:
    if isinstance(value, str) and len(value) == 36:
        return uuid.UUID(value)
    raise ValueError("must be a UUID")


def _instant(value: Any) -> datetime:
    instant = read_instant(value)
    if instant is None:
        raise ValueError("must be an ISO 8601 time with an offset")
    return instant


ClientId = Annotated[
    uuid.UUID, BeforeValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"}, mode="validation")
]
Instant = Annotated[
    datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"}, mode="validation")
]
