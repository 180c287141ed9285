"""Walls over HTTP: what is shown to whom, who steers, what every stream hears of it, what screens say of themselves."""

from __future__ import annotations

import json
import uuid

import pytest

from layers.live.models import Event
from layers.walls.models import Scene, Wall, WallPresence
from layers.walls.services import ensure_defaults
from tests.cases import GUARDED, report
from tests.streaming import Listener


def send(client, command, args=None, wall="main", client_id=None):
    """One command as a person of the desk sends it."""
    body = {"client_id": client_id or str(uuid.uuid4()), "command": command, "args": args or {}}
    return client.post(f"/api/walls/{wall}/commands", json.dumps(body), "application/json")


def say(client, address="presence", wall="main", **fields):
    """What a screen says of itself."""
    body = {"screen": str(uuid.uuid4()), "width": 1920, "height": 1080, "phase": "live", "seq": 7, **fields}
    if address == "reports":
        body = {"screen": body["screen"], "kind": fields.get("kind", "slow"), "seq": 7}
    return client.post(f"/api/walls/{wall}/{address}", json.dumps(body), "application/json")


def test_every_district_begins_with_a_wall_and_its_scenes_and_edits_survive_a_second_load(cast, district):
    kinds = list(Scene.objects.values_list("kind", flat=True))
    assert kinds == ["district", *["area"] * len(district.codes["subdistrict"]), "hotspots", "flight", "incident"]
    assert Wall.objects.get().name == "main"
    named = Scene.objects.filter(kind="area").values_list("title_zh", "title_en")
    assert all(zh and en and zh != en for zh, en in named)
    Scene.objects.filter(pk="flight").update(title_zh="夜航", enabled=False)
    assert ensure_defaults() == 0
    assert Scene.objects.get(pk="flight").title_zh == "夜航"
    Scene.objects.filter(pk="hotspots").delete()
    assert ensure_defaults() == 1


def test_scenes_are_cut_to_the_area_of_the_caller(client_for, district):
    everything = client_for("dispatcher").get("/api/scenes").json()["scenes"]
    assert len(everything) == 4 + len(district.codes["subdistrict"])
    first, last = district.first("subdistrict"), district.last("subdistrict")
    mine = client_for("subdistrict_head", first).get("/api/scenes").json()["scenes"]
    assert {scene["area"] for scene in mine} == {first}
    assert f"area-{last}" not in {scene["id"] for scene in mine}


def test_a_scene_that_is_off_or_of_an_area_that_is_gone_is_shown_nowhere(client_for, district):
    Scene.objects.filter(pk="flight").update(enabled=False)
    Scene.objects.filter(pk="hotspots").update(area="999999")
    shown = {scene["id"] for scene in client_for("dispatcher").get("/api/scenes").json()["scenes"]}
    assert {"flight", "hotspots"} & shown == set()
    assert "district" in shown


def test_the_page_holds_what_a_wall_needs(client_for, district):
    page = client_for("dispatcher").get("/wall/?name=main")
    config = page.context["wall_config"]
    assert {"language", "areas", "district", "wall", "scenes", "build", "me", "display", "notice", "urls"} <= set(
        config
    )
    assert len(config["areas"]) == sum(map(len, district.codes.values()))
    assert config["district"]["area_km2"] > 1 and len(config["district"]["bbox"]) == 4
    assert config["wall"]["steer"] is True
    assert 'id="wall-config"' in page.content.decode()
    assert config["build"] == client_for("dispatcher").get("/wall/build").json()["build"]


def test_an_unknown_wall_and_one_of_another_area_get_the_same_answer(client_for, district):
    Wall.objects.create(name="far", title_zh="远", title_en="Far", area=district.last("subdistrict"))
    client = client_for("subdistrict_head", district.first("subdistrict"))
    for name in ("far", "nothing", "Not A Slug", "x" * 99):
        assert client.get("/wall/", {"name": name}).status_code == 404
        assert say(client, wall=name.replace(" ", "%20")).status_code == 404
    assert [wall["name"] for wall in client.get("/api/walls").json()["walls"]] == ["main"]


def test_a_wall_shows_its_own_scenes_in_its_own_order(client_for, district):
    Wall.objects.create(name="two", title_zh="二", title_en="Two", area=district.first("district"),
                        scenes=["flight", "district", "gone"])  # fmt: skip
    config = client_for("leader").get("/wall/?name=two").context["wall_config"]
    assert [scene["id"] for scene in config["scenes"]] == ["flight", "district"]


def test_a_command_is_one_event_however_often_it_is_sent(client_for, district):
    client, key = client_for("dispatcher"), str(uuid.uuid4())
    for _ in range(3):
        answer = send(client, "scene", {"id": "flight"}, client_id=key)
        assert (answer.status_code, answer.json()) == (
            200,
            {"wall": "main", "command": "scene", "args": {"id": "flight"}},
        )
    event = Event.objects.get(kind="wall.command")
    assert (event.object_type, event.object_id, event.role_used) == ("wall", "main", "dispatcher")
    assert event.payload == {"command": "scene", "args": {"id": "flight"}}
    assert send(client, "next", client_id=key).status_code == 409


@pytest.mark.parametrize("role", ["planner", "gis_staff", "department_worker", "display"])
def test_who_only_looks_on_steers_nothing(role, client_for, district):
    assert send(client_for(role), "next").status_code == 403
    assert not Event.objects.filter(kind="wall.command").exists()


