"""Footpaths along the banks, in the belts between water and embankment road, tied to that road by short links."""

from __future__ import annotations

import numpy as np
import shapely

from .frame import snap
from .rivers import Rivers
from .streets import Street

OFF_BANK_M = 24.0
LINK_EVERY_M = 320.0


def _link(path: shapely.LineString, at: float, road: shapely.Geometry) -> tuple[shapely.LineString, float]:
    """Return the way from a point of the path to the embankment road, a little beyond it so that they meet."""
    start = np.asarray(path.interpolate(at).coords[0])
    foot = np.asarray(shapely.get_coordinates(shapely.shortest_line(shapely.Point(start), road))[-1])
    way = foot - start
    length = float(np.hypot(*way))
    return shapely.LineString([start, foot + way / length * 0.5]), length


def promenades(rivers: Rivers, streets: list[Street], district: shapely.Polygon) -> list[Street]:
    """Return paths and links as streets of class alley; they break off at bridges and at the creek's mouth."""
    zone = shapely.difference(rivers.belt_zone.buffer(-16), rivers.banks.buffer(OFF_BANK_M - 4))
    near = [s.line for s in streets if s.cls and s.line.intersects(rivers.belt_zone.buffer(-30))]
    keep_off = shapely.union_all([line.buffer(26) for line in near] + [rivers.creek.buffer(12)])
    offset = shapely.boundary(rivers.banks.buffer(OFF_BANK_M, quad_segs=6))
    inside = shapely.intersection(shapely.intersection(offset, zone), district.buffer(-30))
    paths = shapely.difference(shapely.line_merge(inside), keep_off)
    road = shapely.boundary(rivers.belt_zone)
    made: list[Street] = []
    for path in sorted(shapely.get_parts(paths), key=lambda p: p.bounds):
        if path.geom_type != "LineString" or path.length < 140:
            continue
        path = snap(shapely.simplify(path, 0.4))
        name = "沙河步道" if path.distance(rivers.sha_centre) < path.distance(rivers.li_centre) else "澧河步道"
        made.append(Street(path, "alley", name, (), "promenade"))
        count = max(2, round(path.length / LINK_EVERY_M) + 1)
        for at in np.linspace(25.0, path.length - 25.0, count):
            link, length = _link(path, float(at), road)
            if length < 190 and not link.intersects(keep_off):
                made.append(Street(snap(_from_path(path, link)), "alley", name, (), "promenade"))
    return made


def _from_path(path: shapely.LineString, link: shapely.LineString) -> shapely.LineString:
    """Start the link half a metre on the water's side of the path, so that the noding finds the crossing."""
    a, b = np.asarray(link.coords[0]), np.asarray(link.coords[-1])
    back = (a - b) / np.hypot(*(a - b)) * 0.5
    return shapely.LineString([a + back, b])
