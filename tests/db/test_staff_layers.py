"""Layers of staff: made, described anew, retired; published, edited and read as every other layer."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from django.db import connection
from django.test import Client
from django.utils import timezone

from layers.catalog.datasets import change_description, make_layer, may_describe, retire_layer
from layers.catalog.edit import add_feature, close_feature, edit_feature
from layers.catalog.models import DatasetFeature, DatasetLayer, LayerVersion, SearchName
from layers.catalog.reading import feature
from layers.catalog.registry import BUILT_IN, all_specs, known_spec, layer_ids, spec_of, visible_specs
from layers.catalog.selectors import current_versions
from layers.catalog.services import Source, publish_version
from layers.catalog.staff_layers import known_staff_layers, staff_layers
from layers.errors import Conflict, Forbidden, InvalidInput, NotFound, StaleVersion, UnknownLayer
from layers.live.models import Event
from layers.people.selectors import actor_of
from tests.staff_layers import described, field, made, publish, row

LON, LAT = 114.02, 33.575


@pytest.fixture
def staff(cast):
    return actor_of(cast.person("gis_staff"))


@pytest.fixture
def layer(staff):
    return made(staff)


def event(kind):
    return Event.objects.filter(kind=kind).order_by("-id").first()


def test_a_layer_is_made_in_one_step_and_known_everywhere(staff):
    spec = make_layer(actor=staff, description=described(), reason="消防普查")
    assert spec_of("hydrants") == spec and all_specs() == (*BUILT_IN, spec)
    assert "hydrants" in layer_ids() and spec in visible_specs(staff) and may_describe(staff, spec)
    told = event("layer.made")
    assert (told.object_id, told.object_version, told.areas_after, told.actor) == ("hydrants", 1, ["411102"], staff.id)
    assert told.payload["fields"][0] == "pressure_kpa" and "消" not in str(told.payload)
    assert told.texts.get().text == "消防普查"


@pytest.mark.parametrize("taken", ["buildings", "incidents", "units"])
def test_no_layer_takes_the_id_of_a_built_in_one(staff, taken):
    with pytest.raises(Conflict):
        made(staff, layer=taken)


def test_an_id_is_taken_once_and_the_same_order_makes_one_layer(staff):
    key = uuid.uuid4()
    first = make_layer(actor=staff, description=described(), client_id=key)
    assert make_layer(actor=staff, description=described(), client_id=key) == first
    assert Event.objects.filter(kind="layer.made").count() == 1
    with pytest.raises(Conflict, match="another body"):
        make_layer(actor=staff, description=described(title_en="Others"), client_id=key)
    with pytest.raises(Conflict, match="already"):
        make_layer(actor=staff, description=described())


@pytest.mark.parametrize("role", ["dispatcher", "display", "admin", "grid_leader"])
def test_whoever_may_not_edit_layers_makes_none(cast, role):
    with pytest.raises(Forbidden):
        made(actor_of(cast.person(role)))


def test_a_layer_is_made_over_an_area_in_force_and_ones_own(cast, staff):
    with pytest.raises(InvalidInput) as refused:
        made(None, area="411199")
    assert refused.value.field == "area"
    here, there = cast.district.first("subdistrict"), cast.district.last("subdistrict")
    operator = actor_of(cast.person("subdistrict_operator", here))
    with pytest.raises(Forbidden):
        made(operator, area=there)
    assert made(operator, area=here).owner == here


def test_a_description_changes_by_parts_and_its_history_stays(staff, layer):
    publish(layer, [row("hydrants", 1)])
    spec = change_description(
        actor=staff, layer="hydrants", version=1, changes={"style": {"colour": "ink"}, "title_en": "Fire hydrants"},
        reason="颜色太近",
    )  # fmt: skip
    assert spec.stamp == 2 and spec.style.colour == "ink" and spec.style.size == 4 and spec_of("hydrants") == spec
    assert event("layer.described").payload["parts"] == ["style", "title_en"]
    assert current_versions(fresh=True)["hydrants"].version == 1, "colours are no part of tiles"
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, description->>'title_en' FROM catalog_dataset_history ORDER BY pgh_id")
        assert cursor.fetchall() == [(1, "Hydrants"), (2, "Fire hydrants")]


def test_what_changes_tiles_gives_them_new_addresses(staff, layer):
    publish(layer, [row("hydrants", 1)])
    change_description(actor=staff, layer="hydrants", version=1, changes={"min_zoom": 13})
    last = LayerVersion.objects.filter(layer="hydrants").first()
    assert (last.version, last.added, last.changed, last.removed, last.total) == (2, 0, 0, 0, 1)
    assert event("layer.published").object_version == 2


def test_a_layer_without_a_version_gets_none_by_being_described(staff, layer):
    change_description(actor=staff, layer="hydrants", version=1, changes={"min_zoom": 13})
    assert not LayerVersion.objects.filter(layer="hydrants").exists()


def test_a_change_of_nothing_is_none_and_an_old_one_is_told(staff, layer):
    assert change_description(actor=staff, layer="hydrants", version=1, changes={}).stamp == 1
    assert event("layer.described") is None
    change_description(actor=staff, layer="hydrants", version=1, changes={"label": ""})
    with pytest.raises(StaleVersion) as stale:
        change_description(actor=staff, layer="hydrants", version=1, changes={"label": "name"})
    assert stale.value.extra["current"] == 2


@pytest.mark.parametrize(
    "changes",
    [{"id": "others"}, {"geometry_types": ["MultiPolygon"]}, {"fields": [field("built", "integer")]}, {"what": 1}],
)
def test_rows_must_be_able_to_follow(staff, layer, changes):
    with pytest.raises(InvalidInput):
        change_description(actor=staff, layer="hydrants", version=1, changes=changes)


def test_a_layer_is_changed_by_whoever_keeps_it(cast, staff, layer):
    here = cast.district.first("subdistrict")
    for actor, refused in (
        (actor_of(cast.person("subdistrict_operator", here)), Forbidden),
        (actor_of(cast.person("dispatcher")), Forbidden),
        (actor_of(cast.outsider()), UnknownLayer),
    ):
        with pytest.raises(refused):
            change_description(actor=actor, layer="hydrants", version=1, changes={"label": ""})
        with pytest.raises(refused):
            retire_layer(actor=actor, layer="hydrants")
    with pytest.raises(UnknownLayer):
        change_description(actor=staff, layer="roads", version=1, changes={"label": ""})


def test_a_retired_layer_is_gone_and_its_id_free(staff, layer):
    publish(layer, [row("hydrants", 1), row("hydrants", 2)])
    retire_layer(actor=staff, layer="hydrants", reason="误导入")
    assert "hydrants" not in layer_ids()
    with pytest.raises(UnknownLayer):
        spec_of("hydrants")
    assert not DatasetFeature.objects.filter(version_to__isnull=True).exists()
    assert DatasetFeature.objects.count() == 2 and not SearchName.objects.filter(layer="hydrants").exists()
    assert event("layer.retired").object_version == 2
    again = made(staff, fields=[field("colour")])
    assert again.stamp == 3 and [f.name for f in again.fields if f.json] == ["colour"]
    version = publish(again, [])
    assert version is None and DatasetLayer.objects.count() == 1


def test_rows_of_a_layer_that_nobody_described_are_nowhere(cast, staff):
    spec = made(staff)
    publish(spec, [row("hydrants", 1)])
    DatasetLayer.objects.all().delete()
    assert "hydrants" not in layer_ids() and known_spec("hydrants") is None
    with pytest.raises(UnknownLayer):
        spec_of("hydrants")


FULL = {
    "pressure_kpa": 310.5, "built": date(2020, 2, 29), "seen_at": datetime(2026, 11, 1, 8, tzinfo=UTC), "works": False,
    "outlets": 2, "state": "ok", "community": "411102001001",
}  # fmt: skip


def test_attributes_come_back_as_they_went(staff, layer):
    publish(layer, [row("hydrants", 1, **FULL)])
    key = DatasetFeature.objects.get().feature_id
    read = feature(layer, key, staff)["properties"]
    assert read | {"built": "2020-02-29", "seen_at": "2026-11-01T08:00:00+00:00"} == read
    assert (read["pressure_kpa"], read["works"], read["outlets"], read["state"], read["name"]) == (
        310.5,
        False,
        2,
        "ok",
        "消火栓1",
    )


def test_the_same_rows_again_are_no_version(layer):
    assert publish(layer, [row("hydrants", 1, **FULL)]).version == 1
    assert publish(layer, [row("hydrants", 1, **FULL)]) is None
    assert publish(layer, [row("hydrants", 1, **FULL | {"outlets": 3})]).changed == 1


def test_two_layers_share_a_table_and_nothing_else(staff, layer):
    other = made(staff, layer="benches")
    publish(layer, [row("hydrants", 1), row("hydrants", 2)])
    publish(other, [row("benches", 1)])
    publish(layer, [row("hydrants", 1)])
    assert DatasetFeature.objects.filter(layer="benches", version_to__isnull=True).count() == 1
    assert current_versions(fresh=True)["hydrants"].version == 2 and current_versions()["benches"].total == 1


def test_one_feature_is_added_edited_and_ended_by_hand(staff, layer):
    values = {"code": "H9", "name": "九号", "pressure_kpa": "300", "state": "ok", "built": "2021-05-01"}
    added = add_feature(spec=layer, actor=staff, values=values, geometry=shapely.Point(LON, LAT), reason="新建")
    stored = DatasetFeature.objects.get(feature_id=added.feature_id)
    assert stored.attributes == {"pressure_kpa": 300.0, "state": "ok", "built": "2021-05-01"}
    assert len(stored.community) == 12
    edited = edit_feature(
        spec=layer,
        actor=staff,
        feature_id=added.feature_id,
        version=1,
        changes={"state": "dry", "built": ""},
        reason="停水",
    )
    now = DatasetFeature.objects.get(feature_id=added.feature_id, version_to__isnull=True)
    assert edited.version == 2 and now.attributes == {"pressure_kpa": 300.0, "state": "dry"}
    assert event("feature.edited").payload["columns"] == ["built", "state"]
    same = edit_feature(
        spec=layer, actor=staff, feature_id=added.feature_id, version=2, changes={"state": "dry"}, reason="x"
    )
    assert not same.written
    assert close_feature(spec=layer, actor=staff, feature_id=added.feature_id, version=2, reason="拆除").written
    assert not DatasetFeature.objects.filter(version_to__isnull=True).exists()


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"state": "wet"}, "state"),
        ({"pressure_kpa": "much"}, "pressure_kpa"),
        ({"community": "1"}, "community"),
        ({"nothing": 1}, "nothing"),
    ],
)
def test_an_edit_keeps_to_the_description(staff, layer, changes, at):
    publish(layer, [row("hydrants", 1)])
    key = DatasetFeature.objects.get().feature_id
    with pytest.raises(InvalidInput) as refused:
        edit_feature(spec=layer, actor=staff, feature_id=key, version=1, changes=changes, reason="x")
    assert refused.value.field == at


def test_rows_are_edited_over_the_owners_area(cast, staff):
    here, there = cast.district.first("subdistrict"), cast.district.last("subdistrict")
    spec = made(staff, area=here)
    publish(spec, [row("hydrants", 1, community=there + "001")])
    key = DatasetFeature.objects.get().feature_id
    with pytest.raises(NotFound):
        edit_feature(
            spec=spec, actor=actor_of(cast.person("subdistrict_operator", there)), feature_id=key, version=1,
            changes={"name": "x"}, reason="x",
        )  # fmt: skip
    operator = actor_of(cast.person("subdistrict_operator", here))
    assert (
        edit_feature(spec=spec, actor=operator, feature_id=key, version=1, changes={"name": "x"}, reason="x").version
        == 2
    )


def test_a_dropped_field_that_comes_back_as_another_type_breaks_nothing(staff, layer):
    publish(layer, [row("hydrants", 1, state="ok")])
    change_description(actor=staff, layer="hydrants", version=1, changes={"fields": []})
    spec = change_description(
        actor=staff,
        layer="hydrants",
        version=2,
        changes={"fields": [field("state", "integer"), field("outlets", "boolean")]},
    )
    key = DatasetFeature.objects.get().feature_id
    assert feature(spec, key, staff)["properties"]["state"] is None


def test_a_planned_version_keeps_tiles_as_they_are(staff, layer):
    publish_version(
        spec=layer, rows=[row("hydrants", 1)], effective=timezone.localdate() + timedelta(days=3), actor="system:test",
        source=Source("test"),
    )  # fmt: skip
    with pytest.raises(Conflict):
        change_description(actor=staff, layer="hydrants", version=1, changes={"min_zoom": 13})
    assert change_description(actor=staff, layer="hydrants", version=1, changes={"title_en": "X"}).en == "X"


def test_what_a_transaction_sees_before_its_commit_is_nobody_elses(layer):
    assert "hydrants" in staff_layers()
    assert known_staff_layers() is None


@pytest.mark.usefixtures("own_database")
def test_a_second_goes_by_without_asking(django_assert_num_queries, monkeypatch):
    made(None)
    assert "hydrants" in staff_layers(), "known at once after the commit"
    with django_assert_num_queries(0):
        assert (
            spec_of("hydrants").id == "hydrants"
            and known_spec("hydrants") is not None
            and known_spec("roads") is not None
        )
    monkeypatch.setattr("layers.catalog.staff_layers.KEEP_S", -1.0)
    assert known_spec("hydrants") is None
    with django_assert_num_queries(1):
        spec_of("hydrants")


@pytest.mark.usefixtures("own_database")
def test_tiles_take_the_short_way_while_the_description_is_known(django_assert_num_queries, monkeypatch):
    from layers.geo.tilemath import tile_at
    from layers.tiles import short

    spec = made(None, seen_by="public")
    publish(spec, [row("hydrants", 1, LON, LAT)])
    x, y = tile_at(LON, LAT, 16)
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": f"/tiles/hydrants/16/{x}/{y}.mvt", "QUERY_STRING": "v=1&s=public"}
    assert short._try(asked) is None, "a version that this process has not seen goes the long way"
    assert Client().get(f"{asked['PATH_INFO']}?{asked['QUERY_STRING']}").status_code == 200
    with django_assert_num_queries(0):
        ready = short._try(asked)
    assert ready is not None and ready.status == 200
    monkeypatch.setattr("layers.catalog.staff_layers.KEEP_S", -1.0)
    assert short._try(asked) is None, "what is known is too old to go by"
    monkeypatch.undo()
    change_description(actor=None, layer="hydrants", version=1, changes={"seen_by": "map"})
    assert short._try(asked) is None, "a layer that is public no more"
    assert Client().get(f"{asked['PATH_INFO']}?{asked['QUERY_STRING']}").status_code == 404
