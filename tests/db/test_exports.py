"""Exports read what a version or a day held, show what a person may see, tell the log, and give the same bytes."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import zipfile
from datetime import date, timedelta

import openpyxl
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.utils import timezone

from layers.catalog import registry
from layers.catalog.features import FeatureRow
from layers.catalog.registry import spec_of
from layers.catalog.services import Source, publish_version
from layers.errors import InvalidInput, NotFound, UnknownLayer
from layers.exports.asked import Selection, read_wanted
from layers.exports.formats import FORMATS
from layers.exports.notes import Unholdable
from layers.exports.selectors import UnknownVersion, count_rows, read_table
from layers.exports.services import record_export
from layers.exports.sight import sight_of
from layers.live.models import Event
from layers.people.selectors import actor_of
from layers.places.models import Place
from layers.roles import Role
from tests.cases import GUARDED, act, report
from tests.export_reading import read_back, rows_of, written
from tests.staff_layers import made, publish, row

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def waters(db, district):
    """The layer of waters with its rows as they can be published again."""
    spec = spec_of("waters")
    table = read_table(sight_of(None, "waters"), Selection())
    columns = [f.db_column for f in spec.fields if f.name not in ("id", "version", "valid_from", "valid_to")]
    return spec, [
        FeatureRow(key, shape, {c: table.values[c][i] for c in columns}, 3)
        for i, (key, shape) in enumerate(zip(table.ids.tolist(), table.shapes.tolist(), strict=True))
    ]


def rename(waters, name, effective=None):
    """A new version of the waters in which the first has another name, the last is gone."""
    spec, rows = waters
    rows = [FeatureRow(rows[0].feature_id, rows[0].geometry, {**rows[0].values, "name": name}, 4), *rows[1:-1]]
    return publish_version(
        spec=spec, rows=rows, effective=effective or TODAY(), actor="system:test", source=Source("test"), whole=True
    )


def names(**rows):
    table = read_table(sight_of(None, "waters"), Selection(**rows))
    return dict(zip(table.ids.tolist(), table.values["name"].tolist(), strict=True)), table


def test_a_version_is_read_as_it_was_whatever_came_later(waters, tmp_path):
    before = written(tmp_path / "before.geojson", layer="waters", version=1).sha256
    rename(waters, "新名")
    first, rows = waters[1][0].feature_id, len(waters[1])
    assert written(tmp_path / "after.geojson", layer="waters", version=1).sha256 == before
    old, table = names(version=1)
    new, _ = names(version=2)
    assert (len(old), len(new)) == (rows, rows - 1)
    assert old[first] != "新名" == new[first]
    assert set(table.values["valid_to"].tolist()) == {None}
    assert written(tmp_path / "now.geojson", layer="waters").sha256 != before


def test_a_day_is_read_as_the_rows_hold_on_it(waters):
    rename(waters, "新名", effective=TODAY() + timedelta(days=30))
    first = waters[1][0].feature_id
    assert names()[0][first] != "新名"
    assert names(at=TODAY() + timedelta(days=29))[0][first] != "新名"
    later = names(at=TODAY() + timedelta(days=30))[0]
    assert later[first] == "新名" and len(later) == len(waters[1]) - 1
    assert names(at=date(2024, 12, 31))[0] == {}
    ends = names(at=TODAY())[1].values["valid_to"].tolist()
    assert ends.count(TODAY() + timedelta(days=30)) == 2


def test_what_is_published_while_rows_are_read_is_not_among_them(waters):
    sight = sight_of(None, "waters")
    from layers.exports.selectors import read_batches

    batches = read_batches(sight, Selection())
    first = next(batches)
    rename(waters, "新名")
    assert "新名" not in [r[3] for r in first] and list(batches) == []


def test_a_version_that_is_not_there_is_not_found(waters):
    with pytest.raises(UnknownVersion):
        names(version=7)


def test_a_person_gets_the_rows_of_his_area_and_nobody_elses(cast):
    grid = cast.district.last("grid")
    actor = actor_of(cast.person("community_staff", grid[:12]))
    table = read_table(sight_of(actor, "places"), Selection())
    assert len(table) and {code[:12] for code in table.values["community"]} == {grid[:12]}
    whole = read_table(sight_of(None, "places"), Selection(area=grid[:12]))
    assert table.ids.tolist() == whole.ids.tolist()
    other = Place.objects.exclude(community=grid[:12]).values_list("feature_id", flat=True)[0]
    assert len(read_table(sight_of(actor, "places"), Selection(ids=(other,)))) == 0


def test_who_may_not_see_a_layer_cannot_tell_it_from_one_that_is_not_there(cast):
    nobody = actor_of(cast.outsider())
    with pytest.raises(UnknownLayer):
        sight_of(nobody, "places")
    with pytest.raises(UnknownLayer):
        sight_of(nobody, "no_such_layer")


@pytest.fixture
def guarded_leader(monkeypatch):
    """Grids whose leader's name is kept for admins."""
    spec = spec_of("grids")
    fields = tuple(
        dataclasses.replace(f, visible_to=frozenset({Role.ADMIN})) if f.name == "leader" else f for f in spec.fields
    )
    monkeypatch.setitem(registry._BY_ID, "grids", dataclasses.replace(spec, fields=fields))


