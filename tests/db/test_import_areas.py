"""Borders that move: what follows is said before, old cases keep their grid, teams come and go with the grids."""

import pytest
import shapely
from django.utils import timezone

from layers.catalog.models import LayerVersion
from layers.imports.committing import ask_commit, commit_import
from layers.imports.models import Status
from layers.incidents.models import Incident
from layers.patrols.models import Unit
from layers.people.selectors import actor_of
from layers.territory.models import Area
from layers.territory.selectors import chain_at
from tests.cases import report
from tests.imports_stage import committed, delivery, dump, prepared, rolled_back, straight, written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("imports_folder")]


@pytest.fixture
def shift(district, tmp_path):
    """A delivery of all grids in which one gives a strip of ground to its neighbour in the same community."""
    frame = delivery("grids")
    pairs = (
        (one, other) for one in frame.index for other in frame.index
        if one != other and frame.at[one, "code"][:12] == frame.at[other, "code"][:12]
        and frame.at[one, "geometry"].intersection(frame.at[other, "geometry"].buffer(0.0003)).area > 1e-8
    )  # fmt: skip
    one, other = next(pairs)
    strip = frame.at[one, "geometry"].intersection(frame.at[other, "geometry"].buffer(0.0003))

    class Shift:
        loser, winner = frame.at[one, "code"], frame.at[other, "code"]
        inside = strip.representative_point()

    left = frame.at[one, "geometry"].difference(strip)
    frame.loc[one, "geometry"] = shapely.multipolygons([left]) if left.geom_type == "Polygon" else left
    frame.loc[other, "geometry"] = shapely.union(frame.at[other, "geometry"], strip)
    Shift.path, Shift.mapping = written(frame, tmp_path / "grids.gpkg"), straight(frame)
    return Shift


def case_at(cast, shift):
    """An open case in the strip."""
    return report(cast, grid=shift.loser, lon=shift.inside.x, lat=shift.inside.y)


def test_who_changes_grid_is_said_before_and_the_old_case_keeps_its_grid(cast, shift):
    case = case_at(cast, shift)
    row = prepared(shift.path, "grids", mapping=shift.mapping)
    assert row.status == Status.READY, row.report["findings"]
    assert row.diff["counts"]["reshaped"] >= 2  # neighbours get the new corners as nodes
    said = {one["kind"]: one for one in row.consequences}
    assert said["cases_change_area"]["count"] == 1
    assert said["cases_change_area"]["ids"] == [str(case.pk)]
    assert said["cases_change_area"]["en"] == "1 open case changes grid"
    assert "换网格" in said["cases_change_area"]["zh"]
    assert {shift.loser, shift.winner} <= set(row.areas)
    ask_commit(actor=None, import_id=row.pk, version=row.version, job=False)
    row = commit_import(import_id=row.pk)
    assert row.status == Status.COMMITTED, row.error
    assert Incident.objects.get(pk=case.pk).grid == shift.loser
    assert chain_at(shift.inside.x, shift.inside.y).code("grid") == shift.winner
    assert case_at(cast, type("New", (shift,), {"loser": shift.winner})).grid == shift.winner


def test_a_border_planned_for_later_holds_from_its_day(shift):
    day = timezone.localdate() + timezone.timedelta(days=10)
    row = committed(shift.path, "grids", mapping=shift.mapping, effective=day.isoformat())
    assert row.status == Status.COMMITTED, row.error
    at = (shift.inside.x, shift.inside.y)
    assert chain_at(*at).code("grid") == shift.loser
    assert chain_at(*at, on=day).code("grid") == shift.winner
    planned = LayerVersion.objects.get(layer="grids", version=row.version_after)
    assert planned.effective == day
    from layers.catalog.selectors import current_versions

    assert current_versions(fresh=True)["grids"].version == row.version_before


def test_borders_are_taken_back_to_the_byte(shift):
    before, units = dump("grids"), dump("units")
    row = committed(shift.path, "grids", mapping=shift.mapping)
    assert row.status == Status.COMMITTED, row.error
    row = rolled_back(row)
    assert row.status == Status.ROLLED_BACK, row.error
    assert (dump("grids"), dump("units")) == (before, units)
    assert chain_at(shift.inside.x, shift.inside.y).code("grid") == shift.loser


