"""A layer of staff as tests make it: hydrants of the district, some lines and surfaces beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely
from django.utils import timezone

from layers.catalog.datasets import make_layer
from layers.catalog.features import FeatureRow, stable_id
from layers.catalog.models import LayerVersion
from layers.catalog.selectors import current_versions
from layers.catalog.services import Source, publish_version
from layers.spec import LayerSpec

OWNER = "411102"


def field(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """One field of a description."""
    return {
        "name": name, "title_zh": f"{name}（中）", "title_en": name, "type": kind, "unit": "", "values": {},
        "required": False, "max_length": 200, "tile_zoom": None,
    } | more  # fmt: skip


def described(layer: str = "hydrants", **more: Any) -> dict[str, Any]:
    """A whole description."""
    return {
        "id": layer, "title_zh": "消火栓", "title_en": "Hydrants", "area": OWNER, "seen_by": "map",
        "geometry_types": ["Point"], "min_zoom": 12, "max_zoom": 16, "label_zoom": 15, "label": "name",
        "style": {"geometry": "point", "colour": "cat-city", "size": 4, "width": 1, "opacity": 0.9},
        "fields": [
            field("pressure_kpa", "number", unit="kPa", tile_zoom=14),
            field("built", "date"), field("seen_at", "datetime"), field("works", "boolean"), field("outlets", "integer"),
            field("state", values={"ok": {"zh": "正常", "en": "Fine"}, "dry": {"zh": "无水", "en": "Dry"}}, tile_zoom=12),
        ],
    } | more  # fmt: skip


def row(layer: str, number: int, lon: float = 114.02, lat: float = 33.575, **values: Any) -> FeatureRow:
    """One point of the layer."""
    blank: dict[str, Any] = {
        "code": f"H{number}", "name": f"消火栓{number}", "name_en": "", "community": "", "pressure_kpa": None,
        "built": None, "seen_at": None, "works": None, "outlets": None, "state": "",
    }  # fmt: skip
    return FeatureRow(stable_id(layer, f"H{number}"), shapely.Point(lon, lat), blank | values)


def made(actor: Any = None, **more: Any) -> LayerSpec:
    """The layer, without rows."""
    return make_layer(actor=actor, description=described(**more))


def publish(spec: LayerSpec, rows: Sequence[FeatureRow], *, whole: bool = True) -> LayerVersion | None:
    """A version of it."""
    version = publish_version(
        spec=spec, rows=rows, effective=timezone.localdate(), actor="system:test", source=Source("test"), whole=whole
    )
    current_versions(fresh=True)  # the test's transaction never commits
    return version
