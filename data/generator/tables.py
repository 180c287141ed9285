"""Delivered tables: file, columns and rows of every layer in the dialects of different bureaus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import shapely

from .areas import Area
from .district import District, Place
from .frame import snap
from .names import english
from .shapefile import Column

USE = {"residential": "住宅", "commercial": "商业", "office": "办公", "school": "学校", "hospital": "医院", "industrial": "工业",
       "public": "公共", "mixed": "商住", "shed": "附属"}
ROAD = {"arterial": "主干路", "collector": "次干路", "street": "支路", "lane": "巷道", "alley": "小巷"}
LANES = {"arterial": 6, "collector": 4, "street": 2, "lane": 1, "alley": 1}
STRUCTURE = {"brick_timber": "砖木", "brick_concrete": "砖混", "frame": "框架", "shear_wall": "剪力墙", "steel": "钢结构"}
GREEN = {"park": "公园", "belt": "河岸绿带", "yard": "街角绿地", "field": "操场", "islet": "洲滩"}
WATER = {"river": "河流", "pond": "坑塘", "canal": "沟渠"}
GRID = {"resident": "居民网格", "dedicated": "专属网格"}
PLACE = {"service_center": "党群服务中心", "compound": "老旧小区", "alley": "特色小巷", "park": "游园", "square": "广场",
         "school": "学校", "hospital": "医院", "clinic": "诊所", "shop": "商铺", "market": "市场", "kindergarten": "幼儿园",
         "police_box": "警务室", "fire_station": "消防站", "toilet": "公厕", "bus_stop": "公交站", "shelter": "避难场所", "pump": "泵站"}
RENEWAL = {"none": "未改造", "planned": "已列入计划", "under_way": "改造中", "done": "已完成"}
LAND_USE = {"courtyards": "旧城居住", "old_housing": "老旧住宅", "housing": "住宅", "towers": "高层住宅", "village": "城中村",
            "mixed": "商住混合", "school": "学校", "hospital": "医院", "market": "市场", "mall": "商业", "office": "办公",
            "industry": "工业", "park": "公园", "square": "广场", "yard": "街角绿地", "belt": "河岸绿带", "water": "水面"}
LAND_USE_CODE = {"courtyards": "old_town", "old_housing": "old_residential", "housing": "residential", "towers": "high_rise",
                 "village": "urban_village", "mixed": "mixed", "school": "school", "hospital": "hospital", "market": "market",
                 "mall": "commercial", "office": "office", "industry": "industrial", "park": "park", "square": "square",
                 "yard": "yard", "belt": "belt", "water": "water"}
LEVEL = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}
TIER = {"district": "区级", "subdistrict": "街道级", "community": "社区级"}
CAMERA = {"crossing": "路口", "bridge": "桥梁", "gate": "出入口", "square": "广场"}


@dataclass
class Table:
    """One delivered shapefile: where it goes, what its columns mean and its rows."""

    layer: str
    file: str
    geometries: list[shapely.Geometry]
    fields: dict[str, Column]
    rows: Sequence[tuple[object, ...]]
    cpg: str | None = "GBK"
    ldid: int = 0x4D
    constants: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)


def _flip(table: dict[str, str]) -> dict[str, str]:
    return {delivered: code for code, delivered in table.items()}


def _columns(**names: str | tuple[str, int]) -> dict[str, Column]:
    return {k: Column(v) if isinstance(v, str) else Column(v[0], v[1]) for k, v in names.items()}


def _area_table(layer: str, file: str, prefix: str, items: list[Area], parent: bool, kind: str) -> Table:
    fields = _columns(code=f"{prefix}DM", name=f"{prefix}MC", name_en=f"{prefix}YW")
    if parent:
        fields["parent"] = Column("SJDM")
    rows = [(a.code, a.name, a.name_en) + ((a.parent,) if parent else ()) for a in items]
    return Table(layer, file, [a.polygon for a in items], fields, rows, constants={"kind": kind})


def area_tables(district: District) -> list[Table]:
    """Return district, subdistricts, communities, grids and unit grids."""
    tree = district.tree
    grids = sorted(tree.grids, key=lambda g: g.code)
    units = sorted(tree.units, key=lambda u: u.code)
    community = {c.code: c for c in tree.communities}
    return [
        _area_table("district", "boundaries/xzq_qx.shp", "XZQ", [tree.district], False, "district"),
        _area_table("subdistricts", "boundaries/xzq_jd.shp", "JD", tree.subdistricts, True, "subdistrict"),
        _area_table("communities", "boundaries/xzq_sq.shp", "SQ", tree.communities, True, "community"),
        Table("grids", "boundaries/wg_fwwg.shp", [g.polygon for g in grids],
              _columns(code="WGDM", name="WGMC", name_en="WGYW", parent="SQDM", kind="WGLX", leader="WGZ"),
              [(g.code, g.name, g.name_en, g.parent, GRID[g.kind], district.rosters.leader[g.code]) for g in grids],
              codes={"kind": _flip(GRID)}),
        Table("unit_grids", "boundaries/wg_dywg.shp", [u.polygon for u in units],
              _columns(code="DYDM", name="DYMC", name_en="DYYW", grid="WGDM", community="SQDM", area_m2=("MJ", 1),
                       land_use="YDLX", level="GLJB"),
              [(u.code, f"{community[u.community].name}{u.code[-3:]}单元",
                f"{community[u.community].name_en.removesuffix(' Community')} Unit {u.code[-3:]}", u.grid, u.community,
                round(u.polygon.area, 1), LAND_USE[u.use], LEVEL[u.level]) for u in units],
              cpg="936", codes={"land_use": {LAND_USE[k]: v for k, v in LAND_USE_CODE.items()},
                                "level": {v: str(k) for k, v in LEVEL.items()}}),
    ]


def base_tables(district: District) -> list[Table]:
    """Return roads, waters, greens and buildings."""
    roads = sorted(district.roads, key=lambda r: (list(ROAD).index(r.cls), r.name, r.line.bounds))
    waters, greens = district.waters, district.greens
    return [
        Table("roads", "base/dl_zxx.shp", [r.line for r in roads],
              _columns(code="DLBM", name="DLMC", name_en="DLYW", **{"class": "DLDJ"}, width_m=("LMKD", 1), lanes=("CDS", 0),
                       bridge=("SFQL", 0)),
              [(f"DL{i:05d}", r.name, english(r.name), ROAD[r.cls], r.width_m, LANES[r.cls], int(r.bridge))
               for i, r in enumerate(roads, start=1)], cpg=None, codes={"class": _flip(ROAD)}),
        Table("waters", "base/sx_m.shp", [w.polygon for w in waters],
              _columns(code="SXBM", name="SXMC", name_en="SXYW", kind="SXLX"),
              [(f"SX{i:04d}", w.name, w.name_en, WATER[w.kind]) for i, w in enumerate(waters, start=1)],
              codes={"kind": _flip(WATER)}),
        Table("greens", "base/ld_m.shp", [g.polygon for g in greens],
              _columns(code="LDBM", name="LDMC", name_en="LDYW", kind="LDLX"),
              [(f"LD{i:04d}", g.name, g.name_en, GREEN[g.kind]) for i, g in enumerate(greens, start=1)],
              cpg=None, codes={"kind": _flip(GREEN)}),
        _building_table(district),
    ]


def _building_table(district: District) -> Table:
    tree = district.tree
    parent = {g.code: g.parent for g in tree.grids}
    order = sorted(range(len(district.buildings)), key=lambda i: (
        tree.grid_code[district.buildings[i].grid], district.buildings[i].parcel, i))
    serial: dict[str, int] = {}
    rows, geometries = [], []
    for i in order:
        b = district.buildings[i]
        grid = tree.grid_code[b.grid]
        community = parent[grid]
        serial[community] = serial.get(community, 0) + 1
        name, name_en = district.building_names[i]
        rows.append((f"{community}{serial[community]:05d}", name, name_en, USE[b.use], b.floors, b.height_m,
                     int(b.height_estimated), b.built_year, STRUCTURE[b.structure], b.households,
                     district.building_addresses[i], grid, community, community[:9]))
        geometries.append(b.polygon)
    fields = _columns(code="JZBM", name="JZMC", name_en="JZYW", use="JZYT", floors=("CS", 0), height_m=("JZGD", 1),
                      height_estimated=("GDGS", 0), built_year=("JCND", 0), structure="JZJG", households=("HS", 0),
                      address="DZ", grid="WGDM", community="SQDM", subdistrict="JDDM")
    return Table("buildings", "base/fw_m.shp", geometries, fields, rows, cpg="GBK", ldid=0x00,
                 codes={"use": _flip(USE), "structure": _flip(STRUCTURE)})


def _place_table(file: str, items: list[Place], prefix: str, extra: dict[str, Column], cpg: str | None,
                 codes: dict[str, dict[str, str]]) -> Table:
    fields = _columns(code="BM", name="MC", name_en="YWMC", kind="LX", grid="WGDM", community="SQDM", address="DZ") | extra
    rows = []
    for i, p in enumerate(items, start=1):
        base = (f"{prefix}{i:05d}", p.name, p.name_en, PLACE[p.kind], p.grid, p.community, p.address)
        rows.append(base + tuple(p.extra.get(k) for k in extra))
    kinds = {PLACE[p.kind]: p.kind for p in items}
    return Table("places", file, [snap(p.geometry) for p in items], fields, rows, cpg=cpg,
                 codes={"kind": dict(sorted(kinds.items())), **codes})


def place_tables(district: District) -> list[Table]:
    """Return the three place files (points, lines, polygons)."""
    return [
        _place_table("places/cs_d.shp", district.points, "CD", _columns(hours="KFSJ", counters=("CKS", 0)), "936", {}),
        _place_table("places/cs_x.shp", district.lines, "CX",
                     _columns(story_zh="JJ", story_en="JJYW", length_m=("CD", 1)), "GBK", {}),
        _place_table("places/cs_m.shp", district.polygons, "CM",
                     _columns(built_year=("JCND", 0), renewal="GZZT", households=("HS", 0), needs="GZXQ"), None,
                     {"renewal": _flip(RENEWAL)}),
    ]


def camera_table(district: District) -> Table:
    """Return the cameras, with Chinese column names and 20-digit codes modelled on GB/T 28181."""
    fields = _columns(code="编码", name="名称", name_en="英文名", kind="类型", bearing_deg=("方位角", 1), fov_deg=("视场角", 0),
                      range_m=("可视距离", 0), height_m=("架设高度", 1), tier="层级", mount="安装方式", status="状态",
                      grid="所属网格", community="所属社区")
    mounts = {"杆装": "pole", "壁装": "wall", "门岗": "gate"}
    rows = [
        (f"4111020000{1320000000 + i}", c.name, c.name_en, CAMERA[c.kind], c.bearing_deg, c.fov_deg, c.range_m, c.height_m,
         TIER[c.tier], c.mount, c.status, p.grid, p.community)
        for i, (c, p) in enumerate(zip(district.cameras, district.camera_places, strict=True), start=1)
    ]
    return Table("cameras", "cameras/sxj.shp", [snap(c.point) for c in district.cameras], fields, rows, cpg=None,
                 codes={"kind": _flip(CAMERA), "tier": _flip(TIER), "mount": mounts,
                        "status": {"在线": "online", "离线": "offline"}})


def all_tables(district: District) -> list[Table]:
    """Return every table in the order in which a loader should read them."""
    return [*area_tables(district), *base_tables(district), *place_tables(district), camera_table(district)]
