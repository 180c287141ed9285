"""The real area codes and names: district, 4 subdistricts, 19 communities, with an invented seed point each."""

from __future__ import annotations

from dataclasses import dataclass

DISTRICT = ("411102", "源汇区")
SUBDISTRICTS = [
    ("411102001", "老街街道", "Laojie Subdistrict"),
    ("411102002", "马路街街道", "Malujie Subdistrict"),
    ("411102003", "顺河街街道", "Shunhejie Subdistrict"),
    ("411102004", "干河陈街道", "Ganhechen Subdistrict"),
]


@dataclass(frozen=True)
class Community:
    """One community (社区): its real code and name; ``seed`` is an invented place in metres round the origin."""

    code: str
    name: str
    name_en: str
    seed: tuple[float, float]

    @property
    def subdistrict(self) -> str:
        """The nine-digit code of its subdistrict."""
        return self.code[:9]


COMMUNITIES = [
    Community("411102001001", "滨西社区", "Binxi Community", (700.0, 620.0)),
    Community("411102001002", "新华社区", "Xinhua Community", (1150.0, 1500.0)),
    Community("411102001003", "老街社区", "Laojie Community", (1250.0, 760.0)),
    Community("411102001004", "受降路社区", "Shouxianglu Community", (1950.0, 1050.0)),
    Community("411102002001", "马路街社区", "Malujie Community", (420.0, -150.0)),
    Community("411102002002", "八一路社区", "Bayilu Community", (150.0, -750.0)),
    Community("411102002003", "交通路社区", "Jiaotonglu Community", (-550.0, -700.0)),
    Community("411102002004", "友爱街社区", "You'aijie Community", (1250.0, -300.0)),
    Community("411102002005", "建设路社区", "Jianshelu Community", (1950.0, -350.0)),
    Community("411102003001", "五一路社区", "Wuyilu Community", (-800.0, 1000.0)),
    Community("411102003002", "泰山中路社区", "Taishan Zhonglu Community", (-1750.0, 1250.0)),
    Community("411102003003", "东大街社区", "Dongdajie Community", (-500.0, 480.0)),
    Community("411102003004", "建设西路社区", "Jianshe Xilu Community", (-1750.0, -250.0)),
    Community("411102003005", "戏楼后街社区", "Xilouhoujie Community", (50.0, 1000.0)),
    Community("411102004001", "湘江中路社区", "Xiangjiang Zhonglu Community", (-1000.0, -1250.0)),
    Community("411102004003", "双龙社区", "Shuanglong Community", (-1800.0, -1800.0)),
    Community("411102004004", "柳江路社区", "Liujianglu Community", (150.0, -1500.0)),
    Community("411102004005", "祥和社区", "Xianghe Community", (1400.0, -1350.0)),
    Community("411102004006", "开源社区", "Kaiyuan Community", (900.0, -2000.0)),
]
