"""Loading the profile: what is there afterwards, twice, and when it must not be."""

from __future__ import annotations

import json
import shutil
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from layers.catalog.models import LayerVersion, Profile, SearchName
from layers.catalog.registry import spec_of
from layers.catalog.selectors import current_rows, current_versions
from layers.errors import Forbidden, ProfileRefused, TilingBroken
from layers.imports.services import load_profile
from layers.incidents.models import ItemType
from layers.live.models import Event
from layers.patrols.models import Member, Unit
from layers.people.selectors import actor_of
from layers.places.models import Place
from tests.stage import PROFILE


def state() -> tuple:
    """Everything a load may touch, as one value."""
    versions = list(LayerVersion.objects.order_by("layer", "version").values_list("layer", "version", "total"))
    return (
        versions,
        Event.objects.count(),
        ItemType.objects.count(),
        Member.objects.count(),
        SearchName.objects.count(),
    )


@pytest.mark.parametrize("again", [False, True])
def test_a_second_run_changes_nothing(db, district, again):
    before = state()
    summary = load_profile(folder=PROFILE, actor=None, again=again)
    assert not summary.changed
    assert state() == before


def test_counts_are_those_of_the_district(db, district):
    counts = district.counts
    assert 1700 <= counts["unit_grids"] <= 1900
    assert 11_500 <= counts["buildings"] <= 12_500
    assert 400 <= counts["cameras"] == counts["camera_views"] <= 440
    kinds = {
        kind: Place.objects.filter(kind=kind).count()
        for kind in ("compound", "alley", "park", "square", "service_center")
    }
    assert kinds == {"compound": 397, "alley": 159, "park": 15, "square": 1, "service_center": 19}


def test_each_grid_has_a_team_of_one_leader_and_four(db, district):
    assert Unit.objects.filter(kind="team").count() == 78
    assert Member.objects.count() == 78 * 5
    assert Member.objects.filter(post="leader").values("grid").distinct().count() == 78
    assert set(Member.objects.values_list("post", flat=True)) == {"leader", "service", "mediator", "patrol", "safety"}


def test_units_without_duty_have_no_position(db, district):
    assert not Unit.objects.filter(geom__isnull=False).exists()


def test_the_catalogue_has_its_296_items_in_four_categories(db, district):
    items = ItemType.objects.filter(current=True)
    assert items.count() == 296
    assert items.filter(delegated_counter_service=True).count() == 33
    assert set(items.values_list("category", flat=True)) == set("ABCD")
    assert all(2 <= len(item.procedure_zh) == len(item.procedure_en) <= 4 for item in items)


def test_a_changed_item_gets_a_new_version_and_the_old_one_stays(db, district, tmp_path):
    from layers.incidents.catalogue import load_catalogue

    text = (PROFILE / "catalogue" / "items.csv").read_text(encoding="utf-8")
    head, first, rest = text.split("\n", 2)
    cells = first.split(",")
    path = tmp_path / "items.csv"
    path.write_text("\n".join([head, first.replace(cells[6], "改过的名称", 1), rest]), encoding="utf-8")
    assert load_catalogue(path=path, actor="test") == (0, 1, 0)
    old, new = ItemType.objects.filter(code=cells[0]).order_by("version")
    assert (old.current, old.name, new.version, new.name) == (False, cells[6], 2, "改过的名称")
    path.write_text("\n".join([head, rest]), encoding="utf-8")
    assert load_catalogue(path=path, actor="test") == (0, 0, 1)
    assert ItemType.objects.get(code=cells[0], current=True).retired


def test_services_ask_who_loads(db, cast):
    with pytest.raises(Forbidden):
        load_profile(folder=PROFILE, actor=actor_of(cast.person("seat")))


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "profile"
    shutil.copytree(PROFILE, folder)
    return folder


def spoil_dbf(folder):
    path = folder / "base" / "sx_m.dbf"
    path.write_bytes(path.read_bytes().replace("河流".encode("gbk"), "沟壑".encode("gbk")))


def spoil_prj(folder):
    (folder / "base" / "sx_m.prj").write_text('GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
                                              'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]')  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "base" / "sx_m.shp").unlink(), "missing"),
        (lambda folder: (folder / "base" / "sx_m.prj").unlink(), "no .prj"),
        (spoil_prj, "not in EPSG:4547"),
        (spoil_dbf, "values cannot be used"),
        (lambda folder: (folder / "base" / "sx_m.shp").write_bytes(b"\0" * 40), "cannot be read"),
        (lambda folder: (folder / "catalogue" / "items.csv").write_text("code\nA01-001\n"), "does not fit"),
        (lambda folder: (folder / "rosters" / "teams.csv").write_bytes(b"\xff\xff\xff"), "cannot be read"),
    ],
)
def test_a_spoilt_file_is_named_and_nothing_is_stored(db, district, copy, spoil, words):
    spoil(copy)
    before = state()
    with pytest.raises(ProfileRefused) as caught:
        load_profile(folder=copy, actor=None)
    assert words in caught.value.en
    assert state() == before


@pytest.mark.parametrize("move_m", [0.4, 60.0])
def test_grids_that_no_longer_tile_are_refused_before_anything_is_written(db, district, copy, move_m):
    import geopandas as gpd

    path = copy / "boundaries" / "wg_fwwg.shp"
    grids = gpd.read_file(path, encoding="GBK")
    grids.loc[10, "geometry"] = grids.loc[10, "geometry"].buffer(move_m)
    grids.to_file(path, encoding="GBK")
    before = state()
    with pytest.raises(TilingBroken) as caught:
        load_profile(folder=copy, actor=None)
    assert caught.value.extra["pairs"][0]["area_m2"] > 1
    assert state() == before


def test_a_dry_run_tells_and_stores_nothing(db, district, copy):
    import geopandas as gpd

    path = copy / "base" / "sx_m.shp"
    waters = gpd.read_file(path, encoding="GBK")
    waters.iloc[1:].to_file(path, encoding="GBK")
    before = state()
    summary = load_profile(folder=copy, actor=None, dry_run=True)
    assert summary.versions["waters"].removed == 1
    assert state() == before
    assert not Profile.objects.filter(sha256="").exists()


def test_an_update_of_one_layer_leaves_the_others_alone(db, district, copy):
    import geopandas as gpd

    path = copy / "base" / "sx_m.shp"
    waters = gpd.read_file(path, encoding="GBK")
    waters.iloc[1:].to_file(path, encoding="GBK")
    summary = load_profile(folder=copy, actor=None)
    assert [layer for layer, row in summary.versions.items() if row] == ["waters"]
    assert current_versions(fresh=True)["waters"].total == district.counts["waters"] - 1


def test_the_command_prints_json_alone_when_asked(db, district):
    out = StringIO()
    call_command("load_district", str(PROFILE), "--json", stdout=out)
    body = json.loads(out.getvalue())
    assert body["changed"] is False
    assert body["layers"]["grids"]["count"] == 78


def test_the_command_exits_3_when_it_refuses(db, district, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        call_command("load_district", str(tmp_path))
    assert caught.value.code == 3


def test_every_row_in_force_is_found_by_its_layer_version(db, district):
    for layer, current in current_versions(fresh=True).items():
        assert current_rows(spec_of(layer)).count() == current.total, layer


def test_the_planner_knows_the_tables_right_after_a_load(db, district):
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'territory_building'")
        assert cursor.fetchone()[0] == pytest.approx(district.counts["buildings"], rel=0.01)


def test_a_load_takes_its_time_although_requests_are_cut_off_early(db, district):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
    assert not load_profile(folder=PROFILE, actor=None, again=True).changed
