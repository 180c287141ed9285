"""Scenes, walls and display tokens in /admin/: an editor whose refusals stand beside the field, a token shown once."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from layers.live.models import Event
from layers.people.displays import COOKIE
from layers.people.models import Token
from layers.people.services import assign, create_account
from layers.roles import Role
from layers.walls.models import Scene, Wall, WallPresence

SCENE = {
    "id": "east", "title_zh": "东片", "title_en": "East", "kind": "area", "layers": ["incidents", "units"],
    "choropleth": "none", "heat": "24h", "duration_s": "40", "order": "25", "enabled": "on",
}  # fmt: skip
WALL = {"name": "hall", "title_zh": "大厅", "title_en": "Hall", "scenes": "flight, district", "rotate": "on",
        "theme": "by-sun", "language": "both"}  # fmt: skip


@pytest.mark.parametrize("role", ["gis_staff", "admin"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("table", ["scene", "wall", "wallpresence"])
def test_both_who_draw_and_who_operate_see_the_tables_in_their_language(role, language, table, client_for, district):
    client = client_for(role)
    client.cookies["django_language"] = language
    WallPresence.objects.create(account=uuid.uuid4(), screen=uuid.uuid4(), wall="main", seen_at=timezone.now(),
                                width=1, height=1, phase="live")  # fmt: skip
    page = client.get(f"/admin/walls/{table}/")
    assert page.status_code == 200
    assert page.context["cl"].result_count > 0


def test_a_scene_is_added_edited_and_logged(client_for, district):
    client = client_for("gis_staff")
    area = district.first("subdistrict")
    answer = client.post("/admin/walls/scene/add/", {**SCENE, "area": area})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    scene = Scene.objects.get(pk="east")
    assert (scene.area, scene.layers, scene.duration_s, scene.version) == (area, ["incidents", "units"], 40, 1)
    page = client.get("/admin/walls/scene/east/change/")
    assert 'name="id"' not in page.content.decode()
    changed = {**SCENE, "area": area, "title_zh": "东部", "state_version": "1"}
    assert client.post("/admin/walls/scene/east/change/", changed).status_code == 302
    scene.refresh_from_db()
    assert (scene.title_zh, scene.version) == ("东部", 2)
    kinds = list(Event.objects.filter(object_id="east").order_by("id").values_list("kind", flat=True))
    assert kinds == ["scene.created", "scene.changed"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"id": "flight"}, "id"), ({"id": "Not a slug"}, "id"), ({"lon": "114.0"}, "lat"), ({"duration_s": "2"}, "duration_s"),
     ({"kind": "party"}, "kind"), ({"area": "999999"}, "area"), ({"layers": ["nothing"]}, "layers"), ({"title_en": ""}, "title_en")],
)  # fmt: skip
def test_what_cannot_be_stands_beside_its_field(changed, field, client_for, district):
    data = {**SCENE, "area": district.first("district"), **changed}
    page = client_for("gis_staff").post("/admin/walls/scene/add/", data)
    assert page.status_code == 200
    assert field in page.context["adminform"].form.errors
    assert not Scene.objects.filter(pk="east").exists()


def test_an_older_version_of_a_scene_is_refused(client_for, district):
    Scene.objects.filter(pk="flight").update(version=5)
    data = {**SCENE, "area": district.first("district"), "state_version": "4"}
    page = client_for("gis_staff").post("/admin/walls/scene/flight/change/", data)
    assert page.status_code == 200
    assert "5" in str(page.context["adminform"].form.errors)
    assert Scene.objects.get(pk="flight").version == 5


def test_a_narrower_post_edits_scenes_of_its_area_alone(client_for, district):
    area = district.first("subdistrict")
    client = client_for("gis_staff", area)
    assert client.post("/admin/walls/scene/add/", {**SCENE, "area": area}).status_code == 302
    page = client.post("/admin/walls/scene/add/", {**SCENE, "id": "other", "area": district.last("subdistrict")})
    assert "area" in page.context["adminform"].form.errors
    assert 'name="_save"' not in client.get("/admin/walls/scene/district/change/").content.decode()
    assert client.post("/admin/walls/scene/district/change/", {**SCENE, "area": area}).status_code == 403


def test_a_wall_is_added_and_opens_by_its_name(client_for, district):
    client = client_for("admin")
    answer = client.post("/admin/walls/wall/add/", {**WALL, "area": district.first("district")})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Wall.objects.get(pk="hall").scenes == ["flight", "district"]
    config = client_for("dispatcher").get("/wall/?name=hall").context["wall_config"]
    assert [scene["id"] for scene in config["scenes"]] == ["flight", "district"]
    assert (config["wall"]["theme"], config["wall"]["language"]) == ("by-sun", "both")
    page = client.post("/admin/walls/wall/add/", {**WALL, "name": "hall2", "scenes": "nothing", "area": "411102"})
    assert "scenes" in page.context["adminform"].form.errors


@pytest.mark.parametrize("role", ["dispatcher", "planner", "display"])
def test_nobody_else_enters_the_editor(role, client_for, district):
    for table in ("scene", "wall", "wallpresence"):
        assert client_for(role).get(f"/admin/walls/{table}/").status_code == 403


@pytest.fixture
def display(cast):
    """A display's account as an administrator makes it: without a password, with a post over one subdistrict."""
    user = create_account(actor=None, username=f"hall-{uuid.uuid4().hex[:6]}", name="大厅屏")
    assign(
        actor=None, person=user, role=Role.DISPLAY, area=cast.district.first("subdistrict"), valid_from=timezone.now()
    )
    return user


def test_a_displays_token_is_issued_in_admin_shown_once_and_opens_the_wall(client_for, display, district):
    client = client_for("admin")
    assert display.username in client.get("/admin/people/token/add/").content.decode()
    page = client.post("/admin/people/token/add/", {"person": str(display.pk), "label": "大厅", "days": "30"})
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    (text,) = set(re.findall(r"display=(wg_[A-Za-z0-9_-]+)", page.content.decode()))
    row = Token.objects.get(person=display)
    assert (row.scope, row.label) == ("display", "大厅") and row.expires_at is not None
    assert text not in client.get("/admin/people/token/").content.decode()
    wall = Client()
    assert wall.get("/wall/", {"display": text}).status_code == 303
    assert wall.cookies[COOKIE].value == text
    assert wall.get("/wall/").context["wall_config"]["wall"]["area"] == district.first("subdistrict")
    client.post("/admin/people/token/", {"action": "revoke", "_selected_action": [str(row.pk)]})
    assert wall.get("/wall/", headers={"accept": "text/html"}).status_code == 401


@pytest.mark.parametrize("data", [{}, {"days": "0"}, {"days": "x"}, {"person": str(uuid.uuid4())}])
def test_a_token_form_that_cannot_be_issues_nothing(data, client_for, display):
    page = client_for("admin").post("/admin/people/token/add/", data)
    assert page.status_code == 200 and page.context["form"].errors
    assert not Token.objects.filter(person=display).exists()


def test_only_displays_of_ones_area_are_offered_and_no_other_account(client_for, display, cast, district):
    seat = cast.person("seat")
    far = client_for("admin", district.last("subdistrict")).get("/admin/people/token/add/")
    assert display.username not in far.content.decode()
    page = client_for("admin").get("/admin/people/token/add/")
    assert seat.username not in page.content.decode()
    assert client_for("gis_staff").get("/admin/people/token/add/").status_code == 403
