"""Invented names: streets, lanes, alleys, compounds, shops and staff; the real street names stand in ``streets``."""

from __future__ import annotations

import itertools

import numpy as np

from .pinyin import romanise

DIGITS = "零一二三四五六七八九"
SUFFIX_EN = {
    "大道": "Avenue", "路": "Road", "街": "Street", "巷": "Lane", "胡同": "Hutong", "小区": "Compound",
    "家属院": "Family Compound", "新村": "New Village", "花园": "Garden", "苑": "Court", "公园": "Park", "游园": "Garden Park",
    "广场": "Square", "社区党群服务中心": "Community Service Center", "南院": "South Compound", "北院": "North Compound", "家园": "Homes",
    "名城": "Town", "华府": "Residence", "雅居": "Terrace", "文化园": "Culture Park", "池": "Pond", "步道": "Promenade", "湖": "Lake",
    "小学": "Primary School", "中学": "Middle School", "实验小学": "Experimental Primary School",
    "第二小学": "No. 2 Primary School", "第二中学": "No. 2 Middle School", "实验中学": "Experimental Middle School",
    "医院": "Hospital", "农贸市场": "Produce Market", "集贸市场": "Market", "综合市场": "General Market",
    "购物广场": "Shopping Mall", "百货大楼": "Department Store", "办公楼": "Office Building", "商务楼": "Business Building",
    "综合楼": "Complex", "工业园": "Industrial Park", "机械厂": "Machine Works", "食品厂": "Food Works", "仓储园": "Storage Park",
    "建材厂": "Building Material Works",
}
SIDES_EN = {"东": "East", "西": "West", "南": "South", "北": "North", "中": "Middle"}
FIRST = "文永兴安康泰福德和祥昌明新春清荣广庆景嘉瑞云东金玉长"
SECOND = "昌宁盛泰和平源华丰顺达园林泉仁义江湖海山"
LANE_TRADES = ["油坊", "染坊", "豆腐", "铁匠", "槐树", "井台", "石磨", "竹器", "木匠", "纸坊", "茶馆", "米市", "柴市", "盐店", "酱园", "糖坊", "布店", "鞋铺", "伞铺", "灯笼", "钟楼", "鼓楼", "石桥", "木桥", "河沿", "渡口", "码头", "船厂", "柳树", "榆树", "枣树", "杏花", "石榴", "梧桐", "双井", "甜水", "磨盘", "碾坊", "粉坊", "面坊", "车马", "骡马", "秤杆", "剪子", "针线", "帽儿", "书铺", "笔墨", "棋盘", "月牙", "扇面", "半截", "口袋", "曲尺", "斜角", "方砖", "青石", "白墙", "花墙", "影壁", "后院", "前院", "菜园", "瓜园", "蚕房", "织布", "弹花", "打铁", "修船", "编席", "席市", "粮仓", "酒坊", "醋坊"]
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = ["建国", "建军", "志强", "志刚", "国强", "海涛", "海燕", "春梅", "春燕", "秀英", "秀兰", "玉兰", "玉珍", "桂英", "桂芳", "红梅", "红霞", "丽娜", "丽华", "晓东", "晓明", "晓燕", "文博", "文静", "雅静", "俊杰", "俊峰", "永强", "永红", "新华", "新民", "爱华", "爱民", "立军", "立新", "小军", "小红", "小丽", "东升", "东方", "振华", "振宇", "明辉", "明亮", "天明", "光辉", "凤英", "凤兰", "彩霞", "素珍", "淑芳", "淑英", "慧敏", "慧芳", "佳佳", "佳宁", "思远", "思雨", "浩然", "子涵", "宇航", "瑞雪", "雪梅", "冬梅", "卫东", "卫红", "保国", "保华", "全胜", "长江", "长青", "松涛", "柏林", "家兴", "家旺", "军", "伟", "强", "磊", "涛", "勇", "杰", "鹏", "飞", "刚", "敏", "静", "娟", "丽", "芳", "燕", "霞", "玲", "萍", "梅", "宁", "亮", "平", "辉", "斌", "波", "峰", "超", "凯", "旭"]
UNITS = ["纺织厂", "面粉厂", "造纸厂", "化肥厂", "农机厂", "印刷厂", "食品厂", "糖酒公司", "供销社", "粮食局", "百货公司", "五金公司", "土产公司", "外贸公司", "搬运公司", "汽修厂", "棉织厂", "皮革厂", "制鞋厂", "服装厂", "塑料厂", "玻璃厂", "水泥厂", "砖瓦厂", "木器厂", "酒厂", "卷烟厂", "肉联厂", "制药厂", "水利局", "电业局", "邮电局", "教育局", "建筑公司", "房管所", "运输公司", "航运公司", "自来水厂", "煤建公司", "石油公司", "医药公司", "蔬菜公司", "物资局", "农资公司", "种子公司", "林业站", "水文站", "气象站", "新华书店", "剧团", "电影公司", "一中", "二中", "三中", "实小", "师范", "卫校", "农校", "技校", "老区委", "区政府", "税务所", "工商所", "法院", "档案馆", "文化馆", "体委", "广播站", "针织厂", "毛巾厂", "轴承厂", "电机厂", "阀门厂", "锅炉厂", "变压器厂", "火柴厂", "日化厂", "酱菜厂", "饮料厂", "冷库", "粮库", "油脂厂", "果品公司", "副食公司"]
TRADES = [
    ("烩面馆", "Noodle House"), ("胡辣汤店", "Hulatang Soup"), ("早点铺", "Breakfast Shop"), ("包子铺", "Bun Shop"),
    ("便利店", "Convenience Store"), ("生活超市", "Supermarket"), ("粮油店", "Grain and Oil"), ("水果店", "Fruit Shop"),
    ("鲜肉店", "Butcher"), ("蔬菜店", "Greengrocer"), ("烟酒店", "Tobacco and Wine"), ("药店", "Pharmacy"),
    ("理发店", "Hairdresser"), ("五金店", "Hardware Store"), ("电动车行", "E-bike Shop"), ("手机店", "Phone Shop"),
    ("服装店", "Clothes Shop"), ("鞋店", "Shoe Shop"), ("文具店", "Stationery"), ("打印社", "Print Shop"),
    ("洗衣店", "Laundry"), ("修鞋铺", "Shoe Repair"), ("钟表店", "Watch Repair"), ("眼镜店", "Optician"),
    ("花店", "Florist"), ("茶叶店", "Tea Shop"), ("糕点房", "Bakery"), ("火锅店", "Hotpot"), ("烧烤店", "Barbecue"),
    ("酒店", "Hotel"), ("宾馆", "Guesthouse"), ("建材店", "Building Materials"), ("家电维修部", "Appliance Repair"),
    ("母婴店", "Baby Shop"), ("书店", "Bookshop"),
]
SHOP_WORDS = "老 小 新 鑫 福 顺 好 聚 德 万 百 金 同 天 吉".split()  # noqa: SIM905
STORIES = [
    ("巷面铺{a}，两侧多为{b}，清晨有早点摊。", "Paved with {a}; mostly {b} on both sides; breakfast stalls in the morning."),
    ("巷口有{c}，巷内{b}相连，适合步行。", "{c} at its mouth; {b} in a row inside; good for walking."),
    ("宽约{w}米，{a}路面，夏天靠{c}遮阴。", "About {w} m wide, {a} paving, shaded in summer by {c}."),
    ("沿巷开着小店，{b}错落，雨水口已改造。", "Small shops along it, {b} of uneven height; its drains have been rebuilt."),
    ("居民在{c}下摆花盆，路面为{a}。", "Residents keep flower pots under {c}; the paving is {a}."),
]
PAVING = [("青石板", "bluestone"), ("方砖", "square brick"), ("水泥砖", "concrete brick"), ("沥青", "asphalt")]
FRONTS = [("砖木小院", "brick-and-timber courtyards"), ("两层临街房", "two-storey fronts"), ("小门面", "small shop fronts"),
          ("红砖平房", "low red-brick houses")]
