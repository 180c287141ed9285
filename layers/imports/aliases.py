"""What the fields of layers are called in deliveries, in Chinese, English and the initials that surveyors use. Pure."""

from __future__ import annotations

import re
import unicodedata

from layers.imports.spellings import unit_of

#: What the layers are called in column names: `SQDM` is the code of a community.
_PREFIXES: dict[str, tuple[str, ...]] = {
    "district": ("xzq", "qx", "xzqh", "区", "区县", "行政区", "行政区划", "district", "county"),
    "subdistricts": ("jd", "jdb", "xz", "街道", "街道办", "乡镇", "镇街", "subdistrict", "street", "town", "sub"),
    "communities": ("sq", "cun", "sqcun", "社区", "村", "村居", "社区村", "community", "comm"),
    "grids": ("wg", "fwwg", "网格", "服务网格", "责任网格", "grid"),
    "unit_grids": ("dy", "dywg", "dyg", "单元", "单元网格", "unit", "cell", "unitgrid"),
    "buildings": ("fw", "jz", "jzw", "ld", "lz", "房屋", "建筑", "建筑物", "楼栋", "楼", "building", "bldg", "bld"),
    "roads": ("dl", "lu", "道路", "路", "road", "street", "way"),
    "waters": ("sx", "sy", "hl", "水系", "水域", "河流", "water"),
    "greens": ("ld", "lvd", "绿地", "green", "park"),
    "places": ("dd", "cs", "poi", "地点", "场所", "place", "facility"),
    "cameras": ("sxj", "sxt", "jk", "摄像机", "摄像头", "监控", "点位", "camera", "cam"),
}
_CODES = ("dm", "bm", "bh", "bsm", "代码", "编码", "编号", "code", "no", "num", "id")
_NAMES = ("mc", "名称", "名", "name", "nm")
_KINDS = ("lx", "lb", "fl", "类型", "类别", "分类", "kind", "type", "category", "class")
_ENGLISH = (
    "yw",
    "ywmc",
    "英文",
    "英文名",
    "英文名称",
    "nameen",
    "name_en",
    "ename",
    "english",
    "nameeng",
    "enname",
    "mcyw",
)

#: Words for a field in any layer.
_COMMON: dict[str, tuple[str, ...]] = {
    "id": ("id", "feature_id", "featureid"),
    "code": (*_CODES[:8], "标识码"),
    "name": (*_NAMES, "标准名称", "name_zh", "namezh", "name_chn", "title", "全称"),
    "name_en": _ENGLISH,
    "kind": _KINDS,
    "grid": ("wgdm", "wgbm", "wgbh", "网格", "网格代码", "网格编码", "网格编号", "所属网格", "grid", "grid_code", "gridid", "grid_id"),
    "community": ("sqdm", "sqbm", "社区代码", "社区编码", "所属社区", "社区", "community", "commcode", "community_code", "comm"),
    "subdistrict": ("jddm", "jdbm", "街道代码", "街道编码", "所属街道", "街道", "subdistrict", "subdistcode"),
    "parent": ("sjdm", "sjbm", "上级", "上级代码", "上级编码", "父级", "parent", "parent_code", "pcode"),
    "area_m2": ("mj", "面积", "area", "shape_area", "tbmj", "zmj", "area_m2"),
    "leader": ("wgz", "网格长", "负责人", "网格员", "leader", "fzr", "lianxiren"),
    "service_code20": ("fwwgbm", "服务网格码", "服务网格编码"),
    "land_use": ("ydlx", "用地", "用地类型", "用地性质", "dlmc", "landuse", "land_use", "ydxz"),
    "level": ("gljb", "管理级别", "级别", "等级", "level", "jb"),
    "use": ("yt", "jzyt", "fwyt", "用途", "建筑用途", "房屋用途", "使用性质", "use", "usage", "function", "purpose"),
    "floors": ("cs", "zcs", "fwcs", "dscs", "层数", "总层数", "地上层数", "楼层", "楼层数", "floors", "floor", "storeys", "stories", "levels", "storey"),
    "height_m": ("gd", "jzgd", "fwgd", "高度", "建筑高度", "楼高", "高", "架设高度", "安装高度", "height", "hgt", "height_m"),
    "height_estimated": ("gdgs", "高度为估算", "估算", "estimated"),
    "built_year": ("jcnd", "jznd", "建成年份", "建成年代", "建筑年代", "建造年份", "竣工年份", "built", "year", "built_year", "year_built"),
    "structure": ("jg", "jzjg", "fwjg", "结构", "建筑结构", "房屋结构", "结构类型", "structure"),
    "households": ("hs", "zhs", "户数", "总户数", "住户数", "households", "units"),
    "address": ("dz", "xxdz", "dzms", "zl", "地址", "详细地址", "坐落", "座落", "位置", "address", "addr", "location"),
    "class": ("dldj", "lx", "dj", "等级", "道路等级", "道路类型", "级别", "class", "roadclass", "highway", "fclass"),
    "width_m": ("lmkd", "kd", "宽度", "路宽", "路面宽度", "宽", "width", "width_m"),
    "lanes": ("cds", "车道", "车道数", "lanes", "lane"),
    "bridge": ("sfql", "桥", "是否桥梁", "桥梁", "bridge"),
    "bearing_deg": ("fwj", "方位角", "朝向", "方位", "方向角", "bearing", "azimuth", "heading", "direction"),
    "fov_deg": ("scj", "视场角", "视角", "视野", "fov"),
    "range_m": ("ksjl", "可视距离", "视距", "监控距离", "range", "distance"),
    "status": ("zt", "状态", "在线状态", "status", "state"),
    "tier": ("cj", "层级", "接入层级", "tier"),
    "mount": ("azfs", "安装方式", "安装", "mount", "mounting"),
    "renewal": ("gzzt", "改造状态", "改造", "renewal"),
    "needs": ("gzxq", "改造需求", "需求", "needs"),
    "hours": ("kfsj", "开放时间", "营业时间", "服务时间", "hours", "opening_hours"),
    "counters": ("cks", "窗口数", "窗口", "counters"),
    "story_zh": ("jj", "简介", "介绍", "说明", "描述", "story", "description", "desc"),
    "story_en": ("jjyw", "英文简介", "story_en"),
    "length_m": ("cd", "长度", "length", "shape_leng", "shape_length", "len"),
}  # fmt: skip