def test_a_field_kept_for_some_roles_is_in_nobody_elses_file(guarded_leader, cast, tmp_path):
    def fields(actor, ending):
        path = tmp_path / f"{'none' if actor is None else actor.id}.{ending}"
        written(path, sight_of(actor, "grids"), layer="grids", area="411102001")
        return path

    staff, admin = actor_of(cast.person("gis_staff")), actor_of(cast.person("admin"))
    for actor, seen in ((staff, False), (None, False), (admin, True)):
        for ending in ("csv", "geojson"):
            assert ("leader" in fields(actor, ending).read_text()) is seen
        table = pq.read_table(fields(actor, "parquet"))
        assert ("leader" in table.column_names) is seen
        with sqlite3.connect(fields(actor, "gpkg")) as base:
            assert ("leader" in [r[1] for r in base.execute("PRAGMA table_info(grids)")]) is seen
    with pytest.raises(InvalidInput):
        count_rows(sight_of(staff, "grids"), Selection(where={"leader": ("张三",)}))


def test_a_selection_is_narrowed_by_box_area_ids_and_values(district):
    sight = sight_of(None, "places")
    whole = read_table(sight, Selection())
    shape = whole.shapes[0]
    x, y = shape.representative_point().coords[0]
    near = read_table(sight, Selection(bbox_4326=(x - 1e-6, y - 1e-6, x + 1e-6, y + 1e-6)))
    assert 1 <= len(near) < 20 and whole.ids[0] in near.ids
    assert read_table(sight, Selection(ids=(str(whole.ids[3]), "nothing"))).ids.tolist() == [whole.ids[3]]
    parks = read_table(sight, Selection(where={"kind": ("park", "square")}))
    assert set(parks.values["kind"]) == {"park", "square"}
    years = read_table(sight_of(None, "buildings"), Selection(where={"built_year": ("1995",)}, area="411102001"))
    assert set(years.values["built_year"]) == {1995} and {code[:9] for code in years.values["grid"]} == {"411102001"}


def test_roads_of_an_area_are_those_on_its_ground(district):
    community = district.first("community")
    some = count_rows(sight_of(None, "roads"), Selection(area=community))
    assert 0 < some < count_rows(sight_of(None, "roads"), Selection())
    with pytest.raises(NotFound):
        count_rows(sight_of(None, "roads"), Selection(area="999999"))


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_same_content_gives_the_same_bytes(form, district, tmp_path):
    one, two = (written(tmp_path / f"{name}.{form}", layer="places", crs=4547, area="411102001") for name in "ab")
    assert one.sha256 == two.sha256 and one.bytes == (tmp_path / f"a.{form}").stat().st_size
    assert one.count > 100
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"a.{form}", f"b.{form}"]