TREES = [("老槐树", "an old locust tree"), ("梧桐", "plane trees"), ("石榴树", "a pomegranate tree"), ("一排香樟", "a row of camphors"),
         ("泡桐", "a paulownia")]


def numeral(number: int) -> str:
    """Return a Chinese numeral for 1-99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones else "")


def english(name: str) -> str:
    """Return a name in pinyin with its kind translated: 人民路 → Renmin Road, 建设路三巷 → Jianshe Road Lane 3."""
    for stem_end in ("路", "街"):
        head, mark, tail = name.partition(stem_end)
        if mark and tail.endswith("巷") and tail[:-1] and all(c in DIGITS + "十" for c in tail[:-1]):
            return f"{english(head + mark)} Lane {_value(tail[:-1])}"
    if len(name) > 3 and name[-1] == "路" and name[-2] in SIDES_EN:
        return f"{_words(name[:-2])} {SIDES_EN[name[-2]]} Road"
    for suffix in sorted(SUFFIX_EN, key=len, reverse=True):
        stem = name[: -len(suffix)]
        if name.endswith(suffix) and stem:
            return f"{english(stem) if stem[-1] in '路街巷' else _words(stem)} {SUFFIX_EN[suffix]}"
    return _words(name)


def _words(stem: str) -> str:
    return romanise(stem)


def _value(text: str) -> int:
    head, mark, tail = text.partition("十")
    if not mark:
        return DIGITS.index(head)
    return (DIGITS.index(head) if head else 1) * 10 + (DIGITS.index(tail) if tail else 0)


def street_names(rng: np.random.Generator) -> list[str]:
    """Return distinct invented street names in a shuffled order."""
    stems = [a + b for a, b in itertools.product(FIRST, SECOND) if a != b]
    order = rng.permutation(len(stems))
    kinds = ("街", "路", "路")
    first = [stems[i] + kinds[i % 3] for i in order]
    return first + [stems[i] + ("路" if kinds[i % 3] == "街" else "街") for i in order]


def alley_names(rng: np.random.Generator) -> list[str]:
    """Return distinct invented alley names; the five named by the source article come first."""
    named = ["韩家巷", "东安东巷", "新风胡同"]
    pool = [s + "家" + k for s in SURNAMES[:64] for k in ("巷",) if s + "家" + k not in named]
    pool += [s + "家胡同" for s in SURNAMES[20:44]]
    pool += [t + ("胡同" if i % 3 == 0 else "巷") for i, t in enumerate(LANE_TRADES)]
    pool += ["东安西巷", "新民胡同", "新安胡同", "南顺巷", "北顺巷", "东顺巷", "西顺巷"]
    return named + [pool[i] for i in rng.permutation(len(pool))]


def compound_names(rng: np.random.Generator, count: int) -> list[str]:
    """Return distinct invented names of old compounds; the three named by the source article come first."""
    named = ["柳江小区", "老区委家属院", "金汇小区"]
    pool = [u + "家属院" for u in UNITS] + [u + d + "院" for u in UNITS[:84] for d in "南北"]
    pool += [a + b + "小区" for a, b in itertools.product(FIRST, SECOND) if a != b]
    pool += [a + b + "新村" for a, b in itertools.product(FIRST[::3], SECOND[1::3]) if a != b]
    pool = [p for p in dict.fromkeys(pool) if p not in named]
    return named + [pool[i] for i in rng.permutation(len(pool))][: count - len(named)]


def estate_names(rng: np.random.Generator) -> list[str]:
    """Return distinct invented names of newer estates."""
    kinds = ("花园", "苑", "家园", "名城", "华府", "雅居")
    stems = [a + b for a, b in itertools.product(FIRST, SECOND) if a != b]
    first = [stems[i] + kinds[i % 6] for i in rng.permutation(len(stems))]
    return first + [stems[i] + kinds[(i + 2) % 6] for i in rng.permutation(len(stems))]


def people(rng: np.random.Generator, count: int) -> list[tuple[str, str]]:
    """Return distinct synthetic staff names (Chinese, pinyin with the family name first)."""
    weight = 1.0 / (np.arange(len(SURNAMES)) + 6.0)
    weight /= weight.sum()
    made: dict[str, str] = {}
    while len(made) < count:
        surname = SURNAMES[int(rng.choice(len(SURNAMES), p=weight))]
        given = GIVEN[int(rng.integers(len(GIVEN)))]
        made.setdefault(surname + given, f"{romanise(surname)} {romanise(given)}")
    return list(made.items())


def story(rng: np.random.Generator, width_m: float) -> tuple[str, str]:
    """Return one invented line about an alley's paving, fronts and trees; it claims no history."""
    zh, en = STORIES[int(rng.integers(len(STORIES)))]
    a, b, c = (pool[int(rng.integers(len(pool)))] for pool in (PAVING, FRONTS, TREES))
    first = en.format(a=a[1], b=b[1], c=c[1], w=f"{width_m:.0f}")
    return zh.format(a=a[0], b=b[0], c=c[0], w=f"{width_m:.0f}") + "（虚构）", first[0].upper() + first[1:] + " (invented)"