#: Words of surveyors for values of the code lists; a word means a value only where a list has that value.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "小巷": ("alley",), "特色小巷": ("alley",), "文化巷": ("alley",), "巷道": ("lane",), "街巷": ("lane",),
    "主干道": ("arterial",), "次干道": ("collector",), "快速路": ("arterial",), "支线": ("street",),
    "坑塘": ("pond",), "鱼塘": ("pond",), "水塘": ("pond",), "沟渠": ("canal",), "渠道": ("canal",), "水渠": ("canal",),
    "湖泊": ("lake",), "河岸绿带": ("belt",), "滨河绿地": ("belt",), "操场": ("field",), "体育场": ("field",),
    "游园": ("park",), "口袋公园": ("yard",), "行道绿化": ("verge",), "已完成": ("done",), "完成": ("done",),
    "民宅": ("residential",), "居住": ("residential",), "商用": ("commercial",), "写字楼": ("office",), "厂房": ("industrial",),
    "附属用房": ("shed",), "超市": ("shop",), "饭店": ("restaurant",), "药房": ("pharmacy",), "派出所": ("police_box",),
    "老旧小区": ("compound",), "小区": ("compound",), "卫生间": ("toilet",), "公共厕所": ("toilet",), "车站": ("bus_stop",),
    "正常": ("online",), "故障": ("fault",), "停用": ("offline",), "砖混结构": ("brick_concrete",), "钢混": ("frame",),
}  # fmt: skip

#: Columns that programs add for themselves: numbers of rows, never a feature's code or a measure of ours.
MACHINE = frozenset(
    {"fid", "ogc_fid", "gid", "objectid", "objectid_1", "oid", "rowid", "uuid", "globalid", "shape_leng", "shape_length",
     "shape_area", "shape_le_1", "layer", "path"}
)  # fmt: skip
#: Length of a column name in a dBASE table.
SHORT = 10
_UNIT_TAIL = re.compile(r"[(（\[【]\s*([^)）\]】]+)\s*[)）\]】]\s*$")
_CLASH = re.compile(r"(.+?)_?\d{1,2}")


def plain(name: str) -> str:
    """A column name without case, width, blanks and separators."""
    return re.sub(r"[\s_\-./:：]+", "", unicodedata.normalize("NFKC", name).casefold())


def unit_in(name: str) -> tuple[str, str]:
    """The name without the unit that it states at its end, and the unit: `层高(cm)` -> `层高`, `cm`; `MJ_亩` likewise."""
    match = _UNIT_TAIL.search(unicodedata.normalize("NFKC", name))
    if match is None:
        head, _, tail = name.rpartition("_")
        return (head, tail) if head and unit_of(tail) else (name, "")
    return unicodedata.normalize("NFKC", name)[: match.start()].strip(), match[1].strip()


def words_for(layer: str, field: str) -> frozenset[str]:
    """The plain words by which a field of a layer is known."""
    words = {plain(word) for word in _COMMON.get(field, ())}
    tails = {"code": _CODES, "name": _NAMES, "name_en": _ENGLISH, "kind": _KINDS}.get(field, ())
    words |= {plain(prefix + tail) for prefix in _PREFIXES.get(layer, ()) for tail in tails}
    if field == "code" and layer in ("grids", "communities", "subdistricts"):
        words |= {plain(word) for word in _COMMON[layer.rstrip("s") if layer != "communities" else "community"]}
    return frozenset(words)


def without_clash(name: str) -> str:
    """The name without the number that a table gave it because another column had it first."""
    match = _CLASH.fullmatch(name)
    return match[1] if match else name
