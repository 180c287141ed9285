"""The layer of places, described."""

from __future__ import annotations

from layers.roles import Capability
from layers.spec import COMMON_FIELDS, Detail, FieldSpec, Group, LayerSpec
from layers.territory.layer import COMMUNITY, GRID, codes

PLACE_KINDS = codes(
    service_center=("党群服务中心", "Service centre"), compound=("老旧小区", "Old compound"), alley=("文化小巷", "Culture alley"),
    park=("公园", "Park"), square=("广场", "Square"), school=("学校", "School"), hospital=("医院", "Hospital"),
    clinic=("诊所", "Clinic"), shop=("商铺", "Shop"), market=("市场", "Market"), kindergarten=("幼儿园", "Kindergarten"),
    police_box=("警务室", "Police box"), fire_station=("消防站", "Fire station"), toilet=("公厕", "Toilet"),
    bus_stop=("公交站", "Bus stop"), shelter=("避难场所", "Shelter"), pump=("泵站", "Pump station"),
    office=("机关", "Office"), bank=("银行", "Bank"), restaurant=("餐饮", "Restaurant"), pharmacy=("药店", "Pharmacy"),
    hotel=("宾馆", "Hotel"), parking=("停车场", "Car park"), waste=("垃圾站", "Waste station"), other=("其他", "Other"),
)  # fmt: skip

PLACES = LayerSpec(
    id="places", zh="地点", en="Places", model="places.Place",
    geometry_types=("Point", "MultiLineString", "MultiPolygon"), group=Group.PLACES,
    area_columns=("grid", "community"), rights=Capability.SEE_MAP, min_zoom=12, label_zoom=14,
    fields=(
        *COMMON_FIELDS,
        FieldSpec("kind", "text", "类别", "Kind", values=PLACE_KINDS, tile_zoom=0, required=True, max_length=24),
        FieldSpec("address", "text", "地址", "Address", max_length=160),
        FieldSpec("built_year", "integer", "建成年份", "Built in"),
        FieldSpec("renewal", "text", "改造", "Renewal", tile_zoom=15, max_length=16, values=codes(
            none=("未改造", "Not renewed"), planned=("已列入计划", "Planned"), under_way=("改造中", "Under way"),
            done=("已改造", "Done"),
        )),
        FieldSpec("needs", "text", "需求", "Needs", max_length=120),
        FieldSpec("households", "integer", "户数", "Households"),
        FieldSpec("hours", "text", "开放时间", "Opening hours", max_length=60),
        FieldSpec("counters", "integer", "窗口数", "Counters"),
        FieldSpec("story_zh", "text", "简介", "About (Chinese)", max_length=200),
        FieldSpec("story_en", "text", "英文简介", "About", max_length=300),
        FieldSpec("length_m", "number", "长度", "Length", unit="m"),
        GRID, COMMUNITY,
    ),
    details=(Detail(12, max_rank=2, cap=300), Detail(14, max_rank=4, cap=800), Detail(15, max_rank=6), Detail(16)),
)  # fmt: skip

LAYERS = (PLACES,)
