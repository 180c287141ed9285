"""What a file says of itself: title, notice, source, licence, what was asked for. Nothing in it depends on the clock."""

from __future__ import annotations

from dataclasses import dataclass

from layers.catalog.selectors import notice, profile
from layers.exports.asked import Wanted
from layers.exports.formats import SYSTEMS
from layers.spec import LayerSpec


@dataclass(frozen=True)
class About:
    """Words that travel with the rows, where the format has room for them."""

    title: str
    notice: str
    source: str
    licence: str
    system: str
    rows: str

    @property
    def lines(self) -> tuple[str, ...]:
        """One line a fact; those that are empty left out."""
        facts = (self.title, self.notice, self.source, self.licence, self.system, self.rows)
        return tuple(fact for fact in facts if fact)

    @property
    def description(self) -> str:
        """All of it in one line."""
        return " | ".join(self.lines[1:])


def about(spec: LayerSpec, wanted: Wanted) -> About:
    """The words for an export of a layer."""
    district, words = profile(), notice()
    place = f"{district.title_zh} {district.title_en}" if district else ""
    invented = bool(district and district.synthetic)
    return About(
        title=f"{spec.zh} {spec.en} ({spec.id})",
        notice=" · ".join(text for text in (words["zh"], words["en"]) if text),
        source=f"来源 Source: Wangge 网格{f' · {place}' if place else ''}",
        licence="许可 Licence: "
        + ("Apache-2.0" if invented else "按数据提供单位的约定 as agreed with the data's provider"),
        system=f"坐标系 Coordinate system: EPSG:{wanted.crs} {SYSTEMS[wanted.crs]}",
        rows=_rows(wanted),
    )


def _rows(wanted: Wanted) -> str:
    """What of the layer was asked for, as far as it is no plain export of what is in force."""
    rows = wanted.rows
    parts = [
        f"版本 version {rows.version}" if rows.version is not None else "",
        f"日期 on {rows.at.isoformat()}" if rows.at else "",
        f"范围 box {', '.join(f'{number:g}' for number in rows.bbox_4326)}" if rows.bbox_4326 else "",
        f"辖区 area {rows.area}" if rows.area else "",
        f"{len(rows.ids)} 个编号 ids" if rows.ids else "",
        f"条件 where {', '.join(f'{name}={value}' for name, values in rows.where.items() for value in values)}"
        if rows.where
        else "",
    ]
    return "; ".join(part for part in parts if part)
