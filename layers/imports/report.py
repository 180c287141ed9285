"""One HTML file that tells of a load: a map of the areas, counts, what came and went, the proof of the tiling.

The file stands alone: Leaflet and every colour are inside it, nothing is fetched, and its own Content-Security-Policy
forbids the browser to try. It opens from a memory stick on a machine without any network.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import shapely
from branca.element import Element
from django.contrib.staticfiles import finders
from django.utils import timezone
from jinja2 import Template

from layers.catalog.models import LayerVersion
from layers.catalog.registry import spec_of, versioned_specs
from layers.catalog.selectors import current_rows, current_versions, district_bounds, model_of, profile
from layers.errors import TilingBroken
from layers.imports.report_styles import POLICY, STYLE, THEME
from layers.spec import Group, LayerSpec
from layers.territory.models import Area, UnitGrid
from layers.territory.services import TOLERANCE_M2, prove_tiling

if TYPE_CHECKING:
    from layers.imports.services import Summary

#: Changed features drawn per layer; the table counts them all.
DRAWN = 400
_GROUND = (("waters", "m-waters"), ("greens", "m-greens"))
_LEVELS = (("grid", "网格", "Grids"), ("community", "社区", "Communities"), ("subdistrict", "街道", "Subdistricts"), ("district", "区", "District"))  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One row of the table of layers."""

    spec: LayerSpec
    count: int
    version: int
    added: int
    changed: int
    removed: int


class _Inline(Element):
    """Text that goes into the page as it is: jinja never reads it."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class OfflineMap(folium.Map):
    """folium's map without its addresses: what it needs is written into the page."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []


