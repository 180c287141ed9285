"""Editing through /admin/: what is drawn and typed goes through the service, and what does not fit is said in words."""

import json
import re
import socket
import sys
import uuid

import pytest
import shapely
from shapely import affinity

from layers.cameras.models import Camera, CameraView
from layers.catalog.admin_forms import as_geojson
from layers.live.models import Event
from layers.places.models import Place
from layers.territory.models import Area, Building, Road

pytestmark = pytest.mark.django_db
BUILDING = "/admin/territory/building/{}/change/"


@pytest.fixture
def editor(client_for, district):
    return client_for("gis_staff")


@pytest.fixture
def building(district):
    return Building.objects.filter(version_to__isnull=True).exclude(name="").order_by("feature_id").first()


def filled(page):
    """What a browser would send back from a form left alone."""
    form = page.context["adminform"].form
    data = {"reason": "现场核对"}
    for name in form.fields:
        value = form[name].value()
        if name == "geom":
            data[name] = value if isinstance(value, str) else as_geojson(value)
        elif value not in (None, False, ""):
            data.setdefault(name, value)
    return data


def send(client, row, path=BUILDING, **changes):
    url = path.format(row.pk)
    return client.post(url, filled(client.get(url)) | changes)


def states(row):
    return type(row).objects.filter(feature_id=row.feature_id).order_by("version_from")


def sentences(page):
    form = page.context["adminform"].form
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def test_a_form_left_alone_writes_nothing(editor, building):
    answer = send(editor, building)
    assert answer.status_code == 302
    assert states(building).count() == 1


def test_an_attribute_is_changed_by_the_service(editor, building):
    answer = send(editor, building, floors=building.floors + 2)
    assert answer.status_code == 302
    old, new = states(building)
    assert (old.floors, new.floors) == (building.floors, building.floors + 2)
    assert bytes(old.geom.wkb) == bytes(new.geom.wkb)
    assert Event.objects.get(kind="feature.edited", object_id=building.feature_id).payload["columns"] == ["floors"]
    history = editor.get(f"/admin/territory/building/{new.pk}/history/").content.decode()
    assert "现场核对" in history
    assert "floors" in history


def test_every_shape_of_the_district_comes_back_digit_by_digit(editor, district):
    """A border that loses a digit on its way through the browser would break the tiling."""
    for model in (Area, Building, Road, Place, Camera):
        for row in model.objects.filter(version_to__isnull=True).order_by("row_id")[:300]:
            back = shapely.from_geojson(json.dumps(json.loads(as_geojson(row.geom))))
            assert shapely.equals_exact(back, shapely.from_wkb(bytes(row.geom.wkb)), tolerance=0)


def test_a_redrawn_shape_keeps_its_courtyard(editor, building):
    middle = shapely.from_wkb(bytes(building.geom.wkb)).representative_point()
    ring = middle.buffer(0.0002, quad_segs=2).difference(middle.buffer(0.0001, quad_segs=2))
    assert send(editor, building, geom=shapely.to_geojson(ring)).status_code == 302
    new = shapely.from_wkb(bytes(states(building).last().geom.wkb))
    assert len(new.geoms[0].interiors) == 1


def test_the_reason_is_asked_for(editor, building):
    page = send(editor, building, floors=building.floors + 2, reason="")
    assert page.status_code == 200
    assert "reason" in page.context["adminform"].form.errors
    assert states(building).count() == 1


def test_a_second_editor_is_told_of_the_first(editor, building):
    url = BUILDING.format(building.pk)
    kept = filled(editor.get(url))
    assert editor.post(url, kept | {"floors": building.floors + 1}).status_code == 302
    late = kept | {"floors": building.floors + 5, "client_key": str(uuid.uuid4())}
    page = editor.post(url, late)
    assert page.status_code == 200
    assert f"现在是第 {building.feature_version + 1} 版" in sentences(page)
    assert states(building).count() == 2


def test_the_same_form_sent_twice_is_one_edit(editor, building):
    url = BUILDING.format(building.pk)
    body = filled(editor.get(url)) | {"floors": building.floors + 1}
    assert editor.post(url, body).status_code == 302
    assert editor.post(url, body).status_code == 302
    assert states(building).count() == 2


