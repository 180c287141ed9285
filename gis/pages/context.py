"""What every page knows: the product, the day's notice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page."""
    return {"demo": settings.DEMO, "actor": getattr(request, "actor", None)}
