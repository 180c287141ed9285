"""What every page knows: the product, the day's notice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from layers.people.rights import may
from layers.roles import KEEPER_ROLES, Capability


def product(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page."""
    actor = getattr(request, "actor", None)
    return {
        "demo": settings.DEMO,
        "actor": actor,
        "keeper": actor is not None and bool(KEEPER_ROLES & actor.roles),
        "operator": actor is not None and may(actor, Capability.OPERATE),
    }
