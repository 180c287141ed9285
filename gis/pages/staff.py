"""/staff/: what GIS staff keep: layers with their versions and quality, and imports from the first byte to the rollback."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from layers.api.description import describe_layer, described_person
from layers.api.uploads import CHUNK_BYTES
from layers.catalog.descriptions import COLOURS
from layers.catalog.edit_rules import capability_for
from layers.catalog.registry import visible_spec, visible_specs
from layers.catalog.selectors import district_bounds, model_of, notice
from layers.errors import UnknownLayer
from layers.imports.archives import MAX_UPLOAD_BYTES
from layers.imports.selectors import import_visible
from layers.people.access import Access, access
from layers.people.rights import Actor, may
from layers.roles import ADMIN_ROLES, KEEPER_ROLES, Mode
from layers.spec import LayerSpec

KEEPERS = Access(roles=KEEPER_ROLES)
#: What a file may be called; the rest is asked of its bytes.
ACCEPTED = (
    ".zip,.shp,.gpkg,.geojson,.json,.fgb,.gpx,.kml,.kmz,.dxf,.csv,.tsv,.xlsx,.parquet"
)  # fmt: skip
_PREPARING = frozenset(Mode) - {Mode.APPROVE}


@access(KEEPERS)
@require_safe
@ensure_csrf_cookie
def overview(request: HttpRequest) -> HttpResponse:
    """/staff/: layers, imports under way, and where a file may be dropped."""
    return _page(request, "gis/staff.html", "overview")


@access(KEEPERS)
@require_safe
@ensure_csrf_cookie
def one_import(request: HttpRequest, import_id: str) -> HttpResponse:
    """/staff/imports/ID/: one import; unknown and forbidden are the same 404."""
    row = import_visible(_actor(request), import_id)
    return _page(request, "gis/staff_import.html", "import", import_id=str(row.pk))


@access(KEEPERS)
@require_safe
@ensure_csrf_cookie
def one_layer(request: HttpRequest, layer: str) -> HttpResponse:
    """/staff/layers/ID/: the history of a layer, its quality, its exports."""
    spec = visible_spec(_actor(request), layer)
    if not spec.versioned:
        raise UnknownLayer(
            f"图层 {layer[:40]} 没有版本", f"layer {layer[:40]} has no versions", field="layer", found=layer
        )
    return _page(
        request, "gis/staff_layer.html", "layer", layer=spec.id, by_hand=_by_hand(_actor(request), spec),
        title_zh=spec.zh, title_en=spec.en,
    )  # fmt: skip


@access(KEEPERS)
@require_safe
@ensure_csrf_cookie
def quality(request: HttpRequest) -> HttpResponse:
    """/staff/quality/: how good every layer is."""
    return _page(request, "gis/staff_quality.html", "quality")


def _page(request: HttpRequest, template: str, page: str, **more: Any) -> HttpResponse:
    actor = _actor(request)
    specs = [spec for spec in visible_specs(actor) if spec.versioned]
    config = {
        "page": page,
        "language": get_language() or "zh-hans",
        "me": described_person(request.user, actor),
        "today": timezone.localdate().isoformat(),
        "home": {"bbox": district_bounds()},
        "notice": notice(),
        "layers": [
            {**describe_layer(actor, spec), "imports": _takes_imports(actor, spec)} for spec in specs
        ],
        "colours": [{"id": name, "title_zh": words.zh, "title_en": words.en} for name, words in COLOURS.items()],
        "limits": {"bytes": MAX_UPLOAD_BYTES, "chunk": CHUNK_BYTES},
        "layers_url": "/api/layers", "search_url": "/api/search", "feature_url": "/api/layers/{layer}/features/{id}",
        "tiles_url": "/tiles/{layers}.json",
        "urls": {
            "imports": "/api/imports", "quality": "/api/quality", "history": "/api/layers/{layer}/history",
            "layer_quality": "/api/layers/{layer}/quality", "exports": "/api/exports", "pages": "/staff/",
        },
        **more,
    }  # fmt: skip
    return render(request, template, {"staff_config": config, "accepted": ACCEPTED})


def _takes_imports(actor: Actor, spec: LayerSpec) -> bool:
    return spec.editable and may(actor, capability_for(spec), modes=_PREPARING)


def _by_hand(actor: Actor, spec: LayerSpec) -> str | None:
    """The table of /admin/ in which the layer's features are edited one by one, for whoever may enter it."""
    if not spec.editable or not ADMIN_ROLES & actor.roles or not may(actor, capability_for(spec)):
        return None
    meta = model_of(spec)._meta
    try:
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    except NoReverseMatch:
        return None


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
