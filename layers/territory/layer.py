"""The layers of the territory, described."""

from __future__ import annotations

from collections.abc import Mapping

from layers.spec import COMMON_FIELDS, CodeValue, Detail, FieldSpec, Group, LayerSpec


def codes(**words: tuple[str, str]) -> Mapping[str, CodeValue]:
    """A code list from code=(Chinese, English)."""
    return {code: CodeValue(zh, en) for code, (zh, en) in words.items()}


GRID = FieldSpec("grid", "text", "网格", "Grid", max_length=15)
COMMUNITY = FieldSpec("community", "text", "社区", "Community", max_length=12)
SUBDISTRICT = FieldSpec("subdistrict", "text", "街道", "Subdistrict", max_length=9)
AREA_M2 = FieldSpec("area_m2", "number", "面积", "Area", unit="m²")

AREA_KINDS = codes(
    district=("市辖区", "District"),
    subdistrict=("街道", "Subdistrict"),
    township=("乡", "Township"),
    community=("社区", "Community"),
    resident=("居民网格", "Resident grid"),
    dedicated=("专属网格", "Dedicated grid"),
)
_AREA_FIELDS = (
    *COMMON_FIELDS,
    FieldSpec("kind", "text", "类别", "Kind", values=AREA_KINDS, required=True, tile_zoom=0),
    FieldSpec("parent", "text", "上级", "Parent", max_length=12),
    AREA_M2,
)


def _areas(layer: str, level: str, zh: str, en: str, min_zoom: int, label_zoom: int, *extra: FieldSpec) -> LayerSpec:
    return LayerSpec(
        id=layer, zh=zh, en=en, model="territory.Area", geometry_types=("MultiPolygon",), group=Group.AREAS,
        fields=(*_AREA_FIELDS, *extra), area_columns=("code",), where={"level": level},
        min_zoom=min_zoom, label_zoom=label_zoom,
        details=(Detail(0, tolerance_m=20), Detail(12, tolerance_m=5), Detail(14, tolerance_m=1), Detail(16)),
    )  # fmt: skip


DISTRICT = _areas("district", "district", "区", "District", 8, 8)
SUBDISTRICTS = _areas("subdistricts", "subdistrict", "街道", "Subdistricts", 10, 10)
COMMUNITIES = _areas("communities", "community", "社区", "Communities", 11, 12, SUBDISTRICT)
GRIDS = _areas(
    "grids", "grid", "网格", "Grids", 12, 13, SUBDISTRICT, COMMUNITY,
    FieldSpec("leader", "text", "网格长", "Grid leader", max_length=40),
    FieldSpec("service_code20", "text", "服务网格码", "Service grid code", max_length=20),
)  # fmt: skip

UNIT_GRIDS = LayerSpec(
    id="unit_grids", zh="单元网格", en="Unit grids", model="territory.UnitGrid", geometry_types=("MultiPolygon",),
    group=Group.AREAS, area_columns=("grid", "community"), min_zoom=15, label_zoom=16, snaps=True,
    fields=(
        *COMMON_FIELDS, GRID, COMMUNITY, AREA_M2,
        FieldSpec("land_use", "text", "用地", "Land use", max_length=24, values=codes(
            old_town=("旧城居住", "Old town"), old_residential=("老旧住宅", "Old housing"), residential=("住宅", "Housing"),
            high_rise=("高层住宅", "High-rise housing"), urban_village=("城中村", "Urban village"),
            mixed=("商住混合", "Mixed"), school=("学校", "School"), hospital=("医院", "Hospital"), market=("市场", "Market"),
            commercial=("商业", "Commercial"), office=("办公", "Office"), industrial=("工业", "Industrial"),
            park=("公园", "Park"), square=("广场", "Square"), yard=("街角绿地", "Pocket green"),
            belt=("河岸绿带", "River belt"), water=("水面", "Water"),
        )),
        FieldSpec("level", "text", "管理级别", "Management level", max_length=12, values=codes(**{
            "1": ("一级", "First"), "2": ("二级", "Second"), "3": ("三级", "Third"), "4": ("四级", "Fourth"),
        })),
    ),
    details=(Detail(15, cap=3000),),
)  # fmt: skip

