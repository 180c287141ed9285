"""A commit is all or nothing, keeps every old row, and is taken back to the byte."""

import uuid

import pandas
import pytest
import shapely
from django.utils import timezone

from layers.catalog.edit import edit_feature
from layers.catalog.models import LayerVersion, SearchName
from layers.catalog.registry import spec_of
from layers.errors import Conflict, NotFound
from layers.imports.committing import ask_commit, commit_import
from layers.imports.models import Change, Import, KeptMapping, Staged, Status
from layers.imports.preparing import prepare_import
from layers.imports.receiving import import_again
from layers.imports.rolling import ask_rollback
from layers.imports.standing import standing_on
from layers.live.models import Event
from layers.people.selectors import actor_of
from layers.territory.models import Road
from tests.imports_stage import committed, delivery, dump, found, nudged, prepared, rolled_back, straight, written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("imports_folder")]


@pytest.fixture
def editor(cast):
    return actor_of(cast.person("gis_staff"))


def some_roads(tmp_path, name="roads.gpkg", first=0):
    """A delivery of all roads: one renamed, one moved, one gone, one new, from the `first` on."""
    frame = delivery("roads")
    changed = {"renamed": frame.at[first, "id"], "moved": frame.at[first + 1, "id"], "gone": frame.at[first + 2, "id"]}
    frame.loc[first, "name"] = "改名路"
    frame.loc[first + 1, "geometry"] = nudged(frame.at[first + 1, "geometry"])
    new = frame.iloc[[first + 3]].copy()
    new["id"], new["code"], new["geometry"] = "", f"NEW{first}", [nudged(new.iloc[0].geometry, 40)]
    frame = frame.drop(index=first + 2)
    frame = type(frame)(pandas.concat([frame, new], ignore_index=True), crs=4326)
    return written(frame, tmp_path / name), straight(frame), changed


def test_what_comes_changes_and_goes_is_one_version(district, tmp_path, editor):
    before, searched = dump("roads"), found("roads")
    path, mapping, changed = some_roads(tmp_path)
    row = prepared(path, "roads", editor, mapping=mapping)
    assert row.status == Status.READY, row.report["findings"]
    assert row.diff["counts"] == {
        "added": 1, "removed": 1, "moved": 1, "reshaped": 0, "changed": 1, "unchanged": len(before) - 3
    }  # fmt: skip
    assert dump("roads") == before
    told = {c.feature_id: c for c in Change.objects.filter(owner=row)}
    assert told[changed["renamed"]].columns == ["name"]
    assert told[changed["renamed"]].after == {"name": "改名路"}
    assert told[changed["moved"]].distance_m == pytest.approx(3.0, rel=0.05)
    assert told[changed["gone"]].geom_before and told[changed["gone"]].geom_after is None
    last = LayerVersion.objects.filter(layer="roads").order_by("-version").first()
    ask_commit(actor=editor, import_id=row.pk, version=row.version)
    row = commit_import(import_id=row.pk)
    assert (row.status, row.version_before, row.version_after) == (Status.COMMITTED, last.version, last.version + 1)
    version = LayerVersion.objects.get(layer="roads", version=row.version_after)
    assert (version.added, version.changed, version.removed, version.total) == (1, 2, 1, len(before))
    assert (version.import_id, version.source_sha256) == (row.pk, row.file_sha256)
    assert dump("roads", last.version) != dump("roads")
    renamed = Road.objects.get(feature_id=changed["renamed"], version_to__isnull=True)
    assert (renamed.name, renamed.feature_version) == ("改名路", 2)
    assert SearchName.objects.get(layer="roads", feature_id=changed["renamed"]).pinyin == "gaiminglu"
    assert not SearchName.objects.filter(layer="roads", feature_id=changed["gone"]).exists()
    assert len(found("roads")) == len(searched)
    assert not Staged.objects.exists()
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["layer.published", "import.committed"]


