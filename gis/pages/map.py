"""The map page: the start for everybody who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from layers.api.description import described_person
from layers.catalog.selectors import district_bounds, notice
from layers.people.access import SIGNED_IN, access


@access(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """The district on one map, with its layers, search and cards."""
    language = get_language() or "zh-hans"
    config: dict[str, Any] = {
        "layers_url": "/api/layers",
        "search_url": "/api/search",
        "feature_url": "/api/layers/{layer}/features/{id}",
        "chain_url": "/api/chain",
        "tiles_url": "/tiles/{layers}.json",
        "home": {"bbox": district_bounds()},
        "language": language,
        "me": described_person(request.user, request.actor),  # type: ignore[attr-defined]
        "notice": notice(),
    }
    return render(request, "gis/map.html", {"map_config": config})
