"""The wall, and the remote control that steers one from a phone or a desk."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from gis.build import build_id
from gis.pages.modules import modules_of
from layers.api.description import described_person
from layers.catalog.selectors import district_bounds, notice
from layers.people.access import SHOWN, Access, access
from layers.people.displays import HEADER
from layers.people.rights import Actor
from layers.roles import Capability, TokenScope
from layers.territory.selectors import areas_with_bounds
from layers.walls.rules import ADDRESSES
from layers.walls.selectors import described_wall, scenes_of, seen_scenes, wall_to_show

LOOKERS = Access(capability=Capability.SEE_MAP, readers=frozenset({TokenScope.DISPLAY}))
ENTRY = "gis/js/wall/main.js"
#: What the page asks for as soon as it runs; its head asks for it while the scripts still come.
EARLY_ANSWERS = ("/live/state", "/api/layers")
EARLY_FONTS = ("ground-400", "ground-700", "cases-700")
WATCHERS = Access(capability=Capability.SEE_CASES)


@access(LOOKERS)
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """/wall/?name=NAME: the full-screen map with its scenes; everything it needs stands in its configuration."""
    actor = _actor(request)
    row = wall_to_show(actor, request.GET.get("name", ""))
    described = described_wall(row, actor)
    scenes = seen_scenes(actor)
    config = {
        **_common(request, actor),
        "wall": described,
        "scenes": scenes_of(row, scenes),
        "all_scenes": scenes,
        "vendor": {
            "worker": static("vendor/maplibre-gl/maplibre-gl-worker.mjs"),
            "icons": static("gis/icons/icons.svg"),
            "own_icons": static("gis/icons/own.svg"),
        },
        "urls": {
            **ADDRESSES, "state": "/live/state", "events": "/live/events",
            "incidents": "/api/incidents", "incident": "/api/incidents/{id}", "counts": "/api/counts",
            "heat": "/api/heat", "near": "/api/near", "duty": "/api/duty", "scenes": "/api/scenes",
            "walls": "/api/walls", "health": "/api/health", "build": "/wall/build",
            "presence": f"/api/walls/{row.name}/presence", "reports": f"/api/walls/{row.name}/reports",
            "commands": f"/api/walls/{row.name}/commands",
        },
    }  # fmt: skip
    return render(
        request,
        "gis/wall.html",
        {"wall_config": config, "wall": described, "early": _early(described["language"])},
    )


@access(WATCHERS)
@require_safe
def remote(request: HttpRequest) -> HttpResponse:
    """/wall/remote/: the walls, what their screens show now, and buttons that steer them."""
    actor = _actor(request)
    config = {
        **_common(request, actor),
        "scenes": seen_scenes(actor),
        "urls": {"walls": "/api/walls", "commands": "/api/walls/{name}/commands", "wall": "/wall/?name={name}"},
        "chosen": request.GET.get("name", "")[:40],
    }
    return render(request, "gis/wall_remote.html", {"remote_config": config})


@access(SHOWN)
@require_safe
def build(request: HttpRequest) -> HttpResponse:
    """/wall/build: `{"build"}` of what this process serves; a wall that runs another one loads itself again."""
    return JsonResponse({"build": build_id()}, headers={"Cache-Control": "no-store"})


def _common(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What both pages are told."""
    areas = areas_with_bounds()
    district = next((area for area in areas if area.level == "district"), None)
    return {
        "language": get_language() or "zh-hans",
        "me": described_person(request.user, actor),
        "display": request.display is not None,  # type: ignore[attr-defined]
        "display_header": HEADER,
        "build": build_id(),
        "areas": [asdict(area) for area in areas],
        "district": {
            "code": district.code if district else "",
            "bbox": district_bounds(),
            "area_km2": district.area_km2 if district else 0,
        },
        "notice": notice(),
    }


def _early(language: str) -> dict[str, tuple[str, ...]]:
    """What the head asks for; names of cases in Chinese only where Chinese is shown."""
    fonts = [name for name in EARLY_FONTS if language != "en" or name.startswith("ground")]
    files = tuple(f"vendor/noto-sans-sc/noto-sans-sc-{name}-normal.woff2" for name in fonts)
    return {"answers": EARLY_ANSWERS, "modules": modules_of(ENTRY), "files": files}


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