def test_taken_back_everything_stands_as_it_stood(district, tmp_path, editor):
    before, searched = dump("roads"), found("roads")
    path, mapping, changed = some_roads(tmp_path)
    row = committed(path, "roads", editor, mapping=mapping)
    during = dump("roads")
    row = rolled_back(row)
    assert row.status == Status.ROLLED_BACK
    assert dump("roads") == before
    assert found("roads") == searched
    assert dump("roads", row.version_after)[0][:2] == during[0][:2]
    assert [r[0] for r in dump("roads", row.version_after)] == [r[0] for r in during]
    assert [r[0] for r in dump("roads", row.version_before)] == [r[0] for r in before]
    on_one_day = Road.objects.filter(feature_id=changed["renamed"])
    assert on_one_day.count() == 3
    assert Event.objects.filter(kind="import.rolled_back", object_id=str(row.pk)).count() == 1


def test_what_was_taken_back_can_be_imported_again(district, tmp_path, editor):
    path, mapping, changed = some_roads(tmp_path)
    first = rolled_back(committed(path, "roads", editor, mapping=mapping))
    again = import_again(actor=editor, import_id=first.pk)
    again = prepare_import(import_id=again.pk)
    assert again.diff["counts"] == first.diff["counts"]
    ask_commit(actor=editor, import_id=again.pk, version=again.version)
    assert commit_import(import_id=again.pk).status == Status.COMMITTED
    versions = list(Road.objects.filter(feature_id=changed["renamed"]).order_by("row_id").values_list("feature_version", flat=True))  # fmt: skip
    assert versions == [1, 2, 1, 3]


def test_an_import_under_others_is_taken_back_alone(district, tmp_path):
    before = dump("roads")
    path, mapping, _ = some_roads(tmp_path, "one.gpkg", 0)
    one = committed(path, "roads", mapping=mapping)
    path, mapping, _ = some_roads(tmp_path, "two.gpkg", 10)
    two = committed(path, "roads", mapping=mapping)
    assert standing_on(one.pk) == []
    rolled_back(one)
    rolled_back(two)
    assert dump("roads") == before


def test_what_stands_on_an_import_is_named_and_goes_with_it(district, tmp_path, editor):
    before = dump("roads")
    path, mapping, changed = some_roads(tmp_path)
    row = committed(path, "roads", mapping=mapping)
    spec = spec_of("roads")
    edit_feature(spec=spec, actor=editor, feature_id=changed["renamed"], version=2, changes={"name": "又改路"}, reason="核对")  # fmt: skip
    frame = delivery("roads")
    frame.loc[frame["id"] == changed["renamed"], "name_en"] = "Third name"
    later = committed(written(frame, tmp_path / "later.gpkg"), "roads", mapping=straight(frame))
    standing = standing_on(row.pk)
    assert [one["version"] for one in standing] == [later.version_after, row.version_after + 1]
    assert standing[0]["import_id"] == str(later.pk)
    assert standing[0]["ids"] == [changed["renamed"]]
    with pytest.raises(Conflict) as refused:
        ask_rollback(actor=None, import_id=row.pk)
    assert len(refused.value.extra["standing"]) == 2
    row = rolled_back(row, with_later=True)
    assert dump("roads") == before
    assert row.undone_versions == [row.version_after, row.version_after + 1, later.version_after]
    later.refresh_from_db()
    assert (later.status, later.rollback_version) == (Status.ROLLED_BACK, row.rollback_version)


def test_the_second_of_two_is_told_that_the_layer_moved_on(district, tmp_path, editor):
    path, mapping, _ = some_roads(tmp_path, "one.gpkg", 0)
    one = prepared(path, "roads", editor, mapping=mapping)
    path, mapping, _ = some_roads(tmp_path, "two.gpkg", 10)
    two = prepared(path, "roads", editor, mapping=mapping)
    ask_commit(actor=editor, import_id=one.pk, version=one.version)
    ask_commit(actor=editor, import_id=two.pk, version=two.version)
    assert commit_import(import_id=one.pk).status == Status.COMMITTED
    after_one = dump("roads")
    two = commit_import(import_id=two.pk)
    assert two.status == Status.RECEIVED
    assert two.error["code"] == "layer_moved_on"
    assert dump("roads") == after_one
    assert Event.objects.get(kind="import.moved_on").payload["job"] is True
    two = prepare_import(import_id=two.pk)
    assert two.status == Status.READY
    assert two.diff["counts"]["removed"] == 2
    assert "compared_again" in [finding["code"] for finding in two.report["findings"]]


