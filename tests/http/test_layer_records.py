"""History and quality of layers: what the pages of GIS staff tell of what is in force."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import LineString, MultiLineString

from layers.catalog.edit import close_feature, edit_feature
from layers.catalog.registry import spec_of
from layers.catalog.selectors import current_versions
from layers.imports import quality
from layers.imports.models import Status
from layers.people.selectors import actor_of
from layers.territory.models import Building, Road
from tests.imports_made import make_import

pytestmark = pytest.mark.django_db
#: Layers of the profile at which there is nothing to mend.
LOADED = ("district", "subdistricts", "communities", "grids", "unit_grids", "buildings", "roads", "cameras")


@pytest.fixture(autouse=True)
def nothing_kept():
    """Versions made in a test are taken back with it: nothing measured of them may stay."""
    quality._KEPT.clear()
    yield
    quality._KEPT.clear()
    current_versions(fresh=True)


@pytest.fixture
def staff(client_for):
    return client_for("gis_staff")


@pytest.fixture
def editor(cast):
    return actor_of(cast.person("gis_staff"))


def history(client, layer: str) -> list[dict]:
    return client.get(f"/api/layers/{layer}/history").json()["versions"]


def checks(client, layer: str) -> dict[str, dict]:
    return {check["code"]: check for check in client.get(f"/api/layers/{layer}/quality").json()["checks"]}


class TestHistory:
    def test_the_profile_is_the_first_entry(self, staff):
        first = history(staff, "buildings")[-1]
        assert (first["version"], first["kind"], first["state"]) == (1, "load", "in_force")
        assert first["added"] == first["total"] == Building.objects.count()
        assert len(first["sha256"]) == 64
        assert first["by"]["name_en"] == "command line"

    def test_an_edit_by_hand_is_a_version_of_its_own_with_its_author(self, staff, editor):
        road = Road.objects.filter(version_to__isnull=True).first()
        edit_feature(
            actor=editor, spec=spec_of("roads"), feature_id=road.feature_id, version=road.feature_version,
            changes={"name": "新华东路"}, reason="更名",
        )  # fmt: skip
        current_versions(fresh=True)
        newest, before = history(staff, "roads")[:2]
        assert (newest["kind"], newest["changed"], newest["state"], newest["by"]["name"]) == (
            "edit",
            1,
            "in_force",
            "测试员",
        )
        assert (before["kind"], before["state"]) == ("load", "past")
        assert newest["source"] == f"edit/{road.feature_id}"

    def test_an_import_shows_its_file_and_counts_and_what_took_it_back(self, staff, editor, cast):
        road = Road.objects.filter(version_to__isnull=True).first()
        close_feature(
            actor=editor, spec=spec_of("roads"), feature_id=road.feature_id, version=road.feature_version, reason="已拆除",
        )  # fmt: skip
        current_versions(fresh=True)
        number = history(staff, "roads")[0]["version"]
        row = make_import(
            cast.person("gis_staff"), Status.COMMITTED, changes=0, layer="roads", version_before=number - 1,
            version_after=number, diff={"counts": {"removed": 1}},
        )  # fmt: skip
        newest = history(staff, "roads")[0]
        assert newest["kind"] == "import"
        assert newest["import"]["file"] == "yuanhui_bld_2026q3.zip"
        assert newest["import"]["can_roll_back"] is True
        assert newest["sha256"]
        row.status, row.rollback_version, row.undone_versions = Status.ROLLED_BACK, number + 1, [number]
        row.save()
        assert history(staff, "roads")[0]["undone_by"] == number + 1

    def test_who_may_not_see_an_import_sees_that_there_was_one(self, client_for, cast, district):
        number = current_versions(fresh=True)["buildings"].version
        make_import(
            cast.person("gis_staff"),
            Status.COMMITTED,
            changes=0,
            version_after=number,
            areas=[district.first("community")],
        )
        told = history(client_for("community_staff", district.last("community")), "buildings")[0]
        assert told["kind"] == "import"
        assert told["import"] is None

    @pytest.mark.parametrize("layer", ["incidents", "nowhere", "coverage"])
    def test_what_has_no_versions_has_no_history(self, staff, layer):
        for path in ("history", "quality"):
            assert staff.get(f"/api/layers/{layer}/{path}").status_code == 404


class TestQuality:
    @pytest.mark.parametrize("layer", LOADED)
    def test_the_profile_is_sound(self, staff, layer):
        found = checks(staff, layer)
        assert not [check for check in found.values() if check["count"]]
        assert all(check["ok"] for check in found.values())

    def test_tiled_layers_are_held_against_the_area_above(self, staff):
        assert "gaps" not in checks(staff, "district")
        for layer in ("subdistricts", "communities", "grids", "unit_grids"):
            assert {"overlaps", "gaps"} <= checks(staff, layer).keys()
        assert "unconnected" in checks(staff, "roads")
        assert "tiny" not in checks(staff, "roads")

    def test_buildings_on_one_another_are_named_in_pairs(self, staff):
        one = Building.objects.filter(version_to__isnull=True).first()
        other = Building.objects.filter(version_to__isnull=True).exclude(pk=one.pk).first()
        Building.objects.filter(pk=other.pk).update(geom=one.geom)
        found = checks(staff, "buildings")
        assert found["overlaps"]["count"] >= 1
        assert found["twice"]["count"] == 1
        pair = {one.feature_id, other.feature_id}
        assert any(set(named.split("/")) == pair for named in found["overlaps"]["features"])

    def test_a_road_that_hangs_in_the_air_is_named(self, staff):
        road = Road.objects.filter(version_to__isnull=True).order_by("row_id").first()
        lines = [LineString([(x + 0.00001, y + 0.00001) for x, y in line.coords]) for line in road.geom]
        moved = MultiLineString(*lines, srid=4326)
        Road.objects.filter(pk=road.pk).update(geom=moved)
        assert road.feature_id in checks(staff, "roads")["unconnected"]["features"]

    def test_completeness_counts_what_is_filled_of_what_one_may_read(self, staff):
        Building.objects.filter(version_to__isnull=True).update(name="")
        told = staff.get("/api/layers/buildings/quality").json()
        filled = {entry["field"]: entry["filled"] for entry in told["completeness"]}
        assert filled["name"] == 0
        assert filled["floors"] == told["rows"]
        assert not {"id", "version", "valid_from"} & filled.keys()

    def test_flaws_are_those_of_the_import_in_force(self, staff, cast):
        number = current_versions(fresh=True)["buildings"].version
        row = make_import(cast.person("gis_staff"), Status.COMMITTED, changes=0, version_after=number)
        flaws = staff.get("/api/layers/buildings/quality").json()["flaws"]
        assert flaws["import"] == str(row.pk)
        assert [(one["code"], one["rows"]) for one in flaws["findings"]] == [
            ("shapes_repaired", 1),
            ("numbers_overflow", 4),
        ]

    def test_all_layers_stand_beside_each_other(self, staff):
        lines = {line["layer"]: line for line in staff.get("/api/quality").json()["layers"]}
        assert lines["buildings"]["rows"] == Building.objects.count()
        assert "incidents" not in lines
        assert all(line["filled"] is None or 0 < line["filled"] <= 1 for line in lines.values())
