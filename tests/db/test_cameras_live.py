"""What is told of cameras: the newest word holds, and the log tells of changes alone."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from layers.cameras import live
from layers.cameras.models import CameraState
from layers.cameras.selectors import cameras_in_force
from layers.cameras.services import set_camera_status
from layers.catalog.registry import spec_of
from layers.catalog.selectors import current_rows
from layers.errors import Conflict, Forbidden, InvalidInput, NotFound
from layers.live.models import Event
from layers.live.objects import object_of
from layers.people.rights import Actor, Post
from layers.roles import Role

OPERATOR = Actor("v", (Post(Role.VIDEO_OPERATOR, "411102"),))
NOW = timezone.now()


@pytest.fixture
def camera(db):
    return cameras_in_force().filter(status="online").order_by("feature_id").first()


def tell(camera, status, seconds=0, *, actor=OPERATOR, client_id=None):
    return set_camera_status(
        actor=actor, camera=camera.feature_id, client_id=client_id or uuid.uuid4(), status=status,
        at=NOW + timedelta(seconds=seconds), now=NOW + timedelta(seconds=60),
    )  # fmt: skip


def read(camera):
    return next(found for found in live.read_live() if found.id == camera.feature_id)


def events(camera):
    return list(Event.objects.filter(object_type="cameras", object_id=camera.feature_id).order_by("id"))


def test_the_cameras_there_are_today_are_those_of_the_layer(db, district):
    rows = {row.feature_id: row for row in current_rows(spec_of("cameras"))}
    found = live.read_live()
    assert len(found) == district.counts["cameras"]
    assert {camera.id: (camera.version, camera.properties["status"]) for camera in found} == {
        key: (row.feature_version, row.status) for key, row in rows.items()
    }


def test_a_camera_shows_where_it_stands_and_how_it_looks(camera):
    found = read(camera)
    assert found.geometry == {"type": "Point", "coordinates": list(camera.geom.coords)}
    assert found.areas == (camera.grid,)
    assert found.visibility == "see_map"
    assert found.properties["bearing_deg"] == camera.bearing_deg
    assert "name" not in found.properties


def test_a_change_is_one_event_that_carries_the_camera_as_it_is(camera):
    for number, status in enumerate(["offline", "fault", "online"], start=1):
        result = tell(camera, status, number).result
        assert result == {"id": camera.feature_id, "version": camera.feature_version + number, "status": status}
        event = events(camera)[-1]
        assert (event.kind, event.actor, event.happened_at) == ("camera.status", "v", NOW + timedelta(seconds=number))
        assert object_of(event) == read(camera)
    assert len(events(camera)) == 3


def test_the_first_word_may_repeat_what_the_layer_says(camera):
    assert tell(camera, "online").result["version"] == camera.feature_version
    assert events(camera) == []
    assert tell(camera, "offline", -1).result["status"] == "online"  # older than that word
    assert tell(camera, "offline", 1).result["status"] == "offline"


def test_the_same_status_again_only_moves_the_time(camera):
    tell(camera, "offline", 0)
    tell(camera, "offline", 10)
    assert len(events(camera)) == 1
    state = CameraState.objects.get(camera=camera.feature_id)
    assert (state.at, state.since) == (NOW + timedelta(seconds=10), NOW)
    assert tell(camera, "online", 5).result["status"] == "offline"


@pytest.mark.parametrize("order", list(itertools.permutations([("offline", 1), ("online", 2), ("fault", 3)])))
def test_the_newest_word_holds_in_whatever_order_they_come(camera, order):
    for status, seconds in order:
        answer = tell(camera, status, seconds).result
    assert read(camera).properties["status"] == answer["status"] == "fault"
    assert len(events(camera)) <= 3
    assert object_of(events(camera)[-1]) == read(camera)


def test_the_same_request_again_gets_the_first_result(camera):
    client_id = uuid.uuid4()
    first = tell(camera, "offline", 1, client_id=client_id)
    tell(camera, "online", 2)
    again = tell(camera, "offline", 1, client_id=client_id)
    assert (again.result, again.repeated) == (first.result, True)
    with pytest.raises(Conflict):
        tell(camera, "fault", 1, client_id=client_id)


@pytest.mark.parametrize(("status", "seconds", "field"), [("gone", 0, "status"), ("offline", 361, "at")])
def test_what_cannot_be_is_refused_by_name(camera, status, seconds, field):
    with pytest.raises(InvalidInput) as refused:
        tell(camera, status, seconds)
    assert refused.value.field == field
    assert not CameraState.objects.filter(camera=camera.feature_id).exists()


def test_rights_decide_over_the_area_of_the_camera(camera):
    community = camera.grid[:12]
    far = next(code for code in ("411102999999", "411102998998") if code != community)
    with pytest.raises(NotFound):
        tell(camera, "offline", actor=Actor("h", (Post(Role.COMMUNITY_HEAD, far),)))
    with pytest.raises(Forbidden):
        tell(camera, "offline", actor=Actor("s", (Post(Role.COMMUNITY_STAFF, community),)))
    with pytest.raises(NotFound):
        set_camera_status(actor=OPERATOR, camera="a\x00b", client_id=uuid.uuid4(), status="fault", at=NOW)
    assert tell(camera, "offline", actor=Actor("h", (Post(Role.COMMUNITY_HEAD, community),))).result["version"] == 2


def test_names_are_added_when_it_is_sent(camera):
    features = [read(camera).feature()]
    live.dress(features)
    assert features[0]["properties"]["name"] == camera.name
    assert features[0]["properties"]["name_en"] == camera.name_en