def test_a_past_state_is_shown_and_not_edited(editor, building):
    send(editor, building, floors=building.floors + 1)
    page = editor.get(BUILDING.format(building.pk))
    assert 'name="_save"' not in page.content.decode()
    assert BUILDING.format(states(building).last().pk) in page.content.decode()


def test_ids_versions_and_digests_cannot_be_sent(editor, building):
    send(
        editor, building, floors=building.floors + 1, feature_id="x", feature_version=99, digest="00", code="ZZZ",
        grid="411102001001001", version_from=1, valid_from="2000-01-01", rank=1,
    )  # fmt: skip
    new = states(building).last()
    assert (new.feature_id, new.code, new.grid) == (building.feature_id, building.code, building.grid)
    assert new.feature_version == building.feature_version + 1
    assert new.valid_from.year > 2000


BOW_TIE = '{"type":"Polygon","coordinates":[[[114.02,33.57],[114.021,33.571],[114.021,33.57],[114.02,33.571],[114.02,33.57]]]}'
MANY = json.dumps({"type": "MultiPoint", "coordinates": [[114, 33]] * 60_000}, separators=(",", ":"))
PAYLOADS = {
    "driver": '{"driver":"GTiff","name":"/etc/passwd","srid":4326}',
    "vrt": "<VRTDataset rasterXSize='1' rasterYSize='1'><VRTRasterBand><SimpleSource><SourceFilename>/etc/passwd",
    "ogrvrt": "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>",
    "vsicurl": "/vsicurl/http://127.0.0.1:1/x.geojson",
    "wkt": "POLYGON((114.02 33.57,114.03 33.57,114.03 33.58,114.02 33.57))",
    "ewkt url": "SRID=4326;POINT(1 1)",
    "gml": '<gml:Point srsName="http://127.0.0.1:1/crs"><gml:pos>1 1</gml:pos></gml:Point>',
    "crs url": '{"type":"Feature","crs":{"type":"link","properties":{"href":"http://127.0.0.1:1/"}},"geometry":null}',
    "hex": "0101000020E6100000" + "00" * 16,
    "nan": '{"type":"Point","coordinates":[NaN,33.57]}',
    "infinity": '{"type":"Point","coordinates":[Infinity,33.57]}',
    "overflow": '{"type":"Point","coordinates":[1e400,33.57]}',
    "bow-tie": BOW_TIE,
    "empty": '{"type":"Polygon","coordinates":[]}',
    "swapped": '{"type":"Polygon","coordinates":[[[33.57,114.02],[33.571,114.02],[33.571,114.021],[33.57,114.02]]]}',
    "wrong type": '{"type":"Point","coordinates":[114.02,33.57]}',
    "text numbers": '{"type":"Point","coordinates":["114","33"]}',
    "deep": "[" * 5000,
    "nul": '{"type":"Point","coordinates":[114.02,33.57]}\x00',
    "elsewhere": '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}',
    "60 000 vertices": MANY,
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", sorted(PAYLOADS))
def test_a_shape_that_is_none_is_a_form_error_and_touches_nothing(
    name, language, editor, building, no_gdal, monkeypatch
):
    editor.cookies["django_language"] = language
    url = BUILDING.format(building.pk)
    body = filled(editor.get(url)) | {"geom": PAYLOADS[name]}
    opened: list[str] = []
    watching = [True]

    def watch(event, args):
        if (
            watching[0]
            and event == "open"
            and isinstance(args[0], str)
            and re.search(r"passwd|\.(tif|vrt|geojson)$", args[0])
        ):
            opened.append(args[0])

    sys.addaudithook(watch)

    def no_socket(*args, **kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", no_socket)
    page = editor.post(url, body)
    watching[0] = False
    assert page.status_code == 200
    words = str(page.context["adminform"].form.errors["geom"])
    assert len(re.sub(r"<[^>]+>", "", words).strip()) > 10
    assert bool(re.search(r"[\u4e00-\u9fff]", words)) == (language == "zh-hans")
    assert "Traceback" not in page.content.decode()
    assert opened == []
    assert no_gdal == []
    assert states(building).count() == 1


def test_a_body_beyond_the_limit_is_refused_by_size(editor, building):
    body = {"geom": "[" + "1," * 600_000 + "1]"}
    assert editor.post(BUILDING.format(building.pk), body).status_code == 413


def test_drawing_and_showing_need_no_gdal(editor, building, no_gdal):
    assert editor.get(BUILDING.format(building.pk)).status_code == 200
    assert editor.get("/admin/places/place/add/").status_code == 200
    view = CameraView.objects.filter(version_to__isnull=True).first()
    assert editor.get(f"/admin/cameras/cameraview/{view.pk}/change/").status_code == 200
    assert no_gdal == []


def test_a_border_moved_alone_is_refused_in_words(editor, district):
    grid = Area.objects.filter(level="grid", version_to__isnull=True).order_by("code").first()
    bigger = affinity.scale(shapely.from_wkb(bytes(grid.geom.wkb)), 1.01, 1.01)
    page = send(editor, grid, "/admin/territory/area/{}/change/", geom=shapely.to_geojson(bigger))
    assert page.status_code == 200
    assert "重叠" in sentences(page)
    assert states(grid).count() == 1


def test_a_value_the_database_refuses_is_said_in_words(editor, building):
    page = send(editor, building, height_m=900)
    assert page.status_code == 200
    assert "超出允许的范围" in sentences(page)
    assert states(building).count() == 1


def test_a_place_is_added_and_ended(editor, district):
    grid = Area.objects.filter(level="grid", version_to__isnull=True).order_by("code").first()
    point = shapely.from_wkb(bytes(grid.geom.wkb)).representative_point()
    body = filled(editor.get("/admin/places/place/add/")) | {
        "name": "新便民亭<img src=x onerror=alert(1)>",
        "kind": "shop",
        "geom": shapely.to_geojson(point),
    }
    assert editor.post("/admin/places/place/add/", body).status_code == 302
    row = Place.objects.get(name__startswith="新便民亭")
    assert row.grid == grid.code
    listed = editor.get("/admin/places/place/", {"q": "新便民亭"}).content.decode()
    assert "<img src=x" not in listed
    page = editor.get(f"/admin/places/place/{row.pk}/delete/")
    assert page.status_code == 200
    refused = editor.post(f"/admin/places/place/{row.pk}/delete/", {"reason": "", "state_version": 1})
    assert refused.status_code == 200
    ended = editor.post(
        f"/admin/places/place/{row.pk}/delete/",
        {"reason": "拆除", "state_version": 1, "effective": str(row.valid_from)},
    )
    assert ended.status_code == 302
    row.refresh_from_db()
    assert row.version_to is not None
    assert Event.objects.get(kind="feature.closed", object_id=row.feature_id).payload["layer"] == "places"


def test_areas_are_neither_added_nor_ended_one_by_one(editor, district):
    grid = Area.objects.filter(level="grid", version_to__isnull=True).order_by("code").first()
    assert editor.get("/admin/territory/area/add/").status_code == 403
    assert editor.get(f"/admin/territory/area/{grid.pk}/delete/").status_code == 403


def test_what_lies_around_is_asked_with_the_same_rights(client_for, district):
    area = district.first("subdistrict")
    box = "114.00,33.55,114.05,33.60"
    everything = client_for("gis_staff").get(f"/admin/places/place/context/?bbox={box}").json()
    mine = client_for("gis_staff", area).get(f"/admin/places/place/context/?bbox={box}").json()
    assert set(everything["ground"]) >= {"roads", "grids", "waters"}
    assert all(len(rows) <= 700 for rows in [*everything["ground"].values(), everything["same"]])
    ids = {row["id"] for row in mine["same"]}
    assert ids
    assert not Place.objects.filter(feature_id__in=ids).exclude(community__startswith=area).exists()


@pytest.mark.parametrize(
    "bbox", ["", "1,2,3", "a,b,c,d", "nan,0,1,1", "1e400,0,1,1", "0,0,180,80", "3,3,1,1", "0,0,0,0"]
)
def test_a_box_that_is_none_is_refused(bbox, editor):
    assert editor.get("/admin/territory/road/context/", {"bbox": bbox}).status_code == 400
