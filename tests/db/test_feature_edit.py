"""A single edit never overwrites, asks the rights, refuses what is stale or breaks the tiling, and tells the log."""

import uuid
from datetime import timedelta

import pytest
import shapely
from django.utils import timezone
from shapely import affinity

from layers.cameras.models import Camera, CameraView
from layers.catalog.edit import add_feature, close_feature, edit_feature
from layers.catalog.models import LayerVersion, SearchName
from layers.catalog.registry import spec_of
from layers.errors import (
    Conflict,
    Forbidden,
    InvalidGeometry,
    InvalidInput,
    NotFound,
    StaleVersion,
    TilingBroken,
)
from layers.live.models import Event, EventText
from layers.people.selectors import actor_of
from layers.places.models import Place
from layers.territory.models import Area, Building, Road

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(cast):
    """A GIS post over the whole district."""
    return actor_of(cast.person("gis_staff"))


@pytest.fixture
def building(district):
    return Building.objects.filter(version_to__isnull=True).order_by("feature_id").first()


def shape_of(row):
    return shapely.from_wkb(bytes(row.geom.wkb))


def states(row):
    return list(type(row).objects.filter(feature_id=row.feature_id).order_by("version_from"))


def change(row, layer, actor, changes=None, **more):
    given = {"version": row.feature_version, "reason": "现场核对", "changes": changes or {}} | more
    return edit_feature(spec=spec_of(layer), actor=actor, feature_id=row.feature_id, **given)


def test_a_change_closes_the_old_row_and_adds_the_next(editor, building):
    floors = building.floors
    done = change(building, "buildings", editor, {"floors": floors + 1})
    old, new = states(building)
    assert (old.floors, new.floors) == (floors, floors + 1)
    assert old.version_to == new.version_from == done.layer_version
    assert old.valid_to == new.valid_from == timezone.localdate()
    assert new.version_to is None
    assert new.feature_version == done.version == building.feature_version + 1
    assert shape_of(new).equals(shape_of(old))
    version = LayerVersion.objects.get(layer="buildings", version=done.layer_version)
    assert (version.added, version.changed, version.removed) == (0, 1, 0)


def test_the_log_holds_codes_and_a_hash_and_the_words_lie_apart(editor, building):
    change(building, "buildings", editor, {"floors": building.floors + 1})
    event = Event.objects.get(kind="feature.edited", object_id=building.feature_id)
    assert event.actor == editor.id
    assert event.role_used == "gis_staff"
    assert event.areas_before == event.areas_after == [building.grid]
    assert event.payload["columns"] == ["floors"]
    assert "现场核对" not in str(event.payload)
    assert len(event.reason) == 64
    assert EventText.objects.get(event=event).text == "现场核对"


def test_a_shape_moved_to_another_grid_takes_that_grids_codes(editor, building, district):
    other = (
        Area.objects.filter(level="grid", version_to__isnull=True).exclude(code__startswith=building.community).first()
    )
    target = shape_of(other).representative_point()
    home = shape_of(building).centroid
    moved = affinity.translate(shape_of(building), target.x - home.x, target.y - home.y)
    change(building, "buildings", editor, geometry=moved)
    new = states(building)[-1]
    assert new.community == other.code[:12]
    assert new.grid.startswith(new.community)
    event = Event.objects.get(kind="feature.edited", object_id=building.feature_id)
    assert event.areas_before == [building.grid]
    assert event.areas_after == [new.grid]
    assert event.payload["reshaped"] is True


def test_nothing_changed_writes_nothing(editor, building):
    before = LayerVersion.objects.count()
    done = change(building, "buildings", editor, {"floors": building.floors}, geometry=shape_of(building))
    assert not done.written
    assert LayerVersion.objects.count() == before
    assert not Event.objects.filter(object_id=building.feature_id).exists()


def test_a_stale_version_is_refused_with_both_numbers(editor, building):
    change(building, "buildings", editor, {"floors": 3 if building.floors != 3 else 4})
    with pytest.raises(StaleVersion) as refused:
        change(building, "buildings", editor, {"floors": 9})
    assert refused.value.status == 409
    assert refused.value.extra == {"current": building.feature_version + 1, "sent": building.feature_version}
    assert len(states(building)) == 2


