"""The scenes and the wall that every district begins with, made from its areas. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from layers.walls.rules import DEFAULT_WALL

Json = dict[str, Any]
_ORDINARY = ("communities", "grids", "places", "cameras", "units", "incidents")
_WITH_VIEWS = (*_ORDINARY, "camera_views")


class Named(Protocol):
    """An area with its names."""

    @property
    def code(self) -> str:
        """Its code."""
        ...

    @property
    def name(self) -> str:
        """Its Chinese name."""
        ...

    @property
    def name_en(self) -> str:
        """Its English name."""
        ...


def default_scenes(district: Named, subdistricts: Sequence[Named]) -> list[Json]:
    """District, each subdistrict, hot spots, a quiet flight in 3D, a single case: the values of each scene."""
    scenes = [
        _scene("district", district.name, district.name_en, "district", district, order=10, choropleth="open_now")
    ]
    scenes += [
        _scene(f"area-{area.code}", area.name, area.name_en, "area", area, order=20, layers=_WITH_VIEWS)
        for area in subdistricts
    ]
    return [
        *scenes,
        _scene("hotspots", "热点", "Hot spots", "hotspots", district, order=30, heat="7d"),
        _scene("flight", "三维巡览", "Flight in 3D", "flight", district, order=40, three_d=True, duration_s=60),
        _scene(
            "incident", "单个案卷", "One case", "incident", district, order=50, layers=_WITH_VIEWS, three_d=True,
            duration_s=45,
        ),
    ]  # fmt: skip


def _scene(scene: str, zh: str, en: str, kind: str, area: Named, **values: Any) -> Json:
    return {
        "id": scene, "title_zh": zh[:40], "title_en": (en or zh)[:60], "kind": kind, "area": area.code,
        "layers": list(values.pop("layers", _ORDINARY)), **values,
    }  # fmt: skip


def default_wall(district: Named) -> Json:
    """The wall of the whole district, with every scene there is."""
    return {
        "name": DEFAULT_WALL, "title_zh": district.name[:40], "title_en": (district.name_en or district.name)[:60],
        "area": district.code,
    }  # fmt: skip
