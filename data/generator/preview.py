"""A quick dark picture of the district to judge the fabric by eye; needs Pillow, nothing is read from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from PIL import Image, ImageDraw

from .district import District

INK = {
    "ground": "#171c1d",
    "water": "#22455f",
    "park": "#24402d",
    "belt": "#203527",
    "yard": "#223629",
    "field": "#2b4a33",
    "islet": "#2a4530",
    "canal": "#22455f",
    "square": "#3a3a2c",
    "compound": "#1d2324",
}
ROAD_INK = {"arterial": "#6d7477", "collector": "#575e60", "street": "#464c4e", "lane": "#363c3e", "alley": "#2f3537"}


class Sheet:
    """A drawing surface over a window of the plane, drawn twice as large and reduced."""

    def __init__(self, window: tuple[float, float, float, float], width_px: int = 1600) -> None:
        self.left, self.low, right, self.high = window
        self.scale = 2 * width_px / (right - self.left)
        self.view = shapely.box(*window)
        size = (2 * width_px, round((self.high - self.low) * self.scale))
        self.image = Image.new("RGB", size, INK["ground"])
        self.pen = ImageDraw.Draw(self.image)

    def points(self, coords: np.ndarray) -> list[tuple[float, float]]:
        """Return pixels of coordinates."""
        return [((x - self.left) * self.scale, (self.high - y) * self.scale) for x, y in coords]

    def polygon(self, shape: shapely.Geometry, fill: str, hole: str | None = None) -> None:
        """Fill a polygon; holes are painted in the colour given."""
        for part in shapely.get_parts(shape):
            if not part.intersects(self.view):
                continue
            self.pen.polygon(self.points(shapely.get_coordinates(part.exterior)), fill=fill)
            for ring in part.interiors:
                self.pen.polygon(self.points(shapely.get_coordinates(ring)), fill=hole or INK["ground"])

    def line(self, shape: shapely.Geometry, ink: str, width_m: float, least_px: float = 1.0) -> None:
        """Draw a line with a width in metres."""
        for part in shapely.get_parts(shape):
            if part.intersects(self.view):
                width = max(least_px * 2, width_m * self.scale)
                self.pen.line(self.points(shapely.get_coordinates(part)), fill=ink, width=round(width), joint="curve")

    def dot(self, x: float, y: float, ink: str, radius_px: float) -> None:
        """Draw a dot."""
        ((u, v),) = self.points(np.array([[x, y]]))
        r = radius_px * 2
        self.pen.ellipse((u - r, v - r, u + r, v + r), fill=ink)

    def save(self, path: Path) -> None:
        """Write the picture at its final size."""
        self.image.resize((self.image.width // 2, self.image.height // 2), Image.Resampling.LANCZOS).save(path)


def _height_ink(floors: int) -> str:
    level = min(1.0, 0.30 + floors / 34)
    return "#" + "".join(f"{round(c * level):02x}" for c in (168, 176, 184))


def draw(district: District, path: Path, window: list[float] | None = None) -> None:
    """Draw the district, or a window of it in EPSG:4547, to a PNG."""
    left, low, right, high = district.tree.district.polygon.bounds
    sheet = Sheet(tuple(window) if window else (left - 500, low - 500, right + 500, high + 500))  # type: ignore[arg-type]
    for green in district.greens:
        sheet.polygon(green.polygon, INK[green.kind])
    for water in district.waters:
        sheet.polygon(water.polygon, INK["water"], INK["islet"])
    for place in district.polygons:
        if place.kind in ("compound", "square"):
            sheet.polygon(place.geometry, INK[place.kind])
    for road in sorted(district.roads, key=lambda r: -list(ROAD_INK).index(r.cls)):
        sheet.line(road.line, ROAD_INK[road.cls], road.width_m * 0.55)
    for building in district.buildings:
        sheet.polygon(building.polygon, _height_ink(building.floors))
    for grid in district.tree.grids:
        sheet.line(grid.polygon.exterior, "#8f9a78", 1.0, 0.5)
    for place in district.points:
        if place.kind == "shop":
            sheet.dot(place.geometry.x, place.geometry.y, "#c9a24a", 1.1)
    for camera in district.cameras:
        sheet.dot(camera.point.x, camera.point.y, "#58b0c9", 1.8)
    for place in district.points:
        if place.kind == "service_center":
            sheet.dot(place.geometry.x, place.geometry.y, "#e05a4a", 4)
    sheet.save(path)