BUILDING_USES = codes(
    residential=("住宅", "Residential"), commercial=("商业", "Commercial"), office=("办公", "Office"),
    school=("学校", "School"), hospital=("医院", "Hospital"), industrial=("工业", "Industrial"),
    public=("公共", "Public"), mixed=("商住", "Mixed"), shed=("附属", "Outbuilding"),
)  # fmt: skip
BUILDINGS = LayerSpec(
    id="buildings", zh="建筑", en="Buildings", model="territory.Building", geometry_types=("MultiPolygon",),
    group=Group.BUILT, area_columns=("grid", "community"), min_zoom=12, label_zoom=16, snaps=True,
    fields=(
        *COMMON_FIELDS,
        FieldSpec("use", "text", "用途", "Use", values=BUILDING_USES, tile_zoom=12, required=True, max_length=24),
        FieldSpec("floors", "integer", "层数", "Floors", tile_zoom=14, required=True),
        FieldSpec("height_m", "number", "高度", "Height", unit="m", tile_zoom=12, required=True),
        FieldSpec("height_estimated", "boolean", "高度为估算", "Height estimated"),
        FieldSpec("built_year", "integer", "建成年份", "Built in"),
        FieldSpec("structure", "text", "结构", "Structure", max_length=24, values=codes(
            brick_timber=("砖木", "Brick and timber"), brick_concrete=("砖混", "Brick and concrete"),
            frame=("框架", "Frame"), shear_wall=("剪力墙", "Shear wall"), steel=("钢结构", "Steel"),
        )),
        FieldSpec("households", "integer", "户数", "Households"),
        FieldSpec("address", "text", "地址", "Address", max_length=160),
        GRID, COMMUNITY, SUBDISTRICT,
    ),
    details=(
        Detail(12, tolerance_m=6, max_rank=4, cap=3000), Detail(13, tolerance_m=3, cap=6000),
        Detail(14, cap=8000),
    ),
)  # fmt: skip

ROADS = LayerSpec(
    id="roads", zh="道路", en="Roads", model="territory.Road", geometry_types=("MultiLineString",),
    group=Group.GROUND, area_columns=(), min_zoom=9, label_zoom=13,
    fields=(
        *COMMON_FIELDS,
        FieldSpec("class", "text", "等级", "Class", tile_zoom=0, required=True, max_length=16, values=codes(
            arterial=("主干路", "Arterial"), collector=("次干路", "Collector"), street=("支路", "Street"),
            lane=("巷", "Lane"), alley=("胡同", "Alley"),
        )),
        FieldSpec("width_m", "number", "宽度", "Width", unit="m", tile_zoom=12, required=True),
        FieldSpec("lanes", "integer", "车道", "Lanes"),
        FieldSpec("bridge", "boolean", "桥", "Bridge", tile_zoom=12),
    ),
    details=(
        Detail(9, tolerance_m=20, max_rank=1), Detail(12, tolerance_m=6, max_rank=2), Detail(13, tolerance_m=3, max_rank=3),
        Detail(14, tolerance_m=1), Detail(15, tolerance_m=0.3), Detail(16),
    ),
)  # fmt: skip

WATERS = LayerSpec(
    id="waters", zh="水系", en="Waters", model="territory.Water", geometry_types=("MultiPolygon",),
    group=Group.GROUND, area_columns=(), min_zoom=8, label_zoom=11,
    fields=(
        *COMMON_FIELDS,
        FieldSpec("kind", "text", "类别", "Kind", tile_zoom=0, max_length=24, values=codes(
            river=("河流", "River"), pond=("池塘", "Pond"), canal=("渠", "Canal"), lake=("湖", "Lake"),
        )),
    ),
    details=(Detail(8, tolerance_m=20), Detail(12, tolerance_m=4), Detail(14, tolerance_m=0.8), Detail(16)),
)  # fmt: skip

GREENS = LayerSpec(
    id="greens", zh="绿地", en="Greens", model="territory.Green", geometry_types=("MultiPolygon",),
    group=Group.GROUND, area_columns=(), min_zoom=10, label_zoom=14,
    fields=(
        *COMMON_FIELDS,
        FieldSpec("kind", "text", "类别", "Kind", tile_zoom=0, max_length=24, values=codes(
            park=("公园", "Park"), belt=("滨河绿带", "River belt"), verge=("道路绿带", "Verge"), yard=("街角绿地", "Pocket green"), islet=("洲滩", "Islet"),
            field=("运动场", "Sports ground"),
        )),
    ),
    details=(Detail(10, tolerance_m=15, max_rank=4), Detail(13, tolerance_m=3), Detail(14, tolerance_m=0.8), Detail(16)),
)  # fmt: skip

LAYERS = (DISTRICT, SUBDISTRICTS, COMMUNITIES, GRIDS, UNIT_GRIDS, BUILDINGS, ROADS, WATERS, GREENS)
