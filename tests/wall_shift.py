"""An invented shift for the wall: areas of the district, cases, teams, cameras, and the answers of the read addresses."""

from __future__ import annotations

import csv
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
DATA = Path(__file__).resolve().parent.parent / "data" / "yuanhui"
ZONE = ZoneInfo("Asia/Shanghai")
WEST, SOUTH, STEP_LON, STEP_LAT = 113.995, 33.555, 0.0105, 0.0098
SUBDISTRICTS_EN = {"411102001": "Laojie Subdistrict", "411102002": "Malu Street", "411102003": "Shunhe Street"}
PINYIN = [
    "Binxi",
    "Xinhua",
    "Laojie",
    "Shouxianglu",
    "Malujie",
    "Bayilu",
    "Jiaotonglu",
    "Youaijie",
    "Jianshelu",
    "Wuyilu",
    "Taishan-Zhonglu",
    "Dongdajie",
    "Jianshe-Xilu",
    "Xilou-Houjie",
    "Xiangjiang-Zhonglu",
    "Shuanglong",
    "Liujianglu",
    "Xianghe",
    "Kaiyuan",
]
OPEN_STATES = ("accepted", "registered", "dispatched", "handling", "handling", "replied", "checking")


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def areas() -> list[Json]:
    """The district, its subdistricts, communities and grids, the communities as boxes of a lattice."""
    listed = json.loads((DATA / "admin" / "communities19.json").read_text(encoding="utf-8"))
    found = [
        _area(
            "district", "411102", "源汇区", "Yuanhui District", (WEST, SOUTH, WEST + 5 * STEP_LON, SOUTH + 4 * STEP_LAT)
        )
    ]
    for code in sorted({one["subdistrict_code9"] for one in listed}):
        name = next(one["subdistrict"] for one in listed if one["subdistrict_code9"] == code)
        found.append(
            _area("subdistrict", code, name, SUBDISTRICTS_EN.get(code, f"Subdistrict {code[-1]}"), found[0]["bbox"])
        )
    for at, one in enumerate(listed):
        box = _box(at)
        found.append(_area("community", one["code12"], one["short_name"], f"{PINYIN[at]} Community", box))
        found += [
            _area("grid", f"{one['code12']}{n:03}", f"{one['short_name']}第{n}网格", f"{PINYIN[at]} Community Grid {n}", box)
            for n in range(1, 6 if at < 2 else 5)
        ]  # fmt: skip
    return found


