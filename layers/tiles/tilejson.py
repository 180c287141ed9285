"""TileJSON 3.0 documents, pure."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from layers.spec import FieldSpec, LayerSpec
from layers.tiles.mvt import label_id, label_shape, tile_fields

_TYPES = {"integer": "Number", "number": "Number", "boolean": "Boolean"}


def document(
    *,
    specs: Sequence[LayerSpec],
    query: str,
    bounds: Sequence[float],
    notice: dict[str, str],
    expires: int | None = None,
) -> dict[str, Any]:
    """The description of the tiles of some layers. `query` is the `v=…&s=…` of their addresses; `expires` its end."""
    low, high = min(spec.min_zoom for spec in specs), max(spec.max_zoom for spec in specs)
    west, south, east, north = bounds
    path = ",".join(spec.id for spec in specs)
    described: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": " · ".join(spec.zh for spec in specs),
        "description": ", ".join(spec.en for spec in specs),
        # Map libraries put the attribution into the page as HTML.
        "attribution": html.escape(" · ".join(filter(None, (notice["zh"], notice["en"])))),
        "scheme": "xyz",
        "bounds": [west, south, east, north],
        "center": [round((west + east) / 2, 6), round((south + north) / 2, 6), max(low, min(high, 13))],
        "minzoom": low,
        "maxzoom": high,
        "tiles": [f"/tiles/{path}/{{z}}/{{x}}/{{y}}.mvt?{query}"],
        "vector_layers": [entry for spec in specs for entry in _vector_layers(spec)],
    }
    if expires is not None:
        described["expires"] = datetime.fromtimestamp(expires, UTC).isoformat().replace("+00:00", "Z")
    return described


def _vector_layers(spec: LayerSpec) -> list[dict[str, Any]]:
    fields = {field.name: _type(field) for field in tile_fields(spec, spec.max_zoom)} | {"rank": "Number"}
    layers = [_vector_layer(spec.id, f"{spec.zh} {spec.en}", spec.min_zoom, spec.max_zoom, fields)]
    if label_shape(spec) is not None:
        start = max(spec.min_zoom, spec.label_zoom or 0)
        layers.append(_vector_layer(label_id(spec), f"{spec.zh}注记 {spec.en}: labels", start, spec.max_zoom, fields))
    return layers


def _vector_layer(name: str, description: str, low: int, high: int, fields: dict[str, str]) -> dict[str, Any]:
    return {"id": name, "description": description, "minzoom": low, "maxzoom": high, "fields": fields}


def _type(field: FieldSpec) -> str:
    return _TYPES.get(field.type, "String")
