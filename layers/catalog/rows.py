"""Mapped values and shapes to feature rows: ids, ranks, derived attributes, derived layers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.catalog.features import FeatureRow, stable_id
from layers.geo.codes import level_of, service_code20
from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject
from layers.geo.sectors import sector
from layers.spec import LayerSpec

_MULTI: dict[str, Callable[[Any], BaseGeometry]] = {
    "Polygon": shapely.multipolygons,
    "LineString": shapely.multilinestrings,
    "Point": shapely.multipoints,
}
_ROAD_RANK = {"arterial": 1, "collector": 2, "street": 3, "lane": 5, "alley": 6}
_PLACE_RANK = {
    "service_center": 1, "square": 1, "hospital": 2, "park": 2, "school": 3, "fire_station": 3, "market": 4,
    "compound": 4, "alley": 5, "kindergarten": 5, "police_box": 5, "shelter": 5, "clinic": 6, "pump": 6, "toilet": 7,
    "bus_stop": 7, "shop": 8,
}  # fmt: skip
_USE_RANK = {"hospital": 2, "school": 2, "public": 2, "commercial": 3, "office": 3, "shed": 7}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "buildings": {"households": 0, "height_estimated": True},
    "roads": {"lanes": 1, "bridge": False},
}


def as_layer_type(spec: LayerSpec, shape: BaseGeometry) -> BaseGeometry:
    """`shape`, made multi where the layer holds multi shapes. Raises ValueError for a type the layer can't hold."""
    if shape.geom_type in spec.geometry_types:
        return shape
    multi = f"Multi{shape.geom_type}"
    if multi in spec.geometry_types:
        return _MULTI[shape.geom_type]([shape])
    raise ValueError(f"{spec.id} holds {' or '.join(spec.geometry_types)}, not {shape.geom_type}")


def feature_id(spec: LayerSpec, code: str) -> str:
    """The stable id of a feature: its code for areas, `u` + code for unit grids, else a UUID made from the code."""
    if spec.model == "territory.Area":
        return code
    return f"u{code}" if spec.id == "unit_grids" else stable_id(spec.id, code)


def rank_of(spec: LayerSpec, values: Mapping[str, Any], metric: BaseGeometry | None) -> int:
    """How early a feature is drawn: 1 always, 9 only when there is room."""
    if spec.id == "roads":
        return _ROAD_RANK.get(values["class"], 4)
    if spec.id == "places":
        return _PLACE_RANK.get(values["kind"], 6)
    if spec.id == "buildings":
        if values["use"] in _USE_RANK:
            return _USE_RANK[values["use"]]
        area = metric.area if metric is not None else 0.0
        return 3 if values["floors"] >= 12 or area > 1500 else 4 if area > 400 else 5
    if spec.id == "greens":
        return 2 if values["kind"] in ("belt", "park") else 5
    return 3


def derive(spec: LayerSpec, values: dict[str, Any], metric: BaseGeometry | None) -> None:
    """Fills what a delivery does not carry because it follows from the rest: areas, codes above, CJ/T 349 code."""
    if spec.staff:
        return  # its attributes mean what its makers said
    if "area_m2" in {f.name for f in spec.fields} and metric is not None:
        values["area_m2"] = round(metric.area, 2)
    if values.get("bearing_deg") is not None:
        values["bearing_deg"] %= 360.0  # 360 is north too
    if spec.model == "territory.Area":
        code = values["code"]
        values.setdefault("subdistrict", "")
        values["subdistrict"] = code[:9] if len(code) > 9 else ""
        values["community"] = code[:12] if len(code) > 12 else ""
        values["parent"] = code[:-3] if level_of(code) not in (None, "district") else ""
        values["service_code20"] = service_code20(code) if level_of(code) == "grid" and int(code[12:]) <= 99 else ""
        values.setdefault("leader", "")


def feature_rows(
    spec: LayerSpec, values: Sequence[dict[str, Any]], metric: np.ndarray | None, degrees: np.ndarray | None
) -> list[FeatureRow]:
    """Rows ready to publish, in order of delivery."""
    rows = []
    for number, attributes in enumerate(values):
        plane = metric[number] if metric is not None else None
        derive(spec, attributes, plane)
        shape = as_layer_type(spec, shapely.force_2d(degrees[number])) if degrees is not None else None
        rows.append(
            FeatureRow(feature_id(spec, attributes["code"]), shape, attributes, rank_of(spec, attributes, plane))
        )
    return rows


def camera_view_rows(cameras: Sequence[FeatureRow]) -> list[FeatureRow]:
    """The ground each camera sees, as rows of `camera_views`, under the camera's own code."""
    rows = []
    for camera in cameras:
        assert camera.geometry is not None
        at = reproject(camera.geometry, STORAGE_SRID, METRIC_SRID)
        seen = sector(at.x, at.y, camera.values["bearing_deg"], camera.values["fov_deg"], camera.values["range_m"])
        shape = shapely.multipolygons([reproject(seen, METRIC_SRID, STORAGE_SRID)])
        kept = {key: camera.values[key] for key in ("code", "name", "name_en", "status", "tier", "grid", "community")}
        rows.append(
            FeatureRow(
                stable_id("camera_views", kept["code"]), shape, {**kept, "camera": camera.feature_id}, camera.rank
            )
        )
    return rows
