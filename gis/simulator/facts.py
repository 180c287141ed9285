"""What the shift must know of the city before it begins, read once from the layers: streets, spots, units, cameras, items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import PointOnSurface
from django.db.models import QuerySet

from gis.simulator.cases import Facts as CaseFacts
from gis.simulator.city import City, Item, Spot
from gis.simulator.script import OpenCase, Unit
from gis.simulator.streets import Line, StreetMap, Xy
from layers.cameras.live import read_live as read_cameras
from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject, reproject_all
from layers.incidents.live import read_live as read_incidents
from layers.incidents.models import GUARDED_GROUPS, ItemType
from layers.live.objects import LiveObject
from layers.patrols.live import read_live as read_units
from layers.patrols.models import Unit as UnitRow
from layers.patrols.models import UnitState
from layers.places.models import Place
from layers.territory.models import Area, Building, Road, Water

#: A report lies at least this far inside its grid, so that rounding never puts it into the next.
INSIDE_M = 2.0
_WIDE = ("arterial", "collector")
_HOME_USES = {"residential": "home", "mixed": "home", "industrial": "works", "office": "offices"}
_STREET_STEP_M = 180.0


@dataclass(frozen=True)
class Facts:
    """The district, as the shift needs it. `roads` carries walkers and wheels, `rivers` the boats."""

    district: str
    grids: tuple[str, ...]
    roads: StreetMap
    rivers: StreetMap | None
    city: City
    units: tuple[Unit, ...]
    camera_states: dict[str, str]
    departments: tuple[str, ...]


def read_facts() -> Facts:
    """The facts of the district that is loaded. Raises LookupError when there is none."""
    districts = _open(Area).filter(level="district").values_list("code", flat=True)
    grids, shapes = _rows(_open(Area).filter(level="grid").order_by("code"), "code")
    if not districts or not grids:
        raise LookupError("no district is loaded: run manage.py load_district first")
    codes = [row[0] for row in grids]
    grid_of = _finder(codes, shapes)
    roads, lines = _rows(_open(Road).order_by("feature_id"), "road_class", "width_m", "name")
    streets = StreetMap.build([Line(s, *row) for row, s in zip(roads, lines, strict=True)], grid_of)
    rivers = _rivers()
    items = tuple(
        Item(row.code, row.group, row.name, row.severity, row.department_id, row.guarded)
        for row in ItemType.objects.filter(current=True, retired=False).order_by("code")
    )
    return Facts(
        district=districts[0], grids=tuple(codes), roads=streets, rivers=rivers,
        city=City(items, _spots(streets, rivers), _finder(codes, shapely.buffer(shapes, -INSIDE_M))),
        units=_units(codes, shapes), camera_states={c.id: str(c.properties["status"]) for c in read_cameras()},
        departments=tuple(sorted({item.department for item in items})),
    )  # fmt: skip


def _open(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(version_to__isnull=True)
    return rows


def _rows(rows: QuerySet[Any], *columns: str, geometry: str = "geom") -> tuple[list[tuple[Any, ...]], np.ndarray]:
    """The columns of each row, and their geometries in metres."""
    found = list(rows.values_list(*columns, geometry))
    wkb = np.array([bytes(row[-1].wkb) for row in found], dtype=object)
    return [row[:-1] for row in found], reproject_all(shapely.from_wkb(wkb), STORAGE_SRID, METRIC_SRID)


def _finder(codes: Sequence[str], shapes: np.ndarray) -> Callable[[Xy], str]:
    tree = shapely.STRtree(shapes)

    def grid_of(place: Xy) -> str:
        hits = tree.query(shapely.Point(place), predicate="intersects")
        return codes[min(hits)] if len(hits) else ""

    return grid_of


def _rivers() -> StreetMap | None:
    """A lane for boats along the middle of each river: the outline of the water, drawn in by a third of its width."""
    _, shapes = _rows(_open(Water).filter(kind="river").order_by("feature_id"), "name")
    lanes = []
    for shape in shapely.get_parts(shapes):
        width_m = 2.0 * shape.area / shape.length
        inner = shapely.simplify(shapely.buffer(shape, -0.3 * width_m), 2.0)
        lanes += [Line(part.exterior, "channel", width_m) for part in shapely.get_parts(inner) if not part.is_empty]
    longest = max(lanes, key=lambda lane: lane.shape.length, default=None)
    return StreetMap.build([longest]) if longest else None


def _spots(streets: StreetMap, rivers: StreetMap | None) -> dict[str, list[Spot]]:
    """Kind -> places: of the places layer, of buildings by use, of streets by class, of river banks."""
    spots: dict[str, list[Spot]] = defaultdict(list)
    for kind, spot in _middles(_open(Place), "kind", "name"):
        spots[kind].append(spot)
    for use, spot in _middles(_open(Building).filter(use__in=_HOME_USES).exclude(address=""), "use", "address"):
        spots[_HOME_USES[use]].append(spot)
    for kind, spot in _street_spots(streets):
        spots[kind].append(spot)
    if rivers is not None:
        water = shapely.union_all([shapely.LineString(street.path) for street in rivers.streets])
        near = [s for s in spots["street"] + spots["main"] if shapely.distance(water, shapely.Point(s.place)) < 180.0]
        spots["riverside"] = near
    spots["low"] = spots["pump"] + spots["riverside"][:: max(1, len(spots["riverside"]) // 12)]
    return dict(spots)


def _middles(rows: QuerySet[Any], kind: str, name: str) -> Iterable[tuple[str, Spot]]:
    """Kind and middle of each row; the database finds the middles, so that no outline has to travel."""
    rows = rows.order_by("feature_id").annotate(middle=PointOnSurface("geom"))
    found, points = _rows(rows, kind, name, geometry="middle")
    for (kind_of_row, named), (x, y) in zip(found, shapely.get_coordinates(points).tolist(), strict=True):
        yield kind_of_row, Spot((x, y), named)


def _street_spots(streets: StreetMap) -> Iterable[tuple[str, Spot]]:
    """Points along every street by what kind it is, and the busy crossings."""
    for street in streets.streets:
        kind = "main" if street.road_class in _WIDE else "street" if street.road_class == "street" else "lane"
        for number in range(max(1, int(street.length_m // _STREET_STEP_M))):
            yield kind, Spot(street.at((number + 0.5) * _STREET_STEP_M)[0], street.name)
    for node, edges in streets.around.items():
        wide = [streets.streets[edge] for edge in edges if streets.streets[edge].road_class in _WIDE]
        names = sorted({street.name for street in wide if street.name})
        if len(names) > 1:
            yield "crossing", Spot(streets.nodes[node], f"{names[0]}与{names[1]}路口")


def _units(codes: Sequence[str], shapes: np.ndarray) -> tuple[Unit, ...]:
    """Every unit with a place it starts from: the middle of its grid, or of one of the grids of its community."""
    middles = {code: (p.x, p.y) for code, p in zip(codes, shapely.point_on_surface(shapes), strict=True)}
    now = {unit.id: unit for unit in read_units()}
    seen, points = _rows(UnitState.objects.filter(geom__isnull=False).order_by("unit"), "unit")
    last = {row[0]: (point.x, point.y) for row, point in zip(seen, points, strict=True)}
    units: list[Unit] = []
    for row in _open(UnitRow).order_by("feature_id"):
        area = row.grid or row.community
        own = [middles[code] for code in codes if code.startswith(area)] or list(middles.values())
        live = now[row.feature_id]
        base, status = own[len(units) % len(own)], str(live.properties["status"])
        units.append(Unit(row.feature_id, row.kind, area, base, status, live.version, last.get(row.feature_id)))
    return tuple(units)


def open_cases() -> tuple[OpenCase, ...]:
    """The cases that are open now, for the shift to go on with."""
    return tuple(_open_case(case) for case in read_incidents())


def _open_case(case: LiveObject) -> OpenCase:
    told = case.properties
    place = reproject(shapely.Point(case.geometry["coordinates"]), STORAGE_SRID, METRIC_SRID) if case.geometry else None
    guarded = str(told["item"])[:3] in GUARDED_GROUPS
    facts = CaseFacts(str(told["source"]), told["category"], told["severity"], told["department"], guarded=guarded)
    xy = (place.x, place.y) if place is not None else (0.0, 0.0)
    return OpenCase(case.id, case.version, str(told["state"]), xy, str(told["grid"]), facts)
