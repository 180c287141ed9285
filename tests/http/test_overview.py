"""Numbers of the day, each of exactly the cases that can be listed; lists by rights; what is near; who is on duty."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from layers.incidents.models import Incident
from layers.incidents.overview import counts, heat
from layers.incidents.selectors import sees
from layers.patrols.models import Member, Unit, UnitState
from layers.patrols.posts import post_words
from layers.patrols.selectors import units_in_force
from layers.people.models import Department
from layers.people.rights import Actor, Post
from layers.people.selectors import actor_of
from layers.people.services import issue_token
from layers.roles import ROLE_LEVEL, Role, TokenScope
from tests.cases import GUARDED, LEVEL_LENGTH, act, point_in, report

ALL = Actor("x", (Post(Role.COMMUNITY_HEAD, "411102"),))


@pytest.fixture
def cases(cast):
    """Ordinary and guarded cases in the first and last grid; one of them closed."""
    made = [
        report(cast, grid=grid, item=item)
        for grid in (cast.district.first("grid"), cast.district.last("grid")) for item in ("C01-003", "D02-001", GUARDED)
    ]  # fmt: skip
    leader = actor_of(cast.person("grid_leader", made[0].grid))
    act(made[0], leader, "self_handle")
    return [Incident.objects.select_related("item").get(pk=one.pk) for one in made]


def copy(incident: Incident, **changed) -> Incident:
    """Another case like it, reported at another time."""
    number = f"{Incident.objects.count() + 10**10:020d}"
    fields = {
        f.attname: getattr(incident, f.attname) for f in Incident._meta.concrete_fields if f.name not in ("id", "closed_at")
    }  # fmt: skip
    fields |= {"number": number, "client_id": uuid.uuid4(), "state": "reported", "closed_at": None, **changed}
    return Incident.objects.create(**fields)


def ids(answer) -> set[str]:
    return {feature["id"] for feature in answer.json()["features"]}


def client_of(actor_person, scope=TokenScope.FULL) -> Client:
    text = issue_token(actor=None, person=actor_person, scope=scope, expires_at=None)
    return Client(headers={"authorization": f"Bearer {text}"})


@pytest.mark.parametrize("role", sorted(Role))
def test_the_list_shows_to_each_role_in_each_area_what_the_rule_of_the_stream_shows(role, cases, cast):
    department = Department.objects.get(pk=cases[0].department_id)
    extra = {"department": department} if role in (Role.DEPARTMENT_WORKER, Role.DEPARTMENT_HEAD) else {}
    for grid in (cases[0].grid, cases[-1].grid):
        person = cast.person(role, grid[: LEVEL_LENGTH[ROLE_LEVEL[role]]], **extra)
        answer = client_of(person).get("/api/incidents?limit=500")
        if answer.status_code == 403:
            assert not any(sees(actor_of(person), one) for one in cases)
            continue
        wanted = {str(one.pk) for one in cases if sees(actor_of(person), one)}
        assert ids(answer) == wanted
        assert answer.json()["total"] == len(wanted)


@pytest.mark.parametrize("role", ["dispatcher", "community_head", "subdistrict_head", "department_worker", "display"])
def test_every_number_is_that_of_its_list(role, cases, cast):
    extra = {"department": Department.objects.get(pk=cases[0].department_id)} if role == "department_worker" else {}
    person = cast.person(role, cases[0].grid[: LEVEL_LENGTH[ROLE_LEVEL[Role(role)]]], **extra)
    client = client_of(person)
    told = client.get("/api/counts").json()

    def total(**query):
        return client.get("/api/incidents", query).json()["total"]

    since = told["midnight"]
    assert told["open"] == total(open=1)
    assert told["reported_today"] == total(reported_since=since) == sum(told["hours"]["today"])
    assert told["closed_today"] == total(closed_since=since, state="closed") == sum(told["hours"]["closed"])
    for severity, number in told["severities"].items():
        assert number == total(open=1, severity=severity)
    for row in told["categories"]:
        assert row["open"] == total(open=1, category=row["category"])
        assert row["today"] == total(reported_since=since, category=row["category"])
    for code, one in told["communities"].items():
        assert one["open"] == total(open=1, area=code)
        assert one["today"] == total(reported_since=since, area=code) == sum(one["hours"])
    assert sum(weight for *_, weight in client.get("/api/heat?window=24h").json()["points"]) == told["reported_today"]


def test_guarded_cases_are_in_no_number_of_those_who_may_not_see_them(cases, client_for):
    guarded = [one for one in cases if one.item.guarded]
    seat = client_for("seat").get("/api/counts").json()
    dispatcher = client_for("display").get("/api/counts").json()
    head = counts(ALL)
    assert head["open"] == seat["open"] == dispatcher["open"] + len(guarded)
    assert len(heat(ALL, window="24h")) == len(client_for("display").get("/api/heat").json()["points"]) + 2


def test_heat_of_a_guarded_case_lies_on_its_community(cases):
    points = {(lon, lat) for lon, lat, _ in heat(ALL, window="24h")}
    for one in cases:
        exact = (round(one.geom.x, 6), round(one.geom.y, 6))
        if one.item.guarded:
            assert (round(one.shown.x, 6), round(one.shown.y, 6)) in points
            assert exact not in points


def test_an_area_narrows_every_number(cases, client_for):
    client = client_for("dispatcher")
    here, there = cases[0].community, cases[-1].community
    assert set(client.get("/api/counts", {"area": here}).json()["communities"]) == {here}
    assert ids(client.get("/api/incidents", {"area": there})) == {
        str(one.pk) for one in cases if one.community == there
    }
    assert ids(client.get("/api/incidents", {"area": cases[-1].grid})) == {
        str(one.pk) for one in cases if one.grid == cases[-1].grid and not one.item.guarded
    }
    assert client.get("/api/counts", {"area": "999999"}).status_code == 404


def test_today_stands_beside_the_mean_of_the_same_weekday(cases):
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    copy(cases[0], reported_at=noon - timedelta(weeks=3, days=1))
    for weeks, hours in ((1, (9, 9, 14)), (2, (9,)), (3, ())):
        for hour in hours:
            copy(cases[0], reported_at=noon - timedelta(weeks=weeks) + timedelta(hours=hour - 12))
    told = counts(ALL, now=noon)
    usual = told["hours"]
    assert usual["n"] == 3 and len(usual["days"]) == 3
    assert (usual["usual"][9], usual["usual"][14], sum(usual["usual"])) == (1.0, 0.33, 1.33)
    row = next(one for one in told["categories"] if one["category"] == cases[0].category)
    assert row["usual"] == 1.33


def test_without_an_earlier_day_there_is_no_usual_one(cases):
    told = counts(ALL)["hours"]
    assert (told["n"], told["usual"], told["days"]) == (0, [], [])


def test_a_day_begins_at_midnight_in_shanghai(cases):
    told = counts(ALL)
    midnight = datetime.fromisoformat(told["midnight"])
    assert timezone.localtime(midnight).hour == 0
    copy(cases[0], reported_at=midnight - timedelta(seconds=1))
    first = copy(cases[0], reported_at=midnight)
    after = counts(ALL)
    assert after["reported_today"] == told["reported_today"] + 1
    assert after["hours"]["today"][0] >= 1
    assert after["communities"][first.community]["oldest_open_at"] < told["midnight"]


def test_pages_hold_every_case_once_newest_first(cases, client_for):
    moment = cases[1].reported_at
    for _ in range(5):
        copy(cases[1], reported_at=moment)
    client, seen, cursor = client_for("dispatcher"), [], ""
    while cursor is not None:
        page = client.get("/api/incidents", {"limit": 2, "cursor": cursor}).json()
        assert page["total"] == 11
        seen += [(f["properties"]["reported_at"], f["id"]) for f in page["features"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 11
    assert [at for at, _ in seen] == sorted((at for at, _ in seen), reverse=True)


def test_a_listed_case_is_the_feature_of_the_stream_without_words(cases, client_for):
    listed = client_for("dispatcher").get("/api/incidents", {"open": 1}).json()["features"][0]
    detail = client_for("dispatcher").get(f"/api/incidents/{listed['id']}").json()
    assert listed == {key: detail[key] for key in ("type", "id", "geometry", "properties")}
    assert "路灯不亮" not in json.dumps(listed, ensure_ascii=False)


@pytest.mark.parametrize(
    ("query", "field"),
    [("state=lost", "state"), ("category=Z", "category"), ("severity=9", "severity"), ("reported_since=yesterday",
     "reported_since"), ("closed_since=2026-01-01", "closed_since"), ("cursor=x", "cursor"), ("limit=501", "limit"),
     ("limit=0", "limit"), ("open=maybe", "open"), ("area=1", "area")],
)  # fmt: skip
def test_a_parameter_that_cannot_be_is_named(query, field, client_for, district):
    answer = client_for("dispatcher").get(f"/api/incidents?{query}")
    assert answer.status_code in (400, 404)
    assert answer.json()["field"] == field


def on_duty(unit: Unit, lon: float, lat: float, *, stale: bool = False, age_s: int = 5) -> UnitState:
    """A unit on duty at a place."""
    from django.contrib.gis.geos import Point

    at = timezone.now() - timedelta(seconds=age_s)
    return UnitState.objects.create(
        unit=unit.feature_id, status="on_duty", stale=stale, version=1, changed_at=at, at=at, received_at=at,
        geom=Point(lon, lat, srid=4326),
    )  # fmt: skip


def test_units_near_a_place_say_why_they_are_listed(client_for, district):
    grid, other = district.first("grid"), district.last("grid")
    lon, lat = point_in(grid)
    teams = {unit.grid: unit for unit in units_in_force().filter(kind="team")}
    near = [code for code in district.codes["grid"] if code not in (grid, other)]
    on_duty(teams[grid], lon + 0.004, lat)
    on_duty(teams[near[0]], lon + 0.001, lat)
    on_duty(teams[near[1]], lon, lat, stale=True, age_s=600)
    told = client_for("dispatcher").get("/api/near", {"lon": lon, "lat": lat}).json()
    assert [(one["grid"], one["reason"]) for one in told["units"]] == [
        (grid, "own_grid"), (near[0], "nearest"), (near[1], "stale_not_recommended"),
    ]  # fmt: skip
    assert told["units"][1]["distance_m"] == pytest.approx(0.001 * 92_700, rel=0.02)
    assert told["units"][2]["age_s"] >= 600 and told["units"][2]["at"].endswith("Z")
    assert [area["level"] for area in told["chain"]] == ["district", "subdistrict", "community", "grid"]
    assert told["service_center"]["distance_m"] > 0
    assert client_for("grid_leader", other).get("/api/near", {"lon": lon, "lat": lat}).json()["units"] == []


def test_a_camera_sees_what_lies_in_its_sector_and_comes_first(client_for, district):
    import shapely

    from layers.cameras.models import Camera
    from layers.geo.crs import METRIC_SRID, STORAGE_SRID, reproject
    from layers.geo.sectors import sector

    camera = Camera.objects.filter(version_to__isnull=True, fov_deg__lt=120).order_by("feature_id").first()
    stand = reproject(shapely.Point(camera.geom.x, camera.geom.y), STORAGE_SRID, METRIC_SRID)
    view = sector(stand.x, stand.y, camera.bearing_deg, camera.fov_deg, camera.range_m)
    middle = reproject(view.centroid, METRIC_SRID, STORAGE_SRID)
    told = client_for("dispatcher").get("/api/near", {"lon": middle.x, "lat": middle.y, "limit": 50}).json()["cameras"]
    mine = next(one for one in told if one["id"] == camera.feature_id)
    assert mine["sees"] is True
    assert mine["distance_m"] == pytest.approx(view.centroid.distance(stand), abs=0.2)
    flags = [one["sees"] for one in told]
    assert flags == sorted(flags, reverse=True)
    behind = shapely.Point(2 * stand.x - view.centroid.x, 2 * stand.y - view.centroid.y)
    back = reproject(behind, METRIC_SRID, STORAGE_SRID)
    told = client_for("dispatcher").get("/api/near", {"lon": back.x, "lat": back.y, "limit": 50}).json()["cameras"]
    assert next(one for one in told if one["id"] == camera.feature_id)["sees"] is False


def test_near_tells_nothing_outside_the_district_and_refuses_nonsense(client_for, district):
    told = client_for("dispatcher").get("/api/near?lon=110&lat=30").json()
    assert (told["chain"], told["unit_grid"]) == ([], "")
    for query in ("lon=nan&lat=1", "lon=1&lat=1e9", "lon=x&lat=1", "lat=1", "lon=1&lat=1&limit=51"):
        assert client_for("dispatcher").get(f"/api/near?{query}").status_code in (400, 422)


def test_duty_counts_teams_by_subdistrict_and_names_people_only_to_who_runs_the_shift(client_for, district):
    first = district.first("grid")
    teams = {unit.grid: unit for unit in units_in_force().filter(kind="team")}
    on_duty(teams[first], *point_in(first))
    on_duty(teams[district.last("grid")], *point_in(district.last("grid")), stale=True)
    told = client_for("dispatcher").get("/api/duty").json()
    sums = {figure: sum(one[figure] for one in told["teams"].values()) for figure in ("on", "off", "stale")}
    assert sums == {"on": 1, "off": len(teams) - 2, "stale": 1}
    assert told["teams"][first[:9]]["on"] == 1
    filled = Member.objects.filter(grid__in=(first, district.last("grid")), valid_to__isnull=True).exclude(name="")
    assert len(told["people"]) == filled.count() == sum(one["filled"] for one in told["posts"])
    assert all(one["title_zh"] for one in told["posts"])
    for client in (
        client_for("planner"),
        client_for("display", scope="display"),
        client_for("dispatcher", scope="display"),
    ):
        hidden = client.get("/api/duty").json()
        assert hidden["people"] is None and hidden["posts"] == told["posts"]
    narrow = client_for("dispatcher").get("/api/duty", {"area": first[:12]}).json()
    assert set(narrow["teams"]) == {first[:9]}


def test_posts_of_teams_are_words_in_both_languages_where_nobody_named_any(client_for, district):
    first = district.first("grid")
    on_duty({unit.grid: unit for unit in units_in_force().filter(kind="team")}[first], *point_in(first))
    told = {
        one["post"]: (one["title_zh"], one["title_en"])
        for one in client_for("dispatcher").get("/api/duty").json()["posts"]
    }
    assert told["leader"] == ("网格长", "Grid leader"), "the leader of a team is not that of the district"
    assert told["mediator"] == ("调解员", "Mediator")
    assert all(zh != post and en != post for post, (zh, en) in told.items())
    assert post_words("协管员") == ("协管员", "协管员"), "a roster that says it in words is told as delivered"
