"""The layers of cameras, described."""

from __future__ import annotations

from layers.roles import Capability
from layers.spec import COMMON_FIELDS, Detail, FieldSpec, Group, LayerSpec
from layers.territory.layer import COMMUNITY, GRID, codes

_STATUS = FieldSpec("status", "text", "状态", "Status", tile_zoom=0, max_length=12, required=True, values=codes(
    online=("在线", "Online"), offline=("离线", "Offline"), fault=("故障", "Fault"),
))  # fmt: skip
_TIER = FieldSpec("tier", "text", "接入层级", "Tier", tile_zoom=0, max_length=12, required=True, values=codes(
    district=("区", "District"), subdistrict=("街道", "Subdistrict"), community=("社区", "Community"),
))  # fmt: skip

CAMERAS = LayerSpec(
    id="cameras", zh="摄像机", en="Cameras", model="cameras.Camera", geometry_types=("Point",), group=Group.WATCH,
    area_columns=("grid", "community"), rights=Capability.SEE_MAP, min_zoom=13, label_zoom=16,
    fields=(
        *COMMON_FIELDS,
        FieldSpec("bearing_deg", "number", "朝向", "Bearing", unit="°", tile_zoom=14, required=True),
        FieldSpec("fov_deg", "number", "视场角", "Field of view", unit="°", required=True),
        FieldSpec("range_m", "number", "视距", "Range", unit="m", required=True),
        FieldSpec("height_m", "number", "架设高度", "Mounting height", unit="m"),
        _STATUS, _TIER,
        FieldSpec("kind", "text", "类型", "Kind", max_length=24, values=codes(
            crossing=("路口", "Crossing"), bridge=("桥梁", "Bridge"), gate=("出入口", "Gate"), square=("广场", "Square"),
        )),
        FieldSpec("mount", "text", "安装", "Mount", max_length=12, values=codes(
            pole=("杆装", "Pole"), wall=("壁装", "Wall"), gate=("门岗", "Gate post"),
        )),
        GRID, COMMUNITY,
    ),
    details=(Detail(13, cap=1000), Detail(16)),
)  # fmt: skip

CAMERA_VIEWS = LayerSpec(
    id="camera_views", zh="摄像机视域", en="Camera views", model="cameras.CameraView", geometry_types=("MultiPolygon",),
    group=Group.WATCH, area_columns=("grid", "community"), rights=Capability.SEE_MAP, min_zoom=14,
    fields=(
        *COMMON_FIELDS, FieldSpec("camera", "text", "摄像机", "Camera", tile_zoom=14, max_length=40), _STATUS, _TIER,
        GRID, COMMUNITY,
    ),
    details=(Detail(14, cap=1000),), editable=False, searchable=False,
)  # fmt: skip

LAYERS = (CAMERAS, CAMERA_VIEWS)
