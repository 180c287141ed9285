"""The layer of units, described. Positions are live: they do not travel in tiles."""

from __future__ import annotations

from layers.roles import Capability
from layers.spec import COMMON_FIELDS, FieldSpec, Group, LayerSpec
from layers.territory.layer import COMMUNITY, GRID, codes

UNITS = LayerSpec(
    id="units", zh="队伍", en="Units", model="patrols.Unit", geometry_types=("Point",), group=Group.LIVE,
    area_columns=("grid", "community"), rights=Capability.SEE_CASES, min_zoom=10,
    fields=(
        *COMMON_FIELDS,
        FieldSpec("kind", "text", "类别", "Kind", required=True, max_length=16, values=codes(
            team=("网格队伍", "Grid team"), car=("巡逻车", "Car"), van=("面包车", "Van"), ebike=("电动车", "E-bike"),
            boat=("巡逻艇", "Boat"), pump=("泵车", "Pump truck"),
        )),
        FieldSpec("team", "text", "队伍", "Team", max_length=40),
        FieldSpec("status", "text", "状态", "Status", required=True, max_length=16, values=codes(
            off_duty=("下岗", "Off duty"), on_duty=("在岗", "On duty"), en_route=("途中", "En route"),
            on_scene=("到场", "On scene"),
        )),
        FieldSpec("at", "datetime", "定位时间", "Position at"),
        FieldSpec("speed_mps", "number", "速度", "Speed", unit="m/s"),
        FieldSpec("bearing_deg", "number", "航向", "Bearing", unit="°"),
        GRID, COMMUNITY,
    ),
    editable=False, tiled=False,
)  # fmt: skip

LAYERS = (UNITS,)