def _box(at: int) -> tuple[float, float, float, float]:
    west, south = WEST + at % 5 * STEP_LON, SOUTH + (3 - at // 5) * STEP_LAT
    return (west, south, west + STEP_LON, south + STEP_LAT)


def _area(level: str, code: str, name: str, name_en: str, bbox: Any) -> Json:
    size = {"district": 18.0, "subdistrict": 6.0, "community": 0.95, "grid": 0.24}[level]
    return {"level": level, "code": code, "name": name, "name_en": name_en, "bbox": list(bbox), "area_km2": size}


class Shift:
    """One picture of the district at a time; the same seed makes the same one."""

    def __init__(self, now: datetime, *, storm: bool = False, seed: int = 4) -> None:
        self.now, self.random, self.areas = now, random.Random(seed), areas()
        self.grids = [area for area in self.areas if area["level"] == "grid"]
        with (DATA / "catalogue" / "items.csv").open(encoding="utf-8") as file:
            self.items = list(csv.DictReader(file))
        self.incidents = {one["id"]: one for one in (self._routine(n, storm) for n in range(187))}
        if storm:
            for one in self._storm():
                self.incidents[one["id"]] = one
        self.units = {one["id"]: one for one in (self._unit(n) for n in range(78))}
        self.cameras = {one["id"]: one for one in (self._camera(n) for n in range(420))}

    def case(self, *, number: int, item: Json, severity: int, grid: Json, minutes: float, state: str) -> Json:
        """A case as the stream carries it."""
        lon, lat = self._spot(grid)
        reported = instant(self.now - timedelta(minutes=minutes))
        code = grid["code"]
        category = {"服务办事": "A", "矛盾纠纷": "B", "城市管理": "C", "问题隐患": "D"}[item["category_zh"]]
        key = f"00000000-0000-4000-8000-{number:012d}"
        return {
            "type": "Feature", "id": key, "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {
                "number": f"YH-{self.now:%m%d}-{number:04d}", "item": item["code"], "item_version": 1, "category": category,
                "severity": severity, "state": state, "name": item["name_zh"], "name_en": item["name_en"],
                "district": "411102", "subdistrict": code[:9], "community": code[:12], "grid": code, "unit_grid": "",
                "reported_at": reported, "occurred_at": reported, "due": None, "closed_at": None, "version": 1,
            },
        }  # fmt: skip

    def _routine(self, number: int, storm: bool) -> Json:
        severity = self.random.choices((2, 3, 4), (17, 90, 80) if storm else (2, 85, 100))[0]
        grid = self.random.choice(self.grids)
        minutes = self.random.uniform(2, 50) if number % 6 == 0 else self.random.uniform(50, 2800)
        items = [one for one in self.items if one["severity"] == str(severity)] or self.items
        state = self.random.choice(("reported", *OPEN_STATES))
        return self.case(
            number=number, item=self.random.choice(items), severity=severity, grid=grid, minutes=minutes, state=state
        )

    def _storm(self) -> list[Json]:
        item = next((one for one in self.items if "燃气" in one["name_zh"]), self.items[-1])
        grid = next(one for one in self.grids if one["code"].startswith("411102001004"))
        other = next((one for one in self.items if "积水" in one["name_zh"]), self.items[-2])
        return [
            self.case(number=448, item=item, severity=1, grid=grid, minutes=6.7, state="reported"),
            self.case(number=441, item=other, severity=1, grid=self.grids[40], minutes=21, state="handling"),
            *(
                self.case(number=450 + n, item=other, severity=2, grid=grid, minutes=9 + n, state="dispatched")
                for n in range(3)
            ),
        ]

    def _spot(self, grid: Json) -> tuple[float, float]:
        west, south, east, north = grid["bbox"]
        return (round(self.random.uniform(west, east), 6), round(self.random.uniform(south, north), 6))

    def _unit(self, n: int) -> Json:
        grid, on = self.grids[n], n % 5 in (0, 3)
        lon, lat = self._spot(grid)
        stale = on and n in (10, 40)
        at = instant(self.now - timedelta(seconds=300 if stale else self.random.uniform(1, 9)))
        return {
            "type": "Feature", "id": f"unit-{n}", "geometry": {"type": "Point", "coordinates": [lon, lat]} if on else None,
            "properties": {
                "kind": "team", "code": f"T{n:03}", "grid": grid["code"], "community": grid["code"][:12],
                "status": "on_duty" if on else "off_duty", "stale": stale, "at": at if on else None, "speed_mps": 1.1,
                "bearing_deg": 90, "name": f"{grid['name']}队", "name_en": f"{grid['name_en']} team", "version": 3,
            },
        }  # fmt: skip

    def _camera(self, n: int) -> Json:
        grid = self.grids[n % 78]
        status = "fault" if n % 60 == 0 else "offline" if n % 35 == 0 else "online"
        return {
            "type": "Feature", "id": f"cam-{n}", "geometry": {"type": "Point", "coordinates": list(self._spot(grid))},
            "properties": {
                "status": status, "grid": grid["code"], "community": grid["code"][:12], "bearing_deg": n % 360, "fov_deg": 60,
                "range_m": 60, "name": f"{grid['name']}{n}号", "name_en": f"Camera {n}", "version": 1,
            },
        }  # fmt: skip

    def counts(self, now: datetime) -> Json:
        """The answer of /api/counts."""
        hour = now.astimezone(ZONE).hour
        shape = [3, 2, 1, 1, 1, 2, 5, 11, 19, 22, 18, 14, 10, 13, 17, 18, 16, 13, 10, 8, 7, 6, 5, 4]
        today = [round(value * (1.35 if at > hour - 3 else 0.9)) if at <= hour else 0 for at, value in enumerate(shape)]
        midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        open_cases = [one["properties"] for one in self.incidents.values()]
        per_hour = {
            area["code"]: [value // 19 + self.random.choice((0, 0, 1)) if at <= hour else 0 for at, value in enumerate(shape)]
            for area in self.areas if area["level"] == "community"
        }  # fmt: skip
        return {
            "at": instant(now), "area": "", "day": midnight.date().isoformat(), "midnight": instant(midnight),
            "open": len(open_cases), "oldest_open_at": None, "reported_today": sum(today), "closed_today": 251,
            "reported_last_hour": 64, "severities": {},
            "hours": {"today": today, "closed": today, "usual": [float(value) for value in shape], "n": 4, "days": []},
            "categories": [{"category": c, "open": 0, "today": t, "usual": u} for c, t, u in (("A", 71, 80.2), ("B", 24, 21.5), ("C", 118, 99.0), ("D", 32, 18.7))],
            "communities": {code: {"open": 0, "oldest_open_at": None, "today": sum(hours), "hours": hours} for code, hours in per_hour.items()},
        }  # fmt: skip

    def duty(self, now: datetime) -> Json:
        """The answer of /api/duty."""
        posts = (
            ("leader", "网格长", "Grid leaders", 31),
            ("member", "网格员", "Grid members", 58),
            ("police", "社区民警", "Community police", 27),
        )
        return {
            "at": instant(now), "area": "", "teams": {}, "people": None,
            "posts": [{"post": p, "title_zh": zh, "title_en": en, "filled": n, "vacant": 2} for p, zh, en, n in posts],
        }  # fmt: skip

    def near(self, now: datetime, lon: float, lat: float) -> Json:
        """The answer of /api/near."""
        on = [one for one in self.units.values() if one["properties"]["status"] == "on_duty"]
        teams = [
            {"id": one["id"], "name": one["properties"]["name"], "name_en": one["properties"]["name_en"], "kind": "team",
             "grid": "", "status": "on_duty", "distance_m": 180.0 + 410 * at, "at": one["properties"]["at"], "age_s": 4 + 3 * at,
             "stale": at == 3, "reason": ("own_grid", "nearest", "nearest", "stale_not_recommended")[at]}
            for at, one in enumerate(on[:4])
        ]  # fmt: skip
        cameras = [
            {"id": one["id"], "name": one["properties"]["name"], "name_en": one["properties"]["name_en"],
             "status": "online", "distance_m": 31.0 + 22 * at, "sees": at < 2}
            for at, one in enumerate(list(self.cameras.values())[1:5])
        ]  # fmt: skip
        centre = {
            "id": "p1",
            "name": "受降路社区党群服务中心",
            "name_en": "Shoujiang Road service centre",
            "distance_m": 640.0,
        }
        return {
            "at": instant(now),
            "lon": lon,
            "lat": lat,
            "cameras": cameras,
            "units": teams,
            "service_center": centre,
            "chain": [],
        }
