"""Where a case lies: its chain of areas at the moment of writing, and the point that may be shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point

from layers.incidents.errors import OutsideDistrict
from layers.territory.selectors import chain_at, point_of


@dataclass(frozen=True)
class Place:
    """A position (degrees, EPSG:4326) with the codes of the areas that hold it."""

    lon: float
    lat: float
    district: str
    subdistrict: str
    community: str
    grid: str
    unit_grid: str

    def columns(self, *, guarded: bool) -> dict[str, Any]:
        """The values of a case's columns that say where it is; `guarded` shows the community's point alone."""
        exact = Point(self.lon, self.lat, srid=4326)
        standing = point_of(self.community) if guarded else None
        return {
            "district": self.district, "subdistrict": self.subdistrict, "community": self.community, "grid": self.grid,
            "unit_grid": self.unit_grid, "geom": exact, "shown": Point(*standing, srid=4326) if standing else exact,
        }  # fmt: skip


def place_at(lon: float, lat: float) -> Place:
    """The place at a position today. Raises OutsideDistrict where there is no grid."""
    chain = chain_at(lon, lat)
    if not chain.code("grid"):
        raise OutsideDistrict(
            f"位置 {lon:g}, {lat:g} 不在辖区的任何网格内", f"the position {lon:g}, {lat:g} lies in no grid of the district",
            field="lon", found=f"{lon}, {lat}",
        )  # fmt: skip
    codes = {level: chain.code(level) for level in ("district", "subdistrict", "community", "grid")}
    return Place(lon, lat, **codes, unit_grid=chain.unit_grid)
