"""Every table of /admin/ opens for the roles it is meant for, shows what they may see, and takes no look-up of its own."""

import json

import pytest
from django.contrib import admin
from django.db.models import Q
from django.utils import timezone

from layers.catalog.registry import BUILT_IN
from layers.catalog.selectors import model_of
from layers.errors import Forbidden
from layers.people.models import Token, User
from layers.people.selectors import actor_of
from layers.people.services import assign, set_password
from layers.places.models import Place
from layers.roles import Role
from layers.territory.models import Area, Building

pytestmark = pytest.mark.django_db
TABLES = {f"{m._meta.app_label}/{m._meta.model_name}": a for m, a in admin.site._registry.items()}
LAYER_TABLES = sorted(
    {f"{m._meta.app_label}/{m._meta.model_name}" for m in map(model_of, (spec for spec in BUILT_IN if spec.versioned))}
)
PEOPLE = ["people/user", "people/assignment", "people/token", "people/posttitle"]
OFFICE = ["people/department", "incidents/itemtype", "live/event"]
WALLS = ["walls/scene", "walls/wall", "walls/wallpresence"]
RASTER = json.dumps(
    {"driver": "GTiff", "name": "/vsicurl/http://127.0.0.1:1/x.tif", "srid": 4326, "width": 1, "height": 1}
)


def test_every_table_named_by_the_plan_is_there():
    assert set(TABLES) == {
        *LAYER_TABLES, *PEOPLE, *OFFICE, *WALLS, "territory/areakind", "catalog/layerversion",
        "catalog/datasetlayer", "catalog/datasetfeature",
    }  # fmt: skip
    assert len(LAYER_TABLES) == 10


@pytest.mark.parametrize("table", LAYER_TABLES)
def test_gis_staff_sees_every_layer_and_one_feature_of_it(table, client_for, district):
    client = client_for("gis_staff")
    page = client.get(f"/admin/{table}/")
    assert page.status_code == 200
    assert page.context["cl"].result_count > 0
    row = page.context["cl"].result_list[0]
    detail = client.get(f"/admin/{table}/{row.pk}/change/")
    assert detail.status_code == 200
    html = detail.content.decode()
    assert 'class="shape"' in html
    assert f'data-context="/admin/{table}/context/"' in html
    assert client.get(f"/admin/{table}/{row.pk}/history/").status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("table", LAYER_TABLES)
def test_tables_speak_both_languages(table, language, client_for, district):
    client = client_for("gis_staff")
    client.cookies["django_language"] = language
    page = client.get(f"/admin/{table}/")
    assert page.status_code == 200
    spec = TABLES[table].specs[0]
    coded = next((f for f in spec.fields if f.values), None)
    if coded is not None:
        assert str(coded.zh if language == "zh-hans" else coded.en) in page.content.decode()


@pytest.mark.parametrize("table", [*PEOPLE, *OFFICE])
def test_the_administrator_sees_people_catalogue_and_log(table, client_for, district):
    assert client_for("admin").get(f"/admin/{table}/").status_code == 200


@pytest.mark.parametrize("table", [*PEOPLE, *OFFICE])
def test_gis_staff_sees_neither_people_nor_log(table, client_for, district):
    assert client_for("gis_staff").get(f"/admin/{table}/").status_code == 403


