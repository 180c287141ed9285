"""System checks: what must hold before the first request, each with its remedy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import django
import PIL
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

FLOORS = {
    "Django": (django.VERSION[:3], (5, 2, 19)),
    "Pillow": (tuple(map(int, PIL.__version__.split(".")[:2])), (13, 0)),
}


@register()
def versions(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Floors below which known holes are open."""
    return [
        Error(
            f"{name} {'.'.join(map(str, have))} is older than {'.'.join(map(str, floor))}",
            hint="Run `make run` or install requirements.lock again.",
            id="wangge.E001",
        )
        for name, (have, floor) in FLOORS.items()
        if have < floor
    ]


@register()
def folders(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """WANGGE_VAR must exist and be enterable."""
    if os.access(settings.VAR_DIR, os.R_OK | os.X_OK):
        return []
    return [
        Warning(
            f"{settings.VAR_DIR} is missing or can't be entered",
            hint="`make run` makes it; or set WANGGE_VAR to a folder of yours.",
            id="wangge.W001",
        )
    ]


@register()
def database_named(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Some database must be named."""
    if settings.DATABASES["default"]["HOST"] != "/nonexistent":
        return []
    return [
        Warning(
            "no database: there is neither a private cluster in WANGGE_VAR nor DATABASE_URL",
            hint="Run `make run`, or set DATABASE_URL (and DATABASE_OWNER_URL) to a PostGIS database.",
            id="wangge.W002",
        )
    ]