def test_a_subdistrict_steers_its_own_wall_and_not_the_districts(client_for, district):
    area = district.first("subdistrict")
    Wall.objects.create(name="own", title_zh="本", title_en="Own", area=area)
    client = client_for("subdistrict_operator", area)
    assert send(client, "next", wall="own").status_code == 200
    assert send(client, "next").status_code == 403
    steer = {wall["name"]: wall["steer"] for wall in client.get("/api/walls").json()["walls"]}
    assert steer == {"main": False, "own": True}


@pytest.mark.parametrize(
    ("command", "args", "status", "field"),
    [
        ("scene", {"id": "nothing"}, 400, "args.id"), ("area", {"code": "999999"}, 400, "args.code"),
        ("fly", {"lon": 10.0, "lat": 50.0}, 400, "args.lon"), ("incident", {"id": str(uuid.uuid4())}, 404, "id"),
        ("message", {"text": "hello"}, 400, "command"), ("layers", {"id": "nope", "on": True}, 400, "args.id"),
    ],
)  # fmt: skip
def test_a_command_that_points_at_nothing_is_refused_by_name(command, args, status, field, client_for, district):
    answer = send(client_for("dispatcher"), command, args)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_nobody_puts_a_case_on_a_wall_that_he_may_not_see_himself(cast, client_for):
    guarded = report(cast, item=GUARDED)
    assert send(client_for("leader"), "incident", {"id": str(guarded.pk)}).status_code == 404
    plain = report(cast)
    assert send(client_for("leader"), "incident", {"id": str(plain.pk)}).status_code == 200


def test_a_screen_is_one_row_however_often_it_speaks(client_for, district):
    client, screen = client_for("display", scope="display"), str(uuid.uuid4())
    for phase in ("live", "stale", "live"):
        assert say(client, screen=screen, phase=phase, scene="flight", hash_ok=True, build="abc").status_code == 200
    row = WallPresence.objects.get()
    assert (row.wall, row.phase, row.scene, row.hash_ok, row.build) == ("main", "live", "flight", True, "abc")
    (wall,) = client_for("dispatcher").get("/api/walls").json()["walls"]
    (shown,) = wall["screens"]
    assert (shown["screen"], shown["scene"], shown["phase"]) == (screen, "flight", "live")
    assert 0 <= shown["age_s"] < 30


def test_two_accounts_may_name_a_screen_alike_without_touching_each_other(client_for, district):
    screen = str(uuid.uuid4())
    assert say(client_for("display"), screen=screen).status_code == 200
    assert say(client_for("dispatcher"), screen=screen, phase="dark").status_code == 200
    assert sorted(WallPresence.objects.values_list("phase", flat=True)) == ["dark", "live"]


@pytest.mark.parametrize("kind", ["hash_mismatch", "context_lost", "reloaded", "slow"])
def test_trouble_of_a_screen_is_counted_and_logged(kind, client_for, district, caplog):
    client, screen = client_for("display", scope="display"), str(uuid.uuid4())
    say(client, screen=screen)
    told = [say(client, "reports", screen=screen, kind=kind).json()["count"] for _ in range(2)]
    assert told == [1, 2]
    assert f"{screen}: {kind} at seq 7" in caplog.text
    row = WallPresence.objects.get()
    assert (row.reported_kind, row.reported_seq) == (kind, 7)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"phase": "asleep"}, "phase"), ({"width": 0}, "width"), ({"screen": "x"}, "screen"), ({"seq": -1}, "seq"),
     ({"scene": "<b>"}, "scene"), ({"more": 1}, "more"), ({"seq": 2**63}, "seq")],
)  # fmt: skip
def test_nonsense_of_a_screen_is_refused_by_name(fields, field, client_for, district):
    answer = say(client_for("display", scope="display"), **fields)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.fixture
def site(live_site, django_db_blocker):
    """The running site; the test's writes are committed."""
    with django_db_blocker.unblock():
        yield live_site


def steer(site_cast, command, **args):
    body = {"client_id": str(uuid.uuid4()), "command": command, "args": args}
    answer = site_cast.live("dispatcher").request(
        "POST", "/api/walls/main/commands", json.dumps(body).encode(), content_type="application/json"
    )
    assert answer.status == 200


def test_every_stream_hears_a_command_and_a_cut_one_hears_it_when_it_comes_back(site, site_cast):
    area = site_cast.district.first("community")
    listeners = [
        Listener(site.url, site_cast.token("dispatcher")),
        Listener(site.url, site_cast.token("display", area)),
    ]
    for listener in listeners:
        listener.fetch()
        listener.open()
    steer(site_cast, "scene", id="flight")
    for listener in listeners:
        told = listener.until("wall.command")
        assert told.id == told.data["seq"]
        assert {key: told.data[key] for key in ("wall", "command", "args")} == {
            "wall": "main", "command": "scene", "args": {"id": "flight"},
        }  # fmt: skip
        listener.close()
    steer(site_cast, "pause")
    for listener in listeners:
        listener.open()
        assert listener.until("wall.command").data["command"] == "pause"
        beat = listener.until("heartbeat", seq=listener.state.seq)
        assert beat.data["hash"] == listener.state.hash()
        listener.close()