def test_the_administrator_looks_at_layers_but_edits_none(client_for, district):
    client = client_for("admin")
    row = Building.objects.filter(version_to__isnull=True).first()
    page = client.get(f"/admin/territory/building/{row.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert client.post(f"/admin/territory/building/{row.pk}/change/", {}).status_code == 403
    assert client.get("/admin/territory/building/add/").status_code == 403


def test_a_narrower_post_sees_its_places_and_no_other(client_for, district):
    area = district.first("subdistrict")
    client = client_for("gis_staff", area)
    page = client.get("/admin/places/place/?state=all")
    inside = Place.objects.filter(community__startswith=area).count()
    assert page.context["cl"].result_count == inside > 0
    far = Place.objects.exclude(community__startswith=area).first()
    forbidden = client.get(f"/admin/places/place/{far.pk}/change/")
    unknown = client.get("/admin/places/place/999999999/change/")
    assert forbidden.status_code == unknown.status_code == 404
    for path in ("delete", "history"):
        assert client.get(f"/admin/places/place/{far.pk}/{path}/").status_code == 404


def test_a_narrower_post_looks_at_public_layers_and_edits_its_own_area_alone(client_for, district):
    area = district.first("subdistrict")
    client = client_for("gis_staff", area)
    near = Building.objects.filter(version_to__isnull=True, community__startswith=area).first()
    far = Building.objects.filter(version_to__isnull=True).exclude(community__startswith=area).first()
    assert 'name="_save"' in client.get(f"/admin/territory/building/{near.pk}/change/").content.decode()
    page = client.get(f"/admin/territory/building/{far.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()


def test_past_states_are_out_of_the_list_unless_asked_for(client_for, district):
    client, today = client_for("gis_staff"), timezone.localdate()
    now = Area.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today).count()
    assert (
        client.get("/admin/territory/area/").context["cl"].result_count == now == sum(map(len, district.codes.values()))
    )
    past = client.get("/admin/territory/area/?state=past").context["cl"].result_count
    assert past == Area.objects.count() - now


def test_features_are_found_by_code_and_by_name(client_for, district):
    client, code = client_for("gis_staff"), district.first("grid")
    assert code in client.get(f"/admin/territory/area/?q={code}").content.decode()
    name = Area.objects.get(code=code).name
    assert client.get("/admin/territory/area/", {"q": name}).context["cl"].result_count >= 1


def test_filters_narrow_by_area_and_by_code_list(client_for, district):
    client, area = client_for("gis_staff"), district.first("community")
    found = client.get("/admin/territory/building/", {"in": area, "use": "residential"}).context["cl"]
    wanted = Building.objects.filter(version_to__isnull=True, community=area, use="residential").count()
    assert found.result_count == wanted > 0
    everything = client.get("/admin/territory/building/").context["cl"].result_count
    for nonsense in ({"in": "9' OR 1=1"}, {"use": "castle"}, {"state": "x"}):
        assert client.get("/admin/territory/building/", nonsense).context["cl"].result_count == everything


LOOKUPS = [
    {"geom__intersects": RASTER},
    {"geom__contains": RASTER},
    {"geom__bboverlaps": "/vsicurl/http://127.0.0.1:1/x.tif"},
    {"geom__dwithin": "POINT(0 0),1"},
    {"geom__isnull": "True"},
    {"geom_3857__intersects": RASTER},
    {"geom": RASTER},
    {"import_id__isnull": "True"},
    {"digest__gt": "0"},
    {"feature_id__startswith": "4"},
    {"state__exact": "all"},
]


@pytest.mark.parametrize("role", ["gis_staff", "admin"])
@pytest.mark.parametrize("table", LAYER_TABLES)
def test_a_lookup_in_the_address_is_refused_before_anything_reads_it(table, role, client_for, district, no_gdal):
    client = client_for(role)
    unseen = role == "admin" and table == "patrols/unit"  # the administrator sees no cases and so no units
    for params in LOOKUPS:
        answer = client.get(f"/admin/{table}/", params)
        assert answer.status_code == (403 if unseen else 400), params
    assert no_gdal == []


@pytest.mark.parametrize(
    ("table", "params"),
    [("people/user", {"password__startswith": "pbkdf2"}), ("people/token", {"digest__gt": "a"}),
     ("people/token", {"person__password__startswith": "p"}), ("people/assignment", {"person__is_active": "1"}),
     ("live/event", {"payload__contains": "{}"}), ("incidents/itemtype", {"department__name": "x"})],
)  # fmt: skip
def test_no_other_table_takes_a_lookup_either(table, params, client_for, district):
    assert client_for("admin").get(f"/admin/{table}/", params).status_code == 400


def test_pages_that_write_past_the_services_do_not_exist(client_for, district):
    client = client_for("admin")
    for path in ("password_change/", "autocomplete/", "r/1/1/"):
        assert client.get(f"/admin/{path}").status_code == 404


def test_a_token_is_never_shown_and_ends_by_the_service(cast, client_for):
    client = client_for("admin")
    text = cast.token("seat")
    token = Token.objects.get(person__username__startswith="seat-")
    page = client.get("/admin/people/token/")
    assert token.person.username in page.content.decode()
    assert text not in page.content.decode()
    assert bytes(token.digest).hex() not in client.get(f"/admin/people/token/{token.pk}/change/").content.decode()
    before = Token.objects.count()
    client.post("/admin/people/token/add/", {"person": str(token.person_id)})
    assert Token.objects.count() == before, "only displays get their tokens here"
    client.post("/admin/people/token/", {"action": "revoke", "_selected_action": [str(token.pk)]})
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_narrower_administrator_manages_his_own_people(cast, client_for, district):
    mine, theirs = district.first("subdistrict"), district.last("subdistrict")
    own, other = cast.person("subdistrict_operator", mine), cast.person("subdistrict_operator", theirs)
    client = client_for("admin", mine)
    page = client.get("/admin/people/user/").content.decode()
    assert own.username in page
    assert other.username not in page
    assert client.get(f"/admin/people/user/{other.pk}/change/").status_code == 404
    assert other.username not in client.get("/admin/people/assignment/").content.decode()


def test_a_narrow_administrator_takes_over_nobody_with_a_wider_post(cast, client_for, district):
    mine = district.first("subdistrict")
    both = cast.person("subdistrict_operator", mine)
    assign(actor=None, person=both, role=Role.GIS_STAFF, area=district.first("district"), valid_from=timezone.now())
    client = client_for("admin", mine)
    page = client.get(f"/admin/people/user/{both.pk}/change/")
    assert page.status_code == 200
    assert "new_password" not in page.content.decode()
    body = {
        "name": "x",
        "language": "en",
        "new_password": "a long enough one 网格",
        "is_active": "on",
        "state_version": "1",
    }
    assert client.post(f"/admin/people/user/{both.pk}/change/", body).status_code == 403
    with pytest.raises(Forbidden):
        set_password(actor=actor_of(cast.person("admin", mine)), user=both, password="a long enough one 网格")


def test_an_account_is_made_changed_and_given_a_post(client_for, district):
    client = client_for("admin")
    made = {"username": "wang.fang", "name": "王芳", "name_en": "Wang Fang", "language": "zh-hans"}
    weak = client.post("/admin/people/user/add/", made | {"new_password": "short"})
    assert weak.status_code == 200
    assert weak.context["errors"]
    assert client.post("/admin/people/user/add/", made | {"new_password": "a long enough one 网格"}).status_code == 302
    user = User.objects.get(username="wang.fang")
    assert user.check_password("a long enough one 网格")
    changed = {
        "name": "王芳",
        "name_en": "",
        "language": "en",
        "new_password": "",
        "is_active": "on",
        "state_version": "1",
    }
    assert client.post(f"/admin/people/user/{user.pk}/change/", changed).status_code == 302
    stale = client.post(f"/admin/people/user/{user.pk}/change/", changed)
    assert stale.status_code == 200
    assert "第 2 版" in stale.content.decode()
    post = {
        "person": str(user.pk), "role": "seat", "area": district.first("district"), "department": "", "post": "",
        "valid_from_0": "2026-01-01", "valid_from_1": "00:00", "valid_to_0": "", "valid_to_1": "", "deputy_of": "",
    }  # fmt: skip
    wide = client.post("/admin/people/assignment/add/", post | {"role": "grid_member"})
    assert wide.status_code == 200
    assert wide.context["errors"]
    assert client.post("/admin/people/assignment/add/", post).status_code == 302
    row = user.assignments.get()
    assert client.post(f"/admin/people/assignment/{row.pk}/change/", post).status_code == 403
    client.post("/admin/people/assignment/", {"action": "end_now", "_selected_action": [str(row.pk)]})
    row.refresh_from_db()
    assert row.valid_to is not None


def test_nothing_can_be_deleted(cast, client_for):
    client, user = client_for("admin"), cast.person("seat")
    row = user.assignments.get()
    assert client.post(f"/admin/people/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(
        "/admin/people/assignment/", {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    )
    assert User.objects.filter(pk=user.pk).exists()
    assert user.assignments.exists()


@pytest.mark.parametrize("path", ["/admin/", "/admin/territory/building/", "/admin/people/user/"])
def test_admin_pages_keep_the_strict_policy_and_name_no_outside_address(path, client_for, district):
    for role in ("gis_staff", "admin"):
        page = client_for(role).get(path, headers={"accept": "text/html"})
        policy = page["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
        html = page.content.decode().replace("http://www.w3.org/", "")
        assert "http://" not in html
        assert "https://" not in html