def test_a_gap_between_grids_is_refused_and_drawn(shift, tmp_path):
    frame = delivery("grids")
    hole = frame.at[0, "geometry"].representative_point().buffer(0.0002)
    frame.loc[0, "geometry"] = frame.at[0, "geometry"].difference(hole)
    frame["geometry"] = [shapely.multipolygons([g]) if g.geom_type == "Polygon" else g for g in frame.geometry]
    row = prepared(written(frame, tmp_path / "hole.gpkg"), "grids", mapping=straight(frame))
    assert row.status == Status.REFUSED
    assert "parent_gap" in [finding["code"] for finding in row.report["findings"]]
    worst = row.offences[0]
    assert worst["kind"] == "gap"
    assert worst["area_m2"] > 100
    assert worst["geometry"]["type"] in ("Polygon", "MultiPolygon")


def test_a_grid_that_is_renamed_renames_its_team(district, tmp_path):
    frame = delivery("grids")
    code = frame.at[0, "code"]
    frame.loc[0, "name"] = "新名网格"
    units = dump("units")
    row = committed(written(frame, tmp_path / "grids.gpkg"), "grids", mapping=straight(frame))
    team = Unit.objects.get(code=f"T{code}", version_to__isnull=True)
    assert team.name == "新名网格队"
    assert LayerVersion.objects.filter(import_id=row.pk).count() == 2
    rolled_back(row)
    assert dump("units") == units


def test_a_kind_that_needs_both_hands(cast, shift):
    """Who may only propose borders prepares them; a supervisor, who may approve, lets them take effect."""
    planner, supervisor = actor_of(cast.person("planner")), actor_of(cast.person("supervisor"))
    row = prepared(shift.path, "grids", planner, mapping=shift.mapping)
    assert row.status == Status.READY, row.report["findings"]
    from layers.errors import Forbidden

    with pytest.raises(Forbidden):
        ask_commit(actor=planner, import_id=row.pk, version=row.version)
    row = ask_commit(actor=supervisor, import_id=row.pk, version=row.version)
    assert commit_import(import_id=row.pk).status == Status.COMMITTED
    assert {shift.loser, shift.winner} <= set(Area.objects.filter(import_id=row.pk).values_list("code", flat=True))


def test_staff_of_one_subdistrict_change_their_own_rows_alone(cast, district, tmp_path):
    here, there = district.first("subdistrict"), district.last("subdistrict")
    operator = actor_of(cast.person("subdistrict_operator", here))
    frame = delivery("places")
    mine = frame.index[frame["community"].str.startswith(here)][0]
    foreign = frame.index[frame["community"].str.startswith(there)][0]
    points = frame[frame.geometry.geom_type == "Point"].index
    mine = next(i for i in points if frame.at[i, "community"].startswith(here))
    foreign = next(i for i in points if frame.at[i, "community"].startswith(there))
    own = frame[frame["community"].str.startswith(here)].copy()
    own.loc[mine, "name"] = "改名处"
    row = prepared(written(own, tmp_path / "own.gpkg"), "places", operator, mapping=straight(own))
    assert row.status == Status.READY, row.report["findings"]
    assert (row.diff["counts"]["changed"], row.diff["counts"]["removed"]) == (1, 0)
    assert all(area.startswith(here) for area in row.areas)
    frame.loc[foreign, "name"] = "别处"
    row = prepared(written(frame, tmp_path / "all.gpkg"), "places", operator, mapping=straight(frame))
    assert row.status == Status.REFUSED
    refusal = next(finding for finding in row.report["findings"] if finding["code"] == "rows_of_others")
    assert refusal["rows"] == [foreign + 1]


def test_cameras_that_leave_are_said(district, tmp_path):
    frame = delivery("cameras")
    grids = delivery("grids")
    home = frame.at[0, "grid"]
    away = grids[grids["code"] != home].iloc[-1]
    point = away.geometry.representative_point()
    frame.loc[0, "geometry"] = point
    frame = frame.drop(columns=["grid", "community"])
    row = prepared(written(frame, tmp_path / "cameras.gpkg"), "cameras", mapping=straight(frame))
    assert row.status == Status.READY, row.report["findings"]
    said = {one["kind"]: one for one in row.consequences}
    assert said["cameras_change_area"]["count"] == 1
    assert said["cameras_change_area"]["en"] == "1 camera changes grid"
