"""The SQL of a vector tile, pure: descriptions in, one statement and the order of its parameters out.

Identifiers come from descriptions and models alone; whatever a request brings travels as a parameter. One statement
cuts all layers of a tile: `ST_AsMVT` of each, concatenated (a Mapbox Vector Tile is a sequence of layers, so pieces
join by joining their bytes). Rows are taken in the order rank, id: this decides what a cap drops, and makes the bytes
the same whatever plan the database chose.

A footprint that lies wholly inside a tile and keeps its shape on the tile's grid (see `_cut`) is only moved and snapped,
which takes a sixth of the time of `ST_AsMVTGeom`; whatever touches the margin, or is finer than the grid, is clipped.

Sources: Mapbox Vector Tile 2.1; PostGIS 3.3 ST_AsMVT, ST_AsMVTGeom.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from layers.catalog.columns import area_condition, expression, identifier
from layers.geo.tilemath import BUFFER, EXTENT, edges, metres_per_unit
from layers.people.rights import RowScope
from layers.spec import FieldSpec, LayerSpec

LabelShape = Literal["point", "line"]
Slot = tuple[
    Literal[
        "clip", "reach", "inside", "west", "south", "east", "north", "to_left", "to_top", "version", "areas", "constant"
    ],
    int | str,
]
Parameter = str | list[str]

_POINTS = frozenset({"Point", "MultiPoint"})
_LINES = frozenset({"LineString", "MultiLineString"})
_STORED = "geom_3857"
_ORDER = 'rank, feature_id COLLATE "C"'
#: Snapping moves a vertex by half a diagonal of the grid at most, so two of them (or a vertex and an edge) approach each
#: other by one diagonal, sqrt(2) units; the rest is for rounding.
SNAP_CLEARANCE_UNITS = 1.415
#: `@` compares boxes rounded outward to 32 bits: twice 1 m in EPSG:3857, up to 2 m at its rim.
_BOX_ROUNDING_M = 2.0


@dataclass(frozen=True)
class Source:
    """One layer of a tile: its description, its table, and whether only some of its rows may be seen."""

    spec: LayerSpec
    table: str
    limited: bool = False


@dataclass(frozen=True)
class Statement:
    """SQL with `$n` placeholders, and what each of them stands for."""

    text: str
    slots: tuple[Slot, ...]

    def parameters(
        self, z: int, x: int, y: int, versions: Sequence[int], scopes: Sequence[RowScope]
    ) -> list[Parameter]:
        """Values in placeholder order, as text that the database casts (area prefixes as a list of patterns)."""
        west, south, east, north = edges(z, x, y)
        fixed = {"west": west, "south": south, "east": east, "north": north, "to_left": -west, "to_top": -north}
        values: list[Parameter] = []
        for kind, which in self.slots:
            if kind == "version":
                values.append(str(versions[int(which)]))
            elif kind == "areas":
                values.append([f"{prefix}%" for prefix in scopes[int(which)].prefixes])
            elif kind == "constant":
                values.append(str(which))
            elif kind == "clip":
                values.append(f"BOX({west!r} {south!r},{east!r} {north!r})")
            elif kind in ("reach", "inside"):
                margin = BUFFER * metres_per_unit(z) - (_BOX_ROUNDING_M if kind == "inside" else 0.0)
                values.append(_box_ewkb(west - margin, south - margin, east + margin, north + margin))
            else:
                values.append(repr(fixed[kind]))
        return values


def label_shape(spec: LayerSpec) -> LabelShape | None:
    """How the label layer of a description is drawn; None when it has none (points carry their own names)."""
    kinds = set(spec.geometry_types)
    if spec.label_zoom is None or not spec.label or kinds <= _POINTS:
        return None
    return "line" if kinds <= _LINES else "point"


def label_id(spec: LayerSpec) -> str:
    """Name of the layer that holds the labels."""
    return f"{spec.id}_label"


def travels_at(spec: LayerSpec, z: int) -> bool:
    """True when a layer has features in tiles of a zoom."""
    return spec.min_zoom <= z <= spec.max_zoom


def labelled_at(spec: LayerSpec, z: int) -> bool:
    """True when a layer has labels in tiles of a zoom."""
    return travels_at(spec, z) and label_shape(spec) is not None and z >= (spec.label_zoom or 0)


def tile_fields(spec: LayerSpec, z: int) -> tuple[FieldSpec, ...]:
    """Attributes that travel at a zoom; what only some roles may read never does, as a tile is shared."""
    return tuple(
        field
        for field in spec.fields
        if field.tile_zoom is not None and field.tile_zoom <= z and field.visible_to is None
    )


def statement(sources: Sequence[Source], z: int) -> Statement | None:
    """The statement for the tiles of a zoom; None when none of the layers is drawn there.

    It yields one row with one bytea. Raises ValueError for a name that is no plain identifier.
    """
    writer = _Writer(z)
    parts = []
    for index, source in enumerate(sources):
        if travels_at(source.spec, z):
            parts.append(writer.features(index, source))
        if labelled_at(source.spec, z):
            shape = label_shape(source.spec)
            parts.append(writer.label_lines(index, source) if shape == "line" else writer.label_points(index, source))
    if not parts:
        return None
    return Statement("SELECT " + "\n || ".join(f"({part})" for part in parts), tuple(writer.slots))


def _box_ewkb(west: float, south: float, east: float, north: float) -> str:
    """A rectangle as hex EWKB with SRID 3857: parsed once per query, unlike a function call in the text."""
    ring = (west, south, west, north, east, north, east, south, west, south)
    return struct.pack("<BIIII10d", 1, 0x20000003, 3857, 1, 5, *ring).hex()


class _Writer:
    """Writes the parts of one statement and numbers their placeholders."""

    def __init__(self, z: int) -> None:
        self.z = z
        self.slots: list[Slot] = []

    def put(self, kind: str, which: int | str = 0) -> str:
        """`$n` for a slot, the same number for the same slot."""
        slot: Slot = (kind, which)  # type: ignore[assignment]
        if slot not in self.slots:
            self.slots.append(slot)
        return f"${self.slots.index(slot) + 1}"

    def features(self, index: int, source: Source) -> str:
        """The layer itself, clipped with a margin."""
        spec = source.spec
        return self._layer(
            spec.id,
            f"SELECT {self._cut(spec)} AS shape, {self._columns(spec)}"
            f" FROM {identifier(source.table)} AS f"
            f" WHERE geom_3857 && {self.put('reach')}::geometry AND {self._rows(index, source)}"
            f" ORDER BY {_ORDER} LIMIT {spec.detail_at(self.z).cap:d}",
        )

    def label_points(self, index: int, source: Source) -> str:
        """One point per named object, from the whole object, in the one tile that holds the point."""
        spec = source.spec
        inside = (
            f"ST_X(spot) >= {self.put('west')}::float8 AND ST_X(spot) < {self.put('east')}::float8"
            f" AND ST_Y(spot) > {self.put('south')}::float8 AND ST_Y(spot) <= {self.put('north')}::float8"
        )
        spot = "ST_PointOnSurface(geom_3857)"
        if not set(spec.geometry_types).isdisjoint(_LINES):
            middle = "ST_LineInterpolatePoint(ST_GeometryN(geom_3857, 1), 0.5)"
            spot = f"CASE ST_Dimension(geom_3857) WHEN 1 THEN {middle} ELSE {spot} END"
        return self._layer(
            label_id(spec),
            f"SELECT {self._snapped('spot')} AS shape, {self._columns(spec)}"
            f" FROM (SELECT {spot} AS spot, f.* FROM {identifier(source.table)} AS f"
            f" WHERE geom_3857 && {self.put('reach')}::geometry AND {_label(spec)} <> '' AND {self._rows(index, source)}"
            f" OFFSET 0) AS f WHERE {inside}"
            f" ORDER BY {_ORDER} LIMIT {spec.detail_at(self.z).cap:d}",
        )

    def label_lines(self, index: int, source: Source) -> str:
        """One line per name: what the tile holds of it, joined, and of that the longest piece."""
        spec = source.spec
        table = identifier(source.table)
        pieces = f"ST_ClipByBox2D(geom_3857, {self.put('clip')}::box2d)"
        streets = (
            f"SELECT (array_agg(row_id ORDER BY {_ORDER}))[1] AS first,"
            # Sections that lie wholly inside stay multi, and lines are merged out of a flat collection alone.
            f" ST_LineMerge(ST_CollectionExtract(ST_Collect({pieces} ORDER BY {_ORDER}), 2)) AS lines"
            f" FROM {table} AS f"
            f" WHERE geom_3857 && {self.put('clip')}::box2d::geometry AND {_label(spec)} <> '' AND {self._rows(index, source)}"
            f" GROUP BY {_label(spec)}, name_en OFFSET 0"
        )
        longest = (
            "SELECT part.geom AS line FROM ST_Dump(street.lines) AS part WHERE ST_Dimension(part.geom) = 1"
            " ORDER BY ST_Length(part.geom) DESC, part.path LIMIT 1"
        )
        return self._layer(
            label_id(spec),
            f"SELECT ST_AsMVTGeom(line, {self.put('clip')}::box2d, {EXTENT}, 0, true) AS shape, {self._columns(spec)}"
            f" FROM ({streets}) AS street CROSS JOIN LATERAL ({longest}) AS longest"
            f" JOIN {table} AS f ON f.row_id = street.first"
            f" ORDER BY {_ORDER} LIMIT {spec.detail_at(self.z).cap:d}",
        )

    def _layer(self, name: str, rows: str) -> str:
        """The encoded layer of a row source."""
        return (
            f"SELECT ST_AsMVT(t, '{_layer_name(name)}', {EXTENT}, 'shape') FROM ({rows}) AS t WHERE shape IS NOT NULL"
        )

    def _cut(self, spec: LayerSpec) -> str:
        """The shape in units of the tile, clipped with a margin.

        A ring whose minimum clearance is above one diagonal of the grid stays valid when it is snapped: to become
        invalid, a vertex would have to reach another vertex or an edge on the way. Its hole stays inside, and it keeps
        its direction; those whose outer ring would not run clockwise on screen have no clearance stored.
        """
        shape = self._shape(spec)
        clipped = f"ST_AsMVTGeom({shape}, {self.put('clip')}::box2d, {EXTENT}, {BUFFER}, true)"
        if not spec.snaps or shape != _STORED:
            return clipped
        sound = SNAP_CLEARANCE_UNITS * metres_per_unit(self.z)
        return (
            f"CASE WHEN {_STORED} @ {self.put('inside')}::geometry AND snap_clearance > {sound!r}"
            f" THEN {self._snapped(_STORED)} ELSE {clipped} END"
        )

    def _snapped(self, shape: str) -> str:
        """A shape inside the tile, moved to its grid: units from the top left corner, rounded to whole ones."""
        scale = 1 / metres_per_unit(self.z)
        moved = f"ST_TransScale({shape}, {self.put('to_left')}::float8, {self.put('to_top')}::float8, {scale!r}, {-scale!r})"
        return f"ST_SnapToGrid({moved}, 1)"

    def _shape(self, spec: LayerSpec) -> str:
        """The geometry to cut: simplified where that is coarser than the tile's own grid."""
        tolerance = spec.detail_at(self.z).tolerance_m
        if tolerance <= metres_per_unit(self.z) / 2 or set(spec.geometry_types) <= _POINTS:
            return _STORED  # ST_AsMVTGeom itself drops what is finer than half a unit
        return f"ST_Simplify({_STORED}, {float(tolerance)!r}, true)"

    def _columns(self, spec: LayerSpec) -> str:
        columns = [f"{_value(field)} AS {identifier(field.name)}" for field in tile_fields(spec, self.z)]
        return ", ".join([*columns, "f.rank"])

    def _rows(self, index: int, source: Source) -> str:
        """Condition: of this layer, of this version, drawn at this zoom, and of the areas the caller may see."""
        spec = source.spec
        version = self.put("version", index)
        parts = [
            f"version_from <= {version}::int4 AND (version_to IS NULL OR version_to > {version}::int4)",
            *(f"{identifier(c)} = {self.put('constant', value)}::text" for c, value in sorted(spec.where.items())),
        ]
        best = spec.detail_at(self.z).max_rank
        if best is not None:
            parts.append(f"rank <= {best:d}")
        if source.limited:
            parts.append(area_condition(spec, f"{self.put('areas', index)}::text[]"))
        return " AND ".join(parts)


def _layer_name(name: str) -> str:
    identifier(name)
    return name


def _label(spec: LayerSpec) -> str:
    """What names a feature on the map, as text."""
    field = spec.field(spec.label)
    column = expression(field)
    return column if field.type in ("text", "date", "datetime") else f"{column}::text"


def _value(field: FieldSpec) -> str:
    """A column as it travels: empty text only where the contract promises the attribute.

    The cast costs nothing and saves much: ST_AsMVT knows `text`, but asks the catalogue how to print each `varchar`.
    """
    column = expression(field, "f")
    if field.type not in ("text", "date", "datetime"):
        return column
    if field.type == "text" and not field.required and field.name not in ("name", "name_en"):
        return f"nullif({column}, '')::text"
    return f"{column}::text"
