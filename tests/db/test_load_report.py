"""The report of a load is one file that stands alone, tells the truth, and takes no orders from names."""

import re

import pytest

from layers.catalog.edit import edit_feature
from layers.catalog.models import LayerVersion, Profile
from layers.catalog.registry import spec_of
from layers.imports.report import write_report
from layers.imports.services import Summary
from layers.people.selectors import actor_of
from layers.territory.models import Area

pytestmark = pytest.mark.django_db
HOSTILE = "</script><img src=x onerror=alert(1)>{% raw %}{{ 99999999 + 12345 }}"


@pytest.fixture
def report(tmp_path, district):
    def write(**more):
        return write_report(tmp_path / "report.html", **more).read_text(encoding="utf-8")

    return write


def test_it_names_no_outside_address(report):
    text = report()
    assert not re.findall(r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//[^"'\s>]+""", text)
    assert not re.findall(r"url\(\s*[\"']?\s*(?:https?:)?//", text)
    assert not re.findall(r"@import|import\s*\(|<link|<iframe|sourceMappingURL", text)
    assert "default-src 'none'" in text
    assert len(text) < 3_000_000


def test_it_counts_every_layer_and_proves_the_tiling(report, district):
    text = report()
    assert "示意图，非测绘成果" in text
    for layer in ("buildings", "roads", "cameras"):
        spec, count = spec_of(layer), district.counts[layer]
        assert re.search(rf"{spec.zh}</span>.*?{f'{count:,}'.replace(',', chr(0x2009))}</td>", text, re.DOTALL)
    assert "互不重叠、不留空隙" in text
    for code in district.codes["community"]:
        assert code in text


def test_broken_tiling_is_said(report, monkeypatch):
    from layers.errors import TilingBroken
    from layers.imports import report as module

    def broken(day):
        raise TilingBroken("甲与乙重叠 3 m²", "one overlaps the other by 3 m2")

    monkeypatch.setattr(module, "prove_tiling", broken)
    text = report()
    assert 'class="broken"' in text
    assert "甲与乙重叠" in text


def test_it_shows_what_a_load_changed(report, cast, district):
    grid = Area.objects.filter(level="grid", version_to__isnull=True).order_by("code").first()
    edit_feature(
        spec=spec_of("grids"), actor=actor_of(cast.person("gis_staff")), feature_id=grid.feature_id,
        version=grid.feature_version, changes={"name": "改过的网格"}, reason="x",
    )  # fmt: skip
    version = LayerVersion.objects.filter(layer="grids").order_by("-version").first()
    text = report(summary=Summary("yuanhui", versions={"grids": version}, counts={"grids": 78}))
    assert "m-changed" in text
    assert "改过的网格" in text or "\\u6539\\u8fc7" in text
    assert 'class="changed">1<' in text


def test_hostile_names_stay_text(report, cast, district):
    grid = Area.objects.filter(level="grid", version_to__isnull=True).order_by("code").first()
    edit_feature(
        spec=spec_of("grids"), actor=actor_of(cast.person("gis_staff")), feature_id=grid.feature_id,
        version=grid.feature_version, changes={"name": HOSTILE}, reason="x",
    )  # fmt: skip
    Profile.objects.update(title_zh=HOSTILE, notice_en=HOSTILE)
    text = report()
    assert "<img src=x" not in text
    assert "</script><img" not in text
    assert text.count("</script>") == text.count("<script>")
    assert "{{ 99999999 + 12345 }}" in text  # in the words
    assert "100012344" not in text  # neither there nor in the map's data


def test_without_a_district_there_is_nothing_to_report(tmp_path, db):
    Profile.objects.all().delete()
    with pytest.raises(ValueError, match="no district"):
        write_report(tmp_path / "report.html")