def test_the_notice_stands_wherever_a_format_has_room(district, tmp_path):
    notice = "示意图，非测绘成果"
    for form in FORMATS:
        written(tmp_path / f"g.{form}", layer="greens", form=form)
    with zipfile.ZipFile(tmp_path / "g.shp.zip") as archive:
        assert notice in archive.read("README.txt").decode()
        assert archive.read("greens.cpg") == b"UTF-8"
    assert notice in json.loads((tmp_path / "g.geojson").read_text())["description"]
    with sqlite3.connect(tmp_path / "g.gpkg") as base:
        ((description, changed),) = base.execute("SELECT description, last_change FROM gpkg_contents")
    assert notice in description and changed == "2000-01-01T00:00:00.000Z"
    assert notice in pq.read_metadata(tmp_path / "g.parquet").metadata[b"description"].decode()
    assert notice in openpyxl.load_workbook(tmp_path / "g.xlsx").properties.description
    assert notice.encode() in (tmp_path / "g.fgb").read_bytes()


def test_a_parquet_is_a_geoparquet(district, tmp_path):
    written(tmp_path / "g.parquet", layer="places", crs=4547)
    geo = json.loads(pq.read_metadata(tmp_path / "g.parquet").metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4547} and column["encoding"] == "WKB"
    assert column["geometry_types"] == ["MultiLineString", "MultiPolygon", "Point"]
    import geopandas

    frame = geopandas.read_parquet(tmp_path / "g.parquet")
    assert len(frame) == count_rows(sight_of(None, "places"), Selection()) and frame.crs.to_epsg() == 4547


def test_a_workbook_keeps_codes_as_text_and_runs_no_text(district, tmp_path):
    spec = made()
    publish(spec, [row(spec.id, 1, name='=HYPERLINK("x")'), row(spec.id, 2, name="-2+3")])
    written(tmp_path / "h.xlsx", layer=spec.id)
    sheet = openpyxl.load_workbook(tmp_path / "h.xlsx").worksheets[0]
    head = [cell.value for cell in sheet[1]]
    names_ = [sheet.cell(number, head.index("name") + 1) for number in (2, 3)]
    assert {cell.value for cell in names_} == {'=HYPERLINK("x")', "-2+3"}
    assert all(cell.data_type == "s" and cell.number_format == "@" for cell in names_)
    day = sheet.cell(2, head.index("valid_from") + 1)
    assert day.is_date and head[-2:] == ["lon", "lat"] and sheet.cell(2, len(head)).data_type == "n"
    written(tmp_path / "a.xlsx", layer="grids")
    grids = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert grids["A2"].value == district.first("grid") and grids["A2"].data_type == "s"


def test_a_shape_longer_than_a_cell_goes_on_in_the_next(district, tmp_path):
    written(tmp_path / "w.xlsx", layer="waters")
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx").worksheets[0]
    head = [cell.value for cell in sheet[1]]
    assert head[-2:] == ["wkt_4326", "wkt_4326_part2"]
    assert max(len(str(cell.value)) for line in sheet.iter_rows(min_row=2) for cell in line) <= 32_767


def test_layers_of_staff_are_exported_as_the_built_in_ones(cast, tmp_path):
    spec = made()
    publish(spec, [row(spec.id, 1, name="一号", pressure_kpa=350), row(spec.id, 2, name="@二号")])
    for form in ("geojson", "csv", "gpkg", "shp.zip"):
        path = tmp_path / f"h.{form}"
        assert written(path, layer=spec.id, crs=4547).count == 2
        back = {key: (held, number) for held, number, key in rows_of(read_back(path))}
        assert len(back) == 2
        held = next(iter(back.values()))[0]
        assert sorted(held.column("name").values.tolist()) == ["@二号", "一号"]


def test_characters_that_gbk_lacks_stop_the_export_and_leave_no_file(district, tmp_path):
    spec = made()
    publish(spec, [row(spec.id, 1, name="𠮷祥")])
    with pytest.raises(Unholdable, match="U\\+20BB7"):
        written(tmp_path / "h.shp.zip", layer=spec.id, encoding="GBK")
    with pytest.raises(Unholdable):
        written(tmp_path / "h.csv", layer=spec.id, encoding="GBK")
    assert list(tmp_path.iterdir()) == []
    written(tmp_path / "h.shp.zip", layer=spec.id, encoding="GB18030")
    ((held, _, _),) = rows_of(read_back(tmp_path / "h.shp.zip"))
    assert held.column("name").values.tolist() == ["𠮷祥"]


