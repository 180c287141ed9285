"""What a layer says of itself: the one description that tiles, features, queries, imports, legend and docs follow.

Pure: a spec names its model by label (`"territory.Area"`), so nothing here imports Django.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from layers.roles import Capability, Role

FieldType = Literal["text", "integer", "number", "boolean", "date", "datetime"]
GeometryType = Literal["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"]


class Group(StrEnum):
    """Headings of the layer switch and the legend, in drawing order."""

    AREAS = "areas"
    GROUND = "ground"
    BUILT = "built"
    PLACES = "places"
    WATCH = "watch"
    LIVE = "live"
    OWN = "own"


@dataclass(frozen=True)
class CodeValue:
    """One value of a code list with its words."""

    zh: str
    en: str


@dataclass(frozen=True)
class FieldSpec:
    """One attribute of a layer.

    `column` is the database column (default: the name). `tile_zoom` is the zoom from which the attribute travels in
    vector tiles (None: never). `visible_to` limits it to roles (None: whoever may see the layer). `json` says that the
    value stands under the field's name in the JSON column `attributes` (`layers.catalog.columns` knows how to read it).
    """

    name: str
    type: FieldType
    zh: str
    en: str
    column: str = ""
    unit: str = ""
    values: Mapping[str, CodeValue] = field(default_factory=dict)
    tile_zoom: int | None = None
    visible_to: frozenset[Role] | None = None
    required: bool = False
    max_length: int = 200
    json: bool = False

    @property
    def db_column(self) -> str:
        """The column that holds this attribute."""
        return self.column or self.name


@dataclass(frozen=True)
class Detail:
    """How a layer is drawn from one zoom on: what is kept and how finely.

    `tolerance_m` simplifies; `max_rank` keeps rows of that rank or better; `cap` bounds features per tile (the
    worst ranks go first).
    """

    zoom: int
    tolerance_m: float = 0.0
    max_rank: int | None = None
    cap: int = 2000


StyleGeometry = Literal["point", "line", "fill", "mixed"]


@dataclass(frozen=True)
class Style:
    """How a layer of staff is drawn: `colour` is a token of the visual language, lengths are design pixels.

    `size` is the radius of dots, `width` that of lines and edges; `opacity` that of surfaces and dots, from 0 to 1.
    """

    geometry: StyleGeometry
    colour: str
    size: float = 3.5
    width: float = 1.2
    opacity: float = 0.6


@dataclass(frozen=True)
class LayerSpec:
    """One layer of the map and of every interface.

    `where` are constant column values that pick this layer's rows of a shared table. `rights` is the capability that
    shows a row (None: a public base layer, one scope for everybody). `area_columns` hold area codes, most specific
    first, against which an assignment's area is matched. A layer that is not `versioned` has a table of its own shape:
    its features are live objects, and `column` of a field may name nothing where the value is added when it is sent.
    `snaps` says that the model stores `snap_clearance`, so that tiles may snap its shapes instead of clipping them.
    `label` is the field that names a feature on the map (none: no names).

    A layer of staff has an `owner`, the code of the area whose editors keep it, and a `style`; `seen_by` limits it to
    posts of some roles; its rows without an area are seen by whoever sees the layer at all. `stamp` counts its
    descriptions, so that whatever was made from an older one can tell.
    """

    id: str
    zh: str
    en: str
    model: str
    geometry_types: tuple[GeometryType, ...]
    group: Group
    fields: tuple[FieldSpec, ...]
    area_columns: tuple[str, ...]
    where: Mapping[str, str] = field(default_factory=dict)
    rights: Capability | None = None
    min_zoom: int = 10
    max_zoom: int = 16
    details: tuple[Detail, ...] = (Detail(10),)
    label_zoom: int | None = None
    editable: bool = True
    searchable: bool = True
    tiled: bool = True
    versioned: bool = True
    snaps: bool = False
    label: str = "name"
    owner: str = ""
    seen_by: frozenset[Role] | None = None
    style: Style | None = None
    stamp: int = 0

    @property
    def staff(self) -> bool:
        """True for a layer that staff made from a dataset."""
        return bool(self.owner)

    @property
    def public(self) -> bool:
        """True for the base layers that everybody may see."""
        return self.rights is None

    def detail_at(self, zoom: int) -> Detail:
        """The drawing rule that holds at a zoom."""
        chosen = self.details[0]
        for detail in self.details:
            if detail.zoom <= zoom:
                chosen = detail
        return chosen

    def field(self, name: str) -> FieldSpec:
        """The attribute of that name; KeyError when the layer has none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)


#: Attributes that every layer has, in contract order; `id` and `version` are not delivered by importers.
COMMON_FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec("id", "text", "编号", "Id", column="feature_id", tile_zoom=0, required=True),
    FieldSpec("version", "integer", "行版本", "Row version", column="feature_version", tile_zoom=0, required=True),
    FieldSpec("code", "text", "代码", "Code", tile_zoom=0, max_length=40),
    FieldSpec("name", "text", "名称", "Name", tile_zoom=0, max_length=120),
    FieldSpec("name_en", "text", "英文名", "English name", tile_zoom=0, max_length=160),
    FieldSpec("valid_from", "date", "生效日期", "Valid from"),
    FieldSpec("valid_to", "date", "失效日期", "Valid to"),
)