def test_the_same_client_id_again_gives_the_first_result(editor, building):
    key = uuid.uuid4()
    first = change(building, "buildings", editor, {"floors": building.floors + 1}, client_id=key)
    again = change(building, "buildings", editor, {"floors": building.floors + 1}, client_id=key)
    assert (again.version, again.layer_version, again.written) == (first.version, first.layer_version, False)
    with pytest.raises(Conflict):
        change(building, "buildings", editor, {"floors": building.floors + 2}, client_id=key)
    assert len(states(building)) == 2


def test_an_unknown_and_a_forbidden_feature_get_the_same_error(cast, building, district):
    far = next(code for code in district.codes["subdistrict"] if not building.grid.startswith(code))
    abroad = actor_of(cast.person("gis_staff", far))
    errors = []
    for feature_id in (building.feature_id, str(uuid.uuid4())):
        with pytest.raises(NotFound) as refused:
            edit_feature(
                spec=spec_of("buildings"), actor=abroad, feature_id=feature_id, version=1, changes={"floors": 2},
                reason="x",
            )  # fmt: skip
        errors.append(refused.value.problem("en") | {"detail": ""})
    assert errors[0] == errors[1]


@pytest.mark.parametrize("role", ["admin", "planner", "seat", "leader", "grid_leader", "public"])
def test_roles_without_the_right_edit_no_boundary(role, cast, district):
    grid = Area.objects.filter(level="grid", version_to__isnull=True).order_by("code").first()
    with pytest.raises(NotFound):
        change(grid, "grids", actor_of(cast.person(role)), {"name": "改名"})


def test_a_shape_may_not_be_moved_into_another_ones_area(cast, building, district):
    home = actor_of(cast.person("gis_staff", building.grid[:9]))
    other = (
        Area.objects.filter(level="grid", version_to__isnull=True).exclude(code__startswith=building.grid[:9]).first()
    )
    target, here = shape_of(other).representative_point(), shape_of(building).centroid
    with pytest.raises(Forbidden):
        change(
            building, "buildings", home,
            geometry=affinity.translate(shape_of(building), target.x - here.x, target.y - here.y),
        )  # fmt: skip
    assert len(states(building)) == 1


@pytest.mark.parametrize("name", ["id", "version", "code", "grid", "valid_from", "digest", "import_id", "nonsense"])
def test_what_is_derived_or_identity_cannot_be_set(name, editor, building):
    with pytest.raises(InvalidInput) as refused:
        change(building, "buildings", editor, {name: "1"})
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("name", "value"),
    [("floors", "many"), ("floors", None), ("floors", -1), ("floors", float("nan")), ("height_m", "1e400"),
     ("height_m", 900), ("use", "castle"), ("name", "字" * 201), ("floors", 10**12)],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named(name, value, editor, building):
    with pytest.raises(InvalidInput):
        change(building, "buildings", editor, {name: value})
    assert len(states(building)) == 1


def test_a_border_moved_alone_breaks_the_tiling_and_changes_nothing(editor, district):
    grid = Area.objects.filter(level="grid", version_to__isnull=True).order_by("code").first()
    for shape in (shape_of(grid).buffer(0.0002), shape_of(grid).buffer(-0.0002)):
        with pytest.raises(TilingBroken):
            change(grid, "grids", editor, geometry=shape)
    assert len(states(grid)) == 1
    done = change(grid, "grids", editor, {"name": "改名网格"})
    assert done.written
    assert states(grid)[-1].name == "改名网格"


def test_closing_a_grid_leaves_a_gap_and_is_refused(editor, district):
    grid = Area.objects.filter(level="grid", version_to__isnull=True).order_by("code").first()
    with pytest.raises(TilingBroken):
        close_feature(
            spec=spec_of("grids"), actor=editor, feature_id=grid.feature_id, version=grid.feature_version, reason="撤销"
        )
    assert states(grid)[-1].version_to is None