def test_an_edit_by_hand_meanwhile_is_noticed_too(district, tmp_path, editor):
    path, mapping, changed = some_roads(tmp_path)
    row = prepared(path, "roads", editor, mapping=mapping)
    edit_feature(spec=spec_of("roads"), actor=editor, feature_id=changed["gone"], version=1, changes={"name": "手改路"}, reason="核对")  # fmt: skip
    ask_commit(actor=editor, import_id=row.pk, version=row.version)
    assert commit_import(import_id=row.pk).status == Status.RECEIVED


def test_a_mapping_is_kept_for_the_next_delivery_of_its_kind(district, tmp_path):
    frame = delivery("roads").rename(columns={"name": "甲", "name_en": "乙"})
    mapping = straight(frame)
    for entry in mapping["fields"]:
        entry["field"] = {"甲": "name", "乙": "name_en"}.get(entry["field"], entry["field"])
    first = committed(written(frame, tmp_path / "a.gpkg"), "roads", mapping=mapping)
    assert KeptMapping.objects.get(layer="roads").signature == first.signature
    frame.loc[0, "甲"] = "新名路"
    second = prepared(written(frame, tmp_path / "b.gpkg"), "roads")
    assert second.status == Status.READY
    assert second.diff["fields"] == {"name": 1}


def test_nobody_knows_an_import_that_is_not_there():
    with pytest.raises(NotFound):
        ask_rollback(actor=None, import_id=uuid.uuid4())


def test_an_import_holds_from_the_day_that_was_chosen(district, tmp_path):
    path, mapping, changed = some_roads(tmp_path)
    tomorrow = timezone.localdate() + timezone.timedelta(days=1)
    before = dump("roads")
    row = committed(path, "roads", mapping=mapping, effective=tomorrow.isoformat())
    old, new = Road.objects.filter(feature_id=changed["renamed"]).order_by("row_id")
    assert (old.valid_to, new.valid_from) == (tomorrow, tomorrow)
    assert LayerVersion.objects.get(layer="roads", version=row.version_after).effective == tomorrow
    rolled_back(row)
    assert dump("roads") == before


def test_a_day_before_the_last_version_is_refused(district, tmp_path):
    path, mapping, _ = some_roads(tmp_path)
    row = prepared(path, "roads", mapping=mapping, effective="2001-01-01")
    assert row.status == Status.REFUSED
    assert "effective_too_early" in [finding["code"] for finding in row.report["findings"]]


def test_a_shape_that_is_drawn_back_to_a_tenth_of_a_millimetre_is_unchanged(district, tmp_path):
    frame = delivery("roads")
    frame["geometry"] = shapely.transform(frame.geometry.values, lambda xy: xy + 1e-9)
    row = prepared(written(frame, tmp_path / "same.gpkg"), "roads", mapping=straight(frame))
    assert row.diff["counts"]["unchanged"] == len(frame)
    assert Import.objects.get(pk=row.pk).status == Status.READY


def test_an_import_that_changed_nothing_has_nothing_on_it_and_takes_nothing_back(district, tmp_path):
    frame = delivery("roads")
    row = committed(written(frame, tmp_path / "same.gpkg"), "roads", mapping=straight(frame))
    assert row.version_after == row.version_before
    path, mapping, _ = some_roads(tmp_path)
    committed(path, "roads", mapping=mapping)
    after = dump("roads")
    assert standing_on(row.pk) == []
    assert rolled_back(row).status == Status.ROLLED_BACK
    assert dump("roads") == after