def test_an_old_file_stays_whole_when_an_export_fails(district, tmp_path, monkeypatch):
    path = tmp_path / "g.csv"
    written(path, layer="grids")
    before = path.read_bytes()
    monkeypatch.setattr("layers.exports.writing.csv_lines", lambda *_: _breaking())
    with pytest.raises(RuntimeError):
        written(path, layer="grids")
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["g.csv"]


def _breaking():
    yield "half a file"
    raise RuntimeError("the machine stops")


def test_every_export_is_told_to_the_log_without_words(cast, tmp_path):
    actor = actor_of(cast.person("gis_staff"))
    sight = sight_of(actor, "places")
    wanted = read_wanted({"layer": "places", "format": "csv", "where": {"name": "机密"}, "ids": ["x"]})
    file = written(tmp_path / "p.csv", sight, layer="places")
    record_export(sight=sight, wanted=wanted, version=file.version, count=file.count, written=file)
    event = Event.objects.filter(kind="layer.exported").latest("id")
    assert (event.actor, event.object_id, event.payload["count"]) == (actor.id, "places", file.count)
    assert event.payload["sha256"] == file.sha256 and event.visibility == "operate"
    assert event.payload["selection"] == {"ids": 1, "where": ["name"]} and "机密" not in str(event.payload)


def test_cases_are_exported_as_the_stream_shows_them(cast, tmp_path):
    seat, dispatcher = actor_of(cast.person("seat")), actor_of(cast.person("dispatcher"))
    grid = cast.district.first("grid")
    shown, guarded = report(cast, grid=grid), report(cast, grid=grid, item=GUARDED)
    act(shown, seat, "refuse", reason="不属受理范围")
    table = read_table(sight_of(dispatcher, "incidents"), Selection())
    assert str(shown.pk) in table.ids and table.values["state"][table.ids == str(shown.pk)][0] == "refused"
    leader = actor_of(cast.person("display"))
    assert str(guarded.pk) not in read_table(sight_of(leader, "incidents"), Selection()).ids
    head = actor_of(cast.person("community_head", grid[:12]))
    mine = read_table(sight_of(head, "incidents"), Selection(where={"item": (GUARDED,)}))
    assert mine.ids.tolist() == [str(guarded.pk)] and mine.values["grid"].tolist() == [""]
    written(tmp_path / "i.csv", sight_of(dispatcher, "incidents"), layer="incidents")


def test_cases_of_a_day_are_those_that_were_open_when_it_ended(cast):
    seat = actor_of(cast.person("seat"))
    open_one, ended = report(cast), report(cast)
    act(ended, seat, "refuse", reason="不属受理范围")
    sight = sight_of(seat, "incidents")
    assert read_table(sight, Selection(at=TODAY())).ids.tolist() == [str(open_one.pk)]
    assert len(read_table(sight, Selection(at=TODAY() - timedelta(days=1)))) == 0
    with pytest.raises(InvalidInput):
        read_table(sight, Selection(version=1))


def run(*arguments, **options):
    from io import StringIO

    out = StringIO()
    call_command("export_layer", *map(str, arguments), stdout=out, stderr=StringIO(), **options)
    return json.loads(out.getvalue())


def test_the_command_writes_says_what_and_tells_the_log(cast, tmp_path):
    person = cast.person("community_staff", cast.district.first("community"))
    told = run("places", tmp_path / "p.shp.zip", crs="4490", encoding="gbk", user=person.username, json=True)
    assert (told["crs"], told["encoding"], told["format"]) == (4490, "GBK", "shp.zip")
    assert told["count"] == count_rows(sight_of(actor_of(person), "places"), Selection())
    assert Event.objects.filter(kind="layer.exported").latest("id").actor == str(person.pk)