@pytest.mark.parametrize(
    "wkt",
    ["POLYGON EMPTY", "POLYGON((114.02 33.57,114.03 33.58,114.03 33.57,114.02 33.58,114.02 33.57))",
     "POLYGON((33.57 114.02,33.58 114.02,33.58 114.03,33.57 114.02))", "POINT(114.02 33.57)",
     "POLYGON((0 0,1 0,1 1,0 0))"],
)  # fmt: skip
def test_a_shape_that_does_not_fit_is_refused(wkt, editor, building):
    with pytest.raises(InvalidGeometry):
        change(building, "buildings", editor, geometry=shapely.from_wkt(wkt))
    assert len(states(building)) == 1


def test_too_many_vertices_are_refused(editor, building):
    middle = shape_of(building).centroid
    with pytest.raises(InvalidGeometry):
        change(building, "buildings", editor, geometry=middle.buffer(0.0001, quad_segs=15_000))


def test_a_day_to_come_or_before_the_last_version_is_refused(editor, building):
    for day in (timezone.localdate() + timedelta(days=1), timezone.localdate() - timedelta(days=20_000)):
        with pytest.raises(InvalidInput) as refused:
            change(building, "buildings", editor, {"floors": building.floors + 1}, effective=day)
        assert refused.value.field == "effective"


def test_a_turned_camera_turns_its_view(editor, district):
    camera = Camera.objects.filter(version_to__isnull=True, fov_deg__lt=180).order_by("feature_id").first()
    seen = CameraView.objects.get(camera=camera.feature_id, version_to__isnull=True)
    change(camera, "cameras", editor, {"bearing_deg": (camera.bearing_deg + 180) % 360})
    now = CameraView.objects.get(camera=camera.feature_id, version_to__isnull=True)
    assert shape_of(now).intersection(shape_of(seen)).area < shape_of(seen).area / 2
    assert shape_of(now).distance(shape_of(camera)) < 1e-9


def test_a_camera_that_goes_takes_its_view_along(editor, district):
    camera = Camera.objects.filter(version_to__isnull=True).order_by("feature_id").first()
    close_feature(
        spec=spec_of("cameras"),
        actor=editor,
        feature_id=camera.feature_id,
        version=camera.feature_version,
        reason="拆除",
    )
    assert not Camera.objects.filter(feature_id=camera.feature_id, version_to__isnull=True).exists()
    assert not CameraView.objects.filter(camera=camera.feature_id, version_to__isnull=True).exists()
    assert CameraView.objects.filter(camera=camera.feature_id).exists()
    assert Event.objects.filter(kind="feature.closed", object_id=camera.feature_id).count() == 1


def test_views_and_units_are_never_edited_by_hand(editor, district):
    view = CameraView.objects.filter(version_to__isnull=True).first()
    with pytest.raises(NotFound):
        change(view, "camera_views", editor, {"name": "x"})


def test_a_new_place_gets_its_areas_its_id_and_can_be_found(editor, district):
    grid = Area.objects.filter(level="grid", version_to__isnull=True).order_by("code").first()
    point, key = shape_of(grid).representative_point(), uuid.uuid4()
    given = {"name": "新便民亭", "name_en": "New kiosk", "kind": "shop", "address": "湘江路1号"}
    done = add_feature(spec=spec_of("places"), actor=editor, values=given, geometry=point, reason="新建", client_id=key)
    row = Place.objects.get(feature_id=done.feature_id)
    assert done.feature_id == str(key)
    assert (row.grid, row.community, row.rank) == (grid.code, grid.code[:12], 8)
    assert SearchName.objects.filter(layer="places", feature_id=done.feature_id, initials__startswith="xbmt").exists()
    again = add_feature(
        spec=spec_of("places"), actor=editor, values=given, geometry=point, reason="新建", client_id=key
    )
    assert not again.written
    assert Place.objects.filter(name="新便民亭").count() == 1


def test_a_code_that_is_taken_is_refused(editor, district):
    road = Road.objects.filter(version_to__isnull=True).exclude(code="").first()
    with pytest.raises(Conflict):
        add_feature(
            spec=spec_of("roads"), actor=editor, geometry=shape_of(road), reason="x",
            values={"code": road.code, "name": "x", "class": "lane", "width_m": 4},
        )  # fmt: skip