def write_report(path: Path, *, summary: Summary | None = None, dry_run: bool = False) -> Path:
    """`path`, written: the report of one load, or of the profile as it stands when there is no `summary`.

    Raises OSError when the file cannot be written, ValueError when no district is loaded.
    """
    lines = _lines(summary)
    if profile() is None or not lines:
        raise ValueError("no district is loaded yet: run load_district first")
    drawn = _map(lines, changes=summary is not None)
    figure: Any = drawn.get_root()
    figure.title = "Wangge"
    figure.header.add_child(_Inline(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'), name="a_policy")
    figure.header.add_child(_Inline(f"<style>{_css('leaflet/leaflet.css')}</style>"), name="leaflet_css")
    figure.header.add_child(_Inline(f"<script>{_js('leaflet/leaflet.js')}</script>"), name="leaflet_js")
    figure.header.add_child(_Inline(f"<style>{_css('gis/css/tokens.css')}{STYLE}</style>{THEME}"), name="report_css")
    figure.html.add_child(_Inline(_text(lines, summary, dry_run)), name="report_text")
    path.write_text(figure.render().replace("<html>", '<html lang="zh-Hans" data-theme="light">', 1), encoding="utf-8")
    return path


# -- what is told


def _lines(summary: Summary | None) -> list[Line]:
    """A line for each layer that holds something, or that this load touched."""
    current = current_versions(fresh=True)
    lines = []
    for spec in versioned_specs():
        row = summary.versions.get(spec.id) if summary else _last(spec)
        known = current.get(spec.id)
        if known is None and row is None:
            continue
        count = summary.counts.get(spec.id, known.total if known else 0) if summary else known.total if known else 0
        change = (row.added, row.changed, row.removed) if row else (0, 0, 0)
        lines.append(Line(spec, count, row.version if row else known.version if known else 0, *change))
    return lines


def _last(spec: LayerSpec) -> LayerVersion | None:
    return LayerVersion.objects.filter(layer=spec.id).order_by("-version").first()


def _sums() -> list[tuple[str, str, int, float]]:
    """(Chinese, English, number, area in m²) of each level that tiles the one above."""
    rows = []
    for level, zh, en in reversed(_LEVELS):
        areas = list(Area.objects.filter(level=level, version_to__isnull=True).values_list("area_m2", flat=True))
        rows.append((zh, en, len(areas), float(sum(areas))))
    units = list(UnitGrid.objects.filter(version_to__isnull=True).values_list("area_m2", flat=True))
    return [*rows, ("单元网格", "Unit grids", len(units), float(sum(units)))]


def _verdict() -> tuple[bool, str, str]:
    """Whether the areas tile today, and the sentence that says so."""
    try:
        prove_tiling(timezone.localdate())
    except TilingBroken as error:
        return False, error.zh, error.en
    zh = f"各级互不重叠、不留空隙，容差每对 {TOLERANCE_M2:g} m²（EPSG:4547）"
    return True, zh, f"no level overlaps or leaves a gap, within {TOLERANCE_M2:g} m² a pair (EPSG:4547)"


# -- the map


def _map(lines: list[Line], *, changes: bool) -> OfflineMap:
    west, south, east, north = district_bounds()
    drawn = OfflineMap(tiles=None, attr="", zoom_control=True, control_scale=True, width="100%", height="100%")
    drawn.fit_bounds([[south, west], [north, east]])
    for layer, name in _GROUND:
        spec = spec_of(layer)
        _add(drawn, current_rows(spec).defer("geom_3857"), spec.zh, spec.en, lambda _row, name=name: name)
    for level, zh, en in _LEVELS:
        rows = Area.objects.filter(level=level, version_to__isnull=True).defer("geom_3857").order_by("code")
        _add(drawn, rows, zh, en, lambda _row, level=level: f"m-{level}")
    if changes:
        for line in lines:
            if line.version > 1 and line.added + line.changed + line.removed:
                few = max(line.added, line.changed, line.removed) <= DRAWN
                _add(drawn, _touched(line), f"{line.spec.zh}变动", f"{line.spec.en}, changes", _mark(line), show=few)
    folium.LayerControl(collapsed=False).add_to(drawn)
    return drawn


def _touched(line: Line) -> list[Any]:
    """Rows that came or went with a version, the first few."""
    rows: Any = model_of(line.spec)._default_manager.filter(**line.spec.where, geom__isnull=False).defer("geom_3857")
    came = list(rows.filter(version_from=line.version).order_by("feature_id")[:DRAWN])
    ended = rows.filter(version_to=line.version).order_by("feature_id")
    again = set(rows.filter(version_from=line.version).values_list("feature_id", flat=True))
    return [*came, *[row for row in ended[: DRAWN + len(again)] if row.feature_id not in again][:DRAWN]]


def _mark(line: Line) -> Any:
    def name(row: Any) -> str:
        ground = " m-ground" if line.spec.group is Group.AREAS else ""
        if row.version_to == line.version:
            return f"m-removed{ground}"
        return f"m-added{ground}" if row.feature_version == 1 else f"m-changed{ground}"

    return name


def _add(drawn: OfflineMap, rows: Iterable[Any], zh: str, en: str, name: Any, *, show: bool = True) -> None:
    """One switchable layer of outlines; folium writes names into the page as HTML."""
    features = [_feature(row, name(row)) for row in rows]
    if not features:
        return
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=html.escape(f"{zh} {en}"),
        style_function=lambda feature: {"className": feature["properties"]["mark"]},
        marker=folium.CircleMarker(radius=4),
        tooltip=folium.GeoJsonTooltip(fields=["name", "code"], labels=False, sticky=True),
        smooth_factor=0.5,
        show=show,
    ).add_to(drawn)


def _inert(text: str) -> str:
    """A name as HTML that is neither markup nor template: folium compiles what it has rendered as jinja once more."""
    return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")


def _feature(row: Any, mark: str) -> Mapping[str, Any]:
    shape = shapely.set_precision(shapely.from_wkb(bytes(row.geom.wkb)), 1e-6, mode="pointwise")
    names = {"name": _inert(row.name or row.feature_id), "code": _inert(row.code), "mark": mark}
    return {"type": "Feature", "id": row.row_id, "properties": names, "geometry": shapely.geometry.mapping(shape)}


# -- the words


def _text(lines: list[Line], summary: Summary | None, dry_run: bool) -> str:
    known = profile()
    assert known is not None
    sound, zh, en = _verdict()
    now = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    kind = ("试载，未写入", "Dry run, nothing stored") if dry_run else ("载入报告", "Load report")
    title = kind if summary else ("辖区现状", "The district as it stands")
    notice = _both(known.notice_zh, known.notice_en) if known.synthetic else ""
    table = "".join(_row(line) for line in lines)
    sums = "".join(
        f"<tr><td>{_both(a, b)}</td><td>{_grouped(n)}</td><td>{_grouped(m2)}</td></tr>" for a, b, n, m2 in _sums()
    )
    extra = _extra(summary) if summary else ""
    return f"""
<header class="report head"><h1>{_both(known.title_zh, known.title_en)}</h1><p>{_both(*title)} · <time>{now}</time></p>
{f'<p class="notice">{notice}</p>' if notice else ""}</header>
<article class="report"><section><h2>{_both("图层", "Layers")}</h2><table><thead><tr><th>{_both("图层", "Layer")}</th><th>{_both("版本", "Version")}</th>
<th>{_both("数量", "Count")}</th><th>{_both("新增", "Added")}</th><th>{_both("修改", "Changed")}</th><th>{_both("移除", "Removed")}</th></tr></thead>
<tbody>{table}</tbody></table>{extra}</section>
<section><h2>{_both("区划成面", "Tiling")}</h2><p class="{"sound" if sound else "broken"}">{_both(zh, en)}</p>
<table><thead><tr><th>{_both("层级", "Level")}</th><th>{_both("数量", "Count")}</th><th>{_both("面积合计 m²", "Total area, m²")}</th></tr></thead>
<tbody>{sums}</tbody></table></section>
<footer><p>{_both("数据指纹", "Fingerprint of the data")} <code>{html.escape(known.sha256)}</code></p></footer>
</article>"""


def _extra(summary: Summary) -> str:
    added, changed, retired = summary.items
    return f"""<p>{_both("事项清单", "Item catalogue")} +{added} ~{changed} −{retired} ·
{_both("岗位变动", "Posts that changed hands")} {summary.members}</p>"""


def _row(line: Line) -> str:
    cells = "".join(
        f'<td class="{name if value else "none"}">{_grouped(value) if value else "·"}</td>'
        for name, value in (("added", line.added), ("changed", line.changed), ("removed", line.removed))
    )
    return f"<tr><td>{_both(line.spec.zh, line.spec.en)}</td><td>{line.version}</td><td>{_grouped(line.count)}</td>{cells}</tr>"


def _grouped(number: float) -> str:
    """A whole number with thin spaces, as the house writes them."""
    return f"{number:,.0f}".replace(",", "\u2009")


def _both(zh: str, en: str) -> str:
    """Chinese first, English beside it, both escaped."""
    return f'<span lang="zh-Hans">{html.escape(zh)}</span> <span lang="en" class="en">{html.escape(en)}</span>'


# -- what is written into the page


def _file(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"the static file {name} is missing")
    return Path(found).read_text(encoding="utf-8")


def _js(name: str) -> str:
    """A script that cannot end its own element, nor name a source map or its makers' address."""
    text = _file(name).replace("</script", r"<\/script").replace("//# sourceMappingURL=", "// ")
    return text.replace("https://leafletjs.com", "#")


def _css(name: str) -> str:
    """A style sheet without its pictures: the report uses none of them."""
    lines = _file(name).replace("</style", "").splitlines()
    return "\n".join(line for line in lines if "url(" not in line and "@import" not in line)
